"""Evidence for a query out of the catalogue: vectors, readings, labels and full text.

``retrieve`` gathers candidate shots by the right evidence for each part (the whole query and
places against keyframes, person phrases against crops, wants against attributes, things against
track labels, words against descriptions), then reads what is known about them. Which shots may
be answered is decided by the ``Scope`` alone. Counts of queries are pinned by tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from django.db.models import QuerySet

from ingest.models import Shot
from recognition.engine.types import Floats
from recognition.models import Encoder
from search.query.types import THING_OF, Kind, Part, Query
from search.query.types import Count as Wanted
from search.query.vocabulary import SCENE_KIN, SCENE_SAME
from search.ranking.candidates import Candidates
from search.ranking.facts import WHOLE, Found, VectorList
from search.ranking.matching import THING_COLOUR, colours_of_thing
from search.retrieval.asked_words import asked_words, by_words
from search.retrieval.example_vectors import (
    ExampleVector,
    Looked,
    nearest_in,
    nearest_to,
    open_search,
)
from search.retrieval.fact_reading import read_facts, with_said
from search.retrieval.scope import Scope, wanted_readings
from search.retrieval.side_by_side import side_by_side
from search.retrieval.spoken import read_said
from search.retrieval.surest import (
    best_dressed,
    surest_described,
    surest_scenes,
    surest_tracks,
)
from search.retrieval.vector_tables import CROPS, KEYFRAMES, Table, fetch
from search.retrieval.vectors import VectorSearch

PER_LIST = 96
"""Candidates per kind of evidence: four pages of answers."""
READ = 144
"""Shots of which everything is read and weighed: six pages. Of more candidates those that stand
high in one list or in several are kept."""
READ_TO_SIEVE = 600
"""The same where a query or a filter rules out what is found: of these most may go."""
DEEPER = 4
"""How much longer lists are on each level below: so that all levels together cost a third more
than the last."""
LEVELS = 4
READ_MOST = 10_000
"""Shots weighed on one level: some seconds' work, and as many answers as anybody turns over."""


