"""What is said is found: exact phrases with exact moments, words beside pictures, and no more."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ingest.models import Asset, Library
from recognition.models import Encoder
from search.finder import FoundMoment, find
from search.query.parsing import parse
from search.services.alerts import is_certain
from tests.factories import make_asset, make_library, make_line, make_shot, make_user
from tests.search.made import describe, make_film, see_person, show

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def library(owner: User) -> Library:
    return make_library(owner=owner)


@pytest.fixture
def talk(library: Library, encoder: Encoder) -> Asset:
    """A film of two shots in which something is said, among films that look like anything."""
    for i, looks in enumerate(("beach", "kitchen", "dog")):
        make_film(library, encoder, looks, name=f"{i}.mp4")
    asset = make_asset(library, shots=2, name="talk.mp4")
    for keyframe in asset.keyframes.all():
        show(keyframe, encoder, "street")
    make_line(asset, "It is Zoë’s café, isn't it?", 10, 20)
    make_line(asset, "I have", 55, 60, next_words="a dream today", next_end_pts=70)
    make_line(asset, "a dream today", 61, 70)
    return asset


def spans(moments: tuple[FoundMoment, ...], name: str) -> list[tuple[int, int]]:
    return [m.moment.span for m in moments if m.asset.name == name]


def reasons(found: FoundMoment, source: str) -> list[str]:
    return [why.reason.words for why in found.why if why.reason.source == source]


@pytest.mark.parametrize(
    "asked", ['"zoe\'s cafe"', '"ZOË’S CAFÉ"', "“zoe's café”", '"isn\'t it"', '"it is zoe"']
)
def test_a_phrase_is_found_whatever_its_case_and_accents(
    talk: Asset, owner: User, asked: str
) -> None:
    best = find(asked, user=owner).moments[0]
    assert (best.asset.name, best.moment.span) == ("talk.mp4", (10, 20))
    assert reasons(best, "said") == ["“It is Zoë’s café, isn't it?”"]
    assert str(best.moment.band) == "strong"


def test_words_in_another_order_are_no_phrase(talk: Asset, owner: User) -> None:
    for asked in ('"cafe zoe"', '"it it"', '"today dream"', '"caf"'):
        assert [m for m in find(asked, user=owner).moments if reasons(m, "said")] == []


def test_a_phrase_may_run_over_into_the_next_line(talk: Asset, owner: User) -> None:
    best = find('"i have a dream"', user=owner).moments[0]
    assert (best.asset.name, best.moment.span) == ("talk.mp4", (55, 70))
    assert reasons(best, "said") == ["“I have a dream today”"]
    (alone,) = [m for m in find('"a dream"', user=owner).moments if reasons(m, "said")]
    assert alone.moment.span == (61, 70)


def test_who_is_seen_while_it_is_said(talk: Asset, owner: User, encoder: Encoder) -> None:
    shot = talk.shots.get(ordinal=0)
    see_person(shot, encoder, "woman", readings=[("gender", "woman")], start_pts=12, end_pts=40)
    best = find('woman "it is zoe"', user=owner).moments[0]
    assert (best.asset.name, best.moment.span) == ("talk.mp4", (12, 20))


def test_other_words_are_found_where_the_picture_does_not_have_them(
    talk: Asset, owner: User
) -> None:
    best = find("dreams", user=owner).moments[0]  # by its stem, as in descriptions
    assert (best.asset.name, best.moment.span) == ("talk.mp4", (61, 70))
    assert reasons(best, "said") == ["“a dream today”"]


def test_a_picture_that_shows_it_comes_before_one_where_it_is_said(
    library: Library, encoder: Encoder, owner: User
) -> None:
    shown = make_film(library, encoder, "beach", name="shown.mp4")
    describe(shown.shots.get(), "A beach.", scene="beach")
    said = make_film(library, encoder, "street", name="said.mp4")
    make_line(said, "We were on the beach", 0, 10)
    for i in range(6):
        make_film(library, encoder, "kitchen", name=f"{i}.mp4")
    found = find("beach", user=owner).moments
    assert [m.asset.name for m in found[:2]] == ["shown.mp4", "said.mp4"]


def test_a_negated_phrase_rules_out_the_time_in_which_it_is_said(talk: Asset, owner: User) -> None:
    (negated,) = [p for p in parse('street without "dream today"').parts if p.negated]
    assert negated.value == "dream today"
    found = find('street without "dream today"', user=owner).moments
    assert spans(found, "talk.mp4") == [(0, 50), (70, 100)]  # the longest of what is left


def test_a_negated_phrase_rules_out_a_shot_that_is_described_so(
    library: Library, encoder: Encoder, owner: User
) -> None:
    for name, sentence in (("a.mp4", "A dog on a beach."), ("b.mp4", "An empty beach.")):
        film = make_film(library, encoder, "beach", name=name)
        describe(film.shots.get(), sentence)
    found = find('beach without "dog on a beach"', user=owner).moments
    assert [m.asset.name for m in found] == ["b.mp4"]


def test_a_line_that_hangs_over_a_cut_is_in_the_shot_where_it_is_said(
    library: Library, encoder: Encoder, owner: User
) -> None:
    asset = make_asset(library, shots=2, name="cut.mp4")
    make_line(asset, "over the cut", 30, 52)
    make_line(asset, "half and half", 60, 90)
    make_shot(asset, start_pts=75, end_pts=120, ordinal=2)
    asset.shots.filter(ordinal=1).update(end_pts=75)
    assert [m.moment.span for m in find('"over the cut"', user=owner).moments][:1] == [(30, 50)]
    heard = [m for m in find('"half and half"', user=owner).moments if reasons(m, "said")]
    assert sorted(m.moment.span for m in heard) == [(60, 75), (75, 90)]
    heard = [m for m in find('"over the cut"', user=owner).moments if reasons(m, "said")]
    assert len(heard) == 1


def test_who_is_not_a_member_hears_nothing(talk: Asset, encoder: Encoder) -> None:
    other = make_user()
    make_line(make_film(make_library(owner=other), encoder, "dog"), "Something else", 0, 5)
    assert [m for m in find('"zoe\'s cafe"', user=other).moments if reasons(m, "said")] == []


def test_an_alert_is_certain_of_what_is_said(talk: Asset, owner: User) -> None:
    result = find('"i have a dream"', user=owner)
    certain = [m.moment.span for m in result.moments if is_certain(result, m)]
    assert certain == [(55, 70)]
    nothing = find('"nobody says this"', user=owner)
    assert not any(is_certain(nothing, m) for m in nothing.moments)


def test_lines_cost_two_questions_and_only_where_there_are_any(
    library: Library,
    encoder: Encoder,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for i in range(4):
        describe(make_film(library, encoder, "beach", name=f"{i}.mp4").shots.get(), "A beach.")
    find('beach "a beach"', user=owner)  # what is asked once per process
    with django_assert_num_queries(11) as without:
        find('beach "a beach"', user=owner)
    assert not any("ingest_line" in query["sql"] for query in without.captured_queries)
    make_line(library.assets.all()[0], "a beach", 0, 10)
    with django_assert_num_queries(13):
        find('beach "a beach"', user=owner)


def test_pages_and_api_quote_it_escaped(talk: Asset, owner: User, client: Client) -> None:
    make_line(talk, "Bold <script>alert(1)</script> words", 30, 40)
    client.force_login(owner)
    page = client.get("/", {"q": '"alert 1"'}).content.decode()
    assert "said:</span> “Bold &lt;script&gt;alert(1)&lt;/script&gt; words”" in page
    assert "<script>alert" not in page
    (best, *_) = client.get("/api/search", {"q": '"alert 1"'}).json()["moments"]
    assert {"source": "said", "words": "“Bold <script>alert(1)</script> words”"}.items() <= (
        best["evidence"][0].items()
    )
