"""Moments: joined, trimmed, folded, diverse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from search.query.parsing import parse
from search.ranking.evidence import gather
from search.ranking.facts import (
    WHOLE,
    Described,
    Found,
    ShotFacts,
    Similar,
    TrackFacts,
    VectorList,
)
from search.ranking.moments import AGAIN, Moment, diversify, fold, join_brief
from search.ranking.scores import band
from search.ranking.spans import shared, subtract
from tests.search.made_facts import SPAN, SPREAD, all_alike, at_beach, moments, person

RED_WOMAN = {"gender": (("woman", 0.9),), "upper_colour": (("red", 0.9),)}


@given(SPAN, st.lists(SPAN, max_size=6))
def test_what_is_left_has_nothing_of_what_was_taken(
    span: tuple[int, int], banned: list[tuple[int, int]]
) -> None:
    left = subtract(span, banned)
    assert all(a < b and not any(shared((a, b), x) for x in banned) for a, b in left)
    kept = {p for a, b in left for p in range(a, b)}
    taken = {p for a, b in banned for p in range(a, b)}
    assert kept == set(range(*span)) - taken


@given(st.lists(st.integers(0, 99), min_size=1, max_size=9, unique=True))
def test_cells_of_keyframes_cover_the_shot(times: list[int]) -> None:
    shot = ShotFacts(1, 1, 0, 100, tuple(enumerate(sorted(times))))
    cells = [span for _, span in shot.cells]
    assert cells[0][0] == 0 and cells[-1][1] == 100
    assert all(a[1] == b[0] for a, b in pairwise(cells))


SCORES = st.integers(0, 100).map(lambda n: n / 100)
MOMENTS = st.lists(
    st.builds(
        lambda asset, span, score: Moment(asset, asset, span[0], span[1], score),
        st.integers(1, 4),
        SPAN,
        SCORES,
    ),
    max_size=20,
)


@given(MOMENTS)
def test_diverse_order_loses_nothing_and_counts_repeats_for_less(found: list[Moment]) -> None:
    ordered = diversify(found)
    assert sorted(map(repr, ordered)) == sorted(map(repr, found))
    bands = [list(type(m.band)).index(m.band) for m in ordered]
    assert bands == sorted(bands)
    for kind in {m.band for m in ordered}:
        of_band = [m for m in ordered if m.band is kind]
        turns: dict[int, int] = defaultdict(int)
        worth = []
        for moment in of_band:
            worth.append(moment.score * AGAIN ** turns[moment.asset_id])
            turns[moment.asset_id] += 1
        assert worth == sorted(worth, reverse=True)


def test_a_good_second_moment_comes_before_what_is_not_alike() -> None:
    found = [Moment(1, 1, 0, 9, 0.1), Moment(1, 2, 9, 18, 0.09), Moment(2, 3, 0, 9, 0.02)]
    assert [(m.asset_id, m.shot_id) for m in diversify(found)] == [(1, 1), (1, 2), (2, 3)]


def test_what_is_nearly_as_good_elsewhere_comes_first() -> None:
    found = [Moment(1, 1, 0, 9, 0.1), Moment(1, 2, 9, 18, 0.09), Moment(2, 3, 0, 9, 0.08)]
    assert [(m.asset_id, m.shot_id) for m in diversify(found)] == [(1, 1), (2, 3), (1, 2)]


@given(MOMENTS)
def test_folded_moments_of_a_shot_are_apart(found: list[Moment]) -> None:
    kept = fold([replace(m, asset_id=1, shot_id=1) for m in found])
    assert len(kept) + sum(m.folded for m in kept) == len(found)
    for i, one in enumerate(kept):
        for other in kept[i + 1 :]:
            shorter = min(m.end_pts - m.start_pts for m in (one, other))
            assert shared(one.span, other.span) < 0.5 * shorter


def test_person_and_place_are_joined_where_both_are() -> None:
    shot = ShotFacts(
        1,
        7,
        0,
        100,
        ((11, 20), (12, 80)),
        (person(5, 60, 90, attributes=RED_WOMAN),),
        Described("", scene="beach", scene_confidence=0.9),
    )
    places = VectorList("keyframes", 1, (Similar(12, 1, 0.5), Similar(11, 1, 0.1)), SPREAD)
    (best, *_) = moments("woman in red near the beach", shot, vectors=(places,))
    assert best.span == (60, 90) and best.keyframe_id == 12 and best.track_ids == (5,)
    assert {w.part for w in best.why} == {0, 1}


def test_two_people_of_a_query_are_trimmed_to_where_both_are() -> None:
    man = {"gender": (("man", 0.9),)}
    woman = {"gender": (("woman", 0.9),)}
    shot = ShotFacts(
        1,
        7,
        0,
        100,
        ((11, 50),),
        (person(1, 0, 60, attributes=man), person(2, 40, 100, attributes=woman)),
    )
    best = moments("a man and a woman", shot)[0]
    assert best.span == (40, 60) and set(best.track_ids) == {1, 2}


def test_a_reading_counts_in_full_whatever_else_cannot_be_read() -> None:
    """Coat and woman were not read of anybody: red is no less red for it."""
    red, blue = ({"upper_colour": ((c, 0.9),)} for c in ("red", "blue"))
    coats = at_beach(person(1, 0, 100, attributes=red), pk=1)
    other = at_beach(person(2, 0, 100, attributes=blue), pk=2)
    unread = at_beach(person(3, 0, 100), pk=3)
    hits = [Similar(pk, s.shot_id, 0.3) for s in (coats, other, unread) for pk, _ in s.keyframes]
    liked = tuple(replace(h, similarity=0.35) if h.shot_id != 1 else h for h in hits)
    whole = VectorList("keyframes", WHOLE, liked, SPREAD)
    found = moments("woman in a red coat", coats, other, unread, vectors=(whole,))
    assert [m.shot_id for m in found] == [1, 3, 2]


def test_somebody_is_asked_for_who_is_not_to_wear_a_hat() -> None:
    seen, nobody = at_beach(person(1, 0, 100), pk=1), at_beach(pk=2)
    vectors = (all_alike(seen, nobody),)
    found = moments("person without a hat", nobody, seen, vectors=vectors)
    assert [m.shot_id for m in found] == [1, 2]


def test_the_same_person_at_two_times_is_two_moments() -> None:
    shot = ShotFacts(
        1,
        7,
        0,
        100,
        ((11, 50),),
        (person(1, 0, 20, attributes=RED_WOMAN), person(2, 70, 100, attributes=RED_WOMAN)),
    )
    assert {m.span for m in moments("woman in red", shot)} == {(0, 20), (70, 100)}


def test_people_side_by_side_are_one_moment() -> None:
    shot = ShotFacts(1, 7, 0, 100, ((11, 50),), tuple(person(i, 0, 100) for i in range(6)))
    (only,) = moments("people", shot)
    assert only.folded == 5 and len(only.track_ids) == 6


def test_what_is_ruled_out_is_cut_away() -> None:
    car = TrackFacts(9, "car", 40, 100, 0.9)
    shot = ShotFacts(1, 7, 0, 100, ((11, 10),), (car,))
    whole = VectorList("keyframes", WHOLE, (Similar(11, 1, 0.6),), SPREAD)
    (only,) = moments("a street without cars", shot, vectors=(whole,))
    assert only.span == (0, 40)
    covered = replace(shot, tracks=(replace(car, start_pts=5),))
    assert moments("a street without cars", covered, vectors=(whole,)) == []


def test_an_unlikely_car_rules_nothing_out() -> None:
    shot = ShotFacts(1, 7, 0, 100, ((11, 10),), (TrackFacts(9, "car", 0, 100, 0.1),))
    whole = VectorList("keyframes", WHOLE, (Similar(11, 1, 0.6),), SPREAD)
    assert moments("a street without cars", shot, vectors=(whole,))


def test_filters_on_tracks_trim_moments() -> None:
    shot = ShotFacts(
        1, 7, 0, 100, ((11, 50),), (person(1, 30, 50, identity_id=4, attributes=RED_WOMAN),)
    )
    whole = VectorList("keyframes", WHOLE, (Similar(11, 1, 0.6),), SPREAD)
    (only,) = moments("street", shot, vectors=(whole,), identity=(4,), colour=("red",))
    assert only.span == (30, 50) and only.identity_ids == (4,)
    assert moments("street", shot, vectors=(whole,), identity=(5,)) == []
    assert moments("street", shot, vectors=(whole,), identity=(4,), colour=("blue",)) == []


def test_keyframes_of_one_look_are_one_moment_and_others_apart() -> None:
    frames = tuple((i, i * 10 + 5) for i in range(10))
    shot = ShotFacts(1, 7, 0, 100, frames)
    alike = (0.6, 0.6, 0.6, 0.1, 0.1, 0.1, 0.1, 0.6, 0.6, 0.6)
    hits = tuple(Similar(i, 1, s) for i, s in enumerate(alike))
    found = moments("street", shot, vectors=(VectorList("keyframes", WHOLE, hits, SPREAD),))
    assert [m.span for m in found[:2]] == [(0, 30), (70, 100)]
    assert band(found[0].score) == "strong"


def thing(pk: int, label: str, **readings: str) -> TrackFacts:
    """A thing's track with what was read off it."""
    attributes = {name: ((value, 0.9),) for name, value in readings.items()}
    return TrackFacts(pk, label, 0, 100, 0.9, attributes=attributes)


