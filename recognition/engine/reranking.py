"""k-reciprocal re-ranking (Zhong et al. 2017, arXiv:1701.08398), exact.

Two pictures of one person have neighbours in common: the distance of two k-reciprocal
neighbour sets (Jaccard) corrects the plain one. All sets are kept sparse, so that memory
grows with n × k and not n².
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recognition.engine.errors import BadValue
from recognition.engine.types import Floats, Ints

K1 = 20
K2 = 6
LAMBDA = 0.3
"""All three: the paper's values for Market-1501."""


def rerank(
    queries: Floats, gallery: Floats, *, k1: int = K1, k2: int = K2, share: float = LAMBDA
) -> Floats:
    """Distances (q, g) in 0–1 between unit rows (q, d) and (g, d); smaller is nearer.

    ``share`` is the weight of the plain distance. With fewer than ``k1`` pictures the
    neighbourhoods shrink to what is there.
    """
    if queries.ndim != 2 or gallery.ndim != 2 or queries.shape[1:] != gallery.shape[1:]:
        raise BadValue(f"rows of one dimension are needed, got {queries.shape}, {gallery.shape}")
    if not len(queries) or not len(gallery):
        return np.zeros((len(queries), len(gallery)), dtype=np.float32)
    everything = np.concatenate([queries, gallery]).astype(np.float32)
    asked = np.arange(len(queries))
    return _rerank(everything, asked, np.arange(len(queries), len(everything)), k1, k2, share)


def rerank_within(vectors: Floats, *, k1: int = K1, k2: int = K2, share: float = LAMBDA) -> Floats:
    """As ``rerank`` where each row (n, d) asks all rows, itself among them: (n, n)."""
    if vectors.ndim != 2:
        raise BadValue(f"expected vectors of shape (n, d), got {vectors.shape}")
    if not len(vectors):
        return np.zeros((0, 0), dtype=np.float32)
    everyone = np.arange(len(vectors))
    return _rerank(vectors.astype(np.float32), everyone, everyone, k1, k2, share)


def _rerank(rows: Floats, asked: Ints, answers: Ints, k1: int, k2: int, share: float) -> Floats:
    neighbours = _nearest(rows, max(k1 + 1, k2))
    weights = _encode(rows, neighbours, k1)
    if k2 > 1:
        weights = _expand_locally(weights, neighbours[:, :k2])
    jaccard = _jaccard(weights[asked], weights[answers])
    plain = _squared(rows[asked], rows[answers]) / _row_scale(rows)[asked][:, None]
    # Rounding may leave a row a hair nearer to itself than 0.
    return np.clip((1 - share) * jaccard + share * plain, 0, 1).astype(np.float32)


def _squared(a: Floats, b: Floats) -> Floats:
    """Squared Euclidean distances of unit rows."""
    return np.asarray(np.maximum(2.0 - 2.0 * (a @ b.T), 0.0), dtype=np.float32)


def _nearest(rows: Floats, count: int) -> Ints:
    """For every row its nearest rows, itself first: (n, count)."""
    count = min(count, len(rows))
    found = np.empty((len(rows), count), dtype=np.int64)
    for start in range(0, len(rows), 512):
        block = _squared(rows[start : start + 512], rows)
        block[np.arange(len(block)), np.arange(start, start + len(block))] = -1.0
        near = np.argpartition(block, count - 1, axis=1)[:, :count]
        order = np.take_along_axis(block, near, axis=1).argsort(axis=1, kind="stable")
        found[start : start + 512] = np.take_along_axis(near, order, axis=1)
    return found


def _reciprocal(neighbours: Ints, row: int, k: int) -> Ints:
    """Those of a row's k + 1 nearest that have it among their own k + 1 nearest."""
    forward = neighbours[row, : k + 1]
    mutual = (neighbours[forward, : k + 1] == row).any(axis=1)
    return np.asarray(forward[mutual])


def _encode(rows: Floats, neighbours: Ints, k1: int) -> sparse.csr_matrix:
    """Each row's expanded reciprocal neighbours with weights exp(-d), summing to 1."""
    half = round(k1 / 2)
    ones = [_reciprocal(neighbours, row, k1) for row in range(len(rows))]
    halves = [_reciprocal(neighbours, row, half) for row in range(len(rows))]
    columns: list[Ints] = []
    values: list[npt.NDArray[np.float32]] = []
    scale = _row_scale(rows)
    for row, first in enumerate(ones):
        members = [first]
        for candidate in first:
            further = halves[candidate]
            # The paper: join a neighbour's set when two thirds of it are shared.
            if len(np.intersect1d(further, first)) > 2 / 3 * len(further):
                members.append(further)
        joined = np.unique(np.concatenate(members))
        distance = _squared(rows[row][None], rows[joined])[0] / scale[row]
        weight = np.exp(-distance)
        columns.append(joined)
        values.append((weight / weight.sum()).astype(np.float32))
    return _sparse(columns, values, len(rows))


def _row_scale(rows: Floats) -> Floats:
    """Each row's largest squared distance, by which the paper normalises."""
    scale = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), 512):
        scale[start : start + 512] = _squared(rows[start : start + 512], rows).max(axis=1)
    return np.maximum(scale, 1e-12)


def _sparse(
    columns: list[Ints], values: list[npt.NDArray[np.float32]], size: int
) -> sparse.csr_matrix:
    pointer = np.concatenate([[0], np.cumsum([len(c) for c in columns])])
    return sparse.csr_matrix(
        (np.concatenate(values), np.concatenate(columns), pointer), shape=(size, size)
    )


def _expand_locally(weights: sparse.csr_matrix, neighbours: Ints) -> sparse.csr_matrix:
    """Local query expansion: each row becomes the mean over its k2 nearest rows."""
    count, k2 = neighbours.shape
    chooser = sparse.csr_matrix(
        (
            np.full(count * k2, 1.0 / k2, dtype=np.float32),
            neighbours.ravel(),
            np.arange(0, count * k2 + 1, k2),
        ),
        shape=(count, count),
    )
    return sparse.csr_matrix(chooser @ weights)


def _jaccard(asked: sparse.csr_matrix, answers: sparse.csr_matrix) -> Floats:
    """1 - Σmin / Σmax between two sets of sparse rows, (asked, answers).

    Rows sum to 1, so Σmax = 2 - Σmin, and Σmin needs only shared columns.
    """
    by_column = sparse.csc_matrix(answers)
    out = np.ones((asked.shape[0], answers.shape[0]), dtype=np.float32)
    for query in range(asked.shape[0]):
        shared = np.zeros(answers.shape[0], dtype=np.float32)
        begin, end = asked.indptr[query], asked.indptr[query + 1]
        pairs = zip(asked.indices[begin:end], asked.data[begin:end], strict=True)
        for column, weight in pairs:
            left, right = by_column.indptr[column], by_column.indptr[column + 1]
            rows = by_column.indices[left:right]
            shared[rows] += np.minimum(weight, by_column.data[left:right])
        out[query] = 1.0 - shared / (2.0 - shared)
    return out
