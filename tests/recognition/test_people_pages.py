"""The pages of people, as a member sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingest.models import Library
from recognition import selectors
from recognition.models import Identity
from recognition.services import identities as service
from recognition.views import people as people_views
from tests.factories import (
    make_asset,
    make_camera,
    make_crop,
    make_identity,
    make_library,
    make_track,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loader")]


@pytest.fixture
def library() -> Library:
    return make_library(owner=make_user("olga"), name="Yard")


@pytest.fixture
def client(library: Library) -> Client:
    client = Client()
    client.force_login(library.members.get())
    return client


@contextmanager
def queries(count: int) -> Iterator[None]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        yield
    assert len(seen) == count, "\n".join(query["sql"] for query in seen)


def make_person(library: Library, appearances: int = 1, **fields: object) -> Identity:
    identity = make_identity(library, **fields)  # type: ignore[arg-type]
    for _ in range(appearances):
        shot = make_asset(library, shots=1).shots.get()
        make_crop(make_track(shot, identity=identity))
    return identity


def names(page: str) -> list[str]:
    return re.findall(r'person__name"><a[^>]*>([^<]+)<', page)


def test_named_and_unknown_stand_apart_most_seen_first(library: Library, client: Client) -> None:
    make_person(library, 1, name="Ada", number=1)
    make_person(library, 2, name="Ben", number=2)
    make_person(library, 1, number=3)
    make_person(library, 3, number=4)
    page = client.get(reverse("recognition:people")).content.decode()
    assert names(page) == ["Ben", "Ada", "Person 4", "Person 3"]
    assert page.index("Named") < page.index("Not named yet")
    assert "2 appearances in 2 assets" in page


def test_who_appears_nowhere_is_left_out_unless_named(library: Library, client: Client) -> None:
    make_person(library, 0, number=5)
    make_person(library, 0, number=6, name="Ada", is_locked=True)
    assert names(client.get(reverse("recognition:people")).content.decode()) == ["Ada"]


def test_hidden_people_have_a_page_of_their_own(library: Library, client: Client) -> None:
    make_person(library, number=1, is_hidden=True, is_locked=True)
    make_person(library, number=2)
    address = reverse("recognition:people")
    assert names(client.get(address).content.decode()) == ["Person 2"]
    assert names(client.get(f"{address}?hidden=1").content.decode()) == ["Person 1"]


def test_it_can_be_narrowed_to_a_library(library: Library, client: Client) -> None:
    other = make_library(owner=library.members.get(), name="Beach")
    make_person(library, number=1)
    make_person(other, number=2)
    address = reverse("recognition:people")
    assert set(names(client.get(address).content.decode())) == {"Person 1", "Person 2"}
    found = client.get(f"{address}?library={other.slug}").content.decode()
    assert names(found) == ["Person 2"]


def test_many_unknown_people_come_in_pages(
    library: Library, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_views, "PAGE_SIZE", 2)
    for number in range(1, 6):
        make_person(library, number=number)
    address = reverse("recognition:people")
    first = client.get(address).content.decode()
    assert len(names(first)) == 2
    assert "Page 1 of 3" in first
    assert "?page=2" in first
    assert len(names(client.get(f"{address}?page=3").content.decode())) == 1
    assert client.get(f"{address}?page=nonsense").status_code == 200


def test_sample_footage_is_named_as_such(client: Client, library: Library) -> None:
    assert b"its people are drawn" not in client.get(reverse("recognition:people")).content
    Library.objects.update(is_sample=True)
    make_person(library, number=1)
    assert b"its people are drawn" in client.get(reverse("recognition:people")).content


def test_an_empty_page_says_what_to_do(client: Client) -> None:
    page = client.get(reverse("recognition:people")).content
    assert b"Nobody yet" in page
    assert b"Nobody is hidden" in client.get(reverse("recognition:people") + "?hidden=1").content


def test_a_persons_page_leads_to_each_moment(library: Library, client: Client) -> None:
    camera = make_camera(library, name="Gate")
    asset = make_asset(library, shots=2, camera=camera, first_pts=100, end_pts=200)
    identity = make_identity(library, number=3)
    for shot in asset.shots.all():
        make_crop(make_track(shot, identity=identity, start_pts=shot.start_pts + 110,
                             end_pts=shot.end_pts + 100))  # fmt: skip
    page = client.get(reverse("recognition:identity", args=[identity.pk])).content.decode()
    asset_page = reverse("ingest:asset", args=[asset.pk])
    assert f"{asset_page}?t=0.4" in page
    assert f"{asset_page}?t=2.4" in page
    assert "Gate" in page
    assert 'x="100"' in page
    assert 'x="600"' in page
    assert "2 appearances in 1 asset" in page
    assert "Suggested" in page


def test_a_rename_shows_the_name_and_locks(library: Library, client: Client) -> None:
    person = make_person(library, number=3)
    address = reverse("recognition:rename", args=[person.pk])
    response = client.post(address, {"name": "  Ada   Lovelace "}, follow=True)
    assert b"Ada Lovelace" in response.content
    assert b"Confirmed by a person" in response.content
    assert "This is Ada Lovelace now." in response.content.decode()
    assert "person 3</a> “Ada Lovelace”" in response.content.decode()


def test_a_taken_name_is_refused_with_who_has_it(library: Library, client: Client) -> None:
    ada = make_person(library, number=3, name="Ada", is_locked=True)
    other = make_person(library, number=4)
    address = reverse("recognition:rename", args=[other.pk])
    response = client.post(address, {"name": "ada"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "“Ada” is already the name of person 3 of this library" in page
    assert reverse("recognition:identity", args=[ada.pk]) in page
    assert 'value="ada"' in page


def test_htmx_gets_the_name_alone(library: Library, client: Client) -> None:
    person = make_person(library, number=3)
    htmx = {"HX-Request": "true"}
    address = reverse("recognition:identity", args=[person.pk])
    form = client.get(f"{address}?edit", headers=htmx).content.decode()
    assert "<html" not in form
    assert 'name="name"' in form
    rename = reverse("recognition:rename", args=[person.pk])
    shown = client.post(rename, {"name": "Ada"}, headers=htmx).content.decode()
    assert "<html" not in shown
    assert "<h1>Ada</h1>" in shown
    refused = client.post(rename, {"name": "x" * 200}, headers=htmx)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()


def test_a_cover_is_shown_first(library: Library, client: Client) -> None:
    person = make_person(library, 3)
    crop = person.tracks.order_by("pk").first().crops.get()  # type: ignore[union-attr]
    crop.quality = 0.1
    crop.save()
    client.post(reverse("recognition:cover", args=[person.pk]), {"crop": crop.pk})
    [shown] = selectors.as_people(list(selectors.people_in(library.members.get())))
    assert shown.crops[0] == crop


def test_a_picture_of_someone_else_is_no_cover(library: Library, client: Client) -> None:
    person, other = make_person(library), make_person(library)
    crop = other.tracks.get().crops.get()
    address = reverse("recognition:cover", args=[person.pk])
    page = client.post(address, {"crop": crop.pk}, follow=True).content.decode()
    assert "This picture does not show" in page
    person.refresh_from_db()
    assert person.cover is None


def test_names_are_text_and_never_markup(library: Library, client: Client) -> None:
    person = make_person(library)
    service.rename(identity=person, user=library.members.get(), name="<script>alert(1)</script>")
    for address in (
        reverse("recognition:people"),
        reverse("recognition:identity", args=[person.pk]),
    ):
        assert b"<script>alert" not in client.get(address).content


def test_reads_cost_the_same_for_many_as_for_few(library: Library) -> None:
    user = library.members.get()
    for count in (1, 4):
        for _ in range(count):
            make_person(library, 2)
        found = list(selectors.people_in(user))
        with queries(1):
            selectors.as_people(found)
        with queries(1):
            list(selectors.people_in(user))
        identity = found[0]
        with queries(2):
            selectors.appearances_of(identity)
        with queries(1):
            selectors.cameras_of(identity)
        asset = identity.tracks.select_related("asset")[0].asset
        with queries(1):
            list(selectors.tracks_of(asset))
