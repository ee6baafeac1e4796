"""What the asset's page is told about people and descriptions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingest.models import Asset
from recognition.models import Description
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(client: Client) -> Asset:
    owner = factories.make_user()
    client.force_login(owner)
    return factories.make_asset(factories.make_library(owner=owner), shots=2)


def ask(client: Client, asset: Asset, *, is_fragment: bool = True) -> str:
    headers = {"HX-Request": "true"} if is_fragment else {}
    response = client.get(reverse("recognition:asset-panel", args=[asset.pk]), headers=headers)
    return " ".join(response.content.decode().split())


def test_it_says_when_nobody_was_recognised(client: Client, asset: Asset) -> None:
    assert "Nobody was recognised here" in ask(client, asset)


def test_it_shows_each_person_once_with_their_times(client: Client, asset: Asset) -> None:
    first, second = asset.shots.all()
    ada = factories.make_identity(asset.library, name="Ada")
    best = factories.make_crop(factories.make_track(second, identity=ada), quality=0.9)
    factories.make_crop(factories.make_track(first, identity=ada), quality=0.2)
    factories.make_track(first)
    factories.make_track(first, label="car")
    hidden = factories.make_identity(asset.library, name="Nobody", is_hidden=True)
    factories.make_track(first, identity=hidden)
    shown = ask(client, asset)
    assert shown.count(">Ada<") == 1
    assert reverse("recognition:crop", args=[best.pk]) in shown
    assert 'data-seek="0"' in shown
    assert 'data-seek="2"' in shown
    assert "1 appearance of people not told apart" in shown
    assert "car" in shown
    assert "Nobody" not in shown


def test_descriptions_go_beside_their_shots_and_are_escaped(client: Client, asset: Asset) -> None:
    shot = asset.shots.all()[0]
    Description.objects.create(
        asset=asset, shot=shot, sentence="<b>A man</b> on a beach.", scene="beach", source="test"
    )
    fragment = ask(client, asset)
    assert f'hx-swap-oob="innerHTML:#shot-{shot.pk}-seen"' in fragment
    assert "&lt;b&gt;A man" in fragment
    assert "<html" not in fragment
    page = ask(client, asset, is_fragment=False)
    assert "<html" in page
    assert "hx-swap-oob" not in page
    assert "&lt;b&gt;A man" in page


def test_it_asks_as_much_for_many_as_for_few(
    client: Client, asset: Asset, django_assert_max_num_queries: Any
) -> None:
    for shot in asset.shots.all():
        for _ in range(4):
            identity = factories.make_identity(asset.library)
            factories.make_crop(factories.make_track(shot, identity=identity))
    with django_assert_max_num_queries(6):
        ask(client, asset)
