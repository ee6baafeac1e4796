"""What time, place, clothes and company say about two sightings being one person. Pure.

Each kind of evidence is a natural log-likelihood ratio (LLR): how much more often it is so of one
person than of two. They add up with that of the vectors; 0 says nothing. A camera network's ways
are learned from sightings that people have confirmed: until there are some, they say nothing.

Travel times are log-normal beside a uniform share of other ways to reappear, as spatio-temporal
re-identification has it (Wang et al. 2019, arXiv:1812.03282, st-ReID), with median and MAD for
mean and deviation, so that one wrong confirmation moves little. Measured by
``python -m evaluation.clustering --cameras``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import erf, exp, log, pi, sqrt

import numpy as np
import numpy.typing as npt

from recognition.engine.errors import BadValue
from recognition.engine.types import Ints

OVERLAP_S = 0.5
"""Two tracks that overlap for longer are two people; less happens when a track is handed over."""
TYPICAL_S, SPREAD_LOG, WORTH = 60.0, 1.0, 3.0
"""Prior of a way between two cameras: a minute, within a factor e, worth three sightings.
By eye."""
EARLIEST = 0.5
"""Nobody is faster than half of the fastest twentieth that was confirmed. By eye."""
TOO_FAST = -4.0
STRONGEST = 3.0
"""No single kind of context counts for more than 20 to 1, against it 55 to 1. By eye."""
LONGEST_S = 6 * 3600.0
"""After so long a reappearance is no walk from one camera to another. By eye."""
SAME_DAY_S = 18 * 3600.0
"""People may have changed clothes after so long. By eye."""
CLOTHES_DIFFER = -3.0
"""Surely different colours: the chance that one of the two was misread is about one in twenty.
By eye."""
TOGETHER_MOST = 1.0
SCENE_SAME = 0.2
COMPANY_MOST = 1.0
"""A prior, and no more: people are seen in many places, with many others. By eye."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One track's place in time. ``start_s`` and ``end_s`` count within the asset; ``true_s`` is
    the start by the true clock (seconds since 1970), None where it is not known."""

    asset: int
    start_s: float
    end_s: float
    camera: int | None = None
    true_s: float | None = None

    def __post_init__(self) -> None:
        if self.end_s < self.start_s:
            raise BadValue(f"a sighting ends at {self.end_s}, before it starts at {self.start_s}")

    @property
    def true_end_s(self) -> float | None:
        """The end by the true clock."""
        return None if self.true_s is None else self.true_s + self.end_s - self.start_s


def overlapping_pairs(starts: npt.ArrayLike, ends: npt.ArrayLike) -> Ints:
    """Pairs (p, 2), first < second, of intervals (n,) that share more than ``OVERLAP_S`` or half
    of the shorter one. Time and memory grow with pairs that touch."""
    start, end = np.asarray(starts, np.float64), np.asarray(ends, np.float64)
    order = np.argsort(start, kind="stable")
    first_of, last_of = start[order], end[order]
    counts = np.searchsorted(first_of, last_of, side="left") - np.arange(len(order)) - 1
    counts = np.maximum(counts, 0)
    a = np.repeat(np.arange(len(order)), counts)
    b = a + 1 + np.arange(len(a)) - np.repeat(np.cumsum(counts) - counts, counts)
    shared = np.minimum(last_of[a], last_of[b]) - first_of[b]
    shorter = np.minimum(last_of[a] - first_of[a], last_of[b] - first_of[b])
    kept = shared > np.minimum(OVERLAP_S, shorter / 2)
    pairs = np.sort(np.stack([order[a[kept]], order[b[kept]]], axis=1), axis=1)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.int64)


def at_once(a: Sighting, b: Sighting) -> bool:
    """Whether two sightings were on one camera at one time, so that they are two people.

    Within an asset by its own clock; between assets of one camera by the true one.
    """
    if a.asset == b.asset:
        return _share(a.start_s, a.end_s, b.start_s, b.end_s)
    if a.camera is None or a.camera != b.camera or a.true_s is None or b.true_s is None:
        return False
    return _share(a.true_s, a.true_end_s or 0.0, b.true_s, b.true_end_s or 0.0)


def _share(start: float, end: float, other_start: float, other_end: float) -> bool:
    shared = min(end, other_end) - max(start, other_start)
    return shared > min(OVERLAP_S, min(end - start, other_end - other_start) / 2)


def pairs_at_once(sightings: Sequence[Sighting]) -> Ints:
    """All pairs (p, 2) of which ``at_once`` is true, sorted."""
    found: list[Ints] = [np.zeros((0, 2), dtype=np.int64)]
    for rows in _grouped(s.asset for s in sightings).values():
        starts = np.array([sightings[row].start_s for row in rows])
        ends = np.array([sightings[row].end_s for row in rows])
        found.append(np.asarray(rows)[overlapping_pairs(starts, ends)])
    timed = [
        row for row, s in enumerate(sightings) if s.camera is not None and s.true_s is not None
    ]
    for members in _grouped(sightings[row].camera for row in timed).values():
        rows = [timed[at] for at in members]
        starts = np.array([sightings[row].true_s for row in rows])
        ends = np.array([sightings[row].true_end_s for row in rows])
        pairs = np.asarray(rows)[overlapping_pairs(starts, ends)]
        assets = np.array([sightings[row].asset for row in rows])
        whose = dict(zip(rows, assets.tolist(), strict=True))
        found.append(np.array([p for p in pairs if whose[p[0]] != whose[p[1]]]).reshape(-1, 2))
    pairs = np.concatenate(found).astype(np.int64)
    return np.unique(np.sort(pairs, axis=1), axis=0)


def _grouped(keys: Iterable[int | None]) -> dict[int | None, list[int]]:
    groups: dict[int | None, list[int]] = {}
    for at, key in enumerate(keys):
        groups.setdefault(key, []).append(at)
    return groups


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of going from one camera to another. ``median_log`` and ``spread_log`` of the
    time in seconds, drawn towards what is typical while few were seen; ``share``: of those who left
    the first, who came to the second next; ``seen_s``: quartiles of the times that were seen."""

    count: int
    share: float
    median_log: float
    spread_log: float
    earliest_s: float
    seen_s: tuple[float, float, float]

    def density(self, gap_s: float) -> float:
        """Probability density of a walk of this length (1/s)."""
        gap = max(gap_s, 1.0)
        at = (log(gap) - self.median_log) / self.spread_log
        return exp(-at * at / 2) / (gap * self.spread_log * sqrt(2 * pi))

    def share_within(self, gap_s: float) -> float:
        """Share of walks that take no longer than this, 0–1."""
        at = (log(max(gap_s, 1e-9)) - self.median_log) / self.spread_log
        return 0.5 * (1.0 + erf(at / sqrt(2)))


