"""k-reciprocal re-ranking (Zhong et al. 2017, arXiv:1701.08398), exact.

Two pictures of one person have neighbours in common: the distance of two k-reciprocal
neighbour sets (Jaccard) corrects the plain one. All sets are kept sparse, and made by sparse
products, so that memory and time grow with n × k; only the search for neighbours compares
everyone with everyone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recognition.engine.errors import BadValue
from recognition.engine.neighbours import Neighbours, dots, nearest
from recognition.engine.types import Floats, Ints

K1 = 20
K2 = 6
LAMBDA = 0.3
"""All three: the paper's values for Market-1501."""
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Rows as weights over their reciprocal neighbours, each summing to 1, and the largest squared
    distance of each row, by which the paper normalises."""

    weights: sparse.csr_matrix
    scale: Floats


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


def rerank_neighbours(
    vectors: Floats,
    near: Neighbours,
    *,
    k1: int = K1,
    k2: int = K2,
    share: float = LAMBDA,
) -> Floats:
    """The distances of ``rerank_within`` from each row to its neighbours alone: (n, k).

    ``near`` must hold at least ``k1`` neighbours a row, or everyone.
    """
    wanted = min(max(k1, k2 - 1), len(vectors) - 1)
    if near.index.shape[1] < wanted:
        raise BadValue(f"{wanted} neighbours a row are needed, got {near.index.shape[1]}")
    if near.index.size == 0:
        return np.zeros(near.index.shape, dtype=np.float32)
    encoded = _encode(np.asarray(vectors, np.float32), near, k1, k2)
    jaccard = _jaccard_of_neighbours(encoded.weights, near.index)
    plain = np.maximum(2.0 - 2.0 * near.similarity, 0.0) / encoded.scale[:, None]
    mixed = np.clip((1 - share) * jaccard + share * plain, 0, 1)
    return np.asarray(mixed, dtype=np.float32)


def _rerank(rows: Floats, asked: Ints, answers: Ints, k1: int, k2: int, share: float) -> Floats:
    encoded = _encode(rows, nearest(rows, max(k1, k2 - 1)), k1, k2)
    jaccard = _jaccard(encoded.weights[asked], encoded.weights[answers])
    squared = np.maximum(2.0 - 2.0 * (rows[asked] @ rows[answers].T), 0.0)
    plain = squared / encoded.scale[asked][:, None]
    # Rounding may leave a row a hair nearer to itself than 0.
    mixed = np.clip((1 - share) * jaccard + share * plain, 0, 1)
    return np.asarray(mixed, dtype=np.float32)


def _encode(rows: Floats, near: Neighbours, k1: int, k2: int) -> _Encoded:
    """Each row's expanded reciprocal neighbours with weights exp(-d), averaged over its ``k2``
    nearest rows (the paper's local query expansion)."""
    itself = np.arange(len(rows))[:, None]
    ranked = np.concatenate([itself, near.index], axis=1)
    scale = np.maximum(2.0 - 2.0 * near.least, 1e-12).astype(np.float32)
    members = _expand(_reciprocal(ranked, k1), _reciprocal(ranked, round(k1 / 2)))
    counts = np.diff(members.indptr)
    first = np.repeat(itself[:, 0], counts)
    squared = np.maximum(2.0 - 2.0 * dots(rows, first, members.indices), 0.0)
    members.data = np.exp(-squared / scale[first]).astype(np.float32)
    total = np.asarray(members.sum(axis=1)).ravel()
    members.data /= np.repeat(total, counts).astype(np.float32)
    if k2 > 1:
        members = sparse.csr_matrix(_choose(ranked[:, :k2], 1.0 / min(k2, len(rows))) @ members)
    return _Encoded(members, scale)


def _choose(columns: Ints, value: float) -> sparse.csr_matrix:
    """A matrix (n, n) with ``value`` at each row's ``columns`` (n, k)."""
    count, width = columns.shape
    pointer = np.arange(0, count * width + 1, width)
    data = np.full(count * width, value, dtype=np.float32)
    return sparse.csr_matrix((data, columns.ravel(), pointer), shape=(count, count))


def _reciprocal(ranked: Ints, k: int) -> sparse.csr_matrix:
    """1 where two rows are among each other's k + 1 nearest, themselves counted."""
    forward = _choose(ranked[:, : k + 1], 1.0)
    return sparse.csr_matrix(forward.multiply(forward.T))


def _expand(ones: sparse.csr_matrix, halves: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each row's reciprocal set, joined with the half-sized sets of those members that share more
    than two thirds of theirs with it."""
    sizes = np.asarray(halves.sum(axis=1)).ravel()
    blocks = []
    for start in range(0, ones.shape[0], _ROWS_AT_ONCE):
        own = ones[start : start + _ROWS_AT_ONCE]
        shared = sparse.csr_matrix(own.multiply(own @ halves.T))
        shared.data = (shared.data > 2 / 3 * sizes[shared.indices]).astype(np.float32)
        shared.eliminate_zeros()
        blocks.append(sparse.csr_matrix(own + shared @ halves))
    return sparse.csr_matrix(sparse.vstack(blocks, format="csr"))


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


def _jaccard_of_neighbours(weights: sparse.csr_matrix, index: Ints) -> Floats:
    """The same from each row to the rows of ``index`` (n, k) alone."""
    pointer, columns, values = weights.indptr, weights.indices, weights.data
    lengths = np.diff(pointer)
    own = np.zeros(weights.shape[1], dtype=np.float32)
    out = np.empty(index.shape, dtype=np.float32)
    for row, others in enumerate(index):
        begin, end = pointer[row], pointer[row + 1]
        own[columns[begin:end]] = values[begin:end]
        counts = lengths[others]
        ends = np.cumsum(counts)
        at = np.arange(ends[-1]) + np.repeat(pointer[others] - (ends - counts), counts)
        least = np.minimum(own[columns[at]], values[at])
        shared = np.add.reduceat(least, ends - counts)  # no row is empty: it holds itself
        out[row] = 1.0 - shared / (2.0 - shared)
        own[columns[begin:end]] = 0.0
    return out
