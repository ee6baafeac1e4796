"""Counts requests against limits, in the database: one count for all processes and machines.

A window begins with a caller's first request and slides from then on: what was asked in the window
before counts in part, by how much of it still lies within one window's length, in whole requests
less one: so a limit of one a minute is one a minute. Nobody asks more than the limit at once, and
whoever waits as long as they are told is answered. The clock is the database's. A request that is
refused is not counted.
"""

from __future__ import annotations

import math

from django.db import connection

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# Never less than 0: of two first requests, the earlier may come to the row after the later.
_COUNT = """
INSERT INTO ingest_ratecount AS r (key, started_s, count, before)
VALUES (%(key)s, extract(epoch FROM clock_timestamp()), 1, 0)
ON CONFLICT (key) DO UPDATE SET
    started_s = CASE greatest(0, floor((excluded.started_s - r.started_s) / %(window)s))
        WHEN 0 THEN r.started_s WHEN 1 THEN r.started_s + %(window)s ELSE excluded.started_s END,
    count = CASE greatest(0, floor((excluded.started_s - r.started_s) / %(window)s))
        WHEN 0 THEN r.count + 1 ELSE 1 END,
    before = CASE greatest(0, floor((excluded.started_s - r.started_s) / %(window)s))
        WHEN 0 THEN r.before WHEN 1 THEN r.count ELSE 0 END
WHERE 1 + CASE greatest(0, floor((excluded.started_s - r.started_s) / %(window)s))
    WHEN 0 THEN r.count + greatest(0,
        ceil(r.before * (1 - (excluded.started_s - r.started_s) / %(window)s)) - 1)
    WHEN 1 THEN greatest(0,
        ceil(r.count * (2 - (excluded.started_s - r.started_s) / %(window)s)) - 1)
    ELSE 0 END <= %(limit)s
RETURNING 1
"""
_READ = """
SELECT extract(epoch FROM clock_timestamp())::float8 - started_s, count, before
FROM ingest_ratecount WHERE key = %s
"""


def parse_rate(rate: str) -> tuple[int, int]:
    """A limit as settings write it (``240/minute``): how many, in how many seconds."""
    many, _, period = rate.partition("/")
    return int(many), SECONDS[period[0]]


def count_request(key: str, rate: str) -> float | None:
    """Count a request under a limit; None, or the seconds to wait where there were too many."""
    limit, window = parse_rate(rate)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "window": float(window), "limit": limit})
        if cursor.fetchone():
            return None
        cursor.execute(_READ, [key])
        row = cursor.fetchone()
    if row is None:
        return 0.0
    age_s, count, before = row
    return _wait_s(age_s, count, before, limit, float(window))


def _wait_s(age_s: float, count: int, before: int, limit: int, window: float) -> float:
    """When one more fits: in this window as the one before fades, or else in the next."""
    if before and count < limit:
        return max(0.0, window * (1 - (limit - count) / before) - age_s)
    return max(0.0, window * (1 + max(0.0, 1 - limit / count)) - age_s)


def whole_seconds(wait_s: float) -> int:
    """The seconds to tell: never too few."""
    return max(1, math.ceil(wait_s))
