"""Members of a library by REST: owner, editor, viewer, outsider."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingest.models import AuditEntry, Library, Membership, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return factories.make_user("owner")


@pytest.fixture
def library(owner: User) -> Library:
    return factories.make_library(owner=owner, name="Harbour")


@pytest.fixture
def api(client: Client, owner: User, library: Library) -> Client:
    client.force_login(owner)
    return client


ADDRESS = "/api/libraries/harbour/members"


def _change(api: Client, member: Membership, role: str) -> Any:
    return api.patch(f"{ADDRESS}/{member.pk}", {"role": role}, content_type="application/json")


def test_everyone_in_it_reads_who_is_in_it(client: Client, owner: User, library: Library) -> None:
    viewer = factories.make_user("viewer")
    member = factories.add_member(library, viewer, Role.VIEWER)
    client.force_login(viewer)
    found = client.get(ADDRESS).json()
    assert [(one["username"], one["role"]) for one in found] == [
        ("owner", "owner"),
        ("viewer", "viewer"),
    ]
    assert client.get(f"{ADDRESS}/{member.pk}").json() == found[1]
    assert "password" not in str(found)


def test_it_tells_an_outsider_nothing(client: Client, library: Library) -> None:
    client.force_login(factories.make_user("stranger"))
    assert client.get(ADDRESS).status_code == 404
    assert client.get(reverse("api-library-members", args=["no-such"])).status_code == 404


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_owners_admit_change_and_remove(
    client: Client, owner: User, library: Library, role: Role
) -> None:
    user = factories.make_user("mate")
    factories.add_member(library, user, role)
    other = factories.add_member(library, factories.make_user("other"), Role.VIEWER)
    factories.make_user("new")
    client.force_login(user)
    refused = (
        client.post(ADDRESS, {"username": "new", "role": "owner"}),
        _change(client, other, "owner"),
        client.delete(f"{ADDRESS}/{other.pk}"),
    )
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert library.memberships.count() == 3


def test_an_owner_admits_someone_and_it_is_logged(api: Client, library: Library) -> None:
    new = factories.make_user("new")
    answer = api.post(ADDRESS, {"username": "new", "role": "editor"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["role"] == "editor"
    assert library.memberships.get(user=new).role == Role.EDITOR
    entry = AuditEntry.objects.get(library=library, verb="admitted")
    assert (entry.user_name, entry.label) == ("owner", "new")


@pytest.mark.parametrize(
    "sent",
    [
        {"username": "nobody", "role": "viewer"},
        {"username": "gone", "role": "viewer"},
        {"username": "owner", "role": "viewer"},
        {"username": "new", "role": "king"},
        {"role": "viewer"},
    ],
)
def test_it_refuses_who_cannot_be_admitted(
    api: Client, library: Library, sent: dict[str, str]
) -> None:
    factories.make_user("new")
    factories.make_user("gone", is_active=False)
    answer = api.post(ADDRESS, sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert library.memberships.get().role == Role.OWNER


def test_an_owner_changes_a_role(api: Client, library: Library) -> None:
    member = factories.add_member(library, factories.make_user("mate"), Role.VIEWER)
    assert _change(api, member, "editor").json()["role"] == "editor"
    assert _change(api, member, "king").status_code == 400
    member.refresh_from_db()
    assert member.role == Role.EDITOR


def test_the_last_owner_stays_one(api: Client, owner: User, library: Library) -> None:
    own = library.memberships.get(user=owner)
    assert _change(api, own, "viewer").status_code == 403
    assert api.delete(f"{ADDRESS}/{own.pk}").status_code == 403
    factories.add_member(library, factories.make_user("second"), Role.OWNER)
    assert _change(api, own, "viewer").status_code == 200


def test_anybody_may_leave(client: Client, library: Library) -> None:
    viewer = factories.make_user("viewer")
    member = factories.add_member(library, viewer, Role.VIEWER)
    client.force_login(viewer)
    assert client.delete(f"{ADDRESS}/{member.pk}").status_code == 204
    assert client.get(ADDRESS).status_code == 404


def test_another_librarys_member_is_not_here(api: Client, owner: User) -> None:
    elsewhere = factories.make_library(owner=owner, name="Rushes")
    member = factories.add_member(elsewhere, factories.make_user(), Role.VIEWER)
    assert api.get(f"{ADDRESS}/{member.pk}").status_code == 404
    assert _change(api, member, "owner").status_code == 404
    assert api.delete(f"{ADDRESS}/{member.pk}").status_code == 404