def test_a_car_that_is_not_red_is_no_red_car() -> None:
    red, blue = (
        at_beach(thing(1, "car", colour="red")),
        at_beach(thing(2, "car", colour="blue"), pk=2),
    )
    for text in ("a car but not a red one", "neither red nor green car", "a non-red car"):
        found = [m for m in moments(text, red, blue) if m.track_ids]
        assert [m.track_ids for m in found] == [(2,)], text


def test_not_a_red_one_alone_leaves_out_whatever_is_red() -> None:
    shots = [
        at_beach(thing(1, "car", colour="red")),
        at_beach(thing(2, "car", colour="blue"), pk=2),
        at_beach(thing(3, "person", upper_colour="red"), pk=3),
        at_beach(thing(4, "person", upper_colour="blue"), pk=4),
        at_beach(thing(5, "car"), pk=5),
    ]
    for text in ("not a red one", "no red things", "a beach, not a red one"):
        query = parse(text)
        assert {m.shot_id for m in moments(text, *shots)} == {2, 4, 5}, text
        assert gather(query, Found({s.shot_id: s for s in shots})).unchecked == set(), text
    assert {m.shot_id for m in moments("not the one in red", *shots)} == {1, 2, 4, 5}
    unread = gather(parse("not a red one"), Found({5: shots[4]}))
    assert unread.unchecked == {0}  # where no colour was read, nothing can be said


