"""Footage that comes bit by bit ends in the groups that all of it at once would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from evaluation.clustering import clicks, measure
from evaluation.clustering_arriving import arrive, at_once
from evaluation.made_people import make_tracks
from recognition.seeing import grouping
from recognition.seeing.grouping import Plan, TrackFact, make_plan
from recognition.seeing.refusals import NONE, Refusals
from tests.recognition.test_grouping import SAME, fact, groups, looks


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of more than three free tracks is a large library."""
    monkeypatch.setattr(grouping, "MOST_CLUSTERED", 3)


def plan_of(facts: Sequence[TrackFact], refusals: Refusals = NONE) -> Plan:
    """Somebody else comes last; all others are one person to look at."""
    stranger = fact(len(facts), asset=99)
    vectors = looks(*[0] * len(facts), 1)
    return make_plan([*facts, stranger], vectors, same_person=SAME, asset_id=99, refusals=refusals)


def settled(*identities: int) -> list[TrackFact]:
    return [fact(i, asset=i, identity=who) for i, who in enumerate(identities)]


@pytest.mark.usefixtures("large")
def test_settled_groups_that_are_one_person_become_one_and_the_largest_stays() -> None:
    plan = plan_of(settled(5, 5, 5, 4, 4, 4, 4))
    assert {group.identity: set(group.members) for group in plan.groups} == {
        4: {0, 1, 2},
        None: {7},
    }
    assert plan.standing == {3, 4, 5, 6}
    assert set(plan.similarity) == {0, 1, 2}


@pytest.mark.usefixtures("large")
def test_what_a_human_fixed_is_never_joined() -> None:
    facts = settled(5, 5, 5, 4, 4, 4, 4)
    facts[:3] = [replace(one, is_fixed=True) for one in facts[:3]]
    plan = plan_of(facts)
    assert plan.standing >= {3, 4, 5, 6}
    assert groups(plan) == {frozenset({7})}


@pytest.mark.usefixtures("large")
def test_people_of_one_picture_are_not_joined_however_alike() -> None:
    facts = settled(5, 5, 5, 4, 4, 4, 4)
    facts[3] = replace(facts[3], asset_id=facts[0].asset_id)
    assert groups(plan_of(facts)) == {frozenset({7})}


@pytest.mark.usefixtures("large")
def test_people_who_are_said_not_to_be_the_same_are_not_joined() -> None:
    said = Refusals(identities=frozenset({(4, 5)}))
    assert groups(plan_of(settled(5, 5, 5, 4, 4, 4, 4), said)) == {frozenset({7})}


def test_in_a_small_library_the_order_of_footage_makes_no_difference() -> None:
    made = make_tracks(240)
    who, _ = arrive(made, 20)
    pairs = set(zip(who.tolist(), at_once(made, 20).tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_in_a_large_library_people_do_not_fall_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_CLUSTERED", 300)
    made = make_tracks(1500)
    (who, _), whole, truth = arrive(made, 50), at_once(made, 50), made.identities
    found, best = measure(who, truth), measure(whole, truth)
    assert found["bcubed"]["f1"] > best["bcubed"]["f1"] - 0.03
    assert found["bcubed"]["precision"] > 0.98
    assert clicks(who, truth) <= clicks(whole, truth)
