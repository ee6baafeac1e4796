"""Finding: parse → retrieve → rank → moments → facets. The room's one entry."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from ingest.models import Asset
from recognition.models import Identity
from search.errors import QueryTooLong
from search.evidence import Evidence, gather
from search.example_vectors import ExampleVector
from search.examples import example_of
from search.facets import AssetLabel, Facet, count_facets
from search.facts import Found
from search.filters import Filters
from search.moments import Moment, Why, build_moments
from search.query import Names, Part, Query, parse
from search.recorded import today_in
from search.retrieval import ALL_SOURCES, Sources, retrieve
from search.scope import Scope, apply_names, apply_times, names_in, scope_for
from search.sequences import in_order
from search.words import joint_space

User = AbstractBaseUser | AnonymousUser
LONGEST_TEXT = 1_000
PAGE = 24
DEEPEST = 1_000


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
    nothing in the libraries could confirm or deny; ``total`` counts all moments; ``untimed`` the
    assets that days or hours in the query left out because nobody knows when they were recorded;
    ``today`` is the day that "yesterday" was counted from, where a time was asked for; ``example``
    is what was searched by.
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
    vector_state: str = "ok"
    unchecked: tuple[Part, ...] = field(default=())
    untimed: int = 0
    today: date | None = None
    example: ExampleVector | None = None


def find(
    text: str,
    *,
    user: User | None,
    filters: Filters | None = None,
    limit: int = PAGE,
    offset: int = 0,
    sources: Sources = ALL_SOURCES,
) -> SearchResult:
    """The moments that answer ``text``, of the user's libraries alone (None: the operator).

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
    answers = [_answer(step, scope, names, chosen, sources, example) for step in query.steps]
    moments = _in_order(answers, clean)
    people = _names_of(moments)
    assets = _assets_of(moments)
    labels = {pk: _label_of(asset) for pk, asset in assets.items()}
    page = moments[offset : min(offset + limit, DEEPEST)]
    return SearchResult(
        query_text=clean,
        parsed=query,
        moments=_dress(page, assets, labels, people),
        facets=count_facets(moments, labels, people, chosen),
        elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
        state=_state(query, chosen, moments, scope),
        filters=chosen,
        total=len(moments),
        is_capped=any(answer.found.is_capped for answer in answers),
        vector_state=answers[0].found.vector_state,
        unchecked=_unchecked(query, answers),
        untimed=scope.untimed_assets(),
        today=today_in(scope.recorded.zones) if scope.recorded else None,
        example=example,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found for one step of a query."""

    query: Query
    found: Found
    evidence: Evidence
    moments: list[Moment]


def _answer(
    step: Query,
    scope: Scope,
    names: Names | None,
    chosen: Filters,
    sources: Sources,
    example: ExampleVector | None,
) -> _Answer:
    if names:
        scope = apply_names(scope, step, names)
    if not sources.structure:
        step = step.unstructured
    found = retrieve(step, scope, joint_space(), sources, example)
    evidence = gather(step, found)
    return _Answer(step, found, evidence, build_moments(step, found, evidence, chosen))


def _in_order(answers: Sequence[_Answer], text: str) -> list[Moment]:
    if len(answers) == 1:
        return answers[0].moments
    shots = {pk: shot for answer in answers for pk, shot in answer.found.shots.items()}
    return in_order([answer.moments for answer in answers], shots, text)


def _state(query: Query, filters: Filters, moments: Sequence[Moment], scope: Scope) -> str:
    if moments:
        return "recent" if query.is_empty and filters.is_empty else "found"
    if not scope.member_shots().exists():
        return "nothing_indexed"
    return "nothing_found"


def _unchecked(query: Query, answers: Sequence[_Answer]) -> tuple[Part, ...]:
    """Parts of the query, not of its steps: those may have borrowed a subject."""
    spans = {a.query.parts[i].span for a in answers for i in a.evidence.unchecked}
    return tuple(part for part in query.parts if part.span in spans)


def _names_of(moments: Sequence[Moment]) -> dict[int, str]:
    """Names of the people in the moments, hidden ones left out."""
    ids = {pk for moment in moments for pk in moment.identity_ids}
    rows = Identity.objects.filter(
        pk__in=ids, is_hidden=False, library__recognises_people=True
    ).only("name", "number")
    return {row.pk: row.display_name for row in rows.order_by()}


def _assets_of(moments: Sequence[Moment]) -> dict[int, Asset]:
    """The assets of the moments, with their library and camera. One question."""
    ids = {moment.asset_id for moment in moments}
    columns = ("name", "proxy_key", "time_base_num", "time_base_den", "first_pts")
    named = ("library__slug", "library__name", "library__is_sample", "camera__name")
    rows = Asset.objects.filter(pk__in=ids).select_related("library", "camera").order_by()
    return rows.only(*columns, *named).in_bulk()


def _label_of(asset: Asset) -> AssetLabel:
    return AssetLabel(
        asset_id=asset.pk,
        name=asset.name,
        library_slug=asset.library.slug,
        library_name=asset.library.name,
        is_sample=asset.library.is_sample,
        camera_id=asset.camera_id,
        camera_name=asset.camera.name if asset.camera else "",
        is_playable=bool(asset.proxy_key),
    )


def _dress(
    page: Sequence[Moment],
    assets: Mapping[int, Asset],
    labels: Mapping[int, AssetLabel],
    people: Mapping[int, str],
) -> tuple[FoundMoment, ...]:
    return tuple(
        FoundMoment(
            moment=moment,
            asset=labels[moment.asset_id],
            start_s=assets[moment.asset_id].seconds_at(moment.start_pts),
            end_s=assets[moment.asset_id].seconds_at(moment.end_pts),
            people=tuple(PersonChip(pk, people[pk]) for pk in moment.identity_ids if pk in people),
        )
        for moment in page
        if moment.asset_id in assets
    )
