"""People, tracks and networks by REST: shapes, filters, errors, and a clean schema."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from ingest.models import Library
from recognition.models import Identity
from recognition.serializers import COLOURS
from tests.factories import (
    make_asset,
    make_crop,
    make_identity,
    make_library,
    make_track,
    make_user,
)
from tests.fakes import FakeLoader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loader")]


@pytest.fixture
def library() -> Library:
    return make_library(owner=make_user("olga"), name="Yard")


@pytest.fixture
def client(library: Library) -> Client:
    client = Client()
    client.force_login(library.members.get())
    return client


def make_person(library: Library, **fields: object) -> Identity:
    identity = make_identity(library, **fields)  # type: ignore[arg-type]
    make_crop(make_track(make_asset(library, shots=1).shots.get(), identity=identity))
    return identity


def test_people_are_listed_with_counts(library: Library, client: Client) -> None:
    ada = make_person(library, name="Ada", number=3)
    make_person(library, number=4, is_hidden=True)
    body = client.get(reverse("api-identity-list")).json()
    assert body["count"] == 1
    assert body["results"] == [
        {
            "id": ada.pk,
            "library": "yard",
            "number": 3,
            "name": "Ada",
            "display_name": "Ada",
            "is_hidden": False,
            "is_locked": False,
            "appearances": 1,
            "assets": 1,
            "cover": None,
        }
    ]


def test_people_are_filtered(library: Library, client: Client) -> None:
    make_person(library, name="Ada")
    make_person(make_library(owner=library.members.get(), name="Beach"), name="Ben")
    make_person(library, name="Cid", is_hidden=True)
    address = reverse("api-identity-list")

    def names(query: str) -> list[str]:
        return [item["name"] for item in client.get(f"{address}?{query}").json()["results"]]

    assert names("library=beach") == ["Ben"]
    assert names("name=ad") == ["Ada"]
    assert names("hidden=1") == ["Cid"]
    assert names("library=nowhere") == []


def test_a_hidden_person_can_still_be_got_and_shown(library: Library, client: Client) -> None:
    person = make_person(library, is_hidden=True)
    address = reverse("api-identity-detail", args=[person.pk])
    assert client.get(address).json()["is_hidden"]
    body = client.patch(address, {"is_hidden": False}, content_type="application/json").json()
    assert body["is_hidden"] is False
    assert body["is_locked"] is True


def test_errors_have_the_shape_of_the_site(library: Library, client: Client) -> None:
    make_person(library, name="Ada", number=3)
    address = reverse("api-identity-detail", args=[make_person(library).pk])
    taken = client.patch(address, {"name": "Ada"}, content_type="application/json")
    assert taken.status_code == 409
    assert taken.json()["code"] == "name_taken"
    assert "person 3" in taken.json()["detail"]
    for data in ({"name": "x" * 300}, {"is_hidden": "perhaps"}, {"name": None}):
        wrong = client.patch(address, data, content_type="application/json")
        assert wrong.status_code in (400, 422)
    assert client.put(address, {}, content_type="application/json").status_code == 405


def test_tracks_over_time(library: Library, client: Client) -> None:
    asset = make_asset(library, shots=1, first_pts=100, end_pts=150)
    shot = asset.shots.get()
    pts = np.array([100, 105, 110], dtype="<i8")
    boxes = np.array([[0.1, 0.2, 0.3, 0.9]] * 3, dtype="<f4")
    ada = make_identity(library, name="Ada", number=14)
    values: dict[str, Any] = {"start_pts": 100, "end_pts": 111, "pts_packed": pts.tobytes(),
              "boxes_packed": boxes.tobytes(), "confidence_packed": bytes(12)}  # fmt: skip
    seen = make_track(shot, identity=ada, movement="walking", direction="left", **values)
    hidden = make_identity(library, number=2, is_hidden=True)
    make_track(shot, identity=hidden, **values)
    make_track(shot, label="car", **values)
    address = reverse("recognition:asset-tracks", args=[asset.pk])
    body = client.get(address).json()
    assert body == client.get(reverse("api-asset-tracks", args=[asset.pk])).json()
    assert body["asset"] == asset.pk
    assert (body["width_px"], body["height_px"], body["duration_s"]) == (320, 180, 2.0)
    first, second, third = body["tracks"]
    assert first == {
        "id": seen.pk,
        "label": "person",
        "colour": 14 % COLOURS,
        "identity": {
            "id": ada.pk,
            "name": "Ada",
            "url": reverse("recognition:identity", args=[ada.pk]),
        },
        "start_s": 0.0,
        "end_s": 0.44,
        "confidence": 0.9,
        "movement": "walking",
        "direction": "left",
        "url": reverse("recognition:sighting", args=[seen.pk]),
        "times_s": [0.0, 0.2, 0.4],
        "boxes": [[0.1, 0.2, 0.3, 0.9]] * 3,
    }
    assert second["identity"] is None
    assert (third["label"], third["identity"]) == ("car", None)


def test_an_asset_without_tracks(library: Library, client: Client) -> None:
    asset = make_asset(library)
    assert client.get(reverse("recognition:asset-tracks", args=[asset.pk])).json()["tracks"] == []


def test_networks_at_work(client: Client, loader: FakeLoader) -> None:
    body = client.get(reverse("api-networks")).json()
    assert {item["role"] for item in body} >= {"detector", "image", "text", "person"}
    assert set(body[0]) == {"name", "role", "fingerprint", "dimension", "licence"}


def test_the_schema_has_no_warning_and_names_these_paths() -> None:
    out = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", stdout=out)
    paths = json.loads(out.getvalue())["paths"]
    assert {
        "/api/identities",
        "/api/identities/{id}",
        "/api/assets/{id}/tracks",
        "/api/networks",
    } <= set(paths)
