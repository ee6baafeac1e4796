"""Answers beyond the first level: pages that neither repeat nor leave out, real Postgres."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingest.models import Library
from recognition.models import Encoder
from search.finder import SearchResult, find
from search.retrieval import gathering
from tests.factories import make_library, make_user
from tests.search.made import make_film, see_person

pytestmark = pytest.mark.django_db
BEACHES = 40


@pytest.fixture(autouse=True)
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of sixty is to these what a million is to the real ones."""
    monkeypatch.setattr(gathering, "PER_LIST", 6)
    monkeypatch.setattr(gathering, "READ", 8)
    monkeypatch.setattr(gathering, "READ_TO_SIEVE", 10)


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def library(owner: User, encoder: Encoder) -> Library:
    """Forty beaches, each a little less alike than the one before, and twenty kitchens."""
    made = make_library(owner=owner)
    for i in range(BEACHES):
        looks = "beach" if i < 20 else "beach street"
        make_film(made, encoder, looks, name=f"beach-{i:02}.mp4")
    for i in range(20):
        make_film(made, encoder, "kitchen", name=f"kitchen-{i:02}.mp4")
    return made


def names(result: SearchResult) -> list[str]:
    return [found.asset.name for found in result.moments]


def told_page_by_page(text: str, user: User) -> list[str]:
    """The names on all pages, of which none comes twice."""
    told: list[str] = []
    result = find(text, user=user, limit=5)
    while result.moments:
        told += names(result)
        result = find(text, user=user, limit=5, offset=len(told))
    assert len(told) == len(set(told))
    return told


def test_turning_pages_tells_every_answer_once(library: Library, owner: User) -> None:
    told = told_page_by_page("beach", owner)
    assert set(told[:BEACHES]) == {f"beach-{i:02}.mp4" for i in range(BEACHES)}


def test_what_was_told_above_keeps_its_place(library: Library, owner: User) -> None:
    first = find("beach", user=owner, limit=5)
    whole = find("beach", user=owner, limit=50, is_exhaustive=True)
    assert names(whole)[:5] == names(first)
    assert first.total < whole.total
    assert first.goes_on and first.is_capped


@pytest.fixture
def levels(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """On which levels was looked, in order."""
    looked: list[int] = []
    asked = gathering.Depth.shots_to_read

    def shots_to_read(self: gathering.Depth, *, is_sieved: bool) -> int:
        looked.append(self.level)
        return asked(self, is_sieved=is_sieved)

    monkeypatch.setattr(gathering.Depth, "shots_to_read", shots_to_read)
    return looked


def test_the_first_page_is_not_looked_for_further_than_needed(
    library: Library, owner: User, levels: list[int]
) -> None:
    find("beach", user=owner, limit=3)
    assert levels == [0]
    find("beach", user=owner, limit=20)
    assert levels == [0, 0, 1]
    find("beach", user=owner, limit=60, is_exhaustive=True)
    assert max(levels) < gathering.LEVELS  # it ends where nothing speaks for what lies below


def test_steps_of_an_order_are_looked_for_further_together(
    library: Library, owner: User, levels: list[int]
) -> None:
    find("beach, then street", user=owner, limit=60, is_exhaustive=True)
    assert levels[:4] == [0, 0, 1, 1]
    assert levels == sorted(levels)


def test_what_most_are_ruled_out_for_is_found_below_them(
    encoder: Encoder, library: Library, owner: User
) -> None:
    for shot in library.assets.filter(name__lt="beach-20").order_by("name"):
        see_person(shot.shots.get(), encoder)
    told = told_page_by_page("beach without people", owner)
    assert [name for name in told if name.startswith("beach")] == told[:20]
    assert set(told[:20]) == {f"beach-{i}.mp4" for i in range(20, BEACHES)}
    assert find("beach without people", user=owner, limit=5).moments  # on the first page already


def test_the_page_leads_to_what_lies_below(
    library: Library, owner: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(owner)
    address, seen, labels = "?q=beach&limit=5", [], []
    for _ in range(30):
        page = client.get(reverse("search:home") + address).content.decode()
        seen += re.findall(r"beach-\d\d\.mp4(?=</)", page)
        link = re.search(r'rel="next" href="([^"]+)">([^<]+)<', page)
        if not link:
            break
        address, label = link.groups()
        address = address.replace("&amp;", "&")
        labels.append(label)
    assert set(seen) == {f"beach-{i:02}.mp4" for i in range(BEACHES)}
    assert set(labels) <= {"More moments", "Look further"} and "More moments" in labels


def test_a_page_below_the_last_answer_says_so(
    library: Library, owner: User, client: Client
) -> None:
    client.force_login(owner)
    page = client.get(reverse("search:home"), {"q": "beach", "offset": "9000"}).content.decode()
    assert "Nothing more was found further down." in page


def test_an_export_holds_more_than_the_first_level(
    library: Library, owner: User, client: Client
) -> None:
    client.force_login(owner)
    answer = client.get(reverse("search:export-search", args=["csv"]), {"q": "beach"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = {cell for row in rows for cell in row if cell.startswith("beach-")}
    assert len({name[:8] for name in told}) == BEACHES