@dataclass(frozen=True, slots=True)
class Topology:
    """How people move between cameras, learned from confirmed sightings.

    ``both`` and ``only``: by pair of cameras (lower first), how often a confirmed person was on
    both at once, and on one of them while the other saw other people only.
    """

    ways: Mapping[tuple[int, int], Way] = field(default_factory=dict)
    both: Mapping[tuple[int, int], int] = field(default_factory=dict)
    only: Mapping[tuple[int, int], int] = field(default_factory=dict)
    span_s: float = LONGEST_S
    declared: frozenset[tuple[int, int]] = frozenset()

    @classmethod
    def learn(
        cls,
        confirmed: Iterable[tuple[int, Sighting]],
        *,
        overlapping: Iterable[tuple[int, int]] = (),
    ) -> Topology:
        """From (identity, sighting); those without camera or true time are left out.

        ``overlapping``: pairs of cameras that are declared to see one place.
        """
        known = [(who, s) for who, s in confirmed if s.camera is not None and s.true_s is not None]
        known.sort(key=lambda item: (item[1].true_s or 0.0, item[0], item[1].camera or 0))
        gaps, both, only = _walks(known), *_views(known)
        leaving: dict[int, int] = {}
        for (camera, _), taken in gaps.items():
            leaving[camera] = leaving.get(camera, 0) + len(taken)
        ways = {pair: way_of(taken, leaving[pair[0]]) for pair, taken in gaps.items()}
        times = [s.true_s or 0.0 for _, s in known]
        span = max(times) - min(times) if times else LONGEST_S
        declared = frozenset((min(pair), max(pair)) for pair in overlapping)
        return cls(ways, both, only, min(max(span, 60.0), LONGEST_S), declared)

    def llr(self, a: Sighting, b: Sighting) -> tuple[str, float]:
        """The kind of evidence that times and cameras give, and its LLR: ``together`` for two
        cameras at once, ``travel`` for one after the other; 0 where nothing is known."""
        if a.true_s is None or b.true_s is None or a.camera is None or b.camera is None:
            return "travel", 0.0
        if a.camera == b.camera:
            return "travel", 0.0
        if a.true_s > b.true_s:
            a, b = b, a
        gap = (b.true_s or 0.0) - (a.true_end_s or 0.0)
        if gap <= 0:
            return "together", self._together(a.camera or 0, b.camera or 0)
        return "travel", self._travel(a.camera or 0, b.camera or 0, gap)

    def llr_of_nearest(self, a: Sighting, b: Sighting, among: int) -> tuple[str, float]:
        """As ``llr`` where ``b`` was picked as the nearest in time of ``among`` sightings of one
        person: of so many, one lies at a usual gap by chance that much more often, so what speaks
        for one person is worth as much less. What speaks against stands."""
        kind, llr = self.llr(a, b)
        return kind, llr if llr <= 0 else max(0.0, llr - log(max(among, 1)))

    def _together(self, first: int, second: int) -> float:
        pair = (min(first, second), max(first, second))
        both, only = self.both.get(pair, 0), self.only.get(pair, 0)
        # Half and two: one in five pairs of cameras overlap before anything is known, which
        # is what no evidence is measured against.
        odds = (both + 0.5) / (only + 2.0) / 0.25
        # Views that are declared to overlap only ever speak for one person.
        return min(max(log(odds), 0.0 if pair in self.declared else TOO_FAST), TOGETHER_MOST)

    def _travel(self, first: int, second: int, gap_s: float) -> float:
        way = self.ways.get((first, second))
        pair = (min(first, second), max(first, second))
        if way is None or gap_s > LONGEST_S:
            return 0.0
        if gap_s < way.earliest_s and not self.both.get(pair) and pair not in self.declared:
            return TOO_FAST
        others = (1 - way.share) / self.span_s
        ratio = (way.share * way.density(gap_s) + others) * self.span_s
        return min(max(log(ratio), TOO_FAST), STRONGEST)


