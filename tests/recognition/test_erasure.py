"""Erasure: a test that plants names and bytes, and then looks through every table and folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.test import Client
from pgvector import HalfVector
from psycopg import sql

from ingest import storage
from ingest.errors import NotAllowed
from ingest.models import Asset, AuditEntry, Library, Upload
from ingest.services import audit
from ingest.services.assets import delete_asset
from recognition.errors import ConfirmationWrong
from recognition.models import (
    Attribute,
    Comment,
    Crop,
    CropEmbedding,
    Description,
    Encoder,
    Identity,
    Suppression,
    Track,
    TrackEmbedding,
)
from recognition.services import comments, identities, sharing
from recognition.services.decisions import Path as TrackPath
from recognition.services.decisions import path_of
from recognition.services.erasure import erase_identity, erase_library
from recognition.services.suppression import is_suppressed, suppressed_paths
from tests import factories

pytestmark = pytest.mark.django_db

NAME = "Zyxolotl Quarfeld"
BEFORE = "Vimblethorpe"
MARK = b"a-picture-of-zyxolotl"
NUMBER = 0.0123456
"""In every vector of the planted person: halfvec keeps it as this text."""


def rows_with(text: str) -> list[str]:
    """Every table of the database in which a row, written as text, contains ``text``."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in cursor.fetchall():
            name = sql.SQL(".").join((sql.Identifier(schema), sql.Identifier(table)))
            statement = sql.SQL("SELECT count(*) FROM {} t WHERE t::text ILIKE %s").format(name)
            cursor.execute(statement, [f"%{text}%"])
            found += [table] * cursor.fetchone()[0]
    return found


def files_with(root: Path, mark: bytes) -> list[Path]:
    """Every file under a folder that contains these bytes."""
    return [path for path in root.rglob("*") if path.is_file() and mark in path.read_bytes()]


