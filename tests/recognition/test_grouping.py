"""Grouping: who is one person, by vectors and by what was decided before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.seeing import grouping
from recognition.seeing.grouping import Plan, TrackFact, cannot_link, make_plan

SAME = 0.6
DIMENSION = 32


def looks(*people: int, spread: float = 0.05, seed: int = 1) -> Floats:
    """A unit row for each: the same number is the same person, up to a little noise."""
    random = np.random.default_rng(seed)
    rows = np.eye(DIMENSION, dtype=np.float32)[list(people)]
    return unit(rows + random.normal(0, spread, rows.shape).astype(np.float32))


def fact(number: int, asset: int = 0, start: float = 0.0, **values: object) -> TrackFact:
    """A well seen track of two seconds that nobody decided on."""
    plain = TrackFact(number, asset, start, start + 2, None, False, 0.5)
    return replace(plain, **values)  # type: ignore[arg-type]


def groups(plan: Plan) -> set[frozenset[int]]:
    return {frozenset(group.members) for group in plan.groups}


def test_it_puts_alike_tracks_of_several_assets_together() -> None:
    facts = [fact(i, asset=i) for i in range(6)]
    plan = make_plan(facts, looks(0, 1, 0, 1, 0, 2), same_person=SAME)
    assert groups(plan) == {frozenset({0, 2, 4}), frozenset({1, 3}), frozenset({5})}
    assert all(group.identity is None for group in plan.groups)


def test_two_tracks_at_one_time_in_one_asset_are_two_people() -> None:
    facts = [fact(0, asset=0), fact(1, asset=0, start=1.0), fact(2, asset=1)]
    plan = make_plan(facts, looks(0, 0, 0), same_person=SAME)
    assert not any({0, 1} <= group for group in groups(plan))
    assert any(len(group) == 2 for group in groups(plan))


def test_tracks_that_overlap_for_a_moment_may_be_one_person() -> None:
    facts = [fact(0, asset=0), fact(1, asset=0, start=1.8)]
    plan = make_plan(facts, looks(0, 0), same_person=SAME)
    assert groups(plan) == {frozenset({0, 1})}


def test_it_rather_splits_than_merges() -> None:
    facts = [fact(i, asset=i) for i in range(2)]
    vectors = unit(np.array([[1, 0, 0], [SAME + 0.03, 0.8, 0]], dtype=np.float32))
    plan = make_plan(facts, vectors, same_person=SAME)
    assert groups(plan) == {frozenset({0}), frozenset({1})}


def test_people_in_one_asset_must_be_more_alike() -> None:
    likeness = SAME + grouping.CAUTION + 0.02
    rest = float(np.sqrt(1 - likeness**2))
    vectors = unit(np.array([[1, 0, 0], [likeness, rest, 0]], dtype=np.float32))
    elsewhere = [fact(0, asset=0), fact(1, asset=1)]
    together = [fact(0, asset=0), fact(1, asset=0, start=5)]
    assert len(make_plan(elsewhere, vectors, same_person=SAME).groups) == 1
    assert len(make_plan(together, vectors, same_person=SAME).groups) == 2


def test_groups_keep_the_identity_that_most_members_had() -> None:
    known = [7, 7, None, 9, 8]
    facts = [fact(i, asset=i, identity=who) for i, who in enumerate(known)]
    plan = make_plan(facts, looks(0, 0, 0, 0, 1), same_person=SAME)
    assert {group.identity: set(group.members) for group in plan.groups} == {
        7: {0, 1, 2, 3},
        8: {4},
    }


def test_an_identity_goes_to_one_group_when_it_falls_apart() -> None:
    facts = [fact(i, asset=i, identity=7) for i in range(5)]
    plan = make_plan(facts, looks(0, 0, 0, 1, 1), same_person=SAME)
    assert {group.identity: set(group.members) for group in plan.groups} == {
        7: {0, 1, 2},
        None: {3, 4},
    }


def test_fixed_tracks_stay_and_draw_those_that_are_clearly_alike() -> None:
    facts = [
        fact(0, asset=0, identity=3, is_fixed=True),
        fact(1, asset=1),
        fact(2, asset=2),
    ]
    plan = make_plan(facts, looks(0, 0, 1), same_person=SAME)
    assert plan.standing == {0}
    assert {group.identity: set(group.members) for group in plan.groups} == {3: {1}, None: {2}}
    assert plan.similarity[1] > 0.9


def test_who_was_taken_out_by_a_human_is_put_nowhere() -> None:
    facts = [fact(0, asset=0, is_fixed=True), fact(1, asset=1), fact(2, asset=2)]
    plan = make_plan(facts, looks(0, 0, 0), same_person=SAME)
    assert groups(plan) == {frozenset({1, 2})}


def test_a_track_does_not_join_someone_who_is_in_the_same_picture() -> None:
    facts = [fact(0, asset=0, identity=3, is_fixed=True), fact(1, asset=0, start=0.5)]
    plan = make_plan(facts, looks(0, 0), same_person=SAME)
    assert [group.identity for group in plan.groups] == [None]


def test_a_track_between_two_known_people_joins_neither() -> None:
    facts = [
        fact(0, asset=0, identity=3, is_fixed=True),
        fact(1, asset=1, identity=4, is_fixed=True),
        fact(2, asset=2),
    ]
    vectors = unit(np.array([[1, 0.05], [1, -0.05], [1, 0]], dtype=np.float32))
    plan = make_plan(facts, vectors, same_person=SAME)
    assert [group.identity for group in plan.groups] == [None]


@pytest.mark.parametrize(("quality", "count"), [(0.01, 0), (0.08, 0), (0.3, 1)])
def test_a_track_alone_is_a_person_if_it_was_seen_well(quality: float, count: int) -> None:
    plan = make_plan([fact(0, quality=quality)], looks(0), same_person=SAME)
    assert len(plan.groups) == count


def test_settled_groups_of_a_large_library_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_CLUSTERED", 3)
    facts = [fact(i, asset=i, identity=5 if i < 3 else None) for i in range(5)]
    plan = make_plan(facts, looks(0, 0, 0, 0, 1), same_person=SAME)
    assert plan.standing == {0, 1, 2}
    assert {group.identity: set(group.members) for group in plan.groups} == {5: {3}, None: {4}}


def test_nobody_at_all() -> None:
    plan = make_plan([], np.zeros((0, DIMENSION), dtype=np.float32), same_person=SAME)
    assert plan.groups == ()


def test_pairs_that_cannot_be_one() -> None:
    facts = [fact(0), fact(1, start=0.5), fact(2, start=10), fact(3, asset=1)]
    apart = cannot_link(facts, looks(0, 1, 2, 3), [0, 1, 2, 3], same_person=SAME)
    assert apart == [(0, 1)]
