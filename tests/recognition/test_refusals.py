"""Who people said is not whom: no plan puts them together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.engine.embedding import unit
from recognition.seeing.grouping import TrackFact, make_plan
from recognition.seeing.refusals import Refusals, survivor

SAME = 0.6


def fact(number: int, **values: object) -> TrackFact:
    plain = TrackFact(number, number, 0.0, 2.0, None, False, 0.5)
    return replace(plain, **values)  # type: ignore[arg-type]


def alike(count: int) -> np.ndarray:
    """So alike that they are one person but for what people said."""
    rows = np.ones((count, 8), dtype=np.float32)
    return unit(rows + np.random.default_rng(1).normal(0, 0.02, rows.shape).astype(np.float32))


@settings(deadline=None)  # the first call imports hdbscan
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=8))
def test_refused_pairs_are_never_in_one_group(pairs: set[tuple[int, int]]) -> None:
    facts = [fact(number) for number in range(10)]
    plan = make_plan(facts, alike(10), same_person=SAME, refusals=Refusals(frozenset(pairs)))
    for group in plan.groups:
        assert not any({a, b} <= set(group.members) for a, b in pairs)


def test_without_refusals_they_are_one() -> None:
    assert len(make_plan([fact(n) for n in range(4)], alike(4), same_person=SAME).groups) == 1


def test_a_refused_track_does_not_join_the_person() -> None:
    facts = [fact(0, identity=7, is_fixed=True), fact(1), fact(2)]
    barred = Refusals(barred=frozenset({(1, 7)}))
    plan = make_plan(facts, alike(3), same_person=SAME, refusals=barred)
    assert {group.identity: group.members for group in plan.groups} == {7: [2], None: [1]}


def test_a_track_does_not_join_whom_its_own_group_is_not() -> None:
    facts = [fact(0, identity=7, is_fixed=True), fact(1, identity=8)]
    apart = Refusals(identities=frozenset({(7, 8)}))
    plan = make_plan(facts, alike(2), same_person=SAME, refusals=apart)
    assert {group.identity for group in plan.groups} == {8}


def test_a_track_does_not_join_a_track_that_it_is_not() -> None:
    facts = [fact(0, identity=7, is_fixed=True), fact(1)]
    plan = make_plan(facts, alike(2), same_person=SAME, refusals=Refusals(frozenset({(0, 1)})))
    assert {group.identity for group in plan.groups} == {None}


def test_two_suggestions_that_are_not_the_same_stay_two() -> None:
    facts = [fact(n, identity=7 if n < 2 else 8) for n in range(4)]
    apart = Refusals(identities=frozenset({(7, 8)}))
    plan = make_plan(facts, alike(4), same_person=SAME, refusals=apart)
    assert {group.identity: set(group.members) for group in plan.groups} == {
        7: {0, 1},
        8: {2, 3},
    }


def test_a_survivor_is_found_over_several_merges() -> None:
    assert survivor(1, {1: 2, 2: 3}) == 3
    assert survivor(3, {1: 2, 2: 3}) == 3
