"""Who is with whom, and how much more often than chance. Pure.

People meet on *occasions*: a shot, or some minutes at one place. Of two people it is counted on
how many occasions both were there, and what chance would make of it if each went where they go
without regard to the other: at each place, that is n_a · n_b / n of its n occasions. The
difference over all places in its standard deviations is the score of Cochran (1954) and Mantel
and Haenszel (1959) for stratified 2 × 2 tables, with the variance of the hypergeometric
distribution, so that it is right for few occasions, too; two who both like one busy place are not
company for that. The ratio of count and expectation is what pointwise mutual information is the
logarithm of (Church and Hanks 1990): ``times`` / ``expected``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

REMARKABLE = 2.0
"""Standard deviations from which company is said to be more, or less, than chance: 1 in 40 pairs
is by chance alone on either side."""
MOST_AT_ONCE = 200
"""An occasion of more people says nothing of any two, and its pairs would be tens of thousands.
By eye."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody (``who``) was there on an ``occasion`` at a ``place``."""

    who: int
    occasion: Hashable
    place: Hashable


@dataclass(frozen=True, slots=True)
class Bond:
    """Two people, ``first`` < ``second``, on ``times`` occasions together, where chance would make
    ``expected``; ``score``: by how many standard deviations that is more (negative: less)."""

    first: int
    second: int
    times: int
    expected: float
    score: float

    @property
    def ratio(self) -> float:
        """How many times as often as chance would have it."""
        return self.times / self.expected

    @property
    def is_more(self) -> bool:
        """Whether chance hardly explains it."""
        return self.score >= REMARKABLE

    @property
    def is_less(self) -> bool:
        """Whether they rather avoid each other."""
        return self.score <= -REMARKABLE

    def other(self, who: int) -> int:
        """The one of the two who is not ``who``."""
        return self.second if who == self.first else self.first


def bonds(presences: Iterable[Presence]) -> list[Bond]:
    """All pairs that were together at least once: most times first, then the highest score.

    Work grows with pairs on one occasion, memory with people × places.
    """
    there = list({(p.who, p.occasion): p for p in presences}.values())
    if not there:
        return []
    people, who = np.unique(np.array([p.who for p in there], dtype=np.int64), return_inverse=True)
    occasion = _codes([p.occasion for p in there])
    place = _codes([p.place for p in there])
    first, second, times = _together(who, occasion)
    if not len(first):
        return []
    expected, spread = _chance(who, occasion, place, first, second)
    score = np.where(spread > 0, (times - expected) / np.where(spread > 0, spread, 1.0), 0.0)
    found = [
        Bond(int(people[a]), int(people[b]), int(n), float(e), float(s))
        for a, b, n, e, s in zip(first, second, times, expected, score, strict=True)
    ]
    return sorted(found, key=lambda bond: (-bond.times, -bond.score, bond.first, bond.second))


def _codes(values: Sequence[Hashable]) -> npt.NDArray[np.int64]:
    """Numbers from 0 in the order in which values come first."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)


def _together(who: npt.NDArray[np.int64], occasion: npt.NDArray[np.int64]) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]
]:  # fmt: skip
    """Pairs of people and on how many occasions both were."""
    crowd = np.bincount(occasion)[occasion] > MOST_AT_ONCE
    shape = (int(who.max()) + 1, int(occasion.max()) + 1)
    ones = np.ones(int((~crowd).sum()))
    seen = sparse.csr_matrix((ones, (who[~crowd], occasion[~crowd])), shape=shape)
    both = sparse.triu(seen @ seen.T, k=1).tocoo()
    return both.row.astype(np.int64), both.col.astype(np.int64), both.data


def _chance(
    who: npt.NDArray[np.int64],
    occasion: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What chance expects of each pair, and the deviation of that."""
    places = int(place.max()) + 1
    went = np.zeros((int(who.max()) + 1, places))
    np.add.at(went, (who, place), 1.0)
    of_place = {(int(o), int(p)) for o, p in zip(occasion, place, strict=True)}
    total = np.bincount([p for _, p in of_place], minlength=places).astype(np.float64)
    expected, variance = np.zeros(len(first)), np.zeros(len(first))
    for at in range(places):
        n, a, b = total[at], went[first, at], went[second, at]
        expected += a * b / n
        if n > 1:
            variance += a * b * (n - a) * (n - b) / (n * n * (n - 1))
    return expected, np.sqrt(variance)
