"""Moments that were ticked in answers or collected in a bin become a link for guests."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from ingest.models import Asset
from recognition.models import SharedMoment
from search.models import Bin
from tests.factories import add_member, make_asset, make_bin, make_library, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return make_asset(make_library(), name="shore.mp4")


@pytest.fixture
def bin(asset: Asset) -> Bin:
    return make_bin(asset.library, "Red coats", asset)


def sign_in(client: Client, asset: Asset, role: str | None) -> None:
    user = make_user()
    if role is not None:
        add_member(asset.library, user, role)
    client.force_login(user)


@pytest.mark.parametrize(
    ("role", "shown", "status"),
    [("owner", True, 200), ("editor", True, 200), ("viewer", False, 403), (None, False, 404)],
)
def test_a_bin_is_shared_by_those_who_may(
    client: Client, asset: Asset, bin: Bin, role: str | None, shown: bool, status: int
) -> None:
    sign_in(client, asset, role)
    share = reverse("recognition:share-moments")
    page = client.get(reverse("search:bin", args=[bin.pk]))
    assert (f'action="{share}"' in page.content.decode()) is shown
    item = bin.items.get()
    moment = f"{item.asset_id}:{item.start_pts}:{item.end_pts}"
    asked = client.post(share, {"m": moment})
    assert asked.status_code == status
    assert not SharedMoment.objects.exists()
    made = client.post(share, {"m": moment, "title": "For you", "days": "3"})
    assert made.status_code == status
    assert SharedMoment.objects.exists() is shown


def test_what_was_ticked_in_answers_is_asked_about_once(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    moments = [f"{asset.pk}:0:5", f"{asset.pk}:10:15", f"{asset.pk}:0:5"]
    page = client.post(reverse("recognition:share-moments"), {"moment": moments, "bin": ""})
    assert page.status_code == 200
    text = page.content.decode()
    assert "Share 2 moments" in text
    assert text.count('name="m"') == 2
    assert "field__error" not in text


def test_nothing_ticked_says_so(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    assert client.post(reverse("recognition:share-moments"), {"bin": ""}).status_code == 404
