from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.engine import neighbours
from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
from recognition.engine.neighbours import best_of, nearest, pairs_from
from recognition.engine.types import Floats


def made(count: int, seed: int, dimension: int = 8) -> Floats:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 12), st.integers(0, 9))
def test_neighbours_are_those_of_the_full_table(count: int, wanted: int, seed: int) -> None:
    rows = made(count, seed)
    found = nearest(rows, wanted)
    table = rows @ rows.T
    assert found.least == pytest.approx(table.min(axis=1), abs=1e-6)
    np.fill_diagonal(table, -np.inf)
    expected = -np.sort(-table, axis=1)[:, : min(wanted, count - 1)]
    assert found.similarity == pytest.approx(expected, abs=1e-6)
    assert np.take_along_axis(table, found.index, axis=1) == pytest.approx(expected, abs=1e-6)


def test_many_columns_are_dealt_into_heaps_and_none_is_lost() -> None:
    block = np.random.default_rng(0).normal(size=(5, 4099)).astype(np.float32)
    block[0, -1] = 9.0  # one of those that the deal leaves over
    columns, values = best_of(block, 7)
    assert values == pytest.approx(-np.sort(-block, axis=1)[:, :7])
    assert columns[0, 0] == 4098
    assert np.take_along_axis(block, columns, axis=1) == pytest.approx(values)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = made(50, 1)
    whole = nearest(rows, 5)
    monkeypatch.setattr(neighbours, "BLOCK_BYTES", 4 * 50 * 7)
    parts = nearest(rows, 5)
    assert (whole.index == parts.index).all()
    assert pairs_from(rows, 0.2, 50)[2] == pytest.approx(pairs_from(rows, 0.2, 50)[2])


def test_pairs_are_all_or_the_nearest() -> None:
    rows = made(40, 2)
    first, second, similarity = pairs_from(rows, 0.3, 40)
    upper = np.triu(rows @ rows.T, k=1)
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == set(
        zip(*(at.tolist() for at in np.nonzero(upper >= 0.3)), strict=True)
    )
    assert similarity == pytest.approx(upper[first, second], abs=1e-6)
    fewer = pairs_from(rows, 0.3, 2)
    near = nearest(rows, 2)
    taken = {(min(a, int(b)), max(a, int(b))) for a in range(40) for b in near.index[a]}
    assert set(zip(fewer[0].tolist(), fewer[1].tolist(), strict=True)) <= taken
    assert len(fewer[0]) < len(first)


def test_vectors_need_two_axes() -> None:
    with pytest.raises(BadValue):
        nearest(np.zeros(3, np.float32), 2)
    assert nearest(np.zeros((0, 4), np.float32), 2).index.shape == (0, 0)
