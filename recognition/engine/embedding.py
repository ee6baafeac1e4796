"""Unit vectors: making them, averaging them, and finding the few modes of a set.

Vectors are float32 rows; "unit" means Euclidean length 1, so that a dot product of two
is their cosine similarity.
"""

from __future__ import annotations

import numpy as np

from recognition.engine.errors import BadValue
from recognition.engine.types import Floats

_TINY = 1e-12


def unit(vectors: Floats) -> Floats:
    """Rows scaled to length 1, shape unchanged; a row of zeros stays zeros."""
    rows = np.asarray(vectors, dtype=np.float32)
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(length, _TINY), dtype=np.float32)


def weighted_mean(vectors: Floats, weights: Floats | None = None) -> Floats:
    """Unit mean (d,) of unit rows (n, d), weighted by (n,) non-negative weights.

    Weights that are all zero count as equal. Raises ``BadValue`` when n is 0.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(rows) == 0:
        raise BadValue(f"a mean needs vectors of shape (n, d) with n > 0, got {rows.shape}")
    share = np.ones(len(rows), np.float32) if weights is None else np.asarray(weights, np.float32)
    if share.shape != (len(rows),) or (share < 0).any():
        raise BadValue(f"expected {len(rows)} weights of at least 0, got shape {share.shape}")
    if float(share.sum()) <= 0:
        share = np.ones_like(share)
    return unit((share[:, None] * rows).sum(axis=0) / share.sum())


def find_modes(
    vectors: Floats,
    weights: Floats | None = None,
    *,
    at_most: int = 3,
    different_below: float = 0.6,
    apart_below: float = -1.0,
) -> Floats:
    """The few looks of a track or a person: unit means (m, d), 1 <= m <= ``at_most``, weightiest
    first.

    Starts from the overall mean; while some vector is less similar than ``different_below``
    to every mode, it founds another (farthest-point seeding), then each vector joins its
    nearest mode once more. ``different_below`` .6: of eight views of one person on one
    camera of PKU-Reid, 99 in 100 have a cosine of .66 or more with their mean in 0277's
    space, so that only real changes split. ``apart_below``: two looks that are less alike than
    this are two, too, however near both are to the mean between them (two coats, worn as often).
    """
    rows = unit(vectors)
    share = np.ones(len(rows), np.float32) if weights is None else np.asarray(weights, np.float32)
    modes = weighted_mean(rows, share)[None]
    while len(modes) < at_most:
        nearest = (rows @ modes.T).max(axis=1)
        worst = int(np.argmin(nearest))
        tried = _join_nearest(rows, share, np.vstack([modes, rows[worst][None]]))
        is_near = float(nearest[worst]) >= different_below
        if len(tried) == len(modes) or (is_near and not _are_apart(tried, apart_below)):
            break
        modes = tried
    mass = [float(share[(rows @ modes.T).argmax(axis=1) == i].sum()) for i in range(len(modes))]
    return np.asarray(modes[np.argsort(-np.asarray(mass), kind="stable")], dtype=np.float32)


def _are_apart(modes: Floats, apart_below: float) -> bool:
    """Whether no two of the modes (m, d), m at least 2, are alike."""
    alike = modes @ modes.T
    return float(alike[np.triu_indices(len(modes), k=1)].max()) < apart_below


def _join_nearest(rows: Floats, share: Floats, seeds: Floats) -> Floats:
    """Means of the rows nearest each seed; a seed that nobody joins is dropped."""
    modes = seeds
    for _ in range(4):
        owner = (rows @ modes.T).argmax(axis=1)
        modes = np.stack(
            [
                weighted_mean(rows[owner == i], share[owner == i])
                for i in range(len(modes))
                if (owner == i).any()
            ]
        )
    return np.asarray(modes, dtype=np.float32)
