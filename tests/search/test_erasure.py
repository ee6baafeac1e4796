"""An erased person in what people searched for and collected: no table, no file keeps the name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pgvector import HalfVector

from everyid_site.env import environment
from ingest.models import Asset, AuditEntry, Library, Membership
from ingest.services import audit
from recognition.models import Distinction, Encoder, Identity, IdentityEdit
from recognition.services import groups, identities
from recognition.services.erasure import erase_identity
from search.models import Alert, AlertHit, Example, Excerpt, ExcerptOrder, PastSearch, SavedSearch
from search.services.excerpts import file_of, tend
from tests import factories
from tests.recognition.test_erasure import files_with, rows_with

pytestmark = pytest.mark.django_db

NAME, TWIN, LATER = "Zyxolotl Ärgerfeld", "Vimblethorpe", "Quibblefish Odd"
WORDS = ("zyxolotl", "ärgerfeld", quote("Ärgerfeld"), "vimblethorpe", "quibblefish")


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def owner() -> User:
    return factories.make_user("olga", is_staff=True, is_superuser=True)


@pytest.fixture
def library(owner: User) -> Library:
    return factories.make_library(owner=owner, name="Harbour")


@pytest.fixture
def asset(library: Library, media: Path) -> Asset:
    return factories.make_asset(library, name="walk.mp4")


@pytest.fixture
def person(library: Library, asset: Asset, owner: User) -> Identity:
    """Someone whom another was merged into, told from a third, and for a while called otherwise."""
    shot = asset.shots.get(ordinal=0)
    person, twin, third = (
        factories.make_identity(library, name=name) for name in (NAME, TWIN, "Bea")
    )
    for who in (person, person, twin, third):
        factories.make_crop(factories.make_track(shot, identity=who), files=True)
    groups.merge(into=person, others=[twin.pk], user=owner)
    groups.distinguish(identity=person, others=[third.pk], user=owner)
    for name in (LATER, NAME):
        identities.rename(identity=person, user=owner, name=name)
    person.refresh_from_db()
    return person


@pytest.fixture
def searched(person: Identity, library: Library, asset: Asset, owner: User) -> Excerpt:
    """The person in everything that this room keeps."""
    bin = factories.make_bin(library, f"{NAME} at sea")
    item = factories.add_item(bin, asset, note=f"{TWIN} waves")
    item.markers.create(pts=item.start_pts, text=f"here is {NAME}")
    plus, percent = urlencode({"q": f"{NAME} with a dog"}), f"q=with%20{quote(NAME)}%20near"
    gone = factories.make_user("gone")  # was a member, and is none any more
    audit.record(user=gone, library=library, verb="searched", subject=person)
    for user in (owner, gone):
        assert user is owner or not Membership.objects.filter(user=user).exists()
        SavedSearch.objects.create(user=user, name=NAME, address=f"?{plus}")
        PastSearch.objects.create(
            user=user, text=f"{NAME} with a dog", address=percent, asked_at=timezone.now()
        )
        alert = Alert.objects.create(user=user, name=f"new of {TWIN}", address=plus)
    AlertHit.objects.create(
        alert=alert, asset=asset, start_pts=0, end_pts=5, why=f"the person is {NAME}"
    )
    order = ExcerptOrder.objects.create(
        library=library, user=owner, title=f"{NAME}, three pieces",
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    excerpt = Excerpt.objects.create(
        order=order, asset=asset, number=1, start_pts=0, end_pts=5, error_sentence=f"{NAME}!"
    )
    _examples(owner, asset)
    file_of(excerpt).parent.mkdir(parents=True)
    file_of(excerpt).write_bytes(b"moving pictures")
    return excerpt


PICTURE = b"a-picture-that-was-searched-by"


def _examples(user: User, asset: Asset) -> None:
    """Somebody searched by a box on a frame and by a picture of their own."""
    encoder = Encoder.objects.create(name="e", space="person", fingerprint="f", dimension=4)
    for keyframe in (asset.shots.get(ordinal=0).keyframes.get(), None):
        Example.objects.create(
            user=user, encoder=encoder, vector=HalfVector(np.ones(4)), thumbnail=PICTURE,
            keyframe=keyframe, expires_at=timezone.now() + timedelta(hours=1),
        )  # fmt: skip


def is_nowhere(media: Path) -> None:
    """No table and no file of the whole state folder has one of the names."""
    assert rows_with(PICTURE.hex()) == []
    for text in WORDS:
        assert rows_with(text.replace("%", r"\%")) == [], text
        for root in (media, environment().state_dir):
            assert files_with(root, text.encode()) == []


def test_what_was_planted_is_found(searched: Excerpt, person: Identity) -> None:
    assert {
        "search_alert", "search_alerthit", "search_bin", "search_binitem", "search_excerpt",
        "search_excerptorder", "search_marker", "search_pastsearch", "search_savedsearch",
        "recognition_identity", "recognition_identityedit",
    } <= {table for text in WORDS for table in rows_with(text.replace("%", r"\%"))}  # fmt: skip
    assert Distinction.objects.filter(identity=person).exists()
    assert rows_with(PICTURE.hex()) == ["search_example", "search_example"]


def test_an_erased_person_is_in_no_search_bin_or_edit(
    searched: Excerpt, person: Identity, media: Path, owner: User,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        erase_identity(identity=person, user=owner, typed=NAME)
    is_nowhere(media)
    assert set(SavedSearch.objects.values_list("address", flat=True)) == {"?q=someone+with+a+dog"}
    assert set(PastSearch.objects.values_list("address", flat=True)) == {"q=with+someone+near"}
    assert not IdentityEdit.objects.exists() and not Distinction.objects.exists()
    assert list(Identity.objects.values_list("name", flat=True)) == ["Bea"]
    assert [path.name for path in media.rglob("crop-*")] != []
    assert file_of(searched).is_file()


@pytest.mark.parametrize("way", ["one", "chosen"])
def test_the_admin_erases_as_the_page_does(
    searched: Excerpt, person: Identity, media: Path, owner: User, client: Client, way: str,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    client.force_login(owner)
    address = reverse("admin:recognition_identity_changelist")
    data: dict[str, Any] = {"action": "delete_selected", "_selected_action": [person.pk]}
    if way == "one":
        address, data = reverse("admin:recognition_identity_delete", args=[person.pk]), {}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, data | {"post": "yes"})
    assert answer.status_code == 302
    client.get(reverse("admin:index"))  # shows, and so forgets, what it told the admin
    client.logout()
    is_nowhere(media)
    assert AuditEntry.objects.filter(verb="erased", label="a person").exists()


def test_the_admin_erases_a_library_with_its_peoples_names(
    searched: Excerpt, library: Library, media: Path, owner: User, client: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    client.force_login(owner)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("admin:ingest_library_delete", args=[library.pk]), {"post": "yes"}
        )
    assert answer.status_code == 302
    client.get(reverse("admin:index"))
    tend()
    is_nowhere(media)
    assert [path for path in media.rglob("*") if path.is_file()] == []
