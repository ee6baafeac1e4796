"""Clothes keep people apart whom the network takes for one, and never join anyone."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.engine.colors import NAMES
from recognition.engine.embedding import unit
from recognition.seeing.clothes import (
    UNLESS_ALIKE_BY,
    clothes_apart,
    different_clothes,
    may_be_one,
)
from recognition.seeing.grouping import TrackFact, make_plan

RED = (("upper_colour", "red"),)
BLUE = (("upper_colour", "blue"),)
SAME = 0.5


def fact(number: int, clothes: tuple[tuple[str, str], ...]) -> TrackFact:
    return TrackFact(number, number, 0.0, 2.0, None, False, 0.5, clothes)


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
    assert not different_clothes([RED, lower_blue, ()]).any()
    assert different_clothes([RED, BLUE, ()])[0, 1]


def test_people_in_different_clothes_are_two_where_the_network_doubts() -> None:
    doubtful = SAME + UNLESS_ALIKE_BY - 0.02
    apart = make_plan([fact(0, RED), fact(1, BLUE)], alike(doubtful), same_person=SAME)
    assert {len(group.members) for group in apart.groups} == {1}
    joined = make_plan([fact(0, RED), fact(1, RED)], alike(doubtful), same_person=SAME)
    assert {len(group.members) for group in joined.groups} == {2}


def test_where_the_network_is_sure_a_colour_was_misread() -> None:
    sure = SAME + UNLESS_ALIKE_BY + 0.1
    assert clothes_apart([RED, BLUE], alike(sure), same_person=SAME) == []


def test_nobody_is_kept_apart_by_what_was_not_read() -> None:
    assert clothes_apart([RED, ()], alike(SAME), same_person=SAME) == []
    assert clothes_apart([], alike(SAME)[:0], same_person=SAME) == []
