"""Corrections on the pages and by REST: who may, what comes of it, what is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingest.models import Library, Role
from recognition import portraits, selectors
from recognition.models import Identity, IdentityEdit, Track
from recognition.services import groups
from tests.factories import (
    add_member,
    make_asset,
    make_camera,
    make_crop,
    make_identity,
    make_library,
    make_shot,
    make_track,
    make_user,
)

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


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_person(library: Library, tracks: int = 2, **fields: Any) -> Identity:
    person = make_identity(library, **fields)
    for _ in range(tracks):
        make_crop(make_track(make_asset(library, shots=1).shots.get(), identity=person))
    return person


def ids(person: Identity) -> list[int]:
    return sorted(person.tracks.values_list("pk", flat=True))


def acts(library: Library) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every correction by form: its address and what it sends."""
    one, two = make_person(library, 3), make_person(library)
    at, first = [one.pk], ids(one)[0]
    both = {"people": [one.pk, two.pk]}
    edit = groups.confirm(identity=one, user=library.members.get(username="olga")).last_edit
    assert edit is not None
    return {
        "merge-chosen": (reverse("recognition:merge-chosen"), both),
        "hide-chosen": (reverse("recognition:hide-chosen"), both),
        "confirm-chosen": (reverse("recognition:confirm-chosen"), both),
        "distinguish-chosen": (reverse("recognition:distinguish-chosen"), both),
        "merge": (reverse("recognition:merge", args=at), {"people": [two.pk]}),
        "split": (reverse("recognition:split", args=at), {"tracks": [first]}),
        "unassign": (reverse("recognition:unassign", args=at), {"tracks": [first]}),
        "confirm": (reverse("recognition:confirm", args=at), {"tracks": [first]}),
        "assign": (reverse("recognition:assign", args=at), {"tracks": ids(two)}),
        "refuse": (reverse("recognition:refuse", args=at), {"tracks": ids(two)}),
        "undo": (reverse("recognition:undo", args=[edit.pk]), {}),
    }


ACTS = sorted(
    "merge-chosen hide-chosen confirm-chosen distinguish-chosen merge split unassign confirm "
    "assign refuse undo".split()
)


@pytest.mark.parametrize("name", ACTS)
def test_editors_correct_and_nobody_else(library: Library, name: str) -> None:
    address, data = acts(library)[name]
    editor, viewer, outsider = (make_user(name) for name in ("ed", "vi", "out"))
    add_member(library, editor, Role.EDITOR)
    add_member(library, viewer, Role.VIEWER)
    made = IdentityEdit.objects.count()
    assert Client().post(address, data).headers["Location"].startswith("/login/")
    assert client_of(outsider).post(address, data).status_code == 404
    client_of(viewer).post(address, data)
    assert IdentityEdit.objects.count() == made
    assert not IdentityEdit.objects.exclude(undone_at=None).exists()
    assert client_of(editor).get(address).status_code == 405
    assert client_of(editor).post(address, data).status_code == 302
    is_undone = IdentityEdit.objects.exclude(undone_at=None).exists()
    assert IdentityEdit.objects.count() == made + (name != "undo")
    assert is_undone == (name == "undo")


@pytest.mark.parametrize("name", ["merge", "split", "unassign", "confirm", "assign", "refuse"])
def test_the_api_lets_editors_correct_and_nobody_else(library: Library, name: str) -> None:
    one, two = make_person(library, 3), make_person(library)
    tracks = ids(two) if name in ("assign", "refuse") else ids(one)[:1]
    body: dict[str, list[int]] = {"others": [two.pk]} if name == "merge" else {"tracks": tracks}
    address = f"{reverse('api-identity-list')}/{one.pk}/{name}"
    viewer, outsider = make_user("vi"), make_user("out")
    add_member(library, viewer, Role.VIEWER)

    def post(client: Client) -> Any:
        return client.post(address, json.dumps(body), content_type="application/json")

    assert post(Client()).status_code in (401, 403)
    assert post(client_of(outsider)).status_code == 404
    assert post(client_of(viewer)).status_code == 403
    assert not IdentityEdit.objects.exists()
    client = client_of(library.members.get(username="olga"))
    first = post(client)
    assert first.status_code == 200, first.content
    edit = IdentityEdit.objects.get()
    assert first.json()["edit"] == edit.pk
    if name != "split":  # there is no second time: those tracks are somebody else's now
        assert post(client).json()["edit"] is None
    undone = client.post(f"{reverse('api-identity-edit-list')}/{edit.pk}/undo")
    assert undone.json()["undone_at"] is not None
    for person in (viewer, outsider):
        status = client_of(person).post(f"{reverse('api-identity-edit-list')}/{edit.pk}/redo")
        assert status.status_code == (403 if person == viewer else 404)


