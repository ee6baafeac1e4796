"""The four stages together, run by the pipeline over made films, with fake networks."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from ingest import storage
from ingest.models import Asset, StageRun
from ingest.pipeline import run_asset
from recognition.models import (
    Attribute,
    Crop,
    CropEmbedding,
    Description,
    Encoder,
    Identity,
    KeyframeEmbedding,
    Track,
    TrackEmbedding,
)
from recognition.selectors import boxes_of, current_encoder
from recognition.services.catalogue import index_name, tables_of
from tests.factories import make_library
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film

pytestmark = pytest.mark.django_db

TWO_PEOPLE = [Block("red", 0, 60, 0.05, 0.3), Block("blue", 0, 60, 0.85, 0.45)]


@pytest.fixture
def asset(loader: FakeLoader, tmp_path: Path) -> Asset:
    film = write_film(tmp_path / "two.mp4", 60, TWO_PEOPLE)
    made = add_film(make_library(name="Films"), film)
    run_asset(made.pk)
    made.refresh_from_db()
    return made


def test_it_makes_an_asset_ready(asset: Asset) -> None:
    assert asset.status == Asset.Status.READY, asset.error_sentence
    done = asset.stage_runs.filter(state=StageRun.State.DONE).values_list("stage", flat=True)
    assert {name.rpartition(".")[2] for name in done} == {
        "probe", "shots", "tracks", "embeddings", "descriptions", "identities", "lines",
    }  # fmt: skip


def test_it_follows_each_person_through_the_shot(asset: Asset) -> None:
    tracks = list(asset.tracks.all())
    assert [track.label for track in tracks] == ["person", "person"]
    for track in tracks:
        pts, boxes, confidence = boxes_of(track)
        assert track.start_pts == pts[0]
        assert track.end_pts > pts[-1]
        assert len(pts) == len(boxes) == len(confidence) >= 8
        assert (boxes >= 0).all()
        assert (boxes <= 1).all()
        assert track.movement in ("walking", "stationary")
    assert {track.direction for track in tracks} == {"left", "right"}


def test_it_keeps_crops_as_pictures(asset: Asset) -> None:
    crops = list(Crop.objects.filter(track__asset=asset))
    assert len(crops) == 8
    assert all(0 < crop.quality <= 1 for crop in crops)
    assert all(storage.derived_path(crop.image_key).is_file() for crop in crops)
    contexts = [crop for crop in crops if crop.context_key]
    assert len(contexts) == 4
    assert all(storage.derived_path(crop.context_key).is_file() for crop in contexts)


def test_it_embeds_keyframes_crops_and_people(asset: Asset) -> None:
    joint, person = (current_encoder(space) for space in ("joint", "person"))
    assert joint is not None
    assert person is not None
    keyframes = KeyframeEmbedding.objects.filter(keyframe__asset=asset, encoder=joint)
    assert keyframes.count() == asset.keyframes.count() > 0
    assert CropEmbedding.objects.filter(crop__track__asset=asset, encoder=joint).count() == 4
    assert TrackEmbedding.objects.filter(track__asset=asset, encoder=person).count() == 2


def test_it_indexes_each_encoder_by_itself(asset: Asset) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%hnsw%'")
        made = dict(cursor.fetchall())
    for encoder in Encoder.objects.all():
        for table in tables_of(encoder):
            definition = made[index_name(table, encoder)]
            assert f"halfvec({encoder.dimension})" in definition
            assert f"encoder_id = {encoder.pk}" in definition


def test_it_describes_each_shot(asset: Asset) -> None:
    description = Description.objects.get(asset=asset)
    assert description.people_count == 2
    assert description.scene == "beach"
    assert description.setting == "outdoors"
    assert "woman" in description.sentence
    values = set(Attribute.objects.filter(track__asset=asset).values_list("value", flat=True))
    assert {"red", "blue", "woman", "man"} <= values


def test_it_reads_the_colours_of_things(loader: FakeLoader, tmp_path: Path) -> None:
    film = write_film(tmp_path / "car.mp4", 60, [Block("red", 0, 60, size=(0.4, 0.3))])
    made = add_film(make_library(name="Films"), film)
    run_asset(made.pk)
    (track,) = made.tracks.all()
    assert track.label == "car"
    (read,) = Attribute.objects.filter(track=track)
    assert (read.name, read.value) == ("colour", "red") and read.confidence >= 0.5
    description = Description.objects.get(asset=made)
    assert "a red car" in description.sentence.casefold()
    found = Description.objects.extra(
        where=["search @@ phraseto_tsquery('english', 'red cars')"], params=[]
    )
    assert list(found) == [description]


@pytest.mark.parametrize("words", ["woman", "lady", "red", "beaches", "outdoor", "ladies & sand"])
def test_it_is_found_by_words_and_synonyms(asset: Asset, words: str) -> None:
    found = Description.objects.extra(
        where=["search @@ to_tsquery('english', unaccent(%s))"], params=[words]
    )
    assert [item.asset_id for item in found] == [asset.pk]


def test_it_gives_each_person_an_identity(asset: Asset) -> None:
    identities = list(Identity.objects.filter(library=asset.library))
    assert [identity.number for identity in identities] == [1, 2]
    assert not any(identity.is_locked for identity in identities)
    assert Track.objects.filter(asset=asset, identity=None).count() == 0


def test_it_does_nothing_when_nothing_changed(asset: Asset) -> None:
    before = _everything(asset)
    run_asset(asset.pk)
    assert _everything(asset) == before


def test_new_detector_weights_redo_tracks_and_all_after(asset: Asset, loader: FakeLoader) -> None:
    before = set(asset.tracks.values_list("pk", flat=True))
    loader.versions["detector"] = "fake-detector-2"
    run_asset(asset.pk)
    after = set(asset.tracks.values_list("pk", flat=True))
    assert len(after) == 2
    assert not before & after
    assert TrackEmbedding.objects.filter(track__asset=asset).count() == 2
    assert asset.descriptions.count() == 1
    assert asset.stage_runs.count() == 7


# An index cannot be made in the one transaction of a test that has written to its table.
@pytest.mark.django_db(transaction=True)
def test_new_person_weights_leave_tracks_alone(asset: Asset, loader: FakeLoader) -> None:
    tracks = set(asset.tracks.values_list("pk", "identity_id"))
    loader.versions["person"] = "fake-person-2"
    run_asset(asset.pk)
    assert set(asset.tracks.values_list("pk", "identity_id")) == tracks
    encoder = current_encoder("person")
    assert encoder is not None
    assert encoder.fingerprint == "fake-person-2"
    vectors = TrackEmbedding.objects.filter(track__asset=asset)
    assert set(vectors.values_list("encoder", flat=True)) == {encoder.pk}


def _everything(asset: Asset) -> list[object]:
    return [
        list(asset.tracks.values_list("pk", "identity_id")),
        list(asset.stage_runs.order_by("pk").values_list("pk", "state", "finished_at")),
        list(asset.descriptions.values_list("pk", flat=True)),
        list(Identity.objects.values_list("pk", "number", "updated_at")),
    ]
