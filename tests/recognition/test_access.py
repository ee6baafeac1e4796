"""Who may see and do what: owner, editor, viewer, outsider and anonymous at every address."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingest.models import Asset, Library, Role
from recognition.models import Crop, Identity, IdentityEdit
from tests.factories import (
    add_member,
    make_asset,
    make_crop,
    make_identity,
    make_library,
    make_track,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loader")]

PERSONS = ("owner", "editor", "viewer", "outsider", "anonymous")


@dataclass
class World:
    """A library with one person, and clients of everyone."""

    library: Library
    asset: Asset
    identity: Identity
    crop: Crop
    clients: dict[str, Client]


@pytest.fixture
def world() -> World:
    owner = make_user("owner")
    library = make_library(owner=owner, name="Yard")
    editor, viewer = make_user("editor"), make_user("viewer")
    add_member(library, editor, Role.EDITOR)
    add_member(library, viewer, Role.VIEWER)
    outsider = make_user("outsider")
    make_library(owner=outsider, name="Elsewhere")
    asset = make_asset(library)
    identity = make_identity(library, number=7)
    track = make_track(asset.shots.get(ordinal=0), identity=identity)
    crop = make_crop(track, files=True)
    clients = {"anonymous": Client()}
    for user in (owner, editor, viewer, outsider):
        clients[user.username] = _client(user)
    return World(library, asset, identity, crop, clients)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reads(world: World) -> dict[str, str]:
    """Every address that is read, but the list of people."""
    return {
        "identity": reverse("recognition:identity", args=[world.identity.pk]),
        "crop": reverse("recognition:crop", args=[world.crop.pk]),
        "tracks": reverse("recognition:asset-tracks", args=[world.asset.pk]),
        "api identity": reverse("api-identity-detail", args=[world.identity.pk]),
        "api tracks": reverse("api-asset-tracks", args=[world.asset.pk]),
    }


@pytest.mark.parametrize("person", ["owner", "editor", "viewer"])
def test_members_read_everything(world: World, person: str) -> None:
    for name, address in reads(world).items():
        response = world.clients[person].get(address)
        assert response.status_code == 200, name
        response.getvalue()  # read to its end, which closes the file


def test_outsiders_find_nothing(world: World) -> None:
    for name, address in reads(world).items():
        response = world.clients["outsider"].get(address)
        assert response.status_code == 404, name
        assert b"Person 7" not in response.content, name


def test_anonymous_people_are_sent_to_the_login(world: World) -> None:
    for name, address in reads(world).items():
        response = world.clients["anonymous"].get(address)
        if name.startswith("api"):
            assert response.status_code in (401, 403), name
        else:
            assert response.status_code == 302, name
            assert response.headers["Location"].startswith("/login/"), name


@pytest.mark.parametrize(
    ("person", "status", "is_there"),
    [
        ("owner", 200, True),
        ("editor", 200, True),
        ("viewer", 200, True),
        ("outsider", 200, False),
        ("anonymous", 302, False),
    ],
)
def test_the_grid_shows_the_people_of_ones_libraries(
    world: World, person: str, status: int, is_there: bool
) -> None:
    response = world.clients[person].get(reverse("recognition:people"))
    assert response.status_code == status
    assert (b"Person 7" in response.content) is is_there


def test_the_filter_knows_no_library_of_others(world: World) -> None:
    address = reverse("recognition:people") + f"?library={world.library.slug}"
    assert world.clients["viewer"].get(address).status_code == 200
    assert world.clients["outsider"].get(address).status_code == 404


WRITES = {
    "rename": {"name": "Anna"},
    "hide": {},
    "show": {},
    "cover": {"crop": "CROP"},
}
ALLOWED = {"owner": 302, "editor": 302, "viewer": 403, "outsider": 404, "anonymous": 302}


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize("name", WRITES)
def test_only_owner_and_editor_change_people(world: World, name: str, person: str) -> None:
    data = {key: world.crop.pk if value == "CROP" else value for key, value in WRITES[name].items()}
    address = reverse(f"recognition:{name}", args=[world.identity.pk])
    if name == "show":
        Identity.objects.update(is_hidden=True)
    response = world.clients[person].post(address, data)
    assert response.status_code == ALLOWED[person]
    is_changed = person in ("owner", "editor")
    assert IdentityEdit.objects.filter(identity=world.identity).exists() is is_changed
    world.identity.refresh_from_db()
    assert world.identity.is_locked is is_changed
    if person == "anonymous":
        assert response.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("name", WRITES)
def test_changes_are_never_made_by_reading(world: World, name: str) -> None:
    address = reverse(f"recognition:{name}", args=[world.identity.pk])
    assert world.clients["owner"].get(address).status_code == 405


@pytest.mark.parametrize(
    ("person", "statuses"),
    [
        ("owner", {200}),
        ("editor", {200}),
        ("viewer", {403}),
        ("outsider", {404}),
        ("anonymous", {401, 403}),
    ],
)
def test_the_api_lets_the_same_people_change(world: World, person: str, statuses: set[int]) -> None:
    response = world.clients[person].patch(
        reverse("api-identity-detail", args=[world.identity.pk]),
        {"name": "Anna", "is_hidden": True},
        content_type="application/json",
    )
    assert response.status_code in statuses
    world.identity.refresh_from_db()
    assert (world.identity.name == "Anna") is (statuses == {200})
    assert world.identity.is_hidden is (statuses == {200})


def test_a_viewer_is_offered_no_buttons(world: World) -> None:
    address = reverse("recognition:identity", args=[world.identity.pk])
    seen = {name: world.clients[name].get(address).content for name in ("editor", "viewer")}
    for words in (b"Give a name", b"Hide", b"Use as picture"):
        assert words in seen["editor"]
        assert words not in seen["viewer"]
    page = world.clients["viewer"].get(f"{address}?edit").content.split(b"<main")[1]
    assert page.count(b"<form") == 1  # members comment
    assert b'action="/people/%d/comments"' % world.identity.pk in page


def test_crops_carry_cache_headers_and_answer_conditions(world: World) -> None:
    address = reverse("recognition:crop", args=[world.crop.pk])
    first = world.clients["viewer"].get(address)
    assert first.headers["Content-Type"] == "image/webp"
    assert "private" in first.headers["Cache-Control"]
    first.getvalue()
    again = world.clients["viewer"].get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_crop_whose_file_has_gone_is_not_found(world: World) -> None:
    Crop.objects.update(image_key="0/nothing.webp")
    address = reverse("recognition:crop", args=[world.crop.pk])
    assert world.clients["viewer"].get(address).status_code == 404


def test_networks_are_for_members_of_anything(world: World) -> None:
    address = reverse("api-networks")
    roles = [item["role"] for item in world.clients["outsider"].get(address).json()]
    assert "detector" in roles
    assert world.clients["anonymous"].get(address).status_code in (401, 403)