def test_refusals_by_rest_have_the_shape_of_the_site(library: Library, client: Client) -> None:
    one, two, three = (make_person(library) for _ in range(3))
    base = reverse("api-identity-list")
    groups.distinguish(identity=one, others=[two.pk], user=library.members.get())
    refused = client.post(
        f"{base}/{one.pk}/merge", {"others": [two.pk]}, content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "edit_refused")
    assert "not to be the same" in refused.json()["detail"]
    first = groups.merge(into=one, others=[three.pk], user=library.members.get()).last_edit
    groups.split(identity=one, tracks=ids(one)[-1:], user=library.members.get())
    assert first is not None
    blocked = client.post(f"{reverse('api-identity-edit-list')}/{first.pk}/undo")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "undo_blocked")
    nonsense: tuple[dict[str, object], ...] = (
        {"tracks": []},
        {"tracks": "x"},
        {"tracks": [-1]},
        {},
    )
    for body in nonsense:
        wrong = client.post(f"{base}/{one.pk}/split", body, content_type="application/json")
        assert wrong.status_code in (400, 422)


def test_a_merge_says_so_and_offers_to_undo_it(library: Library, client: Client) -> None:
    ada, other = make_person(library, name="Ada"), make_person(library)
    address = reverse("recognition:merge-chosen")
    data = {"people": [other.pk, ada.pk], "next": reverse("recognition:people")}
    page = client.post(address, data, follow=True).content.decode()
    assert "They are all Ada now." in page
    edit = IdentityEdit.objects.get()
    undo = reverse("recognition:undo", args=[edit.pk])
    assert f'action="{undo}"' in page
    undone = client.post(undo, {"next": "https://elsewhere.example/"}, follow=True)
    assert undone.redirect_chain == [(reverse("recognition:history"), 302)]
    assert "Undone: merged others into Ada." in undone.content.decode()
    assert reverse("recognition:redo", args=[edit.pk]) in undone.content.decode()
    assert len(ids(other)) == 2


def test_the_address_of_someone_merged_leads_to_whom(library: Library, client: Client) -> None:
    one, two = make_person(library), make_person(library)
    groups.merge(into=one, others=[two.pk], user=library.members.get())
    there = reverse("recognition:identity", args=[one.pk])
    gone = reverse("recognition:identity", args=[two.pk])
    assert client.get(gone).headers["Location"] == there
    assert client_of(make_user()).get(gone).status_code == 404
    assert client.get(f"{reverse('api-identity-list')}/{two.pk}").status_code == 404


def test_appearances_are_given_by_name_or_number(library: Library, client: Client) -> None:
    one, ada = make_person(library, 3), make_person(library, name="Ada")
    cy = make_person(library, number=77)
    address = reverse("recognition:assign", args=[one.pk])
    client.post(address, {"tracks": ids(one)[:1], "person": "ada"})
    client.post(address, {"tracks": ids(one)[:1], "person": "Person 77"})
    assert (len(ids(one)), len(ids(ada)), len(ids(cy))) == (1, 3, 3)
    page = client.post(address, {"tracks": ids(one), "person": "Zed"}, follow=True)
    assert "Nobody in Yard is called “Zed”" in page.content.decode()


def test_nonsense_is_refused_in_a_sentence(library: Library, client: Client) -> None:
    one = make_person(library)
    address = reverse("recognition:split", args=[one.pk])
    assert client.post(address, {"tracks": "x"}).status_code == 409
    assert "at least one" in client.post(address, {}, follow=True).content.decode()
    chosen = reverse("recognition:merge-chosen")
    assert client.post(chosen, {}).status_code == 409
    assert client.post(chosen, {"people": [10**12]}).status_code == 404


def test_the_history_lists_what_was_done_to_its_members_alone(
    library: Library, client: Client
) -> None:
    groups.confirm(identity=make_person(library, name="Ada"), user=library.members.get())
    address = reverse("recognition:history")
    assert "confirmed" in client.get(address).content.decode()
    outsider = client_of(make_user())
    assert "Ada" not in outsider.get(address).content.decode()
    assert outsider.get(f"{address}?library=yard").status_code == 404
    assert outsider.get(reverse("api-identity-edit-list")).json()["count"] == 0
    viewer = make_user("vi")
    add_member(library, viewer)
    page = client_of(viewer).get(address).content.decode()
    assert "Ada" in page
    assert "/undo" not in page


