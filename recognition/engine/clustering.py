"""From track vectors to people: HDBSCAN (Campello et al. 2013), then what must be true.

Over-splitting beats over-merging: two clusters merge with one click, a wrong merge
poisons everything after it. So clusters are cut wherever two tracks were seen at one time
on one camera, and wherever a member is too far from the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
from recognition.engine.types import Floats, Ints

NOISE = -1

SAME_PERSON = 0.62
"""Default cosine above which two tracks may be one person; the loader's networks bring
their own (``Networks`` → ``NetworkInfo.detail["same_person"]``), measured on PKU-Reid."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A track's nearest identity: its index among the bases' owners, or ``NOISE``."""

    identity: int
    similarity: float
    margin: float
    """Similarity above the best other identity; small means doubtful."""


def cluster(
    vectors: Floats,
    *,
    same_person: float = SAME_PERSON,
    cannot_link: Iterable[tuple[int, int]] = (),
    min_size: int = 2,
) -> Ints:
    """Labels (n,) for unit rows (n, d): 0, 1, … by size, ``NOISE`` for tracks alone.

    ``cannot_link``: pairs of rows that are surely two people (the same time on the same
    camera). ``same_person``: the cosine below which rows never share a cluster's core.
    """
    rows = unit(vectors)
    if rows.ndim != 2:
        raise BadValue(f"expected vectors of shape (n, d), got {rows.shape}")
    apart = _apart(len(rows), cannot_link)
    if len(rows) < 2:
        return np.full(len(rows), NOISE, dtype=np.int64)
    labels = _hdbscan(rows, same_person, min_size) if len(rows) > 3 else _one_cluster(rows)
    groups = [np.flatnonzero(labels == name) for name in np.unique(labels[labels >= 0])]
    groups = [part for group in groups for part in _split(rows, group, same_person, apart)]
    return _number([g for g in groups if len(g) >= min_size], len(rows))


def _apart(count: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    apart: set[tuple[int, int]] = set()
    for a, b in pairs:
        if not (0 <= a < count and 0 <= b < count):
            raise BadValue(f"cannot-link pair ({a}, {b}) is outside 0–{count - 1}")
        apart |= {(a, b), (b, a)}
    return apart


def _one_cluster(rows: Floats) -> Ints:
    return np.zeros(len(rows), dtype=np.int64)


def _hdbscan(rows: Floats, same_person: float, min_size: int) -> Ints:
    """HDBSCAN on Euclidean distances of unit rows (monotonic in the cosine).

    ``cluster_selection_epsilon`` is half the distance of ``same_person``: below it HDBSCAN
    does not split further, which keeps views of one person together.
    """
    import hdbscan

    epsilon = float(np.sqrt(2 - 2 * same_person))
    model = hdbscan.HDBSCAN(
        min_cluster_size=max(2, min_size),
        min_samples=1,
        cluster_selection_epsilon=epsilon * 0.5,
        allow_single_cluster=True,
        metric="euclidean",
        core_dist_n_jobs=1,
    )
    return np.asarray(model.fit_predict(rows.astype(np.float64)), dtype=np.int64)


def _split(
    rows: Floats, group: Ints, same_person: float, apart: set[tuple[int, int]]
) -> list[Ints]:
    """Average-linkage parts of a group whose members agree and may be one person.

    Merges the most similar two parts again and again while their mean similarity stays at
    ``same_person`` or above and no pair of them is known to be apart.
    """
    count = len(group)
    similarity = (rows[group] @ rows[group].T).astype(np.float64)
    for i in range(count):
        for j in range(count):
            if (int(group[i]), int(group[j])) in apart:
                similarity[i, j] = -np.inf
    np.fill_diagonal(similarity, -np.inf)
    parts: dict[int, list[int]] = {i: [i] for i in range(count)}
    while len(parts) > 1:
        i, j = divmod(int(np.argmax(similarity)), count)
        if similarity[i, j] < same_person:
            break
        a, b = len(parts[i]), len(parts[j])
        merged = (similarity[i] * a + similarity[j] * b) / (a + b)
        similarity[i], similarity[:, i] = merged, merged
        similarity[i, i] = -np.inf
        similarity[j], similarity[:, j] = -np.inf, -np.inf
        parts[i] += parts.pop(j)
    return [group[sorted(members)] for members in parts.values()]


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
