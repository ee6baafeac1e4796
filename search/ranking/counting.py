"""How many were seen at once, and when it was as many as was asked. Pure.

Detectors miss and double people: one fewer than asked may be a miss, more than asked at every time
speaks against a moment, and a number that lasts but a moment is not believed over its neighbours.
Times are half-open pts ranges in the asset's time base.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from search.query.values import Count
from search.ranking.scores import SUPPORT, Hit, Reason
from search.ranking.spans import Span, length, shared, subtract

NEAR_COUNT = 0.4
"""One fewer than asked."""
ONE_TOO_MANY = -0.6
"""One more than asked may be someone seen double; what is left of it speaks against."""
COUNT_SHARE = 0.4
BRIEF_S = 1
"""Whom the detector loses or doubles it mostly has right again within a second (by eye)."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a shot's tracks say about a number: ``runs`` are when it holds, with ``seen`` at once.

    ``strength`` is 0–1, for people. ``belief`` is −1–1: against or for the number. Both are of the
    runs, or where there are none of all the time. ``brief`` is ``BRIEF_S`` in pts.
    """

    runs: tuple[Span, ...]
    seen: int
    strength: float
    belief: float
    brief: int


@lru_cache(maxsize=1_000)
def brief_pts(time_base: Fraction) -> int:
    """``BRIEF_S`` in pts, at least 1."""
    return max(1, round(BRIEF_S / time_base))


def count_over(asked: Count, spans: Iterable[Span], time_base: Fraction) -> Counted:
    """The number of spans at once against a number; ``time_base`` in seconds per pts."""
    numbers = numbers_at_once(spans)
    peak = max((seen for _, seen in numbers), default=0)
    brief = brief_pts(time_base)
    runs = _bridged([span for span, seen in numbers if asked.agrees(seen)], brief)
    if not asked.agrees(peak):  # a moment with fewer than before and after: somebody was missed
        runs = [run for run in runs if length(run) >= brief]
    if runs:
        in_runs = [
            n for span, n in numbers if asked.agrees(n) and any(shared(span, r) for r in runs)
        ]
        return Counted(tuple(runs), max(in_runs), 1.0, 1.0, brief)
    lasting = {n for span, n in numbers if length(span) >= brief} or {peak}
    belief, seen = max((_belief(asked, n), n) for n in lasting)
    return Counted((), seen, max(belief, 0.0), belief, brief)


def numbers_at_once(spans: Iterable[Span]) -> list[tuple[Span, int]]:
    """Stretches of time, in order, with how many spans they lie in; those in none left out."""
    changes: dict[int, int] = {}
    for start, end in spans:
        changes[start] = changes.get(start, 0) + 1
        changes[end] = changes.get(end, 0) - 1
    found: list[tuple[Span, int]] = []
    now = since = 0
    for at, change in sorted(changes.items()):
        if not change:
            continue
        if now:
            found.append(((since, at), now))
        now, since = now + change, at
    return found


def _bridged(runs: Iterable[Span], brief: int) -> list[Span]:
    """Runs in order, those with less than ``brief`` between them as one."""
    joined: list[Span] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < brief:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _belief(asked: Count, seen: int) -> float:
    if seen < asked.least:
        return NEAR_COUNT if seen == asked.least - 1 else 0.0
    if asked.agrees(seen):
        return 0.0  # nobody, where nobody would do: nothing speaks for it
    return ONE_TOO_MANY if asked.agrees(seen - 1) else -1.0


def as_many(
    asked: Count | None, hits: list[Hit], fitting: Mapping[int, Span], time_base: Fraction
) -> list[Hit]:
    """Hits of tracks and, where a number is asked for, what that of the ``fitting`` ones says."""
    if asked is None:
        return hits
    return counted_hits(hits, count_over(asked, fitting.values(), time_base), frozenset(fitting))


def counted_hits(hits: Sequence[Hit], counted: Counted, fitting: frozenset[int]) -> list[Hit]:
    """Hits of tracks with what their number says: over the time in which it holds, where it does.

    ``fitting`` are the tracks that were counted. Where the number holds at some time, the rest of
    their time is known to have another: that it changes is surer than how many they are.
    """
    if not counted.runs:
        return [_with_count(h, _span(h), counted) for h in hits]
    other = Counted((), 0, 0.0, -1.0, counted.brief)
    found = []
    for hit in (h for h in hits if h.track_id in fitting):
        span = _span(hit)
        over = [run for run in counted.runs if shared(run, span)]
        found += [_with_count(hit, run, counted) for run in over]
        rest = [left for left in subtract(span, over) if length(left) >= counted.brief]
        found += [_with_count(hit, left, other) for left in rest]
    return found


def _span(hit: Hit) -> Span:
    return hit.start_pts, hit.end_pts


def _with_count(hit: Hit, span: Span, counted: Counted) -> Hit:
    reasons = hit.reasons
    if counted.strength > 0:
        reasons += (Reason("count", f"{counted.seen} at once", counted.strength),)
    return Hit(  # thousands in a search: ``replace`` takes four times as long
        part=hit.part,
        shot_id=hit.shot_id,
        start_pts=span[0],
        end_pts=span[1],
        strength=(1 - COUNT_SHARE) * hit.strength + COUNT_SHARE * counted.strength,
        reasons=reasons,
        track_id=hit.track_id,
        keyframe_id=hit.keyframe_id,
        support=hit.support + SUPPORT["count"] * counted.belief,
    )
