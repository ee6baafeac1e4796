"""Questions about a list of ids whose SQL is worked out once; ids alone change, and asked words.

To put a queryset into SQL takes Django as long as Postgres takes to answer it: half a millisecond,
on two dozen questions of a search. What is read of candidates differs by little but its ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from search.retrieval.lookups import array_of
from search.retrieval.vector_tables import fetch

THE_IDS = (-1,)
"""Stands for the ids, in a queryset that is made once (``pk__any=THE_IDS``)."""


class Prepared:
    """A ``values_list`` of a queryset with ``THE_IDS`` in it, of columns that Postgres gives as
    they are wanted: converters of fields are not called.

    ``stand_ins`` are texts of the queryset, each unlike all else in it, that others take the place
    of."""

    def __init__(
        self, make: Callable[[], QuerySet[Any, Any]], stand_ins: Sequence[str] = ()
    ) -> None:
        self._make, self._stand_ins = make, stand_ins

    def rows(self, ids: Iterable[int], texts: Iterable[str] = ()) -> list[tuple[Any, ...]]:
        """The rows for some ids, with texts in the stand-ins' places. One question."""
        return fetch(*self.asked(ids, texts))

    def asked(self, ids: Iterable[int], texts: Iterable[str] = ()) -> tuple[str, list[Any]]:
        """The same as SQL and its parameters."""
        sql, params, places = self._compiled
        given = [array_of(ids), *texts]
        return sql, [given[places[i]] if i in places else p for i, p in enumerate(params)]

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...], dict[int, int]]:
        """SQL, its parameters, and which of them stand for what: 0 the ids, then the texts."""
        sql, params = self._make().query.sql_with_params()
        stand_ins = [array_of(THE_IDS), *self._stand_ins]
        places = {i: stand_ins.index(value) for i, value in enumerate(params) if value in stand_ins}
        missing = set(range(len(stand_ins))) - set(places.values())
        if 0 in missing:
            raise ValueError("Nothing in the queryset stands for the ids.")
        if missing:
            raise ValueError("A stand-in is not in the queryset.")
        return sql, tuple(params), places