def test_no_red_car_leaves_out_red_cars_alone() -> None:
    red, blue = (
        at_beach(thing(1, "car", colour="red")),
        at_beach(thing(2, "car", colour="blue"), pk=2),
    )
    unread = at_beach(thing(3, "car"), pk=3)
    assert {m.shot_id for m in moments("a beach, no red cars", red, blue, unread)} == {2, 3}
    assert {m.shot_id for m in moments("a beach, no cars", red, blue, unread)} == set()


def test_a_red_car_is_confirmed_on_its_own_track() -> None:
    red, blue, unread = (
        at_beach(thing(1, "car", colour="red")),
        at_beach(thing(2, "car", colour="blue"), pk=2),
        at_beach(thing(3, "car"), thing(4, "bus", colour="red"), pk=3),
    )
    alike = all_alike(red, blue, unread)
    found = moments("a red car", blue, unread, red, vectors=(alike,))
    assert [m.shot_id for m in found] == [1, 3, 2]
    why = [w.reason for w in found[0].why if w.reason.source == "object"]
    assert [(reason.words, reason.strength > 0.8) for reason in why] == [("red car", True)]
    assert [w.reason.words for w in found[1].why if w.reason.source == "object"] == ["car"]
    assert found[0].colours == ()  # those are of clothes


