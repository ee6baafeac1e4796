"""Look-alikes, duplicates and doubtful groups: what is asked, and what the answers come to."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pgvector import HalfVector

from ingest.models import Library
from recognition import likeness, reviewing
from recognition.models import Encoder, Track, TrackEmbedding
from recognition.networks import network_infos
from recognition.services import groups
from tests.factories import make_asset, make_identity, make_library, make_track, make_user
from tests.recognition.test_correction_pages import client_of, ids, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loader")]


@pytest.fixture
def owner() -> User:
    return make_user("olga")


@pytest.fixture
def library(owner: User) -> Library:
    return make_library(owner=owner, name="Yard")


@pytest.fixture
def client(owner: User) -> Client:
    return client_of(owner)


@pytest.fixture
def encoder() -> Encoder:
    [info] = [info for info in network_infos() if info.role == "person"]
    return Encoder.objects.create(
        name=info.name,
        space=Encoder.Space.PERSON,
        fingerprint=info.fingerprint,
        dimension=info.dimension,
    )


def look(encoder: Encoder, track: Track, axis: int, off: float = 0.0) -> None:
    """Give a track the vector of an axis, turned by ``off`` towards the next."""
    row = np.zeros(encoder.dimension, dtype=np.float32)
    row[axis], row[axis + 1] = np.cos(off), np.sin(off)
    TrackEmbedding.objects.create(track=track, encoder=encoder, vector=HalfVector(row), quality=0.8)


def test_look_alikes_are_ranked_and_refusals_remembered(
    library: Library, client: Client, encoder: Encoder
) -> None:
    ada, other = make_person(library, 1, name="Ada"), make_person(library, 3)
    known = make_person(library, 1, name="Bo", is_locked=True)
    look(encoder, ada.tracks.get(), 0)
    near, nearer, far = other.tracks.order_by("pk")
    look(encoder, near, 0, 0.5)
    look(encoder, nearer, 0, 0.2)
    look(encoder, far, 4)
    look(encoder, known.tracks.get(), 0, 0.1)
    found = likeness.look_alikes(ada)
    assert [item.track for item in found] == [nearer, near]
    assert found[0].similarity == pytest.approx(np.cos(0.2), abs=0.01)
    page = client.get(reverse("recognition:look-alikes", args=[ada.pk])).content.decode()
    assert "These 2, too?" in page
    groups.refuse(identity=ada, tracks=[near.pk], user=library.members.get())
    listed = client.get(f"{reverse('api-identity-list')}/{ada.pk}/look-alikes").json()
    assert [item["track"] for item in listed] == [nearer.pk]
    groups.assign(identity=ada, tracks=[nearer.pk], user=library.members.get())
    assert likeness.look_alikes(ada) == []
    assert (
        client_of(make_user()).get(reverse("recognition:look-alikes", args=[ada.pk])).status_code
        == 404
    )


def test_who_is_in_the_picture_at_once_is_no_look_alike(library: Library, encoder: Encoder) -> None:
    shot = make_asset(library, shots=1).shots.get()
    ada, other = make_identity(library), make_identity(library)
    for person in (ada, other):
        look(encoder, make_track(shot, identity=person), 0)
    assert likeness.look_alikes(ada) == []
    assert reviewing.duplicates(library) == []


def test_duplicates_and_doubts_are_settled_one_by_one(
    library: Library, client: Client, encoder: Encoder
) -> None:
    one, two = make_person(library, 2), make_person(library, 1)
    mixed = make_person(library, 4)
    for person in (one, two):
        for track in person.tracks.all():
            look(encoder, track, 0)
    for index, track in enumerate(mixed.tracks.order_by("pk")):
        look(encoder, track, 4 if index else 8)
    Track.objects.filter(identity=mixed).update(identity_similarity=0.2)
    [pair] = reviewing.duplicates(library)
    assert (pair.first.identity, pair.second.identity) == (one, two)
    [doubt] = reviewing.doubts(library)
    assert doubt.person.identity == mixed
    assert [track.pk for track in doubt.odd] == ids(mixed)[:1]
    page = client.get(reverse("recognition:review")).content.decode()
    assert page.count("One person") >= 2
    body = client.get(reverse("api-review", args=[library.slug])).json()
    assert body["doubts"][0]["odd"] == ids(mixed)[:1]
    groups.distinguish(identity=one, others=[two.pk], user=library.members.get())
    groups.confirm(identity=mixed, user=library.members.get())
    assert (reviewing.duplicates(library), reviewing.doubts(library)) == ([], [])
    outsider = client_of(make_user())
    assert outsider.get(reverse("api-review", args=[library.slug])).status_code == 404
    assert outsider.get(f"{reverse('recognition:review')}?library=yard").status_code == 404


def test_two_sides_need_no_difference() -> None:
    same = np.tile(np.eye(1, 4, dtype=np.float32), (5, 1))
    sides = reviewing.two_sides(same)
    assert 1 <= sides.sum() <= 2
