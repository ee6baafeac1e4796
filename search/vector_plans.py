"""Which way to search vectors under a filter, by measured cost. Pure.

Two ways lead to the k nearest rows that a filter allows. *Exact* compares every allowed row: its
cost grows with them. The *walk* takes the nearest rows of the whole table from the HNSW index until
k allowed ones were met: its cost grows as the filter gets narrower near the question. Both costs
are lines; their slopes are learnt from the searches themselves, beginning at what was measured.

What is decisive is how many rows are allowed *near the question*, not in all: "indoors" allows a
third of the rows and none near "a beach". So the share is read off a sample of vectors, sorted by
their similarity to the question (``depth_of``). The same sample tells afterwards whether the walk
missed rows (``has_missed``): every allowed row of the sample that is nearer than the last answer
must be among the answers.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recognition.engine.types import Floats

ALWAYS_EXACT = 10_000
"""Rows of a table up to which nothing is planned: comparing all of them takes some 20 ms."""
ROW_US, WALK_US, BASE_US = 2.4, 10.0, 500.0
"""Per row compared and per row walked, with the filter's joins: two cores, pgvector 0.8.6, a
million vectors of 512 dimensions (24 ms for 10,000 rows; 34 to 56 ms for 5,000 walked)."""
LEARNING = 0.1
"""How much one search changes a slope: a slow moment of the machine is forgotten in twenty."""
FARTHEST_OFF = 10.0
"""A learnt slope stays within this factor of the measured one."""
MARGIN = 1.5
"""Rows walked beyond those expected to suffice: what the index misses, and the sample's error."""
NEAR_COUNT = 4
"""Allowed rows of the sample, from the most similar on, that say how dense the filter is there:
the depth is then right within a factor of two (a gamma variable of order four)."""
DEEPEST = 40_000
"""Rows walked at most: at 10 µs each 0.4 s, what exact comparison of 170,000 rows takes."""
EF_LEAST, EF_MOST = 200, 1_000
"""Bounds of ``hnsw.ef_search``; the upper one is pgvector's."""
MISSED_LEAST, MISSED_SHARE = 2, 0.1
"""Rows of the sample that a walk must have missed, and their share, to be distrusted. At a recall
of .97 a hundred sampled answers lack three: fewer than a tenth."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to search: ``exact`` or ``hnsw`` with the rows to walk, and what each way would cost.

    ``rows`` is how many are allowed, estimated; costs in milliseconds.
    """

    way: str
    rows: int
    depth: int
    exact_ms: float
    walk_ms: float

    @property
    def ef_search(self) -> int:
        """Breadth of the index's search: twice what is wanted in one go, within bounds."""
        return max(EF_LEAST, min(EF_MOST, 2 * self.depth))


class Costs:
    """What a compared row and a walked row cost here, in microseconds; learnt. Thread-safe."""

    def __init__(self, row_us: float = ROW_US, walk_us: float = WALK_US) -> None:
        self._lock = threading.Lock()
        self.row_us, self.walk_us = row_us, walk_us

    def exact_ms(self, rows: float) -> float:
        """Expected time to compare so many rows."""
        return (BASE_US + rows * self.row_us) / 1_000

    def walk_ms(self, depth: float) -> float:
        """Expected time to walk so many rows of the index."""
        return (BASE_US + depth * self.walk_us) / 1_000

    def learn(self, way: str, count: int, elapsed_ms: float) -> None:
        """Take in what a search took. Too few rows say nothing of the slope."""
        if count < _TELLING[way]:
            return
        seen = max(0.0, elapsed_ms * 1_000 - BASE_US) / count
        with self._lock:
            if way == "exact":
                self.row_us = _moved(self.row_us, seen, ROW_US)
            else:
                self.walk_us = _moved(self.walk_us, seen, WALK_US)


_TELLING = {"exact": 1_000, "hnsw": 250}


def _moved(now: float, seen: float, measured: float) -> float:
    moved = now + LEARNING * (seen - now)
    return min(max(moved, measured / FARTHEST_OFF), measured * FARTHEST_OFF)


def choose_plan(
    *, total: int, limit: int, similarities: Floats, allowed: NDArray[np.bool_], costs: Costs
) -> Plan:
    """The cheaper way to ``limit`` rows of a table of ``total``.

    ``similarities`` (n,) of a sample's rows to the question, and which of them are ``allowed``.
    """
    size = max(len(similarities), 1)
    rows = round(total * int(allowed.sum()) / size)
    depth = depth_of(similarities, allowed, total=total, limit=limit)
    exact_ms = costs.exact_ms(rows)
    walk_ms = costs.walk_ms(depth) if depth else math.inf
    way = "hnsw" if depth and depth < total and walk_ms < exact_ms else "exact"
    return Plan(way, rows, depth if way == "hnsw" else 0, exact_ms, walk_ms)


def depth_of(similarities: Floats, allowed: NDArray[np.bool_], *, total: int, limit: int) -> int:
    """Nearest rows of the whole table among which ``limit`` allowed ones are expected.

    0: more than is worth walking, or than the sample can tell.
    """
    order = np.argsort(-similarities, kind="stable")
    ranks = np.flatnonzero(allowed[order]) + 1
    share_of_sample = limit * len(similarities) / total
    count = max(NEAR_COUNT, math.ceil(share_of_sample))
    if len(ranks) < count:
        return 0
    density = count / float(ranks[count - 1])
    depth = math.ceil(limit / density * MARGIN)
    return depth if depth <= DEEPEST else 0


def deepened(plan: Plan, found: int, limit: int, costs: Costs) -> Plan | None:
    """A plan to walk on with where one brought too few; None: stop, or compare instead."""
    if found >= limit or plan.depth >= DEEPEST:
        return None
    factor = min(MOST_DEEPENED, max(LEAST_DEEPENED, MARGIN * limit / max(found, 1)))
    depth = min(DEEPEST, round(plan.depth * factor))
    if costs.walk_ms(depth) > costs.exact_ms(plan.rows):
        return None
    return replace(plan, depth=depth)


LEAST_DEEPENED, MOST_DEEPENED = 1.5, 8.0
"""A deeper walk begins anew: less would hardly repay, more would overshoot. By eye."""


def has_missed(
    found: Collection[int],
    last: float,
    *,
    pictures: NDArray[np.int64],
    similarities: Floats,
    allowed: NDArray[np.bool_],
) -> bool:
    """Whether rows of the sample that are nearer than the ``last`` answer lack among the found."""
    nearer = np.flatnonzero(allowed & (similarities > last + ROUNDING))
    lacking = sum(int(pictures[i]) not in found for i in nearer)
    return lacking >= MISSED_LEAST and lacking > MISSED_SHARE * len(nearer)


ROUNDING = 2e-3
"""Inner products of halves in the database and of floats here differ by less."""