def test_who_asks_for_two_red_cars_wants_two_that_are_red() -> None:
    both = at_beach(thing(1, "car", colour="red"), thing(2, "car", colour="red"))
    one = at_beach(thing(3, "car", colour="red"), thing(4, "car", colour="blue"), pk=2)
    first, second = moments("two red cars", one, both, vectors=(all_alike(one, both),))
    assert (first.shot_id, second.shot_id) == (1, 2)
    assert "2 at once" in [w.reason.words for w in first.why]
    assert "2 at once" not in [w.reason.words for w in second.why]


def test_one_colour_of_a_thing_with_two_is_no_contradiction() -> None:
    shot = at_beach(thing(1, "bus", colour="red"))
    found = gather(parse("a red and white bus"), Found({1: shot}))
    (hit,) = (h for h in found.hits[1] if h.track_id == 1)
    assert [reason.words for reason in hit.reasons] == ["red bus"]
    assert hit.support > 1
    assert moments("no red and white bus", shot)  # it may be red alone


def test_whether_a_colour_can_be_told_is_known_of_its_kind_of_thing() -> None:
    query = parse("no red cars on the beach")
    for track, is_unchecked in ((thing(1, "car"), True), (thing(1, "car", colour="blue"), False)):
        shot = at_beach(track, thing(2, "dog", colour="white"))
        unchecked = gather(query, Found({1: shot})).unchecked
        assert (0 in unchecked) is is_unchecked


def test_a_length_is_of_what_it_was_asked_of() -> None:
    shot = replace(at_beach(person(1, 10, 40)), asset_pts=600)  # ten seconds of a minute
    for text, is_found in (
        ("a person, shorter than 5 seconds", True),
        ("a person in a shot shorter than 5 seconds", False),
        ("a person in a shot shorter than 12 seconds", True),
        ("a person in a clip shorter than 12 seconds", False),
        ("a person in a clip longer than 30 seconds", True),
    ):
        assert bool(moments(text, shot)) is is_found, text


def test_where_people_are_asked_for_a_picture_without_any_is_less_likely() -> None:
    seen, empty = at_beach(person(1, 0, 100)), at_beach(pk=2)
    alike = all_alike(seen, empty)
    with_somebody, without = moments("a person", seen, empty, vectors=(alike,))
    assert (with_somebody.shot_id, without.shot_id) == (1, 2)
    assert with_somebody.score > without.score
    for text in ("a beach", "nobody", "a dog"):
        found = {m.shot_id: m.score for m in moments(text, seen, empty, vectors=(alike,))}
        assert found.get(1, 0) <= found[2], text


def test_what_a_tracker_lost_and_found_again_is_one_moment() -> None:
    pieces = (person(1, 10, 14), person(2, 15, 18), person(3, 20, 80))
    shot = replace(at_beach(*pieces), time_base=Fraction(1, 10))
    (only,) = moments("a person", shot)
    assert only.span == (10, 80) and only.folded == 2
    car = TrackFacts(9, "car", 14, 15, 0.9)
    apart = moments("a person without cars", replace(shot, tracks=(*pieces, car)))
    assert sorted(m.span for m in apart) == [(10, 14), (15, 80)]


@given(MOMENTS, st.lists(SPAN, max_size=3), st.integers(1, 20))
def test_joining_loses_nothing_and_joins_nothing_over_what_is_ruled_out(
    found: list[Moment], banned: list[tuple[int, int]], brief: int
) -> None:
    left = [m for m in found if not any(shared(m.span, span) for span in banned)]
    apart = fold([replace(m, asset_id=1, shot_id=1) for m in left])
    joined = join_brief(apart, banned, brief)
    assert len(joined) + sum(j.moment.folded for j in joined) == len(left)
    for whole, best in joined:
        assert best in [m.span for m in apart]
        assert not any(shared(whole.span, span) for span in banned)
        assert all(whole.span[0] <= end for end in best)
    assert {m.span[0] for m in apart} >= {j.moment.span[0] for j in joined}
