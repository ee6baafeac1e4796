"""Questions about a list of ids whose SQL is worked out once; the ids alone change.

To put a queryset into SQL takes Django as long as Postgres takes to answer it: half a millisecond,
on two dozen questions of a search. What is read of candidates differs by nothing but its ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from search.retrieval.lookups import array_of
from search.retrieval.vector_tables import fetch

THE_IDS = (-1,)
"""Stands for the ids, in a queryset that is made once (``pk__any=THE_IDS``)."""


class Prepared:
    """A ``values_list`` of a queryset with ``THE_IDS`` in it, of columns that Postgres gives as
    they are wanted: converters of fields are not called."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        self._make = make

    def rows(self, ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """The rows for some ids. One question."""
        sql, params, places = self._compiled
        asked = array_of(ids)
        return fetch(sql, [asked if i in places else value for i, value in enumerate(params)])

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...], frozenset[int]]:
        """SQL, its parameters, and where among them the ids stand."""
        sql, params = self._make().query.sql_with_params()
        stand_in = array_of(THE_IDS)
        places = frozenset(i for i, value in enumerate(params) if value == stand_in)
        if not places:
            raise ValueError("Nothing in the queryset stands for the ids.")
        return sql, tuple(params), places