def test_hours_are_those_of_the_library_after_the_cameras_clock(owner: User) -> None:
    library = make_library(owner=owner, time_zone="Asia/Tokyo")
    camera = make_camera(library, clock_offset_ms=3_600_000)
    asset = make_asset(
        library, camera=camera, recorded_at=datetime(2026, 3, 1, 13, 59, 59, tzinfo=UTC)
    )
    person = make_identity(library)
    make_track(asset.shots.get(ordinal=0), identity=person)  # at 0 s: 23:59:59 in Tokyo
    make_track(asset.shots.get(ordinal=1), identity=person)  # at 2 s: the next day
    found = portraits.heat_map(person)
    assert [(str(d.day), [c.hour for c in d.cells if c.count]) for d in found] == [
        ("2026-03-02", [0]),
        ("2026-03-01", [23]),
    ]
    assert {cell.level for day in found for cell in day.cells} == {0, 4}


def test_company_and_ways(library: Library) -> None:
    asset = make_asset(library)
    first, second = asset.shots.order_by("ordinal")
    ada, bo, cy = (make_identity(library, name=name) for name in ("Ada", "Bo", "Cy"))
    for shot, person in ((first, ada), (first, bo), (second, cy)):
        make_track(shot, identity=person)
    assert [(c.person.identity, c.times) for c in portraits.companions_of(ada)] == [(bo, 1)]
    [walk] = portraits.walks_of(ada)
    assert walk.start == (200, 506)
    assert walk.end[0] == 600
    assert walk.keyframe is not None
    assert walk.keyframe.shot == first


def test_a_sighting_plays_for_members_alone(library: Library, client: Client) -> None:
    asset = make_asset(library, shots=1, files=True)
    track = make_track(asset.shots.get(), identity=make_identity(library, name="Ada"))
    address = reverse("recognition:sighting", args=[track.pk])
    page = client.get(address).content.decode()
    assert f"{reverse('ingest:proxy', args=[asset.pk])}#t=0,2" in page
    assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert client_of(make_user()).get(address).status_code == 404


def test_people_are_found_by_name_and_sorted(library: Library, client: Client) -> None:
    user = library.members.get()
    for name, number in (("Anna", 1), ("Hannah", 2), ("Bo", 3), ("", 4)):
        make_person(library, number=number, name=name)
    Track.objects.filter(identity__number=2).update(identity_similarity=0.2)
    Track.objects.filter(identity__number=3).update(identity_similarity=0.9)

    def numbers(**asked: Any) -> list[int]:
        return [p.number for p in selectors.people_in(user, library, **asked)]

    assert numbers(name="ann") == [1, 2]
    assert numbers(name="4") == numbers(name="person 4") == [4]
    assert numbers(sort="new") == [4, 3, 2, 1]
    assert numbers(sort="doubt")[:2] == [2, 3]
    page = client.get(f"{reverse('recognition:people')}?show=unknown").content.decode()
    assert "Person 4" in page
    assert "Hannah" not in page
    none = client.get(f"{reverse('recognition:people')}?name=zed").content.decode()
    assert "Nobody called “zed”" in none


def test_pages_cost_the_same_for_many_people_as_for_few(library: Library, client: Client) -> None:
    counts: dict[str, set[int]] = {}
    person = make_person(library, 1, name="Ada")
    for _ in range(3):
        for name, address in (
            ("people", reverse("recognition:people")),
            ("person", reverse("recognition:identity", args=[person.pk])),
            ("history", reverse("recognition:history")),
        ):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            counts.setdefault(name, set()).add(len(seen))
        for _ in range(4):
            other = make_person(library, 2)
            groups.confirm(identity=other, user=library.members.get())
            shot = make_shot(make_asset(library, shots=0))
            make_crop(make_track(shot, identity=person))
            make_crop(make_track(shot, identity=other))
    assert all(max(found) <= 26 for found in counts.values()), counts
    assert max(counts["people"]) - min(counts["people"]) <= 1
    assert max(counts["person"]) - min(counts["person"]) <= 4  # parts that are empty at first
