"""Saved searches, alerts and history: what rings, what does not, and whose it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ingest.models import Asset, Library
from recognition.models import Encoder
from search.errors import BadAlert
from search.models import Alert, AlertHit, PastSearch, SavedSearch
from search.services import alerts
from search.services import saved as service
from search.services.alerts import look_at_new_footage
from tests.factories import add_member, make_asset, make_identity, make_library, make_user
from tests.search.made import describe, make_film, see_person, space

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def library(user: User) -> Library:
    library = make_library()
    add_member(library, user, "viewer")
    return library


def red_on_beach(library: Library, encoder: Encoder, colour: str = "red") -> Asset:
    asset = make_film(library, encoder, "beach", ready_at=timezone.now())
    shot = asset.shots.get()
    describe(shot, "A woman on a beach.", scene="beach", setting="outdoors")
    see_person(
        shot, encoder, f"woman {colour}",
        readings=[("upper_colour", colour), ("gender", "woman")],
    )  # fmt: skip
    return asset


def ring(user: User, question: str, encoder: Encoder) -> Alert:
    return alerts.create_query_alert(user=user, name="", address=f"?q={question}")


def test_it_rings_where_structure_speaks(user: User, library: Library, encoder: Encoder) -> None:
    red_on_beach(library, encoder)  # before the alert
    alert = ring(user, "woman+in+red", encoder)
    right = red_on_beach(library, encoder)
    red_on_beach(library, encoder, "blue")
    assert look_at_new_footage() == 1
    hit = alert.hits.get()
    assert hit.asset == right and (hit.start_pts, hit.end_pts) == (0, 50) and "red" in hit.why
    assert look_at_new_footage() == 0


def test_it_rings_for_a_bag_of_its_colour_alone(
    user: User, library: Library, encoder: Encoder
) -> None:
    alert = ring(user, "woman+with+a+red+bag", encoder)
    films = {bag: red_on_beach(library, encoder) for bag in ("red", "blue")}
    for bag, film in films.items():
        who = film.tracks.get()
        who.attributes.create(name="bag", value="handbag", confidence=0.9)
        see_person(film.shots.get(), readings=[("colour", bag)], label="handbag")
    assert look_at_new_footage() == 1
    assert alert.hits.get().asset == films["red"]


def test_it_looks_once_per_indexing(user: User, library: Library, encoder: Encoder) -> None:
    alert = ring(user, "woman+in+red", encoder)
    asset = red_on_beach(library, encoder, "blue")
    assert look_at_new_footage() == 0
    asset.tracks.get().attributes.filter(name="upper_colour").update(value="red")
    assert look_at_new_footage() == 0  # it was looked at
    Asset.objects.filter(pk=asset.pk).update(ready_at=timezone.now() + timedelta(seconds=1))
    assert look_at_new_footage() == 1
    Asset.objects.filter(pk=asset.pk).update(ready_at=timezone.now() + timedelta(seconds=2))
    assert look_at_new_footage() == 0 and alert.hits.count() == 1


@pytest.mark.parametrize("question", ["melancholy+mood", "woman+in+red+melancholy+mood"])
def test_what_only_likeness_could_judge_is_refused(
    user: User, library: Library, encoder: Encoder, question: str
) -> None:
    red_on_beach(library, encoder)
    with pytest.raises(BadAlert, match="compared by likeness"):
        ring(user, question, encoder)
    with pytest.raises(BadAlert, match="nothing in particular"):
        ring(user, "", encoder)


def test_a_person_rings(user: User, library: Library, encoder: Encoder) -> None:
    anna = make_identity(library, name="Anna")
    alert = alerts.create_query_alert(user=user, name="Anna!", address=f"?identity={anna.pk}")
    asset = make_film(library, encoder, "street", ready_at=timezone.now())
    see_person(asset.shots.get(), identity=anna)
    make_film(library, encoder, "street", ready_at=timezone.now())
    look_at_new_footage()
    assert [hit.asset for hit in alert.hits.all()] == [asset]


def test_an_example_rings_by_rank(
    user: User, library: Library, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "joint_space", lambda: space(encoder))
    example = make_film(library, encoder, "beach")
    make_film(library, encoder, "street")
    alert = alerts.create_example_alert(user=user, name="", asset=example, pts=0)
    make_film(library, encoder, "kitchen dog", ready_at=timezone.now())
    right = make_film(library, encoder, "beach", ready_at=timezone.now())
    assert look_at_new_footage() == 1
    assert alert.hits.get().asset == right
    assert right.shots.count() == 1


def test_it_is_quiet_about_libraries_of_others(
    client: Client, user: User, library: Library, encoder: Encoder
) -> None:
    alert = ring(user, "woman+in+red", encoder)
    red_on_beach(make_library(), encoder)
    assert look_at_new_footage() == 0
    asset = red_on_beach(library, encoder)
    assert look_at_new_footage() == 1
    client.force_login(user)
    assert asset.name in client.get("/saved/").content.decode()
    assert "1 new" in client.get("/saved/").content.decode()
    library.memberships.all().delete()
    page = client.get("/saved/").content.decode()
    assert asset.name not in page and "1 new" not in page and alert.name in page


def test_everything_is_ones_own(
    client: Client, user: User, library: Library, encoder: Encoder
) -> None:
    alert = ring(user, "woman+in+red", encoder)
    saved = service.save_search(user=user, name="Coats", text="red", address="?q=red")
    service.remember(user=user, text="secret", address="?q=secret")
    other = make_user()
    add_member(library, other, "owner")
    client.force_login(other)
    page = client.get("/saved/").content.decode()
    assert "Coats" not in page and "secret" not in page and "woman in red" not in page
    assert client.post(f"/saved/searches/{saved.pk}/delete").status_code == 404
    assert client.post(f"/saved/alerts/{alert.pk}", {"delete": 1}).status_code == 404
    client.force_login(user)
    assert "Coats" in client.get("/saved/").content.decode()
    client.post(f"/saved/searches/{saved.pk}/delete")
    client.post(f"/saved/alerts/{alert.pk}", {"delete": 1})
    assert not SavedSearch.objects.exists() and not Alert.objects.exists()


def test_a_search_is_kept_from_its_page(
    client: Client, user: User, library: Library, encoder: Encoder
) -> None:
    red_on_beach(library, encoder)
    client.force_login(user)
    assert "saved/keep" in client.get("/", {"q": "woman in red"}).content.decode()
    body = {"address": "?q=woman+in+red", "text": "woman in red", "name": "Reds"}
    client.post("/saved/keep", body)
    client.post("/saved/keep", body | {"alert": "1"})
    assert SavedSearch.objects.get().name == "Reds" and Alert.objects.get().name == "Reds"
    asset = library.assets.get()
    assert client.post(f"/assets/{asset.pk}/alert", {"in": "0.5"}).status_code == 302
    assert Alert.objects.filter(example=asset, example_pts=12).exists()
    alert = Alert.objects.get(name="Reds")
    AlertHit.objects.create(alert=alert, asset=asset, start_pts=0, end_pts=5)
    client.post(f"/saved/alerts/{alert.pk}")
    assert AlertHit.objects.get().is_seen


def test_history_is_short_erasable_and_can_be_switched_off(
    client: Client, user: User, library: Library, encoder: Encoder
) -> None:
    red_on_beach(library, encoder)
    client.force_login(user)
    for text in ("wom", "woman", "woman in red", "beach"):
        client.get("/", {"q": text})
    assert [past.text for past in PastSearch.objects.all()] == ["beach", "woman in red"]
    client.post("/saved/history", {"erase": "1"})
    assert not PastSearch.objects.exists()
    client.get("/", {"q": "beach"})
    client.post("/saved/history", {"keeps": "0"})
    client.get("/", {"q": "beach"})
    assert not PastSearch.objects.exists()
    client.post("/saved/history", {"keeps": "1"})
    client.get("/", {"q": "beach"})
    assert PastSearch.objects.count() == 1


def test_history_moves_what_is_asked_again_up_and_drops_the_oldest(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_PAST", 3)
    other = make_user("otto")
    for asker, text in (
        (other, "sea"),
        (user, "sea"),
        (user, "man"),
        (user, "it's"),
        (user, "sea"),
    ):
        service.remember(user=asker, text=f" {text} ", address=f"?q={text}")
    assert texts_of(user) == ["sea", "it's", "man"]
    service.remember(user=user, text="100 %", address="?q=100+%25")
    assert texts_of(user) == ["100 %", "sea", "it's"]
    assert texts_of(other) == ["sea"]


def test_history_takes_what_comes_later_for_another_question(user: User) -> None:
    service.remember(user=user, text="dog", address="?q=dog")
    PastSearch.objects.update(asked_at=timezone.now() - service.STILL_TYPING * 2)
    service.remember(user=user, text="dog at the beach", address="?q=dog+at+the+beach")
    assert texts_of(user) == ["dog at the beach", "dog"]
    service.remember(user=user, text="dog at", address="?q=dog+at")  # shortened while typing
    assert texts_of(user) == ["dog at", "dog"]


def texts_of(user: User) -> list[str]:
    return list(PastSearch.objects.filter(user=user).values_list("text", flat=True))


def test_outsiders_make_no_example_of_an_asset(client: Client, user: User) -> None:
    asset = make_asset(make_library())
    client.force_login(user)
    assert client.post(f"/assets/{asset.pk}/alert").status_code == 404
