"""GET /api/search."""

from __future__ import annotations

import pytest
from django.test import Client

from ingest.models import Asset
from recognition.models import Encoder
from search.serializers.searching import SearchSerializer
from tests.factories import add_member, make_library, make_user
from tests.search.made import describe, make_film, see_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(encoder: Encoder) -> Asset:
    asset = make_film(make_library(), encoder, "beach", name="shore.mp4")
    describe(asset.shots.get(), "A woman on a beach.", scene="beach")
    see_person(asset.shots.get(), encoder, "woman", readings=[("upper_colour", "red")])
    return asset


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_members_get_moments(client: Client, asset: Asset, role: str) -> None:
    user = make_user()
    add_member(asset.library, user, role)
    client.force_login(user)
    answer = client.get("/api/search", {"q": "woman in red at the beach", "limit": "5"}).json()
    assert answer["query"] == "woman in red at the beach"
    assert [part["kind"] for part in answer["parsed"]] == ["person", "place"]
    moment = answer["moments"][0]
    assert moment["asset"]["id"] == asset.pk and moment["asset"]["name"] == "shore.mp4"
    assert moment["start_s"] == 0.0 and moment["end_s"] == 2.0
    assert 0 < moment["score"] <= 1
    assert {"part", "source", "words", "strength", "band"} == set(moment["evidence"][0])
    assert answer["facets"]["scene"] == [{"value": "beach", "label": "beach", "count": 1}]
    assert SearchSerializer(data=answer).is_valid(raise_exception=True)


def test_outsiders_get_nothing(client: Client, asset: Asset) -> None:
    client.force_login(make_user())
    for query in ({"q": "beach"}, {}, {"asset": asset.pk}, {"library": asset.library.slug}):
        answer = client.get("/api/search", query).json()
        assert answer["moments"] == [] and answer["total"] == 0


def test_strangers_are_refused_as_a_problem(client: Client) -> None:
    answer = client.get("/api/search", {"q": "beach"})
    assert answer.status_code in (401, 403)
    assert answer["Content-Type"] == "application/problem+json"


def test_too_long_a_question_is_a_problem(client: Client, encoder: Encoder) -> None:
    client.force_login(make_user())
    answer = client.get("/api/search", {"q": "x" * 1001})
    assert answer.status_code == 422 and answer.json()["code"] == "query_too_long"
    assert answer["Content-Type"] == "application/problem+json"


def test_the_schema_knows_the_answer(client: Client, encoder: Encoder) -> None:
    client.force_login(make_user())
    schema = client.get("/api/schema", headers={"Accept": "application/json"}).json()
    found = schema["paths"]["/api/search"]["get"]
    assert {p["name"] for p in found["parameters"]} >= {"q", "limit", "offset", "library"}
    assert "Search" in schema["components"]["schemas"]
