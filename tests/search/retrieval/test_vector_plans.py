"""Plans of vector search: pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.retrieval.vector_plans import (
    DEEPEST,
    FARTHEST_OFF,
    FLAT_FACTOR,
    ROW_US,
    Costs,
    Plan,
    broadened,
    choose_plan,
    deepened,
    depth_of,
    has_missed,
    is_off,
)

Flags = NDArray[np.bool_]
SIZE = 4_000
NEAR = np.linspace(1, -1, SIZE, dtype=np.float32)


TELLING = NEAR**15
"""In the same order, and the best stands out."""


def every(n: int) -> Flags:
    found: Flags = np.arange(SIZE) % n == 0
    return found


def plan(allowed: Flags, total: int = 1_000_000, limit: int = 50) -> Plan:
    return choose_plan(
        total=total, limit=limit, similarities=TELLING, allowed=allowed, costs=Costs()
    )


def test_without_a_filter_the_index_is_walked_little_further_than_asked() -> None:
    chosen = plan(every(1))
    assert chosen.way == "hnsw" and 50 <= chosen.depth <= 150


def test_a_question_that_lies_off_from_all_pictures_is_walked_far() -> None:
    chance = np.random.default_rng(3).normal(0, 0.06, SIZE).astype(np.float32)
    off = choose_plan(
        total=1_000_000, limit=50, similarities=chance, allowed=every(1), costs=Costs(), alike=0.8
    )
    assert is_off(chance, 0.8) and not is_off(TELLING, 0.8)
    assert off.way == "hnsw" and off.depth == FLAT_FACTOR * 50
    assert off.first == plan(every(1)).depth


def test_a_walk_that_missed_rows_is_broadened_to_the_deepest_where_that_is_cheaper() -> None:
    first = plan(every(1))
    again = broadened(first, 50, Costs())
    assert again is not None and again.depth == FLAT_FACTOR * 50
    depths = [again.depth]
    while (again := broadened(again, 50, Costs())) is not None:
        depths.append(again.depth)
    assert depths == sorted(set(depths)) and depths[-1] == DEEPEST and len(depths) < 5
    assert broadened(replace(first, rows=1_000), 50, Costs()) is None


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
    assert deeper is not None and deeper.depth == 4_000
    assert deepened(few, 50, 50, Costs()) is None
    assert deepened(Plan("hnsw", 200, 500, 1.0, 5.5), 10, 50, Costs()) is None


def test_answers_that_the_sample_contradicts_are_noticed() -> None:
    nearest, last = set(range(30)), float(NEAR[29])
    assert not contradicted(nearest, last)
    assert contradicted(nearest - {3, 5, 7, 11}, last)
    assert not contradicted(nearest - {3}, last)


def contradicted(found: set[int], last: float) -> bool:
    return has_missed(found, last, pictures=np.arange(SIZE), similarities=NEAR, allowed=every(1))
