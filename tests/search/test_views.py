"""The search page: who sees what, page and fragment, states, escaping."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ingest.models import Asset
from recognition.models import Encoder
from search.views import searching as views
from tests.factories import add_member, make_asset, make_identity, make_library, make_user
from tests.search.made import describe, make_film, see_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Trigger": "search-form"}


@pytest.fixture
def asset(encoder: Encoder) -> Asset:
    """A described beach with a known woman in red."""
    asset = make_film(make_library(name="Shore"), encoder, "beach", name="shore.mp4")
    shot = asset.shots.get()
    describe(shot, "A woman on a beach.", scene="beach", setting="outdoors")
    anna = make_identity(asset.library, name="Anna")
    see_person(shot, encoder, "woman red", identity=anna, readings=[("upper_colour", "red")])
    return asset


def sign_in(client: Client, asset: Asset, role: str | None) -> None:
    user = make_user()
    if role:
        add_member(asset.library, user, role)
    client.force_login(user)


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_members_see_moments_with_why(client: Client, asset: Asset, role: str) -> None:
    sign_in(client, asset, role)
    page = client.get("/", {"q": "woman in red near the beach"}).content.decode()
    assert "shore.mp4" in page and "red upper body" in page and "Anna" in page
    assert reverse("recognition:identity", args=[asset.library.identities.get().pk]) in page
    assert f"{reverse('ingest:asset', args=[asset.pk])}?t=0" in page


@pytest.mark.parametrize("address", ["/", "/?q=beach", "/?q=Anna", "/?asset=1&q="])
def test_outsiders_see_nothing(client: Client, asset: Asset, address: str) -> None:
    sign_in(client, asset, None)
    page = client.get(address).content.decode()
    assert "shore.mp4" not in page and "Shore" not in page
    assert "No footage yet" in page


@pytest.mark.parametrize("name", ["search:home", "search:progress"])
def test_strangers_must_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_htmx_gets_the_fragment_and_the_address(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    page = client.get("/", {"q": "beach"})
    fragment = client.get("/", {"q": "beach"}, headers=HTMX)
    assert b"<html" in page.content and b"<html" not in fragment.content
    assert b"shore.mp4" in fragment.content
    assert fragment["HX-Push-Url"] == "/?q=beach"
    assert "HX-Request" in fragment["Vary"] and "HX-Request" in page["Vary"]


def test_typing_on_is_no_new_step_back(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    headers = HTMX | {"HX-Current-URL": "http://testserver/?q=bea"}
    fragment = client.get("/", {"q": "beach"}, headers=headers)
    assert fragment["HX-Replace-Url"] == "/?q=beach" and "HX-Push-Url" not in fragment
    other = client.get("/", {"q": "street"}, headers=headers)
    assert other["HX-Push-Url"] == "/?q=street"


def test_going_back_gets_the_page(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    headers = HTMX | {"HX-History-Restore-Request": "true"}
    assert b"<html" in client.get("/", {"q": "beach"}, headers=headers).content


def test_chosen_filters_are_kept_while_typing(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    page = client.get("/", {"q": "woman", "scene": "beach"}).content.decode()
    assert '<input type="hidden" form="search-form" name="scene" value="beach">' in page
    assert 'aria-current="true"' in page and "Clear filters" in page


def test_parts_can_be_taken_out(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    page = client.get("/", {"q": "woman in red near the beach"}).content.decode()
    assert 'href="?q=woman+in+red"' in page and 'href="?q=near+the+beach"' in page


@pytest.mark.parametrize(
    ("text", "chips"),
    [
        ("beach in a shot longer than a second", ["lasting", "the shot: 1 s or longer"]),
        ("beach in a clip longer than a second", ["lasting", "the whole clip: 1 s or longer"]),
        ("beach longer than half a second", ["lasting", "the moment: 0.5 s or longer"]),
        ("a beach, a woman with or without a hat", ["with or without a hat: either way"]),
        ("a beach with or without cars", ["either way", "with or without cars: either way"]),
        ("a beach, a car but not a red one", ["thing", "not red", "not checked"]),
        ("a beach or a street", ["place", "or", "a street"]),
        ("a beach without a leash", ["by likeness", "without a leash", "not checked"]),
        ("a beach without police", ["without police", "not checked"]),
    ],
)
def test_chips_say_what_was_understood(
    client: Client, asset: Asset, text: str, chips: list[str]
) -> None:
    sign_in(client, asset, "viewer")
    page = client.get("/", {"q": text}).content.decode()
    listed = page[page.index('<ul class="parts"') : page.index("</ul>", page.index('"parts"'))]
    said = [line.strip() for line in re.sub(r"<[^>]*>", "\n", listed).splitlines()]
    assert [chip for chip in chips if chip in said] == chips


def test_names_and_descriptions_are_escaped(client: Client, asset: Asset) -> None:
    evil = '<script>alert("1")</script>\'"'
    asset.name = f"{evil}.mp4"
    asset.save()
    asset.library.name = evil
    asset.library.save()
    asset.descriptions.update(sentence=evil, scene=evil[:60])
    asset.library.identities.update(name=evil)
    sign_in(client, asset, "viewer")
    for query in ("woman", evil, f'"{evil}"', "x" * 900):
        page = client.get("/", {"q": query, "scene": [evil, ""], "library": asset.library.slug})
        assert page.status_code == 200
        assert b"<script>alert" not in page.content
    page = client.get("/", {"q": "woman"})
    assert b"<script>alert" not in page.content and b"&lt;script&gt;alert" in page.content


@pytest.mark.parametrize(
    "address",
    [
        "/?offset=-1&limit=x",
        "/?limit=99999999999",
        "/?camera=abc",
        "/?identity=9e9",
        "/?q=%ff",
        "/?offset=999999",
        "/?asset=99999999999999999999",
    ],
)
def test_odd_addresses_are_answered(client: Client, asset: Asset, address: str) -> None:
    sign_in(client, asset, "viewer")
    assert client.get(address).status_code == 200


def test_nothing_found_says_what_to_leave_out(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    page = client.get("/", {"q": "beach not outdoors"}).content.decode()
    assert "Nothing found" in page and "not outdoors" in page and "1 moment" in page
    filtered = client.get("/", {"q": "beach", "colour": "green"}).content.decode()
    assert "the filter on clothes" in filtered


def test_nothing_indexed_leads_to_upload(client: Client, encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    client.force_login(user)
    page = client.get("/").content.decode()
    assert reverse("ingest:upload", args=[library.slug]) in page


def test_progress_is_polled_until_it_is_done(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    waiting = make_asset(asset.library, shots=0, status=Asset.Status.PENDING)
    assert b"Still indexing: 1 of 2 clips" in client.get("/").content
    assert client.get("/search/progress").status_code == 200
    waiting.status = Asset.Status.READY
    waiting.save()
    done = client.get("/search/progress")
    assert done.status_code == 286 and b"All 2 clips" in done.content


def test_the_start_page_asks_what_the_footage_can_answer(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    page = client.get("/").content.decode()
    assert "Latest footage" in page and 'href="?q=person%20in%20red%2C%20beach"' in page


def test_sample_footage_is_said_to_be(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    assert b"made by EveryID" not in client.get("/", {"q": "beach"}).content
    asset.library.is_sample = True
    asset.library.save()
    assert b"Sample footage, made by EveryID" in client.get("/", {"q": "beach"}).content


def test_a_failing_database_is_said(
    client: Client, asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, asset, "viewer")

    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(views, "find", fail)
    for headers in ({}, HTMX):
        answer = client.get("/", {"q": "beach"}, headers=headers)
        assert answer.status_code == 503 and b"database" in answer.content


def test_too_long_a_question_is_refused_in_words(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    answer = client.get("/", {"q": "word " * 300})
    assert answer.status_code == 422 and b"1000 characters" in answer.content


def test_more_moments_are_on_further_pages(client: Client, asset: Asset, encoder: Encoder) -> None:
    sign_in(client, asset, "viewer")
    for i in range(5):
        make_film(asset.library, encoder, "beach", name=f"more-{i}.mp4")
    page = client.get("/", {"q": "beach", "limit": "2"}).content.decode()
    assert "?q=beach&amp;offset=2&amp;limit=2" in page
    second = client.get("/", {"q": "beach", "limit": "2", "offset": "2"}).content.decode()
    assert 'rel="prev"' in second


def test_the_page_asks_a_fixed_number_of_questions(
    client: Client,
    asset: Asset,
    encoder: Encoder,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sign_in(client, asset, "viewer")
    for i in range(8):
        make_film(asset.library, encoder, "beach", name=f"more-{i}.mp4")
    with django_assert_max_num_queries(40):  # two of them once per process, for words
        client.get("/", {"q": "woman in red near the beach"})
