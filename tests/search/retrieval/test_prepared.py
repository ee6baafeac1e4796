"""A prepared question gives what its queryset gives, whatever the ids."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q

from ingest.models import Asset, Library
from search.retrieval.lookups import array_of
from search.retrieval.prepared import THE_IDS, Prepared
from tests.factories import make_asset, make_library, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def library() -> Library:
    return make_library(owner=make_user("olga"), name="Town")


def test_it_gives_the_rows_of_the_ids(library: Library, django_assert_num_queries: Any) -> None:
    made = [make_asset(library, shots=0) for _ in range(5)]
    names = Prepared(
        lambda: (
            Asset.objects.filter(library__name="Town", pk__any=THE_IDS)
            .exclude(name="")
            .order_by("-pk")
            .values_list("pk", "library__slug")
        )
    )
    for chosen in ([3, 1], [], [0, 1, 2, 3, 4]):
        ids = [made[i].pk for i in chosen]
        with django_assert_num_queries(1):
            rows = names.rows(ids)
        assert rows == [(pk, library.slug) for pk in sorted(ids, reverse=True)]


def test_a_queryset_without_ids_is_refused() -> None:
    with pytest.raises(ValueError, match="stands for the ids"):
        Prepared(lambda: Asset.objects.values_list("pk")).rows([1])


def test_texts_take_the_place_of_their_stand_ins(library: Library) -> None:
    made = [make_asset(library, shots=0, name=name) for name in ("one", "two", "three")]
    ids = [asset.pk for asset in made]
    named = Prepared(
        lambda: (
            Asset.objects.filter(pk__any=THE_IDS)
            .filter(Q(name="first") | Q(name="second"))
            .order_by("pk")
            .values_list("name")
        ),
        ("first", "second"),
    )
    assert named.rows(ids, ("one", "three")) == [("one",), ("three",)]
    assert named.rows(ids, ("two", "ids")) == [("two",)]
    absent = Prepared(lambda: Asset.objects.filter(pk__any=THE_IDS).values_list("pk"), ("first",))
    with pytest.raises(ValueError, match="stand-in"):
        absent.rows(ids, ("one",))


def test_an_array_holds_numbers_alone() -> None:
    assert array_of([1, -2, 30]) == "{1,-2,30}"
    assert array_of([]) == "{}"
    with pytest.raises(ValueError, match="invalid literal"):
        array_of(["1}'; DROP TABLE ingest_asset"])  # type: ignore[list-item]
