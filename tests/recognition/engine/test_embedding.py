from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recognition.engine.embedding import find_modes, unit, weighted_mean
from recognition.engine.errors import BadValue
from recognition.engine.types import Floats

rows = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 12), st.just(6)), elements=st.floats(-1, 1, width=32)
)


@given(rows)
def test_unit_rows_have_length_1_or_stay_0(a: Floats) -> None:
    length = np.linalg.norm(unit(a), axis=1)
    assert all(np.isclose(length, 1, atol=1e-3) | (np.linalg.norm(a, axis=1) < 1e-6))


@given(rows)
def test_modes_are_few_unit_and_finite(a: Floats) -> None:
    modes = find_modes(a + np.float32(0.01))
    assert 1 <= len(modes) <= 3
    assert np.isfinite(modes).all()


def test_the_mean_follows_the_weights() -> None:
    a = np.eye(2, dtype=np.float32)
    assert np.allclose(weighted_mean(a, np.array([1, 0], np.float32)), [1, 0])
    assert np.allclose(weighted_mean(a, np.zeros(2, np.float32)), [0.5**0.5] * 2)
    with pytest.raises(BadValue):
        weighted_mean(np.zeros((0, 2), np.float32))


def test_two_looks_give_two_modes_and_one_look_one() -> None:
    rng = np.random.default_rng(0)
    front, back = np.eye(32, dtype=np.float32)[:2]
    jitter = rng.normal(0, 0.02, (10, 32)).astype(np.float32)
    assert len(find_modes(front + jitter)) == 1
    modes = find_modes(np.concatenate([front + jitter, back + jitter[:4]]))
    assert len(modes) == 2
    assert modes[0] @ front > 0.95 and modes[1] @ back > 0.95


def test_two_looks_that_are_worn_as_often_are_two_where_it_is_asked() -> None:
    two = np.eye(32, dtype=np.float32)[:2]
    assert len(find_modes(two)) == 1  # both are near to the mean between them
    assert len(find_modes(two, apart_below=0.5)) == 2
    assert len(find_modes(two[:1].repeat(3, axis=0), apart_below=0.5)) == 1
