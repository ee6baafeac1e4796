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
"""Rows of a table up to which no index is walked: comparing all of them takes some 20 ms."""
ROW_US, WALK_US, BASE_US = 2.4, 10.0, 500.0
"""Per row compared and per row walked, with the filter's joins: two cores, pgvector 0.8.6, a
million vectors of 512 dimensions (24 ms for 10,000 rows; 34 to 56 ms for 5,000 walked)."""
LEARNING = 0.1
"""How much one search changes a slope: a slow moment of the machine is forgotten in twenty."""
FARTHEST_OFF = 10.0
"""A learnt slope stays within this factor of the measured one."""
MARGIN = 2.5
"""Rows walked for one expected to suffice: what the index misses, and the sample's error. At 1.5 a
filter that let a tenth of 100,000 rows through had a recall of .94, at 2.5 of .99."""
NEAR_COUNT = 4
"""Allowed rows of the sample, from the most similar on, that say how dense the filter is there:
the depth is then right within a factor of two (a gamma variable of order four)."""
DEEPEST = 40_000
"""Rows walked at most: at 10 µs each 0.4 s, what exact comparison of 170,000 rows takes."""
EF_LEAST, EF_MOST = 200, 1_000
"""Bounds of ``hnsw.ef_search``; the upper one is pgvector's."""
ROWS_PER_BREADTH = 1_000
"""Rows of the table for one of ``ef_search``, at least: of the 96 nearest of a million made rows
600 finds .96 (.64 where it finds least), 800 .975 (.69) and 1,000 .986 (.93), in 12, 13.5 and 15
ms (22 questions about two tables, tried once; what ``evaluation.vectors`` prints is for the breadth
that results)."""
MISSED_LEAST, MISSED_SHARE = 2, 0.1
"""Rows of the sample that a walk must have missed, and their share, to be distrusted. At a recall
of .97 a hundred sampled answers lack three: fewer than a tenth."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to search: ``exact`` or ``hnsw`` with the rows to walk, and what each way would cost.

    ``rows`` is how many are allowed, estimated; ``first`` among how many of those walked enough
    allowed ones are expected (0: not told); ``breadth`` is the least that the index is searched
    with; costs in milliseconds.
    """

    way: str
    rows: int
    depth: int
    exact_ms: float
    walk_ms: float
    first: int = 0
    breadth: int = 0

    @property
    def ef_search(self) -> int:
        """Breadth of the index's search: twice what is wanted in one go, within bounds."""
        return max(EF_LEAST, min(EF_MOST, max(self.breadth, 2 * self.depth)))


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
    *,
    total: int,
    limit: int,
    similarities: Floats,
    allowed: NDArray[np.bool_],
    costs: Costs,
    alike: float = 0.0,
) -> Plan:
    """The cheaper way to ``limit`` rows of a table of ``total``.

    ``similarities`` (n,) of a sample's rows to the question, and which of them are ``allowed``;
    ``alike`` is how like its nearest other row one of the sample is (0: not known).
    """
    size = max(len(similarities), 1)
    rows = round(total * int(allowed.sum()) / size)
    depth = depth_of(similarities, allowed, total=total, limit=limit)
    first, exact_ms = depth, costs.exact_ms(rows)
    if depth and is_off(similarities, alike):
        depth = max(depth, FLAT_FACTOR * limit)
    walk_ms = costs.walk_ms(depth) if depth else math.inf
    is_large = total > ALWAYS_EXACT and depth < total
    way = "hnsw" if depth and is_large and walk_ms < exact_ms else "exact"
    walked, breadth = depth if way == "hnsw" else 0, round(total / ROWS_PER_BREADTH)
    return Plan(way, rows, walked, exact_ms, walk_ms, first, breadth)


def is_off(similarities: Floats, alike: float) -> bool:
    """Whether a question lies off from all pictures: the nearest of a sample is far less like it
    than pictures are like their own nearest (``alike``).

    An index of neighbours leads badly to what such a question is near to (Jaiswal et al.,
    "OOD-DiskANN", 2022), and a few sampled rows do not show it.
    """
    return bool(len(similarities)) and float(similarities.max()) < OFF_BELOW * alike


OFF_BELOW = 0.42
"""Of 4,000 pictures of Flickr8k the nearest one is, built in, .76 like the next; captions are .54
to .88 of that like theirs (5 % and 95 %), short questions .47 to .94, and directions drawn by
chance .21 to .35."""
FLAT_FACTOR = 20
"""Rows walked per row wanted then. Texts of the built-in tower, the 200 nearest of 100,000 made
rows: recall .43 to .86 at factors 1.5 to 5, .76 to .98 at 10, .96 to .99 at 20."""


def depth_of(similarities: Floats, allowed: NDArray[np.bool_], *, total: int, limit: int) -> int:
    """Nearest rows of the whole table among which ``limit`` allowed ones are expected.

    0: more than is worth walking, or than the sample can tell.
    """
    share_of_sample = limit * len(similarities) / total
    count = max(NEAR_COUNT, math.ceil(share_of_sample))
    passed = similarities[allowed]
    if len(passed) < count:
        return 0
    last = np.partition(passed, -count)[-count]
    density = count / float(np.count_nonzero(similarities >= last))
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


def broadened(plan: Plan, limit: int, costs: Costs) -> Plan | None:
    """A plan to walk anew where rows were missed; None: it was as broad as it gets, or comparing
    is cheaper."""
    depth = min(DEEPEST, max(FLAT_FACTOR * limit, BROADER * plan.depth))
    if plan.depth >= DEEPEST or costs.walk_ms(depth) > costs.exact_ms(plan.rows):
        return None
    return replace(plan, depth=depth)


BROADER = 4
"""How much broader than the walk before: all walks together then cost a third more than the last.
By arithmetic."""
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
