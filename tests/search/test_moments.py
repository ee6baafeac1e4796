"""Moments: joined, trimmed, folded, diverse."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from search.evidence import gather
from search.facts import (
    WHOLE,
    Described,
    Found,
    ShotFacts,
    Similar,
    Spread,
    TrackFacts,
    VectorList,
)
from search.filters import Filters
from search.moments import Moment, build_moments, diversify, fold
from search.query import parse
from search.ranking import band
from search.seen import keyframe_cells, most_at_once
from search.spans import shared, subtract

SPAN = st.tuples(st.integers(0, 100), st.integers(1, 50)).map(lambda p: (p[0], p[0] + p[1]))
SPREAD = Spread(1_000, 0.2, 0.1)
RED_WOMAN = {"gender": (("woman", 0.9),), "upper_colour": (("red", 0.9),)}


def person(pk: int, start: int, end: int, **fields: object) -> TrackFacts:
    return TrackFacts(pk, "person", start, end, 0.9, **fields)  # type: ignore[arg-type]


def moments(text: str, *shots: ShotFacts, vectors: tuple[VectorList, ...] = (), **kw: object):  # type: ignore[no-untyped-def]
    query = parse(text)
    labels = frozenset(t.label for s in shots for t in s.tracks)
    found = Found({s.shot_id: s for s in shots}, vectors, known_labels=labels)
    filters = Filters(**kw)  # type: ignore[arg-type]
    return build_moments(query, found, gather(query, found), filters)


@given(SPAN, st.lists(SPAN, max_size=6))
def test_what_is_left_has_nothing_of_what_was_taken(
    span: tuple[int, int], banned: list[tuple[int, int]]
) -> None:
    left = subtract(span, banned)
    assert all(a < b and not any(shared((a, b), x) for x in banned) for a, b in left)
    kept = {p for a, b in left for p in range(a, b)}
    taken = {p for a, b in banned for p in range(a, b)}
    assert kept == set(range(*span)) - taken


@given(st.lists(SPAN, max_size=8))
def test_most_at_once_counts_overlaps(spans: list[tuple[int, int]]) -> None:
    counted = max((sum(a <= p < b for a, b in spans) for p in range(151)), default=0)
    assert most_at_once(spans) == counted


@given(st.lists(st.integers(0, 99), min_size=1, max_size=9, unique=True))
def test_cells_of_keyframes_cover_the_shot(times: list[int]) -> None:
    shot = ShotFacts(1, 1, 0, 100, tuple(enumerate(sorted(times))))
    cells = [span for _, span in keyframe_cells(shot)]
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
def test_diverse_order_loses_nothing_and_puts_each_assets_best_first(found: list[Moment]) -> None:
    ordered = diversify(found)
    assert sorted(map(repr, ordered)) == sorted(map(repr, found))
    bands = [list(type(m.band)).index(m.band) for m in ordered]
    assert bands == sorted(bands)
    for kind in {m.band for m in ordered}:
        of_band = [m for m in ordered if m.band is kind]
        assets = len({m.asset_id for m in of_band})
        assert len({m.asset_id for m in of_band[:assets]}) == assets


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