class Embed(Protocol):
    """Texts to unit vectors of the joint space."""

    def __call__(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Space:
    """The joint space to search in; ``state`` says why there is none (see ``Found``)."""

    encoder: Encoder | None
    embed: Embed | None
    state: str = "ok"


@dataclass(frozen=True, slots=True)
class Sources:
    """Kinds of evidence that are used; for ablations. ``crops`` are vectors, too."""

    vectors: bool = True
    crops: bool = True
    structure: bool = True
    text: bool = True


ALL_SOURCES = Sources()


@dataclass(frozen=True, slots=True)
class Depth:
    """How far down the lists are read: the surest, or on further levels what lies below.

    ``weighed`` are the shots of the levels above, which are not found again.
    """

    level: int = 0
    weighed: frozenset[int] = frozenset()

    @property
    def per_list(self) -> int:
        """Candidates per kind of evidence, those of the levels above among them."""
        return int(PER_LIST * DEEPER**self.level)

    def shots_to_read(self, *, is_sieved: bool) -> int:
        """How many candidates are read and weighed."""
        first = READ_TO_SIEVE if is_sieved else READ
        return int(min(READ_MOST, first * DEEPER**self.level))


SUREST = Depth()


def retrieve(
    query: Query,
    scope: Scope,
    space: Space,
    sources: Sources = ALL_SOURCES,
    example: ExampleVector | None = None,
    *,
    depth: Depth = SUREST,
    is_step: bool = False,
) -> Found:
    """Everything that ranking needs for a query, or an example, within a scope.

    ``is_step``: what is found is yet to be joined with what other steps of the question find.
    """
    if scope.is_empty:
        return Found({}, vector_state="none")
    limit = depth.per_list
    searched = _Searched()
    if sources.vectors:
        searched = _search_vectors(query, scope, space, limit, crops=sources.crops)
    by_looks: list[Callable[[], list[Looked]]] = list(searched.now)
    if example is not None:
        by_looks.append(lambda: list(nearest_to(example, scope, limit)))
    words = asked_words(query, scope, text=sources.text)
    by_facts = list(_structure(query, scope, limit)) if sources.structure else []
    by_facts += by_words(words, scope, limit)
    candidates, looked = _nominated(by_looks, by_facts, limit)
    if not candidates.shots and example is None:
        latest = LATEST * DEEPER**depth.level
        candidates.add(_latest(scope, latest), latest)
    candidates.drop(depth.weighed)
    is_sieved = is_step or _is_sieved(query, scope)
    read = candidates.highest(depth.shots_to_read(is_sieved=is_sieved))
    rest: list[Callable[[], Any]] = [
        partial(read_facts, read, words.all, words.quotes, structure=sources.structure),
        partial(_known_labels, scope, query),
        partial(read_said, read, words.said, words.quotes if words.hears else ()),
        *(partial(look, read) for look in searched.later),
        *(in_context for _, in_context in looked if in_context),
    ]
    shots, known_labels, said, *more = side_by_side(rest)
    later, in_contexts = more[: len(searched.later)], iter(more[len(searched.later) :])
    vectors = [next(in_contexts) if in_context else answer for answer, in_context in looked]
    vectors += later
    return Found(
        shots=with_said(shots, said),
        vectors=tuple(vectors),
        words=words.all,
        is_capped=candidates.is_capped,
        vector_state=searched.state,
        known_labels=known_labels,
        required=scope.required,
        excluded=scope.excluded,
        encoder=space.encoder.name if space.encoder else "",
    )


def _nominated(
    by_looks: Sequence[Callable[[], list[Looked]]],
    by_facts: Sequence[Callable[[], list[int]]],
    limit: int,
) -> tuple[Candidates, list[Looked]]:
    """The shots that each kind of evidence names, and what was seen of them; all side by side."""
    asked: list[Callable[[], list[Any]]] = [*by_looks, *by_facts]
    found = side_by_side(asked)
    looked: list[Looked] = [one for lists in found[: len(by_looks)] for one in lists]
    candidates = Candidates()
    for answer, _ in looked:
        candidates.add((hit.shot_id for hit in answer.hits), limit)
    for ids in found[len(by_looks) :]:
        candidates.add(ids, limit)
    return candidates, looked


def _is_sieved(query: Query, scope: Scope) -> bool:
    """Whether found shots may still be ruled out, or cut down, by what is asked."""
    is_denied = any(p.negated or p.length or p.count == Wanted(0, 0) for p in query.parts)
    return is_denied or scope.filters.narrows_tracks or bool(query.of_kind(Kind.IDENTITY))


# Vectors


def vector_texts(query: Query) -> list[tuple[Table, int, str]]:
    """Which text is compared with which pictures: table, part (or WHOLE), text."""
    whole = query.positive_text
    asked: list[tuple[Table, int, str]] = [(KEYFRAMES, WHOLE, whole)] if whole else []
    for index, part in enumerate(query.parts):
        if part.negated or not part.phrase:
            continue
        if part.kind is Kind.PERSON:
            asked.append((CROPS, index, part.phrase))
        elif part.kind is Kind.PLACE and part.phrase != whole:
            asked.append((KEYFRAMES, index, part.phrase))
    return asked


@dataclass(slots=True)
class _Searched:
    """How to look for the most similar pictures, and what to compare with the shots found then.

    ``state`` as in ``Found``.
    """

    now: list[Callable[[], list[Looked]]] = field(default_factory=list)
    later: list[Callable[[Sequence[int]], VectorList]] = field(default_factory=list)
    state: str = "none"


def _search_vectors(
    query: Query, scope: Scope, space: Space, limit: int, *, crops: bool
) -> _Searched:
    asked = [text for text in vector_texts(query) if crops or text[0] is not CROPS]
    if not asked:
        return _Searched()
    if space.encoder is None or space.embed is None:
        return _Searched(state=space.state)
    vectors = space.embed([text for _, _, text in asked])
    searches: dict[str, VectorSearch] = {}
    found = _Searched(state="ok")
    for (table, part, _), vector in zip(asked, vectors, strict=True):
        if table.kind not in searches:
            searches[table.kind] = open_search(
                table, scope, space.encoder, narrowed=scope.is_narrowed
            )
        search = searches[table.kind]
        if search.is_large and _is_beside(query, part):
            found.later.append(partial(_among, search, vector, part))
            continue
        found.now.append(partial(nearest_in, search, vector, part=part, limit=limit))
    return found


def _among(search: VectorSearch, vector: Floats, part: int, shots: Sequence[int]) -> VectorList:
    return search.among(vector, part=part, shots=shots)


def _is_beside(query: Query, part: int) -> bool:
    """Whether a part is a place that must be there beside other things.

    The whole question, which names it, then finds the shots, as do scenes and words; a search of
    its own among a million pictures would take as long as the rest and weigh a tenth.
    """
    if part < 0 or query.parts[part].kind is not Kind.PLACE:
        return False
    groups = [group for group in query.alternatives if not query.parts[group[0]].negated]
    return len(groups) > 1 and [part] in [list(group) for group in groups]


# Structure


def _structure(query: Query, scope: Scope, limit: int) -> Iterator[Callable[[], list[int]]]:
    """How to look for shots by what is known of them: one list for each part."""
    for part in query.understood:
        if part.negated:
            continue
        if part.kind is Kind.PERSON:
            yield partial(_dressed, scope, part, limit)
            for want in part.wants:
                if want.topic == THING_OF and not want.negated:
                    asks = [[(THING_COLOUR, colours_of_thing(want))]]
                    yield partial(best_dressed, scope, asks, limit, want.labels)
            if part.count is not None and part.count != Wanted(1, 1):
                yield partial(_counted, scope, part.count, limit)
        if part.labels:
            yield partial(surest_tracks, scope, part.labels, limit)
        if part.kind is Kind.OBJECT and (wants := _asks(part, of_things=True)):
            yield partial(best_dressed, scope, wants, limit, part.labels)
        if part.kind in (Kind.PLACE, Kind.SETTING, Kind.LIGHT):
            yield partial(_placed, scope, part, limit)
    for ids in scope.required:
        yield partial(_of_identities, scope, ids, limit)


def _of_identities(scope: Scope, ids: Sequence[int], limit: int) -> list[int]:
    tracks = scope.tracks().filter(identity_id__in=ids).order_by("-confidence", "id")
    return list(tracks.values_list("shot_id", flat=True)[:limit])


def _dressed(scope: Scope, part: Part, limit: int) -> list[int]:
    """Shots of the tracks whose readings satisfy most of a person phrase's wants."""
    wants = _asks(part, of_things=False)
    return best_dressed(scope, wants, limit) if wants else surest_tracks(scope, ("person",), limit)


def _asks(part: Part, *, of_things: bool) -> list[list[tuple[str, tuple[str, ...]]]]:
    """What is to be read off tracks, want by want; a thing has one colour, people have several."""
    asked = (
        [a for a in wanted_readings([want]) if _is_of_thing(a) is of_things] for want in part.wants
    )
    return [asks for asks in asked if asks]


def _is_of_thing(ask: tuple[str, tuple[str, ...]]) -> bool:
    return ask[0] == THING_COLOUR


def _counted(scope: Scope, count: Wanted, limit: int) -> list[int]:
    bounds = (count.least,) if count.most is None else (count.least, count.most)
    return surest_described(scope, limit, count=bounds)


def _placed(scope: Scope, part: Part, limit: int) -> list[int]:
    if part.kind is Kind.PLACE:
        return surest_scenes(scope, scene_labels(part.value), limit)
    if part.kind is Kind.SETTING:
        return surest_described(scope, limit, setting=part.value)
    return surest_described(scope, limit, light=part.value)


def scene_labels(place: str) -> tuple[str, ...]:
    """Scene labels that answer for a place, the place itself first."""
    return tuple(dict.fromkeys((place, *SCENE_SAME.get(place, ()), *SCENE_KIN.get(place, ()))))


LATEST = 400


def _latest(scope: Scope, limit: int) -> QuerySet[Shot, int]:
    """Where a query says only what must not be: the newest shots, to be sieved."""
    rows = scope.shots().order_by("-asset__created_at", "-asset_id", "ordinal")
    return rows.values_list("pk", flat=True)[:limit]


def _known_labels(scope: Scope, query: Query) -> frozenset[str]:
    """Which of the things that a query mentions were ever seen in the libraries at all."""
    asked = {label for part in query.understood for label in part.labels}
    if not asked:
        return frozenset()
    members = scope.members_on("t.shot_id")
    seen = (
        "(SELECT t.label FROM recognition_track t WHERE t.label = %s"  # noqa: S608
        f" AND {members.condition} LIMIT 1)"
    )
    params = [value for label in sorted(asked) for value in (label, *members.values)]
    return frozenset(label for (label,) in fetch(" UNION ALL ".join([seen] * len(asked)), params))
