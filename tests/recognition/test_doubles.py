"""A body that is followed twice is one person; two bodies at one time are two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.embedding import unit
from recognition.models import Encoder, Track, TrackEmbedding
from recognition.seeing.doubles import Trail, in_one_place, seldom_apart
from recognition.seeing.grouping import make_plan
from recognition.seeing.track_facts import TrackFact
from recognition.services.library_state import read_state
from tests.factories import make_asset, make_identity, make_library, make_track

SAME = 0.6


def trail(left: float, *, speed: float = 0.0, start: int = 0, height: float = 0.6) -> Trail:
    """A body a tenth wide that moves for ten steps."""
    pts = np.arange(start, start + 10, dtype=np.int64)
    at = left + speed * (pts - start)
    boxes = np.stack([at, np.full(10, 0.2), at + 0.1, np.full(10, 0.2 + height)], axis=1)
    return Trail(pts, boxes.astype(np.float32), np.full(10, 0.9, dtype=np.float32))


def test_a_part_of_a_body_is_in_its_place_and_another_body_is_not() -> None:
    whole = trail(0.3)
    assert in_one_place(whole, trail(0.31, height=0.3))
    assert not in_one_place(whole, trail(0.38))
    assert not in_one_place(whole, trail(0.31, start=10)), "never there at one time"
    assert not in_one_place(whole, trail(0.05, speed=0.06)), "passes by"
    assert not in_one_place(trail(0.3, start=4), trail(0.05, speed=0.06)), "passes late"


def test_where_a_track_has_drifted_it_is_in_nobodys_place() -> None:
    first = trail(0.3)
    away = replace(first, boxes=first.boxes + np.array([0.4, 0, 0.4, 0], dtype=np.float32))
    drifted = replace(first, boxes=np.concatenate([first.boxes[:4], away.boxes[4:]]))
    assert not in_one_place(first, drifted)
    assert in_one_place(first, replace(drifted, to_pts=3))
    assert not in_one_place(first, replace(drifted, from_pts=4))
    assert replace(first, from_pts=-5, to_pts=99).span == first.span == (0, 9)


def test_two_places_count_where_both_are_surely_seen() -> None:
    """A tracker that lost a body stays on a chair, on weak boxes; people stay sure."""
    first, other = trail(0.3), trail(0.6)
    weak = np.full(10, 0.2, dtype=np.float32)
    assert not seldom_apart(first, other)
    assert seldom_apart(first, replace(other, confidence=weak))
    assert seldom_apart(first, trail(0.31))
    some = np.where(np.arange(10) < 4, 0.9, 0.2).astype(np.float32)
    assert not seldom_apart(first, replace(other, confidence=some)), "sure in four frames, apart"
    mostly_there = np.concatenate([other.boxes[:3], first.boxes[3:]])
    assert seldom_apart(first, replace(other, boxes=mostly_there)), "apart in three of ten"


@given(
    st.lists(st.floats(0.0, 1.0), min_size=10, max_size=10),
    st.floats(0.0, 0.8),
)
def test_it_does_not_matter_which_of_two_tracks_is_asked(
    confidence: list[float], left: float
) -> None:
    first = trail(0.3)
    other = replace(trail(left), confidence=np.array(confidence, dtype=np.float32))
    assert seldom_apart(first, other) == seldom_apart(other, first)
    assert in_one_place(first, other) == in_one_place(other, first)


def test_doubles_may_be_one_person_and_join_who_is_confirmed() -> None:
    first = TrackFact(7, 1, 0.0, 4.0, None, False, 0.5)
    facts = [first, replace(first, id=9, start_s=1.0), replace(first, id=11, asset_id=2)]
    rows = np.tile(np.eye(8, dtype=np.float32)[0], (3, 1))
    apart = make_plan(facts, rows, same_person=SAME)
    assert not any({0, 1} <= set(group.members) for group in apart.groups)
    one = make_plan(facts, rows, same_person=SAME, doubles=frozenset({(7, 9)}))
    assert [sorted(group.members) for group in one.groups] == [[0, 1, 2]]
    known = [replace(facts[0], identity=3, is_fixed=True), *facts[1:]]
    assert make_plan(known, rows, same_person=SAME).groups[0].members == [2]
    joined = make_plan(known, rows, same_person=SAME, doubles=frozenset({(7, 9)}))
    assert sorted(joined.groups[0].members) == [1, 2] and joined.groups[0].identity == 3


@pytest.mark.django_db
def test_doubles_of_a_library_are_found_where_looks_and_places_agree() -> None:
    encoder = Encoder.objects.create(
        name="test", space=Encoder.Space.PERSON, fingerprint="f", dimension=4
    )
    shot = make_asset(make_library()).shots.all()[0]
    tracks = [make_track(shot) for _ in range(3)]
    for track, look, left in zip(tracks, (0, 0, 1), (0.3, 0.31, 0.3), strict=True):
        track.boxes_packed = np.tile(
            np.array([left, 0.2, left + 0.1, 0.8], "<f4"), (len(track.pts_packed) // 8, 1)
        ).tobytes()
        track.save()
        vector = unit(np.eye(4, dtype=np.float32)[look])
        TrackEmbedding.objects.create(track=track, encoder=encoder, vector=vector, quality=0.5)
    library_id = shot.asset.library_id
    same = (tracks[0].pk, tracks[1].pk)
    assert read_state(library_id, encoder).doubles == {same}, "the third looks like another"
    tracks[1].boxes_packed = np.tile(
        np.array([0.7, 0.2, 0.8, 0.8], "<f4"), (len(tracks[1].pts_packed) // 8, 1)
    ).tobytes()
    tracks[1].save()
    assert read_state(library_id, encoder).doubles == frozenset()


@pytest.mark.django_db
def test_who_a_track_left_is_not_kept_apart_from_their_next_track() -> None:
    """The first track goes over to a chair halfway; the second follows the same person from there
    on. What a human said of the first stays."""
    encoder = Encoder.objects.create(
        name="test", space=Encoder.Space.PERSON, fingerprint="f", dimension=4
    )
    asset = make_asset(make_library())
    shot = asset.shots.all()[0]
    first, second = make_track(shot), make_track(shot)
    middle = (shot.start_pts + shot.end_pts) // 2
    Track.objects.filter(pk=second.pk).update(start_pts=middle + 2)
    look = unit(np.eye(4, dtype=np.float32)[0])
    seen = [
        TrackEmbedding.objects.create(track=track, encoder=encoder, vector=look, quality=0.5)
        for track in (first, second)
    ]
    _put(second, 0.7)

    def groups() -> list[list[int]]:
        state = read_state(asset.library_id, encoder)
        plan = make_plan(
            state.facts, state.vectors, same_person=SAME, doubles=state.doubles, asset_id=asset.pk
        )
        return sorted(sorted(group.members) for group in plan.groups)

    assert groups() == [[0], [1]], "there at one time, in two places"
    seen[0].to_pts = middle
    seen[0].save()
    fact = read_state(asset.library_id, encoder).facts[0]
    assert fact.end_s == pytest.approx(float(asset.seconds_at(middle)))
    assert groups() == [[0, 1]]
    someone = make_identity(asset.library, is_locked=True)
    Track.objects.filter(pk=first.pk).update(identity=someone, assigned_by=Track.Assigner.HUMAN)
    assert groups() == [[1]], "the second joins; the first is not moved"


def _put(track: Track, left: float) -> None:
    box = np.array([left, 0.2, left + 0.1, 0.8], "<f4")
    track.boxes_packed = np.tile(box, (len(track.pts_packed) // 8, 1)).tobytes()
    track.save(update_fields=["boxes_packed"])
