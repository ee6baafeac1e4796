"""The colour of what somebody carries, by the things that are seen while they are. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from search.query.parsing import parse
from search.ranking.carried import PersonMatcher
from search.ranking.evidence import gather
from search.ranking.facts import Found, ShotFacts, TrackFacts
from search.ranking.matching import Verdict
from tests.search.made_facts import all_alike, at_beach, moments, person

WOMAN = {"gender": (("woman", 0.9),)}


def woman(pk: int = 1, start: int = 0, end: int = 100) -> TrackFacts:
    """A woman's track."""
    return person(pk, start, end, attributes=WOMAN)


def thing(pk: int, label: str, colour: str = "", sure: float = 0.9) -> TrackFacts:
    """A thing over the whole shot, with its colour where one was read."""
    attributes = {"colour": ((colour, sure),)} if colour else {}
    return TrackFacts(pk, label, 0, 100, 0.9, attributes=attributes)


def told(text: str, shot: ShotFacts) -> list[Verdict]:
    """The verdicts on the colours of things, of the first person of a shot."""
    (part,) = parse(text).understood
    return [m.verdict for m in PersonMatcher(part).of_things(shot, shot.tracks[0])]


@pytest.mark.parametrize(
    ("things", "verdict"),
    [
        ([thing(2, "handbag", "red")], Verdict.YES),
        ([thing(2, "backpack", "red"), thing(3, "handbag", "blue")], Verdict.YES),
        ([thing(2, "suitcase", "orange")], Verdict.YES),  # kin, for half
        ([thing(2, "handbag", "blue"), thing(3, "suitcase", "green")], Verdict.NO),
        ([thing(2, "handbag", "blue"), thing(3, "suitcase")], Verdict.UNKNOWN),
        ([thing(2, "handbag", "blue", 0.4)], Verdict.UNKNOWN),
        ([thing(2, "umbrella", "red")], Verdict.UNKNOWN),
        ([replace(thing(2, "handbag", "red"), start_pts=60)], Verdict.UNKNOWN),
        ([], Verdict.UNKNOWN),
    ],
)
def test_things_beside_somebody_confirm_or_deny_the_colour(
    things: list[TrackFacts], verdict: Verdict
) -> None:
    assert told("woman with a red bag", at_beach(woman(end=60), *things)) == [verdict]


def test_who_carries_it_comes_before_who_may_and_who_surely_does_not() -> None:
    red = at_beach(woman(1), thing(2, "handbag", "red"))
    unread = at_beach(woman(3), thing(4, "handbag"), pk=2)
    blue = at_beach(woman(5), thing(6, "handbag", "blue"), pk=3)
    shots = (blue, unread, red)
    found = moments("woman with a red bag", *shots, vectors=(all_alike(*shots),))
    assert [m.shot_id for m in found] == [1, 2, 3]
    words = [w.reason.words for w in found[0].why if w.reason.source == "object"]
    assert words == ["red handbag"]
    assert found[0].colours == ()  # those are of clothes


def test_each_thing_has_its_own_colour() -> None:
    text = "a woman with a red bag and a blue umbrella"
    swapped = at_beach(woman(), thing(2, "handbag", "blue"), thing(3, "umbrella", "red"))
    assert told(text, swapped) == [Verdict.NO, Verdict.NO]
    right = at_beach(woman(), thing(2, "handbag", "red"), thing(3, "umbrella", "blue"))
    assert told(text, right) == [Verdict.YES, Verdict.YES]


def test_one_colour_of_a_bag_with_two_is_no_contradiction() -> None:
    shot = at_beach(woman(), thing(2, "handbag", "red"))
    assert told("a woman with a red and white bag", shot) == [Verdict.YES]


def test_clothes_do_not_colour_what_is_carried() -> None:
    dressed = person(1, 0, 100, attributes={**WOMAN, "upper_colour": (("red", 0.9),)})
    shot = at_beach(dressed, thing(2, "handbag"))
    assert told("woman with a red bag", shot) == [Verdict.UNKNOWN]


@pytest.mark.parametrize(
    "text",
    [
        "a beach, woman without a red bag",
        "a beach, a woman, but not with a red bag",
        "a beach, nobody with a red bag",
        "a beach, no woman with a red bag",
    ],
)
def test_only_what_is_surely_so_is_ruled_out(text: str) -> None:
    shots = (
        at_beach(woman(1), thing(2, "handbag", "red")),
        at_beach(woman(3), thing(4, "handbag", "blue"), pk=2),
        at_beach(woman(5), thing(6, "handbag"), pk=3),
        at_beach(woman(7), pk=4),
        at_beach(woman(8), thing(9, "handbag", "red", 0.4), pk=5),
        # It may be his.
        at_beach(woman(10), person(11, 0, 100), thing(12, "handbag", "red"), pk=6),
    )
    seen = {m.shot_id for m in moments(text, *shots) if m.track_ids or "no" in text.split()[2]}
    assert 1 not in seen and {2, 3, 4, 5, 6} <= seen


@pytest.mark.parametrize(
    "text", ["woman with a red bag", "woman without a red bag", "nobody with a red bag"]
)
def test_it_is_not_checked_where_no_such_colour_was_read(text: str) -> None:
    read = at_beach(woman(), thing(2, "handbag", "blue"))
    unread = at_beach(woman(), thing(2, "handbag"), thing(3, "umbrella", "red"))
    for shot, unchecked in ((read, set()), (unread, {0})):
        assert gather(parse(text), Found({1: shot})).unchecked == unchecked


def test_two_who_carry_red_are_counted() -> None:
    both = at_beach(woman(1), woman(2), thing(3, "handbag", "red"))
    (first, *_) = moments("two women with red bags", both)
    assert "2 at once" in [w.reason.words for w in first.why]
