"""A library is read in one stream, and only what changed is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ingest.models import Asset, Camera
from recognition import likeness, reviewing
from recognition.engine.centring import Centre
from recognition.engine.embedding import unit
from recognition.models import Encoder, Identity, Track, TrackEmbedding
from recognition.seeing.grouping import make_plan
from recognition.services.grouping import lock_library, write_plan
from recognition.services.library_state import read_state, read_version
from recognition.stages import identities
from tests.factories import make_asset, make_camera, make_identity, make_library, make_track

pytestmark = pytest.mark.django_db

DIMENSION = 8
SAME = 0.5


@pytest.fixture
def encoder() -> Encoder:
    return Encoder.objects.create(
        name="test", space=Encoder.Space.PERSON, fingerprint="f", dimension=DIMENSION
    )


@pytest.fixture
def asset() -> Asset:
    library = make_library()
    camera = make_camera(library, clock_offset_ms=1500)
    recorded = datetime(2026, 3, 1, tzinfo=UTC)
    return make_asset(library, camera=camera, recorded_at=recorded)


def see(asset: Asset, encoder: Encoder, who: int, **fields: Any) -> Track:
    """One more track, whose vector is that of the person ``who``."""
    track = make_track(asset.shots.all()[0], **fields)
    vector = np.eye(DIMENSION)[who] + 0.01 * track.ordinal
    TrackEmbedding.objects.create(track=track, encoder=encoder, vector=unit(vector), quality=0.5)
    return track


def regroup(asset: Asset, encoder: Encoder) -> dict[str, int]:
    state = read_state(asset.library_id, encoder)
    plan = make_plan(state.facts, state.vectors, same_person=SAME, asset_id=asset.pk)
    with transaction.atomic():
        lock_library(asset.library_id)
        return write_plan(asset, state, plan)


def test_tracks_are_read_as_they_are(asset: Asset, encoder: Encoder) -> None:
    identity = make_identity(asset.library, name="Anna", is_locked=True)
    track = see(asset, encoder, 3, identity=identity)
    track.attributes.create(name="upper_colour", value="red", confidence=0.9)
    other = see(asset, encoder, 4)
    state = read_state(asset.library_id, encoder)
    first, second = state.facts
    assert (first.id, second.id) == (track.pk, other.pk)
    assert (first.identity, first.is_fixed, second.identity, second.is_fixed) == (
        identity.pk, True, None, False,
    )  # fmt: skip
    start_s = float(asset.seconds_at(track.start_pts))
    assert first.start_s == pytest.approx(start_s)
    assert first.clothes == (("upper_colour", "red"),)
    assert asset.recorded_at is not None
    assert first.true_s == pytest.approx(asset.recorded_at.timestamp() + 1.5 + start_s)
    assert state.vectors.argmax(axis=1).tolist() == [3, 4]
    assert np.isnan(state.shown).all()


def test_an_empty_library(asset: Asset, encoder: Encoder) -> None:
    state = read_state(asset.library_id, encoder)
    assert state.facts == () and len(state.vectors) == 0


def test_another_library_is_another_matter(asset: Asset, encoder: Encoder) -> None:
    see(make_asset(make_library()), encoder, 1)
    assert read_state(asset.library_id, encoder).facts == ()


def test_writing_twice_writes_once(asset: Asset, encoder: Encoder) -> None:
    tracks = [see(asset, encoder, who, start_pts=9000 * n, end_pts=9000 * n + 100)
              for n, who in enumerate((1, 1, 2))]  # fmt: skip
    assert regroup(asset, encoder)["moved"] == 3
    shown = [Track.objects.get(pk=track.pk) for track in tracks]
    assert shown[0].identity_id == shown[1].identity_id != shown[2].identity_id
    assert shown[0].identity_evidence["total"] > 0
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert regroup(asset, encoder) == {"identities": 2, "made": 0, "removed": 0, "moved": 0}
    assert not [q for q in queries if "UPDATE recognition_track" in q["sql"]]


def test_what_members_said_outlives_a_suggestion(asset: Asset, encoder: Encoder) -> None:
    spoken_of, other = make_identity(asset.library), make_identity(asset.library)
    spoken_of.comments.create(text="Who is this?")
    see(asset, encoder, 1)
    assert regroup(asset, encoder)["removed"] == 1
    assert spoken_of.comments.exists()
    assert not Identity.objects.filter(pk=other.pk).exists()


def test_the_version_tells_of_every_decision(asset: Asset, encoder: Encoder) -> None:
    identity = make_identity(asset.library)
    track = see(asset, encoder, 1)
    seen = {read_version(asset.library_id)}
    Track.objects.filter(pk=track.pk).update(identity=identity)
    seen.add(read_version(asset.library_id))
    Track.objects.filter(pk=track.pk).update(assigned_by=Track.Assigner.HUMAN)
    seen.add(read_version(asset.library_id))
    identity.is_locked = True
    identity.save()
    seen.add(read_version(asset.library_id))
    assert len(seen) == 4


def test_cameras_that_are_said_to_overlap_do_not_speak_against_one_person(
    asset: Asset, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two confirmed people were never on both cameras at once: that speaks against a pair that
    looks alike by little, unless the cameras are declared to see one place."""
    monkeypatch.setattr(identities, "same_person", lambda: SAME)
    gate, roof = asset.camera, make_camera(asset.library, clock_offset_ms=1500)
    assert gate is not None
    people = [make_identity(asset.library, is_locked=True) for _ in range(2)]
    for _ in range(20):
        clips = [
            make_asset(asset.library, camera=camera, recorded_at=asset.recorded_at)
            for camera in (gate, roof)
        ]
        for who, clip in enumerate(clips):
            see(clip, encoder, who, identity=people[who])
    alike = [_clip(asset, encoder, camera, alike) for camera, alike in ((gate, 0), (roof, 1))]

    def groups() -> int:
        state = read_state(asset.library_id, encoder)
        plan = identities._plan(state, asset.pk, None)
        mine = [row for row, fact in enumerate(state.facts) if fact.id in alike]
        return len({at for at, group in enumerate(plan.groups) if set(group.members) & set(mine)})

    assert groups() == 2
    gate.overlaps.add(roof)
    assert groups() == 1