def _walks(known: Sequence[tuple[int, Sighting]]) -> dict[tuple[int, int], list[float]]:
    """Seconds between leaving one camera and coming to the next, by pair of cameras."""
    gaps: dict[tuple[int, int], list[float]] = {}
    last: dict[int, Sighting] = {}
    for who, seen in known:
        before = last.get(who)
        if before is not None and before.camera != seen.camera:
            gap = (seen.true_s or 0.0) - (before.true_end_s or 0.0)
            if 0 < gap <= LONGEST_S:
                key = (before.camera or 0, seen.camera or 0)
                gaps.setdefault(key, []).append(gap)
        last[who] = seen
    return gaps


def _views(
    known: Sequence[tuple[int, Sighting]],
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """How often one was on both cameras at once, and on one while the other saw others only."""
    starts = np.array([s.true_s for _, s in known], dtype=np.float64)
    ends = np.array([s.true_end_s for _, s in known], dtype=np.float64)
    together: set[tuple[int, int, int]] = set()
    apart: set[tuple[int, int, int]] = set()
    for a, b in overlapping_pairs(starts, ends).tolist():
        (who, seen), (other, also) = known[a], known[b]
        pair = sorted((seen.camera or 0, also.camera or 0))
        if pair[0] == pair[1]:
            continue
        if who == other:
            together |= {(pair[0], pair[1], a), (pair[0], pair[1], b)}
        apart |= {(pair[0], pair[1], a), (pair[0], pair[1], b)}
    both: dict[tuple[int, int], int] = {}
    only: dict[tuple[int, int], int] = {}
    for first, second, _ in together:
        both[first, second] = both.get((first, second), 0) + 1
    for first, second, _ in apart - together:
        only[first, second] = only.get((first, second), 0) + 1
    return both, only


def way_of(taken: Sequence[float], leaving: int) -> Way:
    """A way from the seconds that walks on it took; ``leaving``: walks out of its first camera."""
    logs = np.log(np.maximum(np.array(taken), 1.0))
    weight = len(logs) / (len(logs) + WORTH)
    median = float(np.median(logs))
    # 1.4826: the MAD of a normal distribution to its deviation. A floor, for clocks are not exact.
    spread = 1.4826 * float(np.median(np.abs(logs - median)))
    centre = weight * median + (1 - weight) * log(TYPICAL_S)
    width = max(0.2, sqrt(weight * spread**2 + (1 - weight) * SPREAD_LOG**2))
    earliest = EARLIEST * float(np.quantile(np.exp(logs), 0.05)) if len(logs) >= WORTH else 0.0
    low, middle, high = np.exp(np.quantile(logs, (0.25, 0.5, 0.75))).tolist()
    share = (len(logs) + 0.5) / (leaving + 1.0)
    return Way(len(logs), share, centre, width, earliest, (low, middle, high))


def clothes_llr(differ: bool, apart_s: float | None) -> float:
    """Of surely read colours that ``differ`` on some part of the body; ``apart_s``: seconds between
    the sightings, where known. Equal colours say nothing that the vectors have not said."""
    if not differ or (apart_s is not None and apart_s > SAME_DAY_S):
        return 0.0
    return CLOTHES_DIFFER


def scene_llr(first: str, second: str) -> float:
    """Of the kind of place, where both are known: a weak prior."""
    return SCENE_SAME if first and first == second else 0.0


def company_llr(with_them: int, seen: int, usual: float) -> float:
    """Of an identity's company: it was ``with_them`` of ``seen`` times where one of those was
    that are here now; ``usual`` is the share of all assets where one of them is, 0–1."""
    if seen <= 0 or not 0 < usual < 1:
        return 0.0
    share = (with_them + usual) / (seen + 1.0)
    return min(max(log(share / usual), -COMPANY_MOST), COMPANY_MOST)
