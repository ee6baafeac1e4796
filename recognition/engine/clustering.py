"""From track vectors to people: HDBSCAN (Campello et al. 2013), then what must be true.

Over-splitting beats over-merging: two clusters merge with one click, a wrong merge
poisons everything after it. HDBSCAN, on re-ranked distances of a neighbour graph, proposes
groups; average linkage cuts each wherever its parts do not agree or two tracks were seen at
one time on one camera, and joins parts and left-over tracks that do agree. Time and memory
grow with tracks × neighbours but for the exact search of neighbours. Measured by
``python -m evaluation.clustering``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from recognition.engine.centres import FEW_PEOPLE
from recognition.engine.density import density_groups
from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
from recognition.engine.linkage import Known, join, split
from recognition.engine.neighbours import best_of, dots, nearest, similarity_blocks
from recognition.engine.reranking import rerank_neighbours
from recognition.engine.types import Floats, Ints

NOISE = -1

SAME_PERSON = 0.45
"""Mean cosine from which two groups of tracks are one person, where nothing better is known."""
SAME_PERSON_BY_SPACE = {"person-reidentification-retail-0277": 0.4}
"""The same by vector space: on PKU-Reid's 24 identities no two people were merged at these
values (0277: all of 384 pictures in 31 clusters, none mixed, pairwise recall .90)."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A track's nearest identity: its index among the bases' owners, or ``NOISE``."""

    identity: int
    similarity: float
    margin: float
    """Similarity above the best other identity; small means doubtful."""


def same_person_for(space: str) -> float:
    """The threshold for a person network's vector space (``NetworkInfo.detail["space"]``)."""
    return SAME_PERSON_BY_SPACE.get(space, SAME_PERSON)


def cluster(
    vectors: Floats,
    *,
    same_person: float = SAME_PERSON,
    cannot_link: Iterable[tuple[int, int]] = (),
    nudges: Mapping[tuple[int, int], float] | None = None,
    min_size: int = 2,
    is_reranked: bool = True,
    among: int = FEW_PEOPLE,
) -> Ints:
    """Labels (n,) for unit rows (n, d): 0, 1, … by size, ``NOISE`` for tracks alone.

    ``cannot_link``: pairs of rows that are surely two people (the same time on the same
    camera). ``nudges``: what else is known of pairs, to be added to their cosine. ``same_person``:
    the mean cosine from which groups are joined, measured ``among`` so many groups (``crowding``).
    ``is_reranked``: density is that of re-ranked distances. The order of the rows makes no
    difference.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2:
        raise BadValue(f"expected vectors of shape (n, d), got {rows.shape}")
    known = _known(len(rows), cannot_link, nudges or {})
    # Rounding and ties depend on the order of sums: one order for every order of arrival.
    order = np.lexsort(rows.T[:ORDERED_BY]) if rows.shape[1] else np.arange(len(rows))
    rows, known = unit(rows[order]), known.among(order, len(rows))
    proposed = _propose(rows, is_reranked=is_reranked)
    least = same_person + crowding(rows, _count(proposed), among)
    parts = split(rows, proposed, least, known)
    joined = join(rows, parts, least, known)
    labels = np.empty(len(rows), dtype=np.int64)
    labels[order] = joined
    return _number(labels, min_size)


ENOUGH_FOR_HDBSCAN = 8
"""Below, density says nothing, and average linkage alone decides."""
NEIGHBOURS = 24
"""Neighbours of a track in the graph that groups are made from: ``K1`` of re-ranking and a few."""
STRANGERS = 0.2
"""Strangers that may be above the threshold of a track seen once. Of made-up tracks
(``--tracks 20000``) .44 leaves 14 groups of two people and loses .0003 of recall, where .40
leaves 62; this gives .45 there."""
RANDOM_PAIRS = 50_000
ORDERED_BY = 4
"""Coordinates by which rows are put in order; two different tracks never agree in so many."""


def _known(
    count: int, cannot_link: Iterable[tuple[int, int]], nudges: Mapping[tuple[int, int], float]
) -> Known:
    apart = np.array([*cannot_link], dtype=np.int64).reshape(-1, 2)
    pairs = np.array([*nudges], dtype=np.int64).reshape(-1, 2)
    for a, b in np.concatenate([apart, pairs]):
        if not (0 <= a < count and 0 <= b < count):
            raise BadValue(f"cannot-link pair ({a}, {b}) is outside 0–{count - 1}")
    return Known(apart, pairs, np.array([*nudges.values()], dtype=np.float32))


def _propose(rows: Floats, *, is_reranked: bool) -> Ints:
    """HDBSCAN's groups; everyone in one where there are too few for density."""
    if len(rows) < ENOUGH_FOR_HDBSCAN:
        return np.zeros(len(rows), dtype=np.int64)
    near = nearest(rows, NEIGHBOURS)
    if is_reranked:
        return density_groups(near.index, rerank_neighbours(rows, near))
    return density_groups(near.index, np.sqrt(np.maximum(2.0 - 2.0 * near.similarity, 0.0)))


