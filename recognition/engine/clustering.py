"""From track vectors to people: HDBSCAN (Campello et al. 2013), then what must be true.

Over-splitting beats over-merging: two clusters merge with one click, a wrong merge
poisons everything after it. HDBSCAN proposes groups; average linkage cuts each wherever
its parts do not agree or two tracks were seen at one time on one camera, and joins parts
and left-over tracks that do agree. Measured by ``python -m evaluation.clustering``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
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
    min_size: int = 2,
) -> Ints:
    """Labels (n,) for unit rows (n, d): 0, 1, … by size, ``NOISE`` for tracks alone.

    ``cannot_link``: pairs of rows that are surely two people (the same time on the same
    camera). ``same_person``: the mean cosine from which groups are joined.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2:
        raise BadValue(f"expected vectors of shape (n, d), got {rows.shape}")
    rows = unit(rows)
    apart = _apart(len(rows), cannot_link)
    everyone = np.arange(len(rows), dtype=np.int64)
    proposed = _hdbscan(rows) if len(rows) >= ENOUGH_FOR_HDBSCAN else everyone
    alone = proposed == NOISE
    groups = [everyone[proposed == name] for name in np.unique(proposed[~alone])]
    parts = [part for group in groups for part in _split(rows, group, same_person, apart)]
    parts += [np.array([row]) for row in everyone[alone]]
    joined = _join(rows, parts, same_person, apart)
    return _number([g for g in joined if len(g) >= min_size], len(rows))


ENOUGH_FOR_HDBSCAN = 8
"""Below, density says nothing, and average linkage alone decides."""


def _apart(count: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    apart: set[tuple[int, int]] = set()
    for a, b in pairs:
        if not (0 <= a < count and 0 <= b < count):
            raise BadValue(f"cannot-link pair ({a}, {b}) is outside 0–{count - 1}")
        apart |= {(a, b), (b, a)}
    return apart


def _hdbscan(rows: Floats) -> Ints:
    """HDBSCAN on Euclidean distances of unit rows, which rise as the cosine falls.

    ``min_cluster_size`` and ``min_samples`` 2: people may have few tracks; on PKU-Reid this
    gave 29 groups for 24 people, one of them mixed, which ``_split`` takes apart.
    """
    import hdbscan

    model = hdbscan.HDBSCAN(
        min_cluster_size=2, min_samples=2, metric="euclidean", core_dist_n_jobs=1
    )
    return np.asarray(model.fit_predict(rows.astype(np.float64)), dtype=np.int64)


def _split(
    rows: Floats, group: Ints, same_person: float, apart: set[tuple[int, int]]
) -> list[Ints]:
    """Average-linkage parts of a group whose members agree and may be one person."""
    return _join(rows, [np.array([row]) for row in group], same_person, apart)


def _join(
    rows: Floats, parts: list[Ints], same_person: float, apart: set[tuple[int, int]]
) -> list[Ints]:
    """Join the two parts with the highest mean similarity, again and again, while it is at
    least ``same_person`` and no pair across them is known to be apart."""
    if len(parts) < 2:
        return parts
    similarity = _between(rows, parts, apart)
    sizes = np.array([len(part) for part in parts], dtype=np.float64)
    members = [list(part) for part in parts]
    best = similarity.max(axis=1)
    while True:
        i = int(best.argmax())
        if best[i] < same_person:
            return [np.array(sorted(m), dtype=np.int64) for m in members if m]
        j = int(similarity[i].argmax())
        total = sizes[i] + sizes[j]
        merged = (similarity[i] * sizes[i] + similarity[j] * sizes[j]) / total
        merged[[i, j]] = -np.inf
        sizes[i] = total
        members[i] += members[j]
        members[j] = []
        touched = np.flatnonzero((best == similarity[:, i]) | (best == similarity[:, j]))
        similarity[i], similarity[:, i] = merged, merged
        similarity[j], similarity[:, j] = -np.inf, -np.inf
        best = np.maximum(best, merged)
        touched = np.union1d(touched, [i, j])
        best[touched] = similarity[touched].max(axis=1)


def _between(
    rows: Floats, parts: list[Ints], apart: set[tuple[int, int]]
) -> npt.NDArray[np.float64]:
    """Mean similarity between parts; minus infinity on the diagonal and where apart."""
    means = np.stack([rows[part].astype(np.float64).mean(axis=0) for part in parts])
    similarity = means @ means.T  # the mean over all pairs of two parts
    part_of = {int(row): number for number, part in enumerate(parts) for row in part}
    for a, b in apart:
        if a in part_of and b in part_of:
            similarity[part_of[a], part_of[b]] = -np.inf
    np.fill_diagonal(similarity, -np.inf)
    return np.asarray(similarity)


def _number(groups: list[Ints], count: int) -> Ints:
    labels = np.full(count, NOISE, dtype=np.int64)
    for name, group in enumerate(sorted(groups, key=lambda g: (-len(g), int(g[0])))):
        labels[group] = name
    return labels


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
    names, index = np.unique(owners, return_inverse=True)
    best = np.full((len(rows), len(names)), -1.0, dtype=np.float32)
    similarity = rows @ known.T
    for column in range(len(known)):
        best[:, index[column]] = np.maximum(best[:, index[column]], similarity[:, column])
    return [_nearest_identity(row, names, threshold) for row in best]


def _nearest_identity(row: Floats, names: Ints, threshold: float) -> Assignment:
    order = np.argsort(-row, kind="stable")
    top = float(row[order[0]])
    margin = top - float(row[order[1]]) if len(row) > 1 else top + 1.0
    return Assignment(int(names[order[0]]) if top >= threshold else NOISE, top, margin)
