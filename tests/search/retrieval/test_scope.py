"""Scopes: settled or not, they allow the same shots; found candidates are cut to the highest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from ingest.models import Asset, Library
from ingest.selectors import libraries_for
from recognition.models import Encoder
from search.query.parsing import parse
from search.ranking.candidates import Candidates
from search.ranking.facts import WHOLE
from search.ranking.filters import Filters
from search.retrieval import recorded, scope, vectors
from search.retrieval.gathering import retrieve
from search.retrieval.scope import Scope, apply_times, scope_for
from tests.factories import make_camera, make_library, make_user
from tests.search.made import make_film, space

NOON = datetime(2024, 6, 5, 12, tzinfo=UTC)
QUESTIONS = (
    "beach on 5 June 2024",
    "beach since 4 June 2024",
    "beach before 6 June 2024",
    "beach in June 2024 or in May 2024",
    "beach on 5 June 2024 between 10 pm and 3 am",
    "beach, not in June 2024",
    "beach between 7 and 9 pm",
)


@pytest.fixture
def library(encoder: Encoder) -> Library:
    """Films around midnights in two zones, one of a camera whose clock runs a day late."""
    library = make_library(owner=make_user("anna"), time_zone="Asia/Tokyo")
    other = make_library(owner=make_user("bert"), time_zone="America/New_York")
    for hours in range(-40, 41, 5):
        place = library if hours % 2 else other
        make_film(place, encoder, "beach", recorded_at=NOON + timedelta(hours=hours))
    late = make_camera(library, clock_offset_ms=-86_400_000)
    make_film(library, encoder, "beach", recorded_at=NOON + timedelta(days=1), camera=late)
    make_film(library, encoder, "beach")
    return library


@pytest.mark.django_db
def test_it_is_the_libraries_of_the_user_as_they_are_now() -> None:
    anna, bert, carl = make_user("anna"), make_user("bert"), make_user("carl")
    mine = [make_library(owner=anna) for _ in range(3)]
    make_library(owner=bert)
    mine[1].memberships.create(user=bert)
    Library.objects.filter(pk=mine[1].pk).update(has_lines=True)
    for _ in range(2):
        for user in (anna, bert, carl, AnonymousUser()):
            own = libraries_for(user).order_by("id").values_list("id", flat=True)
            assert scope_for(user, Filters()).library_ids == tuple(own)
        assert len(scope_for(anna, Filters()).library_ids) == 3
        assert scope_for(bert, Filters()).has_lines
    assert scope_for(carl, Filters()).is_empty
    mine[1].memberships.filter(user=bert).delete()
    assert mine[1].pk not in scope_for(bert, Filters()).library_ids
    assert not scope_for(bert, Filters()).has_lines
    assert len(scope_for(None, Filters()).library_ids) == 4


@pytest.mark.django_db
@pytest.mark.parametrize("text", QUESTIONS)
def test_looking_assets_up_first_leaves_nothing_out(
    library: Library, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed = apply_times(scope_for(None, Filters()), parse(text))
    assert narrowed.recorded is not None
    days = "not" not in text and "between 7" not in text
    assert (narrowed.recorded.assets is not None) is days
    plain = replace(narrowed, recorded=replace(narrowed.recorded, assets=None))
    assert set(narrowed.shots()) == set(plain.shots())
    monkeypatch.setattr(recorded, "MOST_ASSETS", 1)
    many = apply_times(scope_for(None, Filters()), parse(text))
    assert set(many.shots()) == set(plain.shots())


@pytest.mark.django_db
def test_a_settled_scope_allows_the_same(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    some = tuple(Asset.objects.order_by("pk").values_list("pk", flat=True)[:5])
    narrowed = Scope((library.pk,), Filters(asset=some))
    settled = narrowed.settled()
    assert settled.only is not None and settled.settled() is settled
    assert set(settled.shots()) == set(narrowed.shots()) != set()
    assert set(settled.tracks()) == set(narrowed.tracks())
    assert settled.member_shots().count() == narrowed.member_shots().count()
    everything = Scope((library.pk,))
    assert everything.settled() is everything
    monkeypatch.setattr(scope, "SETTLED", 1)
    monkeypatch.setattr(scope, "GUESSED", 1_000_000)  # counted, whatever is guessed
    assert narrowed.settled() is narrowed


@pytest.mark.django_db
def test_a_scope_of_nothing_settles_on_nothing() -> None:
    assert Scope((), Filters(scene=("beach",))).settled().only == ()


@pytest.mark.django_db
def test_what_postgres_guesses_to_be_many_is_not_counted(
    library: Library, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    narrowed = Scope((library.pk,), Filters(scene=("beach",)))
    monkeypatch.setattr(scope, "GUESSED", 0)
    with django_assert_num_queries(1) as asked:
        assert narrowed.settled() is narrowed
    assert asked.captured_queries[0]["sql"].startswith("EXPLAIN")


@pytest.mark.django_db
def test_a_settled_scope_still_tells_footage_without_a_time(library: Library) -> None:
    timed = apply_times(Scope((library.pk,)), parse("beach on 5 June 2024"))
    assert timed.settled().untimed_assets() == timed.untimed_assets() == 1


@given(st.lists(st.lists(st.integers(1, 40), max_size=30), max_size=5), st.integers(1, 40))
def test_the_highest_candidates_keep_the_heads_of_all_lists(
    lists: list[list[int]], count: int
) -> None:
    found = Candidates()
    for ids in lists:
        found.add(ids, 100)
    kept = found.highest(count)
    everyone = list(dict.fromkeys(pk for ids in lists for pk in ids))
    assert len(kept) == min(count, len(everyone))
    assert kept == [pk for pk in everyone if pk in set(kept)]
    assert found.is_capped is (len(everyone) > count)
    told = [list(dict.fromkeys(ids)) for ids in lists if ids]
    for ids in told:  # the surest of each kind are there, however many agree on others
        assert set(ids[: count // 2 // len(told)]) <= set(kept)
    if len(lists) == 1:
        assert kept == everyone[:count]


@pytest.mark.django_db
def test_a_place_beside_a_person_is_compared_with_what_was_found(
    library: Library, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors.VectorSearch, "is_large", property(lambda self: True))
    query = parse("woman near the beach")
    [place] = [i for i, part in enumerate(query.parts) if part.kind == "place"]
    found = retrieve(query, scope_for(None, Filters()), space(encoder))
    lists = {(v.kind, v.part): v for v in found.vectors}
    assert ("keyframes", WHOLE) in lists
    compared = lists["keyframes", place]
    assert {hit.shot_id for hit in compared.hits} == set(found.shots)
    similar = [hit.similarity for hit in compared.hits]
    assert similar == sorted(similar, reverse=True)
    alone = retrieve(parse("beach or office"), scope_for(None, Filters()), space(encoder))
    assert {v.part for v in alone.vectors} == {WHOLE, 0, 2}