def half(number: float) -> str:
    """A number as a halfvec is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::halfvec)::text", [f"[{number}]"])
        return str(cursor.fetchone()[0]).strip("[]")


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def owner() -> User:
    return factories.make_user("anna")


@pytest.fixture
def library(owner: User) -> Library:
    return factories.make_library(owner=owner, name="Harbour")


@pytest.fixture
def asset(library: Library, media: Path) -> Asset:
    return factories.make_asset(library, name="walk.mp4")


@pytest.fixture
def planted(library: Library, asset: Asset, owner: User) -> Identity:
    """A person who is everywhere."""
    identity = factories.make_identity(library)
    shot = asset.shots.get(ordinal=0)
    track = factories.make_track(shot, identity=identity)
    crop = factories.make_crop(track, files=True, context_key=f"{asset.pk}/around-{track.pk}.webp")
    record = storage.record_path(asset.pk, "recognition.stages.tracks")  # between two stages
    pictures = [storage.derived_path(key) for key in (crop.image_key, crop.context_key)]
    for path in (*pictures, record):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MARK)
    Attribute.objects.create(track=track, name="upper_colour", value="vermilionish", confidence=1)
    vector = HalfVector(np.full(4, NUMBER))
    for model, row in ((TrackEmbedding, {"track": track}), (CropEmbedding, {"crop": crop})):
        space = "person" if model is TrackEmbedding else "joint"
        encoder = Encoder.objects.create(name="e", space=space, fingerprint=space, dimension=4)
        model._default_manager.create(encoder=encoder, vector=vector, **row)
    identities.rename(identity=identity, user=owner, name=BEFORE)
    identities.rename(identity=identity, user=owner, name=NAME)
    _mention(library, asset, owner, identity)
    return identity


def _mention(library: Library, asset: Asset, owner: User, identity: Identity) -> None:
    """Say the name wherever it can be said."""
    said = Description.objects.create(
        asset=asset, shot=asset.shots.get(ordinal=0), sentence=f"{NAME} walks.", words=[NAME],
        source="test",
    )  # fmt: skip
    vector = SearchVector("sentence", config="english")
    Description.objects.filter(pk=said.pk).update(search=vector)
    factories.make_line(asset, f"Is that {NAME}?", 0, 10, next_words=f"Yes, {NAME}")
    other = factories.make_identity(library, name="Bea")
    comments.add_comment(identity=identity, user=owner, text="seen again")
    comments.add_comment(identity=other, user=owner, text=f"Is this {NAME}, once {BEFORE}?")
    sharing.share_identity(identity=identity, user=owner, title=f"Is it {NAME}?")
    audit.record(user=owner, library=library, verb="viewed", subject=identity)
    audit.record(user=owner, library=library, verb="merged", subject=other, label=f"{NAME} + Bea")
    LogEntry.objects.create(
        user=owner,
        content_type=ContentType.objects.get_for_model(Identity),
        object_id=str(identity.pk),
        object_repr=NAME,
        action_flag=CHANGE,
    )


def test_what_was_planted_is_found(planted: Identity, media: Path) -> None:
    assert len(rows_with("zyxolotl")) >= 7
    assert len(rows_with(BEFORE)) >= 2
    assert sorted(rows_with(half(NUMBER))) == [
        "recognition_cropembedding",
        "recognition_trackembedding",
    ]
    assert len(files_with(media, MARK)) == 3


def test_an_erased_person_is_in_no_table_and_no_file(
    planted: Identity, owner: User, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        erase_identity(identity=planted, user=owner, typed=NAME)
    for text in ("zyxolotl", "quarfeld", BEFORE, half(NUMBER), "vermilionish"):
        assert rows_with(text) == [], text
    assert files_with(media, MARK) == []
    entry = AuditEntry.objects.filter(verb="erased").get()
    assert (entry.user_name, entry.subject_id, entry.label) == ("anna", planted.pk, "a person")


def test_a_name_with_accents_leaves_no_word_of_what_is_said(
    asset: Asset, library: Library, owner: User
) -> None:
    identity = factories.make_identity(library, name="Zoë Brückwald")
    line = factories.make_line(asset, "Here is Zoë Brückwald", 0, 10)
    assert rows_with("bruckwald") == ["ingest_line"]
    erase_identity(identity=identity, user=owner, typed="Zoë Brückwald")
    line.refresh_from_db()
    assert line.text == "Here is someone"
    assert rows_with("bruckwald") == [] and rows_with("brückwald") == []


def test_the_names_of_others_stay(planted: Identity, owner: User, library: Library) -> None:
    longer = factories.make_identity(library, name=f"{NAME} Junior")
    other = Identity.objects.get(name="Bea")
    comments.add_comment(identity=other, user=owner, text=f"{NAME} Junior, not {NAME}.")
    erase_identity(identity=planted, user=owner, typed=NAME)
    longer.refresh_from_db()
    assert longer.name == f"{NAME} Junior"
    assert Comment.objects.filter(text=f"{NAME} Junior, not someone.").exists()
    assert Description.objects.get().sentence == "someone walks."


def test_other_libraries_are_left_alone(planted: Identity, owner: User) -> None:
    elsewhere = factories.make_library(owner=owner)
    namesake = factories.make_identity(elsewhere, name=NAME)
    comments.add_comment(identity=namesake, user=owner, text=f"{NAME} again")
    erase_identity(identity=planted, user=owner, typed=NAME)
    assert Comment.objects.filter(identity=namesake, text=f"{NAME} again").exists()


def test_the_person_is_not_followed_there_again(planted: Identity, owner: User) -> None:
    track = Track.objects.get(identity=planted)
    before, asset = path_of(track), track.asset
    erase_identity(identity=planted, user=owner, typed=NAME)
    erased = suppressed_paths(asset)
    assert is_suppressed(before, erased)
    aside = TrackPath("person", before.pts, before.boxes + np.float32(0.4))
    later = TrackPath("person", before.pts + 100, before.boxes)
    assert not is_suppressed(aside, erased)
    assert not is_suppressed(later, erased)
    columns = {field.name for field in Suppression._meta.concrete_fields}
    assert columns == {
        "id", "asset", "start_pts", "end_pts", "pts_packed", "boxes_packed", "created_at"
    }  # fmt: skip


def test_it_wants_the_name_and_an_owner(planted: Identity, owner: User, library: Library) -> None:
    with pytest.raises(ConfirmationWrong):
        erase_identity(identity=planted, user=owner, typed="Bea")
    editor = factories.make_user()
    factories.add_member(library, editor, "editor")
    with pytest.raises(NotAllowed):
        erase_identity(identity=planted, user=editor, typed=NAME)
    assert Crop.objects.exists()


def test_an_erased_asset_is_in_no_table_and_no_file(
    owner: User, library: Library, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    asset = factories.make_asset(library, name="quibblefish.mp4", original_key="qq/original.mp4")
    track = factories.make_track(asset.shots.get(ordinal=0))
    crop = factories.make_crop(track, files=True)
    original = storage.original_path(asset.original_key)
    original.parent.mkdir(parents=True)
    for path in (original, storage.derived_path(crop.image_key)):
        path.write_bytes(MARK)
    Upload.objects.create(library=library, asset=asset, name=asset.name, outcome="accepted")
    factories.make_line(asset, "Here come the quibblefish", 0, 10)
    audit.record(user=owner, library=library, verb="exported", subject=asset)
    with django_capture_on_commit_callbacks(execute=True):
        delete_asset(asset=asset, user=owner)
    assert rows_with("quibblefish") == []
    assert rows_with(f"{asset.pk}/crop-") == []
    assert files_with(media, MARK) == []
    assert not (media / "derived" / str(asset.pk)).exists()
    assert AuditEntry.objects.get(verb="erased").subject_id == asset.pk


def test_an_erased_library_is_in_no_table_and_no_file(
    planted: Identity,
    owner: User,
    library: Library,
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        erase_library(library=library, user=owner, typed="Harbour")
    for text in ("zyxolotl", BEFORE, half(NUMBER), "walk.mp4", "harbour", "vermilionish"):
        assert rows_with(text) == [], text
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert AuditEntry.objects.filter(verb="erased", label="a library").exists()


def test_the_pages_ask_for_the_name(planted: Identity, owner: User, client: Client) -> None:
    client.force_login(owner)
    address = f"/people/{planted.pk}/erase"
    assert b"The footage itself" in client.get(address).content
    refused = client.post(address, {"typed": "someone else"})
    assert refused.status_code == 422
    assert client.post(address, {"typed": NAME.lower()}).status_code == 302
    assert not Identity.objects.filter(pk=planted.pk).exists()