def _clip(asset: Asset, encoder: Encoder, camera: Camera, step: int) -> int:
    """A new clip with one track whose vector is .66 from that of the other step."""
    clip = make_asset(asset.library, camera=camera, recorded_at=asset.recorded_at)
    track = make_track(clip.shots.all()[0])
    vector = np.eye(DIMENSION)[5] + 0.72 * np.eye(DIMENSION)[6 + step]
    TrackEmbedding.objects.create(track=track, encoder=encoder, vector=unit(vector), quality=0.5)
    return int(track.pk)


def test_look_alikes_and_pairs_are_found_on_centred_vectors(
    asset: Asset, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera's light makes everyone on it alike: only what is left without it tells people."""
    light = unit(np.eye(DIMENSION)[7])
    around = Centre(mean=(0.9 * light).astype(np.float32), alike=0.9)
    monkeypatch.setattr(likeness, "current_encoder", lambda _: encoder)
    monkeypatch.setattr(likeness, "same_person", lambda: SAME)
    monkeypatch.setattr(reviewing, "same_person", lambda: SAME)
    people = []
    for who in (0, 0, 1):
        clip = make_asset(asset.library, camera=asset.camera)
        people.append(make_identity(asset.library))
        track = make_track(clip.shots.all()[0], identity=people[-1])
        vector = unit(light + 0.6 * np.eye(DIMENSION)[who])
        TrackEmbedding.objects.create(track=track, encoder=encoder, vector=vector, quality=0.5)

    def found() -> tuple[list[int | None], int]:
        alike = [item.track.identity_id for item in likeness.look_alikes(people[0])]
        return alike, len(reviewing.review(asset.library).pairs)

    monkeypatch.setattr(likeness, "_centre_at_work", lambda: None)
    assert found() == ([people[1].pk, people[2].pk], 3)
    monkeypatch.setattr(likeness, "_centre_at_work", lambda: around)
    assert found() == ([people[1].pk], 1)
