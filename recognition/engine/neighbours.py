"""The nearest rows of every row, exactly, in memory that grows with n × k.

Similarities are made by BLAS a block of rows at a time. The k best of a block are found without
sorting it: columns are dealt into as many heaps as leave some dozens in each, and the k best
columns are surely in the k heaps with the best tops, so that only those are looked through.
Measured by ``python -m evaluation.clustering --tracks N``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.engine.errors import BadValue
from recognition.engine.types import Floats, Ints

BLOCK_BYTES = 96 << 20
"""Similarities held at once: large enough for BLAS, small beside the vectors. By eye."""
_DEAL = 32


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each row its nearest other rows, nearest first.

    ``index`` (n, k) rows, ``similarity`` (n, k) dot products, ``least`` (n,) the smallest dot
    product of each row with any row.
    """

    index: Ints
    similarity: Floats
    least: Floats


def nearest(vectors: Floats, count: int) -> Neighbours:
    """The ``count`` nearest others of every row of (n, d), or all n - 1 where that is less."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2:
        raise BadValue(f"expected vectors of shape (n, d), got {rows.shape}")
    kept = max(0, min(count, len(rows) - 1))
    index = np.empty((len(rows), kept), dtype=np.int64)
    similarity = np.empty((len(rows), kept), dtype=np.float32)
    least = np.empty(len(rows), dtype=np.float32)
    for start, block in similarity_blocks(rows, rows):
        stop = start + len(block)
        least[start:stop] = block.min(axis=1, initial=np.inf)
        block[np.arange(len(block)), np.arange(start, stop)] = -np.inf
        index[start:stop], similarity[start:stop] = best_of(block, kept)
    return Neighbours(index, similarity, least)


def similarity_blocks(asked: Floats, rows: Floats) -> Iterator[tuple[int, Floats]]:
    """Dot products of ``asked`` (m, d) with ``rows`` (n, d): the first row's number and a block
    (b, n) at a time. A block is written over by the next one."""
    size = max(1, min(len(asked), BLOCK_BYTES // (4 * max(1, len(rows)))))
    room = np.empty((size, len(rows)), dtype=np.float32)
    turned = rows.T
    for start in range(0, len(asked), size):
        part = asked[start : start + size]
        yield start, np.matmul(part, turned, out=room[: len(part)])


def best_of(block: Floats, count: int) -> tuple[Ints, Floats]:
    """Columns and values of the ``count`` largest of each row of (b, n), largest first."""
    if count == 0:
        return np.empty((len(block), 0), np.int64), np.empty((len(block), 0), np.float32)
    columns = _candidates(block, count)
    values = block if columns is None else np.take_along_axis(block, columns, axis=1)
    top = np.argpartition(-values, count - 1, axis=1)[:, :count]
    found = np.take_along_axis(values, top, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    chosen = np.take_along_axis(top, order, axis=1)
    if columns is not None:
        chosen = np.take_along_axis(columns, chosen, axis=1)
    return chosen.astype(np.int64), np.take_along_axis(found, order, axis=1)


def _candidates(block: Floats, count: int) -> npt.NDArray[np.int64] | None:
    """Columns among which the best of each row surely are; None where looking pays nothing."""
    width = block.shape[1] // _DEAL
    if width <= 4 * count:
        return None
    # Heap h holds columns h, h + width, h + 2 width, …; what the deal leaves over is kept whole.
    tops = block[:, : width * _DEAL].reshape(len(block), _DEAL, width).max(axis=1)
    heaps = np.argpartition(-tops, count - 1, axis=1)[:, :count]
    dealt = heaps[:, None, :] + (np.arange(_DEAL) * width)[None, :, None]
    over = np.arange(width * _DEAL, block.shape[1])
    rest = np.broadcast_to(over, (len(block), len(over)))
    return np.concatenate([dealt.reshape(len(block), -1), rest], axis=1)


def pairs_from(rows: Floats, least: float, at_most: int) -> tuple[Ints, Ints, Floats]:
    """Pairs (i < j) of rows with a dot product of at least ``least``, and that product.

    Of each row only the ``at_most`` highest are taken; a pair is there if either row takes it.
    """
    firsts: list[Ints] = []
    seconds: list[Ints] = []
    for start, block in similarity_blocks(rows, rows):
        at = np.arange(len(block))
        block[at, at + start] = -np.inf
        crowded = count_true(block >= least) > at_most
        for row in np.flatnonzero(crowded):
            columns, values = best_of(block[row : row + 1], at_most)
            block[row] = -np.inf
            block[row, columns[0]] = values[0]
        near, columns = np.nonzero(block >= least)
        firsts.append(near + start)
        seconds.append(columns)
    first, second = np.concatenate([*firsts, _NONE]), np.concatenate([*seconds, _NONE])
    keys = np.unique(np.minimum(first, second) * len(rows) + np.maximum(first, second))
    first, second = keys // max(1, len(rows)), keys % max(1, len(rows))
    return first, second, dots(rows, first, second)


def count_true(told: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """How many of each row of (b, n) are true: (b,), in a third of ``count_nonzero``'s time."""
    return np.asarray(np.add.reduce(told.view(np.uint8), axis=1, dtype=np.int32))


_NONE = np.empty(0, dtype=np.int64)


def dots(rows: Floats, first: Ints, second: Ints, *, step: int = 65536) -> Floats:
    """Dot products of the named pairs of rows: (p,)."""
    out = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), step):
        part = slice(start, start + step)
        out[part] = np.einsum("ij,ij->i", rows[first[part]], rows[second[part]])
    return out
