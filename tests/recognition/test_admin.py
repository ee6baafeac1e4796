"""The admin of this room: readable, searchable, and closed to changes by hand."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from ingest.models import Library
from recognition.models import Encoder
from tests.factories import (
    make_asset,
    make_crop,
    make_identity,
    make_library,
    make_track,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loader")]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def library() -> Library:
    library = make_library(name="Yard")
    identity = make_identity(library, name="Ada")
    make_crop(make_track(make_asset(library).shots.all()[0], identity=identity))
    Encoder.objects.create(name="eyes", space="person", fingerprint="f", dimension=4)
    return library


@pytest.mark.parametrize(
    ("model", "query"),
    [("identity", "Ada"), ("track", "Ada"), ("description", "x"), ("encoder", "eyes")],
)
def test_lists_can_be_read_and_searched(
    client: Client, library: Library, model: str, query: str
) -> None:
    address = reverse(f"admin:recognition_{model}_changelist")
    assert client.get(address, {"q": query}).status_code == 200
    add = client.get(reverse(f"admin:recognition_{model}_add"))
    assert add.status_code == 403


def test_one_of_each_can_be_looked_at(client: Client, library: Library) -> None:
    identity = library.identities.get()
    rows = {
        "identity": identity.pk,
        "track": identity.tracks.get().pk,
        "encoder": Encoder.objects.get().pk,
    }
    for model, pk in rows.items():
        page = client.get(reverse(f"admin:recognition_{model}_change", args=[pk]))
        assert page.status_code == 200, model
