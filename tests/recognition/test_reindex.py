"""Switching encoders: beside the old one, whole or not at all, and gone on with after a kill."""

from __future__ import annotations

import io
import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from evaluation.installations import Installation
from ingest import storage
from ingest.models import Asset, Keyframe, Library
from ingest.pipeline import run_asset
from ingest.pipeline.runner import plan_what_changed
from recognition.errors import CannotReindex, EncoderSwitched
from recognition.models import (
    Crop,
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
    Reindex,
    Track,
    TrackEmbedding,
)
from recognition.networks import load_encoder, network_infos, text_encoder
from recognition.selectors import current_encoder
from recognition.services import reindexing
from recognition.services.catalogue import hold_encoders, index_name, tables_of
from recognition.services.reindexing import reindex
from search.retrieval.words import joint_space
from tests.factories import make_library
from tests.fakes import FakeLoader, FakePersonEncoder
from tests.recognition.footage import Block, add_film, write_film

# Indexes are made between transactions, as in life.
pytestmark = pytest.mark.django_db(transaction=True)
JOINT, PERSON = Encoder.Space.JOINT, Encoder.Space.PERSON
OTHER = "everyid-light-projection-1"
OTHER_JOINT = "everyid-image-1"
OTHER_PERSON = "person-reidentification-retail-0277"


@pytest.fixture
def asset(loader: FakeLoader, tmp_path: Path) -> Asset:
    film = write_film(tmp_path / "one.mp4", 40, [Block("red", 0, 40)])
    made = add_film(make_library(name="Films"), film)
    run_asset(made.pk)
    return made


def encoder_of(space: Encoder.Space) -> Encoder:
    encoder = current_encoder(space)
    assert encoder is not None
    return encoder


def test_it_embeds_beside_the_old_and_switches(asset: Asset) -> None:
    old = encoder_of(JOINT)
    told: list[tuple[int, str]] = []

    def tell(row: Reindex) -> None:
        assert row.state == Reindex.State.DONE or current_encoder(JOINT) == old
        told.append((row.done, row.state))

    row = reindex(JOINT, OTHER, tell)
    new = encoder_of(JOINT)
    assert new != old and new.is_chosen and new.network == OTHER
    assert row.state == Reindex.State.DONE and row.percent == 100 and told[-1][1] == "done"
    for table in (KeyframeEmbedding, CropEmbedding):
        rows = table._default_manager
        assert rows.filter(encoder=new).count() == rows.filter(encoder=old).count() > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes")
        names = {name for (name,) in cursor.fetchall()}
    assert {index_name(table, new) for table in tables_of(new)} <= names
    assert joint_space().encoder == new


