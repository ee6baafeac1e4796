"""API tokens and rate limits."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ingest.models import ApiToken
from ingest.services.tokens import digest_of, make_token
from tests.factories import make_library, make_user

pytestmark = pytest.mark.django_db


def asked(secret: str) -> dict[str, str]:
    return {"Authorization": f"Token {secret}"}


def test_a_token_is_shown_once_and_kept_as_a_digest(client: Client) -> None:
    client.force_login(make_user())
    answer = client.post("/tokens/", {"name": "nightly", "scope": "read"})
    token = ApiToken.objects.get()
    secret = answer.context["secret"]
    assert secret in answer.content.decode() and token.digest == digest_of(secret)
    assert "no-store" in answer["Cache-Control"]
    again = client.get("/tokens/").content.decode()
    assert "nightly" in again and secret not in again


def test_it_opens_what_its_user_may_see_and_reads_only(client: Client) -> None:
    user, other = make_user(), make_user()
    make_library(owner=user, slug="mine")
    make_library(owner=other, slug="theirs")
    _, secret = make_token(user=user, name="a", scope="read")
    listed = client.get("/api/libraries", headers=asked(secret)).json()
    assert [row["slug"] for row in listed["results"]] == ["mine"]
    assert client.get("/api/libraries/theirs", headers=asked(secret)).status_code == 404
    refused = client.post("/api/libraries", {"name": "B"}, headers=asked(secret))
    assert (refused.status_code, refused.json()["code"]) == (403, "read_only_token")
    _, writes = make_token(user=user, name="b", scope="write")
    assert client.post("/api/libraries", {"name": "B"}, headers=asked(writes)).status_code == 201


def test_it_is_revoked_by_its_user_alone(client: Client) -> None:
    user = make_user()
    token, secret = make_token(user=user, name="a", scope="read")
    client.force_login(make_user())
    assert client.post(f"/tokens/{token.pk}/revoke").status_code == 404
    client.force_login(user)
    assert client.post(f"/tokens/{token.pk}/revoke").status_code == 302
    answer = Client().get("/api/libraries", headers=asked(secret))
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_user_who_is_shut_out_has_no_tokens(client: Client) -> None:
    user = make_user()
    _, secret = make_token(user=user, name="a", scope="read")
    user.is_active = False
    user.save()
    assert client.get("/api/libraries", headers=asked(secret)).status_code == 401


@pytest.mark.parametrize("sent", [{"name": "", "scope": "read"}, {"name": "a", "scope": "all"}])
def test_what_makes_no_token_is_said(client: Client, sent: dict[str, str]) -> None:
    client.force_login(make_user())
    answer = client.post("/tokens/", sent)
    assert answer.status_code == 422 and not ApiToken.objects.exists()
    assert "field__error" in answer.content.decode()


@pytest.mark.parametrize(
    ("scope", "method", "address"),
    [
        ("read", "get", "/api/libraries"),
        ("search", "get", "/api/search"),
        ("export", "get", "/api/search/export/csv"),
        ("write", "post", "/api/libraries"),
    ],
)
def test_asking_too_often_is_told_with_when_to_come_back(
    client: Client, settings: Any, scope: str, method: str, address: str
) -> None:
    settings.RATES = dict.fromkeys(("read", "search", "export", "write"), "") | {scope: "2/minute"}
    user = make_user()
    make_library(owner=user)
    headers = asked(make_token(user=user, name="a", scope="write")[1])
    answers = [getattr(client, method)(address, headers=headers) for _ in range(3)]
    assert all(answer.status_code != 429 for answer in answers[:2])
    told = answers[2]
    assert told.status_code == 429 and told.json()["code"] == "throttled"
    assert told["Content-Type"] == "application/problem+json"
    assert 0 < int(told["Retry-After"]) <= 60
    other = asked(make_token(user=user, name="b", scope="write")[1])
    assert getattr(client, method)(address, headers=other).status_code != 429
