"""Candidates read in the order of an index, against a plain reading of everything."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from ingest.models import Library
from recognition.models import Attribute, Description, Track
from search.ranking.filters import Filters
from search.retrieval import surest
from search.retrieval.common_words import Lexemes
from search.retrieval.scope import Scope, scope_for
from search.retrieval.surest import best_dressed, surest_scenes, surest_tracks
from search.retrieval.told import best_told
from tests.factories import make_asset, make_library, make_track, make_user
from tests.search.made import describe

pytestmark = pytest.mark.django_db
COLOURS = ("red", "blue", "green")
WANTS = [[("gender", ("woman",))], [("upper_colour", ("red",))], [("garment", ("coat",))]]


@pytest.fixture
def scope() -> Scope:
    """Two libraries of one user, and one of another that must never answer."""
    user, chance = make_user(), random.Random(7)
    for owner in (user, user, make_user()):
        fill(make_library(owner=owner), chance)
    return scope_for(user, Filters())


def fill(library: Library, chance: random.Random) -> None:
    for shot in make_asset(library, shots=30).shots.all():
        scene, colour = chance.choice(("beach", "street")), chance.choice(COLOURS)
        describe(shot, f"A woman in {colour} at the {scene}", scene=scene)
        Description.objects.filter(shot=shot).update(scene_confidence=chance.random())
        for label in ("person", "dog"):
            track = make_track(shot, label=label, confidence=chance.random())
            for name, values in (("gender", ("woman", "man")), ("upper_colour", COLOURS)):
                Attribute.objects.create(
                    track=track, name=name, value=chance.choice(values), confidence=chance.random()
                )


def dressed_plainly(scope: Scope, limit: int) -> list[int]:
    asked = {("gender", "woman"), ("upper_colour", "red")}
    ranked: list[tuple[int, float, int, int]] = []
    people = Track.objects.filter(asset__library__in=scope.library_ids, label="person")
    for track in people:
        told = [a for a in track.attributes.all() if (a.name, a.value) in asked]
        if told and track.shot_id is not None:
            total = sum(a.confidence for a in told)
            ranked.append((-len(told), -total, track.pk, track.shot_id))
    return [row[-1] for row in sorted(ranked)[:limit]]


def test_all_readings_give_the_same_as_comparing_every_track(scope: Scope) -> None:
    assert best_dressed(scope, WANTS, 15) == dressed_plainly(scope, 15)


def test_short_lists_of_readings_never_lose_who_satisfies_more(
    scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = sum(
        {("gender", "woman"), ("upper_colour", "red")}
        <= {(a.name, a.value) for a in track.attributes.all()}
        for track in Track.objects.filter(asset__library__in=scope.library_ids, label="person")
    )
    plain = dressed_plainly(scope, both + 3)
    for count in (1, 3, 10):
        monkeypatch.setattr(surest, "READINGS", count)
        assert best_dressed(scope, WANTS, both + 3) == plain  # too few satisfy all: all are read
        assert set(best_dressed(scope, WANTS, 2)) <= set(plain[:both])


def test_labels_and_scenes_come_the_surest_first(scope: Scope) -> None:
    mine = Track.objects.filter(asset__library__in=scope.library_ids)
    plain = mine.filter(label__in=["dog", "person"]).order_by("-confidence", "id")
    assert surest_tracks(scope, ("dog", "person"), 20) == [t.shot_id for t in plain[:20]]
    told = Description.objects.filter(asset__library__in=scope.library_ids)
    placed = told.filter(scene__in=["beach", "street"]).order_by("-scene_confidence")
    assert surest_scenes(scope, ("street", "beach"), 20) == [d.shot_id for d in placed[:20]]


def test_common_words_bring_those_with_all_of_them_first_and_as_many_as_there_are(
    scope: Scope,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recognition_description")
    everything = best_told(scope, ("woman", "red", "beach"), 100, Lexemes())
    bounded = best_told(scope, ("woman", "red", "beach"), 100, Lexemes(ranked_at_most=0))
    assert len(everything) == 60 and set(bounded) == set(everything)
    told = dict(Description.objects.values_list("shot_id", "sentence"))
    full = [pk for pk in bounded if "red" in told[pk] and "beach" in told[pk]]
    assert full and bounded[: len(full)] == full
    assert best_told(scope, ("the",), 10, Lexemes(ranked_at_most=0)) == []


def test_how_common_words_are_is_known(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recognition_description")
    known = Lexemes().of(("woman", "red", "piano", "the"))
    assert known["woman"] == pytest.approx(90) and 0 < known["red"] < 90
    assert known["piano"] == 0 and "the" not in known


def test_a_filter_on_scenes_leaves_others_unread(
    scope: Scope, django_assert_num_queries: Any
) -> None:
    beach = replace(scope, filters=Filters(scene=("beach",)))
    assert surest_scenes(beach, ("street", "beach"), 9) == surest_scenes(scope, ("beach",), 9)
    with django_assert_num_queries(0):
        assert surest_scenes(beach, ("street",), 9) == []


def test_a_settled_scope_has_the_same_surest(scope: Scope) -> None:
    settled = replace(scope, only=tuple(scope.shots().values_list("pk", flat=True)))
    for limit in (3, 500):
        for labels in (("dog",), ("person", "dog")):
            assert surest_tracks(settled, labels, limit) == surest_tracks(scope, labels, limit)
        for scenes in (("beach",), ("street", "beach", "forest")):
            assert surest_scenes(settled, scenes, limit) == surest_scenes(scope, scenes, limit)