def test_the_pipeline_follows_and_embeds_nothing_twice(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = encoder_of(PERSON)
    reindex(PERSON, OTHER_PERSON)
    before = set(TrackEmbedding.objects.filter(encoder=encoder_of(PERSON)).values_list("pk"))
    assert {i.role: i.name for i in network_infos()}["person"] == OTHER_PERSON
    assert plan_what_changed() == 1

    def never(*_: Any) -> Any:
        raise AssertionError("embedded twice")

    monkeypatch.setattr(FakePersonEncoder, "encode_people", never)
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY, asset.error_sentence
    assert not TrackEmbedding.objects.filter(encoder=old).exists()
    assert set(TrackEmbedding.objects.values_list("pk")) == before


def test_back_to_what_settings_say_leaves_no_mark(asset: Asset, loader: FakeLoader) -> None:
    old = encoder_of(JOINT)
    reindex(JOINT, OTHER)
    loader.versions["image"] = f"fake-{OTHER_JOINT}"  # settings ask for it now
    reindex(JOINT, OTHER_JOINT)
    assert not Encoder.objects.filter(is_chosen=True).exists()
    assert encoder_of(JOINT).name == OTHER_JOINT and encoder_of(JOINT) != old


def test_rows_that_come_meanwhile_are_embedded_before_the_switch(asset: Asset) -> None:
    late: list[Keyframe] = []

    def tell(row: Reindex) -> None:
        if not late and row.done == row.total:
            first = Keyframe.objects.order_by("pk")[0]
            first.pk, first.pts = None, first.pts + 1
            first.save()
            late.append(first)

    reindex(JOINT, OTHER, tell)
    assert late[0].embeddings.get().encoder == encoder_of(JOINT)


def test_a_picture_that_has_gone_does_not_hold_it_up(asset: Asset) -> None:
    key = Keyframe.objects.order_by("pk")[0].image_key
    storage.derived_path(key).unlink()
    row = reindex(JOINT, OTHER)
    assert (row.state, row.unreadable) == (Reindex.State.DONE, 1)


def test_what_is_deleted_meanwhile_is_left_alone(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = load_encoder

    def slow(space: Encoder.Space, name: str) -> Any:
        info, encode = load(space, name)

        def deleting(pictures: Any) -> Any:
            Track.objects.all().delete()
            return encode(pictures)

        return info, deleting

    monkeypatch.setattr(reindexing, "load_encoder", slow)
    assert reindex(PERSON, OTHER_PERSON).state == Reindex.State.DONE
    assert not TrackEmbedding.objects.exists() and not Crop.objects.exists()


def test_nobody_is_embedded_where_recognition_is_off(asset: Asset) -> None:
    Library.objects.update(recognises_people=False)
    row = reindex(PERSON, OTHER_PERSON)
    assert (row.state, row.total) == (Reindex.State.DONE, 0)
    assert not TrackEmbedding.objects.filter(encoder=encoder_of(PERSON)).exists()


def test_switched_off_meanwhile_nobody_is_embedded(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = load_encoder

    def slow(space: Encoder.Space, name: str) -> Any:
        info, encode = load(space, name)

        def switching(pictures: Any) -> Any:
            Library.objects.update(recognises_people=False)
            return encode(pictures)

        return info, switching

    monkeypatch.setattr(reindexing, "load_encoder", slow)
    assert reindex(PERSON, OTHER_PERSON).state == Reindex.State.DONE
    assert not TrackEmbedding.objects.filter(encoder=encoder_of(PERSON)).exists()


def test_a_failure_changes_nothing_and_the_next_goes_on(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = encoder_of(JOINT)
    with monkeypatch.context() as patch:
        patch.setattr(reindexing, "CHUNK", 1)
        patch.setattr(reindexing, "read_picture", _failing_after(2))
        with pytest.raises(CannotReindex, match="power"):
            reindex(JOINT, OTHER)
    assert current_encoder(JOINT) == old
    failed = Reindex.objects.get()
    assert failed.state == Reindex.State.FAILED and 0 < failed.done < failed.total
    assert reindex(JOINT, OTHER).state == Reindex.State.DONE


def _failing_after(count: int) -> Any:
    from recognition.services.pictures import read_picture

    left = iter(range(count))

    def read(key: str) -> Any:
        if next(left, None) is None:
            raise CannotReindex("The power went.")
        return read_picture(key)

    return read


def test_vectors_of_an_encoder_that_was_switched_away_are_refused(asset: Asset) -> None:
    old = encoder_of(JOINT)
    hold_encoders(old)
    reindex(JOINT, OTHER)
    with pytest.raises(EncoderSwitched, match="done again"), transaction.atomic():
        hold_encoders(old)


def test_two_at_once_are_one_too_many(asset: Asset) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [reindexing._ALONE[JOINT]])
        with pytest.raises(CannotReindex, match="under way"):
            reindex(JOINT, OTHER)
    finally:
        other.close()


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("reindex", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_switches_and_tells(asset: Asset) -> None:
    assert "joint: fake image" in run("--status")
    run("--encoder", OTHER)
    report = json.loads(run("--status", "--json"))["spaces"]
    assert report[0]["encoder"] == OTHER and report[0]["reindexes"][0]["percent"] == 100
    assert f"done     to {OTHER}" in run("--status")


@pytest.mark.parametrize("name", ["nonesuch", "yolox-nano"])
def test_what_is_no_encoder_names_those_that_are(name: str) -> None:
    with pytest.raises(CommandError, match="everyid-image-1"):
        run("--encoder", name)
    with pytest.raises(CommandError, match="Which encoder"):
        run()


def test_words_meet_pictures_in_the_tower_of_the_encoder(asset: Asset) -> None:
    reindex(JOINT, OTHER)
    space = joint_space()
    assert space.encoder is not None and space.encoder.network == OTHER
    assert text_encoder(OTHER).encode_texts(["red"]).shape[0] == 1


COPIES = """
INSERT INTO ingest_keyframe ({columns})
SELECT {values} FROM ingest_keyframe k, generate_series(1, %s) n
WHERE k.id = (SELECT min(id) FROM ingest_keyframe) RETURNING 1 AS one
"""


@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.timeout(2_400)
def test_a_kill_in_the_middle_is_gone_on_with(
    shared_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two real joint encoders, kill -9 included: old answers until the new one is whole."""
    monkeypatch.setenv("EVERYID_THREADS", "1")
    film = write_film(tmp_path / "one.mp4", 40, [Block("red", 0, 40)])
    with Installation() as place:
        mirror = str(shared_dir / "teachers")
        place.manage("weights", "pull", "light", "--yes", "--mirror", Path(mirror).as_uri())
        place.manage("index", str(film), "--library", "A")
        worker = place.start("manage.py", "work")
        worker.wait(timeout=600)
        _multiply(place, 300)
        assert _status(place)["encoder"] == "everyid-image-1"

        victim = place.start("manage.py", "reindex", "--encoder", OTHER)
        place.wait_until(lambda: _done(place) >= 64, 600, "the reindex to be in the middle")
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        half = _done(place)
        time.sleep(1)
        assert _done(place) == half
        assert 0 < half < 300
        status = _status(place)
        assert status["encoder"] == "everyid-image-1"
        assert status["reindexes"][0]["state"] == "running"
        assert place.manage("search", "a red thing")["vectors"] == "ok"

        done = place.manage("reindex", "--encoder", OTHER)["spaces"][0]
        assert "everyid-light-projection-1" in done["encoder"] and done["is_chosen"]
        assert [row["state"] for row in done["reindexes"]] == ["done"]
        counts = place.query(
            "SELECT encoder_id, count(*) AS n, count(DISTINCT keyframe_id) AS d"
            " FROM recognition_keyframeembedding GROUP BY 1 ORDER BY 1"
        )
        assert counts[-1]["n"] == counts[-1]["d"] >= 300
        assert place.manage("search", "a red thing")["vectors"] == "ok"


def _multiply(place: Installation, count: int) -> None:
    """Copies of the first keyframe, so that a kill has a middle to fall into."""
    import psycopg

    from everyid_site.embedded.endpoint import read_endpoint

    rows = place.query(
        "SELECT column_name AS name FROM information_schema.columns"
        " WHERE table_name = 'ingest_keyframe' AND column_name <> 'id' ORDER BY 1"
    )
    columns = [row["name"] for row in rows]
    values = ["k.pts + n" if name == "pts" else f"k.{name}" for name in columns]
    endpoint = read_endpoint(place.state_dir)
    assert endpoint is not None
    statement = COPIES.format(columns=", ".join(columns), values=", ".join(values))
    with psycopg.connect(endpoint.dsn) as session:
        session.execute(statement.encode(), (count,))


def _done(place: Installation) -> int:
    rows = place.query("SELECT coalesce(max(done), 0) AS n FROM recognition_reindex")
    return int(rows[0]["n"])


def _status(place: Installation) -> dict[str, Any]:
    found: dict[str, Any] = place.manage("reindex", "--status")["spaces"][0]
    return found