def count_proposed(vectors: Floats) -> int:
    """How many groups, with rows in none, there are of unit rows (n, d) before any is cut or
    joined: what crowds are told by."""
    return _count(_propose(unit(vectors), is_reranked=True))


def crowding(rows: Floats, people: int, among: int = FEW_PEOPLE) -> float:
    """What a crowd adds to ``same_person``: 0 up to so many people ``among`` whom it was measured.

    Among more people the best of all strangers is more like a track. Cosines of random pairs of
    the library's own rows, nearly all of strangers, tell by how much: the step of the normal
    distribution's quantile at which a track has ``STRANGERS`` of them above it.
    """
    if people <= among:
        return 0.0
    first, second = np.random.default_rng(0).integers(0, len(rows), (2, RANDOM_PAIRS))
    apart = first != second
    low, high = np.percentile(dots(rows, first[apart], second[apart]), (16, 84))
    beyond = NormalDist().inv_cdf(1 - STRANGERS / people)
    return float((high - low) / 2) * (beyond - NormalDist().inv_cdf(1 - STRANGERS / among))


def _count(proposed: Ints) -> int:
    """Groups and rows in none."""
    return len(np.unique(proposed[proposed >= 0])) + int(np.count_nonzero(proposed < 0))


def _number(parts: Ints, min_size: int) -> Ints:
    """Parts of at least ``min_size`` numbered by size, then by their first row."""
    names, first, inverse, sizes = np.unique(
        parts, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    numbers = np.empty(len(names), dtype=np.int64)
    numbers[order] = np.arange(len(names))
    numbers[sizes < min_size] = NOISE
    return np.asarray(numbers[inverse], dtype=np.int64)


def assign(
    vectors: Floats, bases: Floats, owners: Ints, threshold: float = SAME_PERSON
) -> list[Assignment]:
    """The identity of each unit row (n, d) by base representations (m, d).

    ``owners`` (m,) names the identity of each base; an identity may have several bases
    (its modes) and the nearest counts. Below ``threshold`` the identity is ``NOISE``.
    """
    rows, known = unit(vectors), unit(bases)
    if len(known) != len(owners):
        raise BadValue(f"expected an owner per base, got {len(owners)} for {len(known)}")
    if len(known) == 0:
        return [Assignment(NOISE, -1.0, 0.0) for _ in rows]
    names, values = best_identities(rows, known, owners, 2)
    return [
        _nearest_identity(name, value, threshold)
        for name, value in zip(names, values.tolist(), strict=True)
    ]


def best_identities(
    vectors: Floats, bases: Floats, owners: Ints, count: int
) -> tuple[Ints, Floats]:
    """The ``count`` nearest identities of unit rows (n, d) and their cosines, nearest first: both
    (n, c), c at most the number of owners. Of an identity's bases (m, d) the nearest counts."""
    order = np.argsort(owners, kind="stable")
    names, starts = np.unique(owners[order], return_index=True)
    kept = min(count, len(names))
    found = [np.empty((0, kept), np.int64)]
    similar = [np.empty((0, kept), np.float32)]
    for _, block in similarity_blocks(vectors, bases[order]):
        columns, values = best_of(np.maximum.reduceat(block, starts, axis=1), kept)
        found.append(names[columns])
        similar.append(values)
    return np.concatenate(found), np.concatenate(similar)


def _nearest_identity(names: Ints, values: Sequence[float], threshold: float) -> Assignment:
    top = values[0]
    margin = top - values[1] if len(values) > 1 else top + 1.0
    return Assignment(int(names[0]) if top >= threshold else NOISE, top, margin)
