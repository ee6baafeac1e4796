"""Finding: parse → retrieve → rank → moments → facets. The room's one entry."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from search.answering import AT_ONCE, Answer, Asking, answer_question
from search.errors import QueryTooLong
from search.query.parsing import Part, Query, parse
from search.ranking.facets import AssetLabel, Facet, count_facets
from search.ranking.filters import Filters
from search.ranking.moments import Moment, Why
from search.retrieval.example_vectors import ExampleVector
from search.retrieval.examples import example_of
from search.retrieval.gathering import ALL_SOURCES, LEVELS, Sources
from search.retrieval.label_reading import Clock, read_labels, read_names
from search.retrieval.poster_reading import with_posters
from search.retrieval.recorded import today_in
from search.retrieval.scope import Scope, apply_times, names_in, scope_for
from search.retrieval.side_by_side import side_by_side

User = AbstractBaseUser | AnonymousUser
LONGEST_TEXT = 1_000
PAGE = 24
DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class PersonChip:
    """Someone in a moment."""

    identity_id: int
    name: str


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """A moment as people and programs see it: seconds from the asset's first frame."""

    moment: Moment
    asset: AssetLabel
    start_s: Fraction
    end_s: Fraction
    people: tuple[PersonChip, ...]

    @property
    def why(self) -> tuple[Why, ...]:
        """Which part of the query matched what, and how well."""
        return self.moment.why


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a query.

    ``state``: ``found``, ``recent`` (nothing was asked), ``nothing_found``, ``nothing_indexed``
    (no footage yet). ``vector_state`` as in ``Found``. ``unchecked`` are parts of the query that
    nothing in the libraries could confirm or deny; ``total`` counts the moments as far as was
    looked, ``is_capped`` says that not every candidate was weighed, and ``goes_on`` that turning
    the page may bring more; ``untimed`` counts the
    assets that days or hours in the query left out because nobody knows when they were recorded;
    ``today`` is the day that "yesterday" was counted from, where a time was asked for; ``example``
    is what was searched by; ``has_lines``: something is said in the libraries that were looked in.
    """

    query_text: str
    parsed: Query
    moments: tuple[FoundMoment, ...]
    facets: tuple[Facet, ...]
    elapsed_ms: float
    state: str
    filters: Filters
    total: int = 0
    is_capped: bool = False
    goes_on: bool = False
    vector_state: str = "ok"
    unchecked: tuple[Part, ...] = field(default=())
    untimed: int = 0
    today: date | None = None
    example: ExampleVector | None = None
    has_lines: bool = False


def find(
    text: str,
    *,
    user: User | None,
    filters: Filters | None = None,
    limit: int = PAGE,
    offset: int = 0,
    sources: Sources = ALL_SOURCES,
    is_exhaustive: bool = False,
) -> SearchResult:
    """The moments that answer ``text``, of the user's libraries alone (None: the operator).

    ``is_exhaustive``: looks as deep as for later pages, however long that takes.

    Raises ``QueryTooLong`` and ``ExampleGone``; whatever else is typed has an answer.
    """
    started = time.perf_counter()
    if len(text) > LONGEST_TEXT:
        raise QueryTooLong(f"A question may have up to {LONGEST_TEXT} characters.")
    chosen = filters or Filters()
    scope = scope_for(user, chosen)
    clean = text.replace("\x00", "").strip()
    names = names_in(scope, clean) if clean else None
    query = parse(clean, names) if names else parse(clean)
    scope = apply_times(scope, query)
    example = example_of(chosen.like, user=user, scope=scope)
    answered = answer_question(
        query,
        Asking(scope, names, chosen, sources, example),
        wanted=min(offset + limit + 1, DEEPEST),  # one more tells whether there is another page
        levels=LEVELS if offset or is_exhaustive else AT_ONCE,
    )
    moments = answered.moments
    asked: list[Callable[[], Any]] = [partial(read_labels, moments), partial(read_names, moments)]
    read, people = side_by_side(asked)
    labels = {pk: label for pk, (label, _) in read.items()}
    told = [answered.tell(moment) for moment in moments[offset : min(offset + limit, DEEPEST)]]
    page = with_posters(told, answered.shots)
    return SearchResult(
        query_text=clean,
        parsed=query,
        moments=_dress(page, read, people),
        facets=count_facets(moments, labels, people, chosen),
        elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
        state=_state(query, chosen, moments, scope),
        filters=chosen,
        total=len(moments),
        is_capped=answered.is_capped,
        goes_on=answered.goes_on,
        vector_state=answered.answers[0].found.vector_state,
        unchecked=_unchecked(query, answered.answers),
        untimed=scope.untimed_assets(),
        today=today_in(scope.recorded.zones) if scope.recorded else None,
        example=example,
        has_lines=scope.has_lines,
    )


def _state(query: Query, filters: Filters, moments: Sequence[Moment], scope: Scope) -> str:
    if moments:
        return "recent" if query.is_empty and filters.is_empty else "found"
    if not scope.member_shots().exists():
        return "nothing_indexed"
    return "nothing_found"


def _unchecked(query: Query, answers: Sequence[Answer]) -> tuple[Part, ...]:
    """Parts of the query, not of its steps: those may have borrowed a subject."""
    spans = {a.query.parts[i].span for a in answers for i in a.evidence.unchecked}
    return tuple(part for part in query.parts if part.span in spans)


def _dress(
    page: Sequence[Moment],
    assets: Mapping[int, tuple[AssetLabel, Clock]],
    people: Mapping[int, str],
) -> tuple[FoundMoment, ...]:
    return tuple(
        FoundMoment(
            moment=moment,
            asset=label,
            start_s=clock.seconds_at(moment.start_pts),
            end_s=clock.seconds_at(moment.end_pts),
            people=tuple(PersonChip(pk, people[pk]) for pk in moment.identity_ids if pk in people),
        )
        for moment in page
        if moment.asset_id in assets
        for label, clock in [assets[moment.asset_id]]
    )
