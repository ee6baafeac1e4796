"""Clothes keep people apart whom the network takes for one, and never join anyone."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.engine.colors import NAMES
from recognition.engine.embedding import unit
from recognition.seeing.clothes import UNLESS_ALIKE_BY, may_be_one
from recognition.seeing.grouping import TrackFact, cannot_link, make_plan
from recognition.seeing.pairs import differ

RED = (("upper_colour", "red"),)
BLUE = (("upper_colour", "blue"),)
SAME = 0.5


def fact(
    number: int, clothes: tuple[tuple[str, str], ...], true_s: float | None = None
) -> TrackFact:
    return TrackFact(number, number, 0.0, 2.0, None, False, 0.5, clothes, number, true_s)


def alike(similarity: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Two unit rows with this cosine."""
    across = (1 - similarity**2) ** 0.5
    return unit(np.array([[1, 0], [similarity, across]], dtype=np.float32))


@pytest.mark.parametrize("colour", NAMES)
def test_a_colour_is_near_itself_and_nearness_goes_both_ways(colour: str) -> None:
    assert may_be_one(colour, colour)
    assert all(may_be_one(colour, other) == may_be_one(other, colour) for other in NAMES)


def test_light_may_turn_navy_into_black_but_not_red_into_blue() -> None:
    assert may_be_one("navy", "black")
    assert not may_be_one("red", "blue")


def test_only_the_same_part_of_the_body_is_compared() -> None:
    lower_blue = (("lower_colour", "blue"),)
    assert not differ(RED, lower_blue) and not differ(lower_blue, BLUE) and not differ(RED, ())
    assert differ(RED, BLUE) and differ((*lower_blue, *RED), BLUE)


def test_people_in_different_clothes_are_two_where_the_network_doubts() -> None:
    doubtful = SAME + UNLESS_ALIKE_BY - 0.02
    apart = make_plan([fact(0, RED), fact(1, BLUE)], alike(doubtful), same_person=SAME)
    assert {len(group.members) for group in apart.groups} == {1}
    joined = make_plan([fact(0, RED), fact(1, RED)], alike(doubtful), same_person=SAME)
    assert {len(group.members) for group in joined.groups} == {2}


def test_where_the_network_is_sure_a_colour_was_misread() -> None:
    assert apart(RED, BLUE, SAME + 0.05) == [(0, 1)]
    assert apart(RED, BLUE, SAME + UNLESS_ALIKE_BY + 0.1) == []


def test_nobody_is_kept_apart_by_what_was_not_read() -> None:
    assert apart(RED, (), SAME) == []
    assert cannot_link([], alike(SAME)[:0], [], same_person=SAME) == []


def test_clothes_are_changed_over_night() -> None:
    plan = make_plan(
        [fact(0, RED, true_s=0.0), fact(1, BLUE, true_s=86400.0)],
        alike(SAME + UNLESS_ALIKE_BY - 0.02),
        same_person=SAME,
    )
    assert {len(group.members) for group in plan.groups} == {2}


def apart(
    first: tuple[tuple[str, str], ...], second: tuple[tuple[str, str], ...], similarity: float
) -> list[tuple[int, int]]:
    facts = [fact(0, first), fact(1, second)]
    return cannot_link(facts, alike(similarity), [0, 1], same_person=SAME)
