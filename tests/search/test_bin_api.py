"""Bins by REST."""

from __future__ import annotations

import pytest
from django.test import Client

from ingest.models import Asset
from search.models import Bin
from tests.factories import add_member, make_asset, make_bin, make_library, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def asset() -> Asset:
    return make_asset(make_library(slug="shore"))


def sign_in(client: Client, asset: Asset, role: str | None) -> None:
    user = make_user()
    if role:
        add_member(asset.library, user, role)
    client.force_login(user)


def test_a_bin_from_the_first_to_the_last(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "owner")
    made = client.post("/api/bins", {"library": "shore", "name": "Red", "note": "n"}, JSON)
    assert made.status_code == 201 and made.json()["note"] == "n"
    address = f"/api/bins/{made.json()['id']}"
    for start in (0, 50):
        body = {"asset": asset.pk, "start_pts": start, "end_pts": start + 25, "note": "x"}
        items = client.post(f"{address}/items", body, JSON)
        assert items.status_code == 201
    first, second = items.json()
    assert second["timecode_in"] == "00:00:02:00" and second["note"] == "x"
    ids = [second["id"], first["id"]]
    order = client.post(f"{address}/order", {"order": ids}, JSON).json()
    assert [item["id"] for item in order] == ids
    trimmed = client.patch(f"/api/bin-items/{ids[0]}", {"end_pts": 60}, JSON).json()
    assert (trimmed["start_pts"], trimmed["end_pts"], trimmed["frames"]) == (50, 60, 10)
    marker = {"pts": 55, "colour": "blue", "text": "here"}
    marked = client.post(f"/api/bin-items/{ids[0]}/markers", marker, JSON)
    assert marked.status_code == 201 and marked.json()["markers"][0]["text"] == "here"
    assert client.patch(address, {"name": "Blue"}, JSON).json()["items"] == 2
    assert client.delete(f"/api/bin-items/{ids[0]}").status_code == 204
    assert len(client.get(f"{address}/items").json()) == 1
    assert client.get("/api/bins").json()["results"][0]["name"] == "Blue"
    assert client.delete(address).status_code == 204 and not Bin.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_others_change_nothing(client: Client, asset: Asset, role: str | None, status: int) -> None:
    bin = make_bin(asset.library, "Red", asset)
    item = bin.items.get()
    sign_in(client, asset, role)
    assert client.get(f"/api/bins/{bin.pk}/items").status_code == (200 if role else 404)
    body = {"asset": asset.pk, "start_pts": 0, "end_pts": 5, "name": "x", "order": []}
    marker = {"pts": 1, "colour": "red"}
    answers = [
        client.post("/api/bins", body | {"library": "shore"}, JSON),
        client.patch(f"/api/bins/{bin.pk}", body, JSON),
        client.delete(f"/api/bins/{bin.pk}"),
        client.post(f"/api/bins/{bin.pk}/items", body, JSON),
        client.post(f"/api/bins/{bin.pk}/order", body, JSON),
        client.patch(f"/api/bin-items/{item.pk}", body, JSON),
        client.delete(f"/api/bin-items/{item.pk}"),
        client.post(f"/api/bin-items/{item.pk}/markers", marker, JSON),
    ]
    assert {answer.status_code for answer in answers} == {status}
    item.refresh_from_db()
    assert (item.end_pts, bin.items.count(), Bin.objects.count()) == (50, 1, 1)


def test_an_editor_does_not_delete_a_bin(client: Client, asset: Asset) -> None:
    bin = make_bin(asset.library)
    sign_in(client, asset, "editor")
    assert client.delete(f"/api/bins/{bin.pk}").status_code == 403


def test_refusals_are_problems(client: Client, asset: Asset) -> None:
    bin = make_bin(asset.library, "Red")
    sign_in(client, asset, "editor")
    again = client.post("/api/bins", {"library": "shore", "name": "red"}, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    body = {"asset": asset.pk, "start_pts": 9, "end_pts": 3}
    wrong = client.post(f"/api/bins/{bin.pk}/items", body, JSON)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_bin")
    other = make_asset(make_library())
    hidden = client.post(f"/api/bins/{bin.pk}/items", body | {"asset": other.pk}, JSON)
    assert hidden.status_code == 404
