"""Comments, the access report, retention, and what members are told of each other."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ingest.models import Asset, AuditEntry, Library
from ingest.services import audit
from ingest.services.retention import erase_expired, set_retention
from recognition.models import Comment, Encoder, Identity, TrackEmbedding
from recognition.services import comments, identities
from tests import factories, fakes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _networks() -> Any:
    with fakes.install():
        yield


@pytest.fixture
def owner() -> User:
    return factories.make_user("anna")


@pytest.fixture
def viewer() -> User:
    return factories.make_user("victor")


@pytest.fixture
def library(owner: User, viewer: User) -> Library:
    library = factories.make_library(owner=owner, name="Harbour")
    factories.add_member(library, viewer)
    return library


@pytest.fixture
def identity(library: Library) -> Identity:
    asset = factories.make_asset(library, name="walk.mp4", camera=factories.make_camera(library))
    identity = factories.make_identity(library, name="Ada")
    factories.make_crop(factories.make_track(asset.shots.get(ordinal=0), identity=identity))
    return identity


def test_members_talk_and_markup_stays_text(
    identity: Identity, viewer: User, owner: User, client: Client
) -> None:
    client.force_login(viewer)
    sent = client.post(f"/people/{identity.pk}/comments", {"text": "<b>hi</b>\n\nthere"})
    assert sent.status_code == 302
    client.force_login(owner)
    listed = client.get(f"/people/{identity.pk}/comments", headers={"HX-Request": "true"})
    assert "&lt;b&gt;hi&lt;/b&gt;\n\nthere" in listed.content.decode()
    assert "<html" not in listed.content.decode()
    assert AuditEntry.objects.get(verb="commented").detail["act"] == "added"


def test_an_empty_comment_is_refused_with_a_sentence(
    identity: Identity, viewer: User, client: Client
) -> None:
    client.force_login(viewer)
    refused = client.post(f"/people/{identity.pk}/comments", {"text": " \u200b "})
    assert refused.status_code == 422
    assert not Comment.objects.exists()


def test_authors_change_their_own_and_owners_delete_any(
    identity: Identity, viewer: User, owner: User, client: Client
) -> None:
    mine = comments.add_comment(identity=identity, user=viewer, text="hi")
    client.force_login(owner)
    assert client.post(f"/comments/{mine.pk}", {"text": "put in"}).status_code == 403
    client.force_login(viewer)
    client.post(f"/comments/{mine.pk}", {"text": "hello"})
    mine.refresh_from_db()
    assert (mine.text, mine.edited_at is not None) == ("hello", True)
    client.force_login(owner)
    assert client.post(f"/comments/{mine.pk}", {"delete": "1"}).status_code == 302
    assert not Comment.objects.exists()


def test_the_report_holds_everything(identity: Identity, owner: User, client: Client) -> None:
    encoder = Encoder.objects.create(name="e", space="person", fingerprint="f", dimension=2)
    track = identity.tracks.get()
    TrackEmbedding.objects.create(track=track, encoder=encoder, vector=[1, 0])
    identities.rename(identity=identity, user=owner, name="Ada Lovelace")
    comments.add_comment(identity=identity, user=owner, text="seen")
    other = factories.make_identity(identity.library)
    comments.add_comment(identity=other, user=owner, text="not Ada Lovelace")
    client.force_login(owner)
    report = json.loads(client.get(f"/people/{identity.pk}/report.json").content)
    assert report["names"] == ["Ada", "Ada Lovelace"]
    [seen] = report["appearances"]
    assert (seen["asset_name"], seen["start_s"], seen["end_s"]) == ("walk.mp4", 0.0, 2.0)
    assert [(v["encoder"], v["space"], v["count"]) for v in report["vectors"]] == [
        ("e", "person", 1)
    ]
    assert {m["table"] for m in report["mentions"]} >= {"recognition_comment"}
    assert len(report["files"]) == 1
    assert [item["text"] for item in report["comments"]] == ["seen"]
    assert [item["verb"] for item in report["audit"]] == ["commented", "named"]
    page = client.get(f"/people/{identity.pk}/report").content.decode()
    assert "Ada Lovelace" in page and "walk.mp4" in page
    assert AuditEntry.objects.filter(verb="reported", subject_id=identity.pk).count() == 2


def test_the_log_is_narrowed_and_exported_safely(
    library: Library, identity: Identity, owner: User, client: Client
) -> None:
    audit.record(user=owner, library=library, verb="viewed", subject=identity)
    audit.record(user=owner, library=library, verb="named", subject=identity, label="=1+1")
    audit.record(user=owner, library=factories.make_library(), verb="named", label="elsewhere")
    client.force_login(owner)
    page = client.get(f"/libraries/{library.slug}/audit", {"verb": "viewed"}).content.decode()
    assert "Ada" in page and "=1+1" not in page and "elsewhere" not in page
    table = client.get(f"/libraries/{library.slug}/audit.csv").content.decode()
    rows = list(csv.DictReader(table.splitlines()))
    assert [row["label"] for row in rows] == ["'=1+1", "Ada"]
    assert AuditEntry.objects.get(verb="exported").detail == {"entries": 2}


def test_members_see_what_changed_but_not_who_looked(
    library: Library, identity: Identity, owner: User, viewer: User, client: Client
) -> None:
    audit.record(user=owner, library=library, verb="viewed", subject=identity, label="looked at")
    identities.rename(identity=identity, user=owner, name="Ida")
    client.force_login(viewer)
    page = client.get(f"/libraries/{library.slug}/activity").content.decode()
    assert "Ida" in page and "looked at" not in page


def test_others_changes_are_told_to_open_pages(
    library: Library, identity: Identity, owner: User, viewer: User, client: Client
) -> None:
    client.force_login(viewer)
    about = {"since": "0", "identity": str(identity.pk)}
    quiet = client.get("/changes", about).content.decode()
    assert "<p" not in quiet
    identities.rename(identity=identity, user=owner, name="Ida")
    for asked in ({"since": "0"}, about):
        told = client.get("/changes", asked).content.decode()
        assert "anna" in told and "Ida" in told
    other = {"since": "0", "identity": str(identity.pk + 1)}
    assert "anna" not in client.get("/changes", other).content.decode()
    client.force_login(owner)  # one's own changes are no news
    assert "<p" not in client.get("/changes", {"since": "0"}).content.decode()
    client.force_login(factories.make_user())
    assert "Ida" not in client.get("/changes", {"since": "0"}).content.decode()


def test_looking_and_searching_are_written_down_once(
    identity: Identity, viewer: User, client: Client
) -> None:
    client.force_login(viewer)
    for _ in range(2):
        client.get(f"/people/{identity.pk}/")
        client.get("/", {"q": "Ada on a beach"})
        client.get("/api/search", {"identity": identity.pk})
        client.get("/", {"q": "red coat"})
    entries = AuditEntry.objects.order_by("id").values_list("verb", "subject_id", "detail")
    assert list(entries) == [("viewed", identity.pk, {}), ("searched", identity.pk, {})]


def test_old_footage_is_erased_and_written_down(library: Library, owner: User) -> None:
    now = timezone.now()
    old = factories.make_asset(library, recorded_at=now - timedelta(days=31))
    young = factories.make_asset(library, recorded_at=now - timedelta(days=29))
    kept = factories.make_asset(factories.make_library(), recorded_at=now - timedelta(days=900))
    assert erase_expired() == 0
    set_retention(library=library, user=owner, days=30)
    assert erase_expired() == 1
    assert set(Asset.objects.all()) == {young, kept}
    entry = AuditEntry.objects.get(verb="erased")
    assert (entry.subject_id, entry.user, entry.detail) == (old.pk, None, {"why": "retention"})
