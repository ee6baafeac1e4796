"""Average linkage among neighbours: parts join while they agree, and never against what is known.

The mean similarity of two parts is the dot product of their mean vectors. A part that was made of
two is as like a third as the two were on average, so a pair below the threshold never comes to be
joined by way of others: it is enough to look at pairs that start above it, and the result is that
of the full table (Müllner 2011, arXiv:1109.2378, on average linkage as a reducible one).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from recognition.engine.embedding import unit
from recognition.engine.neighbours import pairs_from
from recognition.engine.types import Floats, Ints

EXACT_UP_TO = 2000
"""Parts among which all pairs are looked at; beyond, of each part the ``MOST_PAIRS`` most alike."""
MOST_PAIRS = 64
"""By eye: a person of a thousand tracks is joined over several steps."""
TABLE_UP_TO = 3000
"""Rows of which scipy makes a full table (36 MB) rather than our joining among neighbours."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of pairs of rows beside their vectors.

    ``apart`` (p, 2): never in one part. ``pairs`` (q, 2) and ``nudges`` (q,): what to add to the
    similarity of a pair, in units of cosine; a pair may be named once.
    """

    apart: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    pairs: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    nudges: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    def among(self, rows: Ints, count: int) -> Known:
        """The same for some of ``count`` rows, renumbered to their positions in ``rows``."""
        place = np.full(count, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        apart, pairs = place[self.apart], place[self.pairs]
        inside = (pairs >= 0).all(axis=1)
        return Known(apart[(apart >= 0).all(axis=1)], pairs[inside], self.nudges[inside])

    @property
    def is_empty(self) -> bool:
        """Whether the vectors alone decide."""
        return not len(self.apart) and not len(self.pairs)


def split(rows: Floats, groups: Ints, least: float, known: Known) -> Ints:
    """Parts of the groups whose members agree: a part's number for each row, (n,).

    ``rows`` (n, d) unit; ``groups`` (n,), -1: a row alone. Members of one part have a mean
    similarity of at least ``least`` at every joining, and no pair that is known to be apart.
    """
    parts = np.full(len(rows), -1, dtype=np.int64)
    order = np.argsort(groups, kind="stable")
    bounds = np.flatnonzero(np.diff(groups[order], prepend=-2, append=-2))
    tied = _tied_groups(groups, known)
    made = 0
    for start, stop in pairwise(bounds.tolist()):
        members = order[start:stop]
        name = int(groups[members[0]])
        if name < 0:
            own = np.arange(len(members))
        elif name in tied or len(members) > TABLE_UP_TO:
            everyone = np.arange(len(members))
            own = join(rows[members], everyone, least, known.among(members, len(rows)))
        else:
            own = _by_table(rows[members], least)
        parts[members] = own + made
        made += int(own.max()) + 1
    return parts


def _tied_groups(groups: Ints, known: Known) -> set[int]:
    """Groups within which something is known of a pair."""
    named = np.concatenate([known.apart, known.pairs])
    first, second = groups[named[:, 0]], groups[named[:, 1]]
    return set(first[first == second].tolist())


def _by_table(rows: Floats, least: float) -> Ints:
    if len(rows) < 2:
        return np.zeros(len(rows), dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage

    upper = np.triu_indices(len(rows), k=1)
    distance = np.maximum(1.0 - (rows @ rows.T)[upper].astype(np.float64), 0.0)
    tree = linkage(distance, method="average")
    return np.asarray(fcluster(tree, 1.0 - least, criterion="distance") - 1, dtype=np.int64)


def join(rows: Floats, parts: Ints, least: float, known: Known) -> Ints:
    """Join the two parts with the highest mean similarity, again and again, while it is at least
    ``least`` and no pair across them is known to be apart. ``parts`` (n,): 0, 1, …; so is what
    comes back."""
    count = int(parts.max(initial=-1)) + 1
    if count < 2:
        return parts
    state = _Joining.begin(rows, parts, count, least, known)
    while state.heap:
        _, a, b, age_a, age_b = heapq.heappop(state.heap)
        if state.age[a] == age_a and state.age[b] == age_b:
            state.merge(a, b)
    return state.numbers()[parts]


@dataclass(slots=True)
class _Joining:
    """Parts on their way: sums of rows, sizes, who is near whom, who is apart, and nudges."""

    least: float
    sums: Floats
    sizes: Floats
    near: list[set[int]]
    apart: list[set[int]]
    nudges: list[dict[int, float]]
    heap: list[tuple[float, int, int, int, int]]
    age: list[int]
    into: Ints

    @classmethod
    def begin(cls, rows: Floats, parts: Ints, count: int, least: float, known: Known) -> _Joining:
        sums = np.zeros((count, rows.shape[1]), dtype=np.float32)
        np.add.at(sums, parts, rows)
        sizes = np.bincount(parts, minlength=count).astype(np.float32)
        state = cls(
            least,
            sums,
            sizes,
            [set() for _ in range(count)],
            [set() for _ in range(count)],
            [{} for _ in range(count)],
            [],
            [0] * count,
            np.arange(count, dtype=np.int64),
        )
        state._learn(parts, known)
        state._look_around(count)
        return state

    def _learn(self, parts: Ints, known: Known) -> None:
        for a, b in parts[known.apart].tolist():
            self.apart[a].add(b)
            self.apart[b].add(a)
        for (a, b), nudge in zip(parts[known.pairs].tolist(), known.nudges.tolist(), strict=True):
            if a != b:
                self.nudges[a][b] = self.nudges[a].get(b, 0.0) + nudge
                self.nudges[b][a] = self.nudges[b].get(a, 0.0) + nudge

    def _look_around(self, count: int) -> None:
        """Every pair that may be joined: alike by vectors, or by what is known."""
        at_most = count if count <= EXACT_UP_TO else MOST_PAIRS
        first, second, _ = pairs_from(self.sums / self.sizes[:, None], self.least, at_most)
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            self.near[a].add(b)
            self.near[b].add(a)
        for a, nudges in enumerate(self.nudges):
            self.near[a].update(nudges)
        for a in range(count):
            self._push(a, [b for b in self.near[a] if b > a])

    def _push(self, a: int, others: list[int]) -> None:
        """Offer part ``a`` with others, and forget those that do not agree with it."""
        others = sorted(set(others) - self.apart[a])
        if not others:
            return
        total = self.sums[others] @ self.sums[a]
        if self.nudges[a]:
            total = total + np.array([self.nudges[a].get(b, 0.0) for b in others], np.float32)
        mean = total / (self.sizes[others] * self.sizes[a])
        for b, value in zip(others, mean.tolist(), strict=True):
            if value >= self.least:
                low, high = (a, b) if a < b else (b, a)
                entry = (-value, low, high, self.age[low], self.age[high])
                heapq.heappush(self.heap, entry)
            else:
                self.near[a].discard(b)
                self.near[b].discard(a)

    def merge(self, a: int, b: int) -> None:
        """Let ``b`` become a part of ``a``."""
        self.sums[a] += self.sums[b]
        self.sizes[a] += self.sizes[b]
        self.age[a] += 1
        self.age[b] += 1
        self.into[b] = a
        for other, nudge in self.nudges[b].items():
            del self.nudges[other][b]
            if other != a:
                self.nudges[a][other] = self.nudges[a].get(other, 0.0) + nudge
                self.nudges[other][a] = self.nudges[other].get(a, 0.0) + nudge
        self.nudges[b] = {}
        for table in (self.near, self.apart):
            for other in table[b]:
                table[other].discard(b)
                if other != a:
                    table[other].add(a)
                    table[a].add(other)
            table[b] = set()
        self._push(a, list(self.near[a]))

    def numbers(self) -> Ints:
        """For each part at the start the number of the part it has come to, from 0 on."""
        into = self.into
        while (into[into] != into).any():
            into = into[into]
        return np.asarray(np.unique(into, return_inverse=True)[1], dtype=np.int64)


def similarity_to_rest(rows: Floats, weights: Floats, labels: Ints) -> Floats:
    """Of each row (n, d) the cosine to the weighted mean of the others of its label (n,); NaN for
    who is alone. ``weights`` (n,)."""
    weighted = rows * weights[:, None]
    count = int(labels.max(initial=-1)) + 1
    totals = np.zeros((count, rows.shape[1]), dtype=np.float32)
    np.add.at(totals, labels, weighted)
    sizes = np.bincount(labels, minlength=count)
    out = np.einsum("ij,ij->i", rows, unit(totals[labels] - weighted))
    return np.where(sizes[labels] > 1, out, np.nan).astype(np.float32)
