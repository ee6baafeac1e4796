"""Plans of vector search: pure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.vector_plans import (
    DEEPEST,
    FARTHEST_OFF,
    ROW_US,
    Costs,
    Plan,
    choose_plan,
    deepened,
    depth_of,
    has_missed,
)

Flags = NDArray[np.bool_]
SIZE = 4_000
NEAR = np.linspace(1, -1, SIZE, dtype=np.float32)


def every(n: int) -> Flags:
    found: Flags = np.arange(SIZE) % n == 0
    return found


def plan(allowed: Flags, total: int = 1_000_000, limit: int = 50) -> Plan:
    return choose_plan(total=total, limit=limit, similarities=NEAR, allowed=allowed, costs=Costs())


def test_without_a_filter_the_index_is_walked_little_further_than_asked() -> None:
    chosen = plan(every(1))
    assert chosen.way == "hnsw" and 50 <= chosen.depth <= 100


@pytest.mark.parametrize(("one_in", "way"), [(10, "hnsw"), (100, "exact"), (1_000, "exact")])
def test_a_narrow_filter_is_compared(one_in: int, way: str) -> None:
    assert plan(every(one_in)).way == way


def test_a_filter_that_is_wide_but_empty_near_the_question_is_compared() -> None:
    far = np.arange(SIZE) > SIZE * 9 // 10
    assert plan(far).way == "exact"
    assert plan(far[::-1].copy()).way == "hnsw"


def test_what_nobody_may_see_costs_nothing() -> None:
    nothing = plan(np.zeros(SIZE, bool))
    assert nothing.way == "exact" and nothing.rows == 0


@settings(deadline=None)
@given(
    share=st.floats(0.0, 1.0),
    total=st.integers(10_000, 5_000_000),
    limit=st.integers(1, 500),
    seed=st.integers(0, 99),
)
def test_a_depth_is_enough_by_the_sample_or_none(
    share: float, total: int, limit: int, seed: int
) -> None:
    allowed = np.random.default_rng(seed).random(SIZE) < share
    depth = depth_of(NEAR, allowed, total=total, limit=limit)
    assert 0 <= depth <= DEEPEST
    assert depth == 0 or depth >= limit


def test_costs_are_learnt_within_bounds_and_not_from_next_to_nothing() -> None:
    costs = Costs()
    for _ in range(200):
        costs.learn("exact", 10_000, 100.0)
    assert costs.row_us == pytest.approx(9.95, rel=0.01)
    for _ in range(200):
        costs.learn("exact", 1_000, 60_000.0)
    assert costs.row_us == ROW_US * FARTHEST_OFF
    before = costs.walk_us
    costs.learn("hnsw", 10, 1_000.0)
    assert costs.walk_us == before


def test_one_walks_on_only_while_it_is_cheaper() -> None:
    few = Plan("hnsw", rows=100_000, depth=500, exact_ms=240.0, walk_ms=5.5)
    deeper = deepened(few, 10, 50, Costs())
    assert deeper is not None and deeper.depth == 3_750
    assert deepened(few, 50, 50, Costs()) is None
    assert deepened(Plan("hnsw", 200, 500, 1.0, 5.5), 10, 50, Costs()) is None


def test_answers_that_the_sample_contradicts_are_noticed() -> None:
    nearest, last = set(range(30)), float(NEAR[29])
    assert not contradicted(nearest, last)
    assert contradicted(nearest - {3, 5, 7, 11}, last)
    assert not contradicted(nearest - {3}, last)


def contradicted(found: set[int], last: float) -> bool:
    return has_missed(found, last, pictures=np.arange(SIZE), similarities=NEAR, allowed=every(1))
