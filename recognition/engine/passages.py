"""How people pass from camera to camera: how likely each next one is, and when. Pure.

A person's sightings make visits to cameras, and each visit ends in a *step*: to another camera,
back to the same one, or away, which is to be seen nowhere for so long that it is no walk between
cameras. Where one goes depends on the camera one leaves: a Markov chain of first order, each row
smoothed by a Dirichlet prior around where all steps go, whose weight is the one under which the
steps are likeliest (MacKay and Peto 1995). When one arrives is the log-normal time of
``context.Way``. Not to have been seen since ``t`` seconds speaks against the ways that are
usually walked faster: p(next | t) ∝ p(next) · P(time > t), as in any analysis of survival.

``python -m evaluation.patterns`` measures it on people that it has not learned from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import lgamma

import numpy as np

from recognition.engine.context import LONGEST_S, Sighting, Way, way_of

AWAY = -1
"""In the place of a camera: seen nowhere else."""
STAYS_S = 60.0
"""Whoever is seen on the same camera again within a minute had not left. By eye."""
SHORTEST_AWAY_S = 600.0
AWAY_TIMES = 3.0
"""Away is who is not seen for three times as long as nineteen of twenty walks take, and at least
ten minutes; by eye."""
WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Weights of the prior, in steps, that are tried."""
LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a camera from ``start_s`` to ``end_s`` by the true clock."""

    who: int
    camera: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """From a camera to the next (``AWAY``: none), ``gap_s`` seconds later; None for away."""

    source: int
    target: int
    gap_s: float | None


@dataclass(frozen=True, slots=True)
class Guess:
    """A camera (``AWAY``: none) and how likely it is next, 0–1. ``usual_s``: the middle time
    from leaving to being seen there; ``count``: how often that was so."""

    camera: int
    probability: float
    usual_s: float | None
    count: int


def visits_of(sightings: Iterable[tuple[int, Sighting]]) -> list[Visit]:
    """(identity, sighting) as visits, by identity and time; those without camera or true time are
    left out, and those that follow each other on one camera are one."""
    known = [
        Visit(who, s.camera, s.true_s, s.true_s + s.end_s - s.start_s)
        for who, s in sightings
        if s.camera is not None and s.true_s is not None
    ]
    known.sort(key=lambda v: (v.who, v.start_s, v.camera))
    found: list[Visit] = []
    for visit in known:
        last = found[-1] if found else None
        if (
            last is not None
            and (last.who, last.camera) == (visit.who, visit.camera)
            and visit.start_s - last.end_s <= STAYS_S
        ):
            found[-1] = Visit(last.who, last.camera, last.start_s, max(last.end_s, visit.end_s))
        else:
            found.append(visit)
    return found


def steps_of(visits: Sequence[Visit], *, away_s: float, until_s: float) -> list[Step]:
    """The steps between visits (by identity and time). Who is on two cameras at once goes on from
    the later one. A last visit within ``away_s`` of ``until_s`` ends in no step: nobody can know
    yet."""
    found: list[Step] = []
    for before, after in pairwise([*visits, None]):
        if before is None:
            continue
        if after is not None and after.who == before.who:
            gap = after.start_s - before.end_s
            if gap <= 0 and after.camera != before.camera:
                continue
            if gap <= away_s:
                found.append(Step(before.camera, after.camera, max(gap, LEAST_S)))
                continue
        elif until_s - before.end_s < away_s:
            continue
        found.append(Step(before.camera, AWAY, None))
    return found


def away_after(visits: Sequence[Visit]) -> float:
    """After how many seconds without a sighting somebody is away, from how long walks take."""
    gaps = [
        b.start_s - a.end_s
        for a, b in pairwise(visits)
        if a.who == b.who and a.camera != b.camera and 0 < b.start_s - a.end_s <= LONGEST_S
    ]
    if not gaps:
        return SHORTEST_AWAY_S
    # The median stands for most walks where the rest are pauses of hours.
    usual = min(float(np.quantile(gaps, 0.95)), 10 * float(np.median(gaps)))
    return min(max(AWAY_TIMES * usual, SHORTEST_AWAY_S), LONGEST_S)


@dataclass(frozen=True, slots=True)
class Passages:
    """What was learned. ``counts``: steps by (source, target); ``base``: where all steps go, by
    target, adding up to 1; ``weight``: of that, in steps; ``ways``: times by (source, target);
    ``usual``: the time of any walk."""

    counts: Mapping[tuple[int, int], int] = field(default_factory=dict)
    base: Mapping[int, float] = field(default_factory=dict)
    weight: float = 1.0
    ways: Mapping[tuple[int, int], Way] = field(default_factory=dict)
    usual: Way | None = None
    away_s: float = SHORTEST_AWAY_S

    @classmethod
    def learn(
        cls, visits: Sequence[Visit], cameras: Iterable[int], *, until_s: float | None = None
    ) -> Passages:
        """From visits of ``visits_of``. ``until_s``: when watching ended (by default the last
        visit's end); ``cameras``: all there are."""
        if not visits:
            return cls()
        end_s = max(v.end_s for v in visits) if until_s is None else until_s
        away_s = away_after(visits)
        steps = steps_of(visits, away_s=away_s, until_s=end_s)
        return cls.from_steps(steps, cameras, away_s=away_s)

    @classmethod
    def from_steps(
        cls, steps: Sequence[Step], cameras: Iterable[int], *, away_s: float = SHORTEST_AWAY_S
    ) -> Passages:
        """The same from steps."""
        if not steps:
            return cls(away_s=away_s)
        counts: dict[tuple[int, int], int] = {}
        gaps: dict[tuple[int, int], list[float]] = {}
        for step in steps:
            key = (step.source, step.target)
            counts[key] = counts.get(key, 0) + 1
            if step.gap_s is not None:
                gaps.setdefault(key, []).append(step.gap_s)
        targets = sorted({AWAY, *cameras, *(step.target for step in steps)})
        base = _base(counts, targets)
        every = [gap for taken in gaps.values() for gap in taken]
        left: dict[int, int] = {}
        for (source, _), count in counts.items():
            left[source] = left.get(source, 0) + count
        ways = {key: way_of(taken, left[key[0]]) for key, taken in gaps.items()}
        usual = way_of(every, len(steps)) if every else None
        return cls(counts, base, _best_weight(counts, base), ways, usual, away_s)

    def left(self, camera: int) -> int:
        """How many steps lead out of a camera."""
        return sum(count for (source, _), count in self.counts.items() if source == camera)

    def share(self, source: int, target: int) -> float:
        """How likely a step out of ``source`` leads to ``target``, 0–1."""
        prior = self.weight * self.base.get(target, 0.0)
        return (self.counts.get((source, target), 0) + prior) / (self.left(source) + self.weight)

    def next_after(self, camera: int, unseen_s: float = 0.0) -> list[Guess]:
        """Where somebody is seen next who left ``camera`` and was not seen for ``unseen_s``, the
        likeliest first; the probabilities add up to 1. Empty where nothing was learned."""
        odds = {
            target: self.share(camera, target) * self._not_yet(camera, target, unseen_s)
            for target in self.base
        }
        total = sum(odds.values())
        if total <= 0:
            return []
        found = [
            Guess(target, value / total, self._usual_s(camera, target), self._count(camera, target))
            for target, value in odds.items()
        ]
        return sorted(found, key=lambda guess: (-guess.probability, guess.camera))

    def _count(self, source: int, target: int) -> int:
        return self.counts.get((source, target), 0)

    def _usual_s(self, source: int, target: int) -> float | None:
        way = self.ways.get((source, target))
        return None if way is None else way.seen_s[1]

    def _not_yet(self, source: int, target: int, unseen_s: float) -> float:
        """The share of such steps that take longer."""
        if target == AWAY or unseen_s <= 0:
            return 1.0
        way = self.ways.get((source, target), self.usual)
        if unseen_s > self.away_s or way is None:
            return 0.0
        return 1.0 - way.share_within(unseen_s)


def _base(counts: Mapping[tuple[int, int], int], targets: Sequence[int]) -> dict[int, float]:
    """Where all steps go, each target counted once more, so that none is impossible."""
    went = dict.fromkeys(targets, 1.0)
    for (_, target), count in counts.items():
        went[target] += count
    total = sum(went.values())
    return {target: count / total for target, count in went.items()}


def _best_weight(counts: Mapping[tuple[int, int], int], base: Mapping[int, float]) -> float:
    """The weight of the prior under which the steps are likeliest: the evidence of a
    Dirichlet-multinomial, row by row."""
    left: dict[int, int] = {}
    for (source, _), count in counts.items():
        left[source] = left.get(source, 0) + count

    def evidence(weight: float) -> float:
        rows = sum(lgamma(weight) - lgamma(weight + total) for total in left.values())
        cells = sum(
            lgamma(weight * base[target] + count) - lgamma(weight * base[target])
            for (_, target), count in counts.items()
        )
        return rows + cells

    return max(WEIGHTS, key=evidence)
