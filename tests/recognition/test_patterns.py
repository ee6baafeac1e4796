"""Patterns on pages and by API: what is told, to whom, and in how many queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingest.models import AuditEntry, Camera, Library, Role
from recognition.models import Identity
from tests.factories import (
    add_member,
    make_asset,
    make_camera,
    make_crop,
    make_identity,
    make_library,
    make_track,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loader")]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def owner() -> User:
    return make_user("olga")


@pytest.fixture
def library(owner: User) -> Library:
    return make_library(owner=owner, name="Yard")


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@contextmanager
def queries(most: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as told:
        yield
    assert len(told) <= most, "\n".join(query["sql"] for query in told)


def see(
    library: Library, *people: Identity, camera: Camera | None = None, minute: float | None = None
) -> None:
    """One shot that shows these people, so many minutes after noon."""
    at = None if minute is None else NOON + timedelta(minutes=minute)
    shot = make_asset(library, shots=1, camera=camera, recorded_at=at).shots.get()
    for person in people:
        make_crop(make_track(shot, identity=person))


def company(client: Client, library: Library, **asked: Any) -> dict[str, Any]:
    answer = client.get(reverse("api-company", args=[library.slug]), asked)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def pairs(found: dict[str, Any]) -> list[tuple[int, int, int]]:
    return [(row["first"], row["second"], row["times"]) for row in found["pairs"]]


@pytest.fixture
def people(library: Library) -> tuple[Identity, ...]:
    """Ada and Ben thrice in one shot, Ada and Cy once; Dot alone, minutes after Ben at the gate."""
    ada, ben, cy, dot = (make_identity(library, name=n) for n in ("Ada", "Ben", "Cy", "Dot"))
    gate, yard = make_camera(library, "Gate"), make_camera(library, "Lawn")
    for minute in (0, 1440, 2880):
        see(library, ada, ben, camera=gate, minute=minute)
    see(library, ada, cy, camera=yard, minute=60)
    see(library, dot, camera=gate, minute=2882)
    return ada, ben, cy, dot


def test_pairs_come_with_counts_places_and_times(
    library: Library, client: Client, people: tuple[Identity, ...]
) -> None:
    ada, ben, cy, _ = people
    found = company(client, library)
    assert pairs(found) == [(ada.pk, ben.pk, 3), (ada.pk, cy.pk, 1)]
    row = found["pairs"][0]
    assert row["places"] == [{"camera": "Gate", "times": 3}]
    assert row["last"].startswith("2026-05-06T12:00")
    assert row["ratio"] == pytest.approx(row["times"] / row["expected"])
    assert (found["people_count"], found["alone"]) == (4, 1)
    assert {person["display_name"] for person in found["people"]} == {"Ada", "Ben", "Cy"}
    assert all(person["picture"].startswith("/") for person in found["people"])


def test_minutes_at_one_place_are_together_too(
    library: Library, client: Client, people: tuple[Identity, ...]
) -> None:
    _, ben, _, dot = people
    assert (ben.pk, dot.pk, 1) in pairs(company(client, library, minutes=5))
    assert (ben.pk, dot.pk, 1) not in pairs(company(client, library, minutes=0))


def test_it_is_narrowed_to_days_cameras_and_one_person(
    library: Library, client: Client, people: tuple[Identity, ...]
) -> None:
    ada, ben, cy, _ = people
    day = {"since": "2026-05-04", "until": "2026-05-04"}
    of_day = {(ada.pk, cy.pk, 1), (ada.pk, ben.pk, 1)}
    assert set(pairs(company(client, library, **day))) == of_day
    lawn = Camera.objects.get(name="Lawn")
    assert pairs(company(client, library, camera=lawn.pk)) == [(ada.pk, cy.pk, 1)]
    around = company(client, library, around=cy.pk)
    assert (around["around"], pairs(around)) == (cy.pk, [(ada.pk, cy.pk, 1)])
    assert AuditEntry.objects.filter(verb="viewed", subject_id=cy.pk).count() == 1


def test_a_last_day_counts_whole_and_in_library_time(owner: User, client: Client) -> None:
    library = make_library(owner=owner, name="Fiji", time_zone="Pacific/Auckland")
    ada, ben = (make_identity(library, name=n) for n in ("Ada", "Ben"))
    see(library, ada, ben, minute=0)  # midnight of the fifth there
    assert pairs(company(client, library, until="2026-05-04")) == []
    assert len(pairs(company(client, library, since="2026-05-05", until="2026-05-05"))) == 1


def test_hidden_people_are_in_nothing(
    library: Library, client: Client, people: tuple[Identity, ...]
) -> None:
    ada, ben, cy, _ = people
    Identity.objects.filter(pk=ben.pk).update(is_hidden=True)
    found = company(client, library)
    assert pairs(found) == [(ada.pk, cy.pk, 1)]
    assert found["people_count"] == 3
    for name in ("api-company", "recognition:company"):
        args, asked = ([library.slug], {}) if name.startswith("api") else ([], {"library": "yard"})
        answer = client.get(reverse(name, args=args), asked | {"around": ben.pk})
        assert answer.status_code == 404
    for name in ("api-identity-next", "recognition:next-camera"):
        assert client.get(reverse(name, args=[ben.pk])).status_code == 404


def test_a_library_that_does_not_recognise_people_tells_nothing(
    library: Library, client: Client, people: tuple[Identity, ...]
) -> None:
    Library.objects.update(recognises_people=False)
    camera = Camera.objects.get(name="Gate")
    for name, key in {
        "api-company": library.slug, "api-passages": library.slug, "api-camera-next": camera.pk,
        "api-identity-next": people[0].pk, "recognition:next-camera": people[0].pk,
    }.items():  # fmt: skip
        assert client.get(reverse(name, args=[key])).status_code == 404, name
    for name in ("recognition:company", "recognition:passages"):
        page = client.get(reverse(name)).content.decode()
        assert "does not recognise people" in page and "Ada" not in page


@pytest.fixture
def walkers(library: Library) -> list[Camera]:
    """Ten go from the gate to the lawn in two minutes, and two to the door."""
    cameras = [
        Camera.objects.get_or_create(library=library, name=name)[0]
        for name in ("Gate", "Lawn", "Door")
    ]
    for number in range(12):
        person = make_identity(library, name=f"Walker {number}")
        see(library, person, camera=cameras[0], minute=60 * number)
        see(library, person, camera=cameras[2 if number > 9 else 1], minute=60 * number + 2)
    return cameras


def test_passages_have_counts_probabilities_and_times(
    library: Library, client: Client, walkers: list[Camera]
) -> None:
    gate, lawn, door = walkers
    found = client.get(reverse("api-passages", args=[library.slug])).json()
    rows = {(row["origin"], row["target"]): row for row in found["passages"]}
    assert [camera["name"] for camera in found["cameras"]] == ["Gate", "Lawn", "Door"]
    assert [camera["visits"] for camera in found["cameras"]] == [12, 10, 2]
    row = rows[gate.pk, lawn.pk]
    assert (row["count"], row["left"]) == (10, 12)
    assert 0.6 < row["probability"] < 10 / 12
    # What was seen, not what is thought likely: all of them took two minutes.
    assert [row[name] for name in ("low_s", "usual_s", "high_s")] == pytest.approx([118.0] * 3)
    assert (lawn.pk, gate.pk) not in rows
    assert rows[lawn.pk, None]["usual_s"] is None
    only = client.get(reverse("api-passages", args=[library.slug]), {"camera": door.pk}).json()
    assert {door.pk} <= {row["origin"] for row in only["passages"]}
    assert (gate.pk, lawn.pk) not in {(r["origin"], r["target"]) for r in only["passages"]}


def test_the_next_camera_follows_from_the_last(
    library: Library, client: Client, walkers: list[Camera]
) -> None:
    gate, lawn, _ = walkers
    stranger = make_identity(library, name="Eve")
    see(library, stranger, camera=gate, minute=2000)
    address = reverse("api-identity-next", args=[stranger.pk])
    found = client.get(address, {"unseen_s": 0}).json()
    assert found["camera"] == gate.pk and found["left_at"].startswith("2026-05-05T21:20")
    assert found["nexts"][0]["camera"] == lawn.pk
    assert sum(guess["probability"] for guess in found["nexts"]) == pytest.approx(1)
    late = client.get(address, {"unseen_s": 3000}).json()
    assert late["nexts"][0]["camera"] is None
    assert AuditEntry.objects.filter(verb="viewed", subject_id=stranger.pk).exists()
    by_camera = client.get(reverse("api-camera-next", args=[gate.pk])).json()
    assert by_camera["nexts"] == found["nexts"]
    nobody = make_identity(library)
    assert client.get(reverse("api-identity-next", args=[nobody.pk])).json()["nexts"] == []


@pytest.mark.parametrize("role", Role.values)
def test_members_of_every_role_see_it_and_outsiders_do_not(
    role: str, library: Library, people: tuple[Identity, ...]
) -> None:
    member, outsider = Client(), Client()
    user = make_user("member")
    add_member(library, user, role)
    member.force_login(user)
    stranger = make_user("stranger")
    outsider.force_login(stranger)
    other = make_library(owner=stranger, name="Elsewhere")
    gate = Camera.objects.get(name="Gate")
    addresses = [
        reverse("api-company", args=[library.slug]), reverse("api-passages", args=[library.slug]),
        reverse("api-camera-next", args=[gate.pk]),
        reverse("api-identity-next", args=[people[0].pk]),
        reverse("recognition:company") + "?library=yard",
        reverse("recognition:passages") + "?library=yard",
        reverse("recognition:next-camera", args=[people[0].pk]),
    ]  # fmt: skip
    for address in addresses:
        assert member.get(address).status_code == 200, address
        assert outsider.get(address).status_code == 404, address
        assert Client().get(address).status_code in (302, 401), address
    own = reverse("api-company", args=[other.slug])
    assert outsider.get(own, {"around": people[0].pk}).status_code == 404
    # A camera of somebody else's library narrows to nothing.
    assert outsider.get(own, {"camera": gate.pk}).json()["pairs"] == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"since": "2026-05-05", "until": "2026-05-04"}, "exchange them"),
        ({"camera": "gate"}, "A camera is named by its number."),
        ({"minutes": "7"}, "7 is not one of the available choices."),
        ({"around": "0"}, "greater than or equal to 1"),
    ],
)
def test_bad_questions_get_a_sentence(
    asked: dict[str, str], sentence: str, library: Library, client: Client
) -> None:
    page = client.get(reverse("recognition:company"), asked)
    assert page.status_code == 200 and sentence in page.content.decode()
    answer = client.get(reverse("api-company", args=[library.slug]), asked)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert sentence in answer.content.decode()


def test_pages_say_it_without_javascript(
    library: Library, client: Client, people: tuple[Identity, ...]
) -> None:
    page = client.get(reverse("recognition:company")).content.decode()
    assert "Ada" in page and "Cy" in page and "Gate" in page and "6 May 2026 12:00" in page
    assert f"around={people[0].pk}" in page
    part = client.get(
        reverse("recognition:company"), {"around": people[0].pk}, headers={"HX-Request": "true"}
    )
    assert part["HX-Push-Url"].endswith(f"around={people[0].pk}")
    assert "<html" not in part.content.decode() and "With Ada" in part.content.decode()
    person = client.get(reverse("recognition:identity", args=[people[0].pk])).content.decode()
    assert f"/people/company?library=yard&amp;around={people[0].pk}" in person
    assert reverse("recognition:next-camera", args=[people[0].pk]) in person


def test_empty_pages_say_what_to_do(owner: User, client: Client) -> None:
    company, passages = reverse("recognition:company"), reverse("recognition:passages")
    assert "No library yet" in client.get(company).content.decode()
    library = make_library(owner=owner, name="Yard")
    assert "Nobody was seen" in client.get(company).content.decode()
    see(library, make_identity(library))
    assert "Nobody was together" in client.get(company).content.decode()
    page = client.get(passages).content.decode()
    assert "1 sighting of people has no camera or no recording time" in page


def test_passages_and_the_outlook_are_told_on_pages(
    library: Library, client: Client, walkers: list[Camera]
) -> None:
    page = client.get(reverse("recognition:passages")).content.decode()
    assert "10 of 12" in page and "nowhere else" in page
    gate = client.get(reverse("recognition:passages"), {"camera": walkers[0].pk}).content.decode()
    assert "Who just left Gate" in gate
    late = {"camera": walkers[0].pk, "unseen_s": 300}
    assert (
        "Not seen for 5 min since Gate"
        in client.get(reverse("recognition:passages"), late).content.decode()
    )
    person = Identity.objects.get(name="Walker 0")
    lines = client.get(reverse("recognition:next-camera", args=[person.pk])).content.decode()
    assert "Last at" in lines and "Lawn" in lines


def test_queries_do_not_grow_with_people(
    library: Library, client: Client, people: tuple[Identity, ...], walkers: list[Camera]
) -> None:
    for _ in range(30):
        see(library, make_identity(library), make_identity(library), camera=walkers[0], minute=5)
    addresses = {
        reverse("api-company", args=[library.slug]): 10,
        reverse("api-passages", args=[library.slug]): 8,
        reverse("recognition:company"): 12,
        reverse("recognition:passages") + f"?camera={walkers[0].pk}": 15,
    }
    for address, most in addresses.items():
        client.get(address)
        with queries(most):
            assert client.get(address).status_code == 200


def test_a_crowd_is_capped_with_clear_words(library: Library, client: Client) -> None:
    crowd = [make_identity(library) for _ in range(60)]
    for first, second in pairwise(crowd):
        see(library, first, second)
    found = company(client, library)
    assert len(found["people"]) <= 40 < found["people_count"] == 60
    assert found["pair_count"] == 59
    page = client.get(reverse("recognition:company")).content.decode()
    assert "of 60 people" in page
