"""Evidence for a query out of the catalogue: vectors, readings, labels and full text.

``retrieve`` gathers candidate shots by the right evidence for each part (the whole query and
places against keyframes, person phrases against crops, wants against attributes, things against
track labels, words against descriptions), then reads what is known about them. Which shots may
be answered is decided by the ``Scope`` alone. Counts of queries are pinned by tests.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, Max, Q, QuerySet, Sum

from ingest.models import Keyframe, Shot
from recognition.engine.types import Floats
from recognition.models import Attribute, Description, Encoder, Track
from search.example_vectors import ExampleVector, nearest_to, open_search
from search.facts import (
    WHOLE,
    Described,
    Found,
    ShotFacts,
    TrackFacts,
    VectorList,
)
from search.lexicon import Word, look_up
from search.matching import readings_by_name
from search.query_types import Count as Wanted
from search.query_types import Kind, Part, Query
from search.scope import Scope, wanted_readings
from search.vector_tables import CROPS, KEYFRAMES, Table
from search.vectors import VectorSearch
from search.vocabulary import SCENE_KIN, SCENE_SAME

PER_LIST = 200
"""Candidates per kind of evidence: eight pages of answers."""
TEXT_CONFIG = "english"


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


@dataclass(slots=True)
class _Candidates:
    """Shot ids in the order they were found; ``is_capped`` when a list was full."""

    shots: dict[int, None] = field(default_factory=dict)
    is_capped: bool = False

    def add(self, ids: Iterable[int], limit: int = PER_LIST) -> None:
        listed = list(ids)
        self.shots.update(dict.fromkeys(listed))
        self.is_capped = self.is_capped or len(listed) >= limit


def retrieve(
    query: Query,
    scope: Scope,
    space: Space,
    sources: Sources = ALL_SOURCES,
    example: ExampleVector | None = None,
) -> Found:
    """Everything that ranking needs for a query, or an example, within a scope."""
    if scope.is_empty:
        return Found({}, vector_state="none")
    candidates = _Candidates()
    vectors: list[VectorList] = []
    state = "none"
    if sources.vectors:
        vectors, state = _search_vectors(query, scope, space, crops=sources.crops)
    if example is not None:
        vectors += nearest_to(example, scope, PER_LIST)
    for found in vectors:
        candidates.add(dict.fromkeys(hit.shot_id for hit in found.hits))
    if sources.structure:
        _add_structure(query, scope, candidates)
    words = content_words(query) if sources.text else ()
    if words:
        candidates.add(_described(scope, words))
    if not candidates.shots and example is None:
        candidates.add(_latest(scope), PER_LIST)
    return Found(
        shots=_shots(list(candidates.shots), words, query.of_kind(Kind.QUOTED), sources),
        vectors=tuple(vectors),
        words=words,
        is_capped=candidates.is_capped,
        vector_state=state,
        known_labels=_known_labels(scope, query),
        required=scope.required,
        excluded=scope.excluded,
        encoder=space.encoder.name if space.encoder else "",
    )


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


def _search_vectors(
    query: Query, scope: Scope, space: Space, *, crops: bool
) -> tuple[list[VectorList], str]:
    asked = [text for text in vector_texts(query) if crops or text[0] is not CROPS]
    if not asked:
        return [], "none"
    if space.encoder is None or space.embed is None:
        return [], space.state
    vectors = space.embed([text for _, _, text in asked])
    searches: dict[str, VectorSearch] = {}
    found: list[VectorList] = []
    for (table, part, _), vector in zip(asked, vectors, strict=True):
        if table.kind not in searches:
            searches[table.kind] = open_search(
                table, scope, space.encoder, narrowed=scope.is_narrowed
            )
        answer = searches[table.kind].nearest(vector, part=part, limit=PER_LIST)
        if answer.hits:
            found.append(answer)
    return found, "ok"


# Structure


def _add_structure(query: Query, scope: Scope, candidates: _Candidates) -> None:
    for part in query.understood:
        if part.negated:
            continue
        if part.kind is Kind.PERSON:
            candidates.add(_dressed(scope, part))
            if part.count is not None and part.count != Wanted(1, 1):
                candidates.add(_counted(scope, part.count))
        if part.labels:
            candidates.add(_labelled(scope, part.labels))
        if part.kind in (Kind.PLACE, Kind.SETTING, Kind.LIGHT):
            candidates.add(_placed(scope, part))
    for ids in scope.required:
        tracks = scope.tracks().filter(identity_id__in=ids).order_by("-confidence", "id")
        candidates.add(tracks.values_list("shot_id", flat=True)[:PER_LIST])


def _dressed(scope: Scope, part: Part) -> Iterable[int]:
    """Shots of the tracks whose readings satisfy most of a person phrase's wants."""
    asks = wanted_readings(part.wants)
    if not asks:
        return _labelled(scope, ("person",))
    condition = Q()
    for name, values in asks:
        condition |= Q(name=name, value__in=values) if values else Q(name=name)
    matching = (
        Attribute.objects.filter(condition, track__in=scope.tracks().filter(label="person"))
        .values("track_id")
        .annotate(
            kinds=Count("name", distinct=True),
            total=Sum("confidence"),
            shot=Max("track__shot_id"),
        )
        .order_by("-kinds", "-total", "track_id")
    )
    return matching.values_list("shot", flat=True)[:PER_LIST]


def _labelled(scope: Scope, labels: Sequence[str]) -> QuerySet[Track, int]:
    tracks = scope.tracks().filter(label__in=labels).order_by("-confidence", "id")
    return tracks.values_list("shot_id", flat=True)[:PER_LIST]


def _counted(scope: Scope, count: Wanted) -> QuerySet[Description, int]:
    rows = _descriptions(scope).filter(people_count__gte=count.least)
    if count.most is not None:
        rows = rows.filter(people_count__lte=count.most)
    return rows.order_by("-confidence", "shot_id").values_list("shot_id", flat=True)[:PER_LIST]


def _placed(scope: Scope, part: Part) -> QuerySet[Description, int]:
    rows = _descriptions(scope)
    if part.kind is Kind.PLACE:
        rows = rows.filter(scene__in=scene_labels(part.value)).order_by("-scene_confidence")
    elif part.kind is Kind.SETTING:
        rows = rows.filter(setting=part.value).order_by("-confidence")
    else:
        rows = rows.filter(light=part.value).order_by("-confidence")
    return rows.values_list("shot_id", flat=True)[:PER_LIST]


def scene_labels(place: str) -> tuple[str, ...]:
    """Scene labels that answer for a place, the place itself first."""
    return tuple(dict.fromkeys((place, *SCENE_SAME.get(place, ()), *SCENE_KIN.get(place, ()))))


def _descriptions(scope: Scope) -> QuerySet[Description]:
    return Description.objects.filter(shot__in=scope.shots().values("pk")).order_by()


# Words


def content_words(query: Query) -> tuple[str, ...]:
    """Words for full text: those of the positive parts that are no function words, unaccented."""
    found: dict[str, None] = {}
    names = (Kind.IDENTITY, Kind.CAMERA, Kind.LIBRARY)
    for part in query.understood:
        if part.negated or part.kind in names:
            continue
        for word in part.phrase.split():
            bare = _unaccented(word.strip(".,;:!?\"'()").casefold())
            entry = look_up(bare)
            if bare and not (entry and entry.word in (Word.LINK, Word.WEAR, Word.COUNT)):
                found[bare] = None
    return tuple(found)[:MAX_WORDS]


MAX_WORDS = 24


def _unaccented(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word)
    return "".join(c for c in folded if not unicodedata.combining(c) and c != "\x00")


def any_word(words: Sequence[str]) -> SearchQuery:
    """A full-text query for any of the words; nothing in them is read as an operator."""
    query = SearchQuery(words[0], config=TEXT_CONFIG, search_type="plain")
    for word in words[1:]:
        query = query | SearchQuery(word, config=TEXT_CONFIG, search_type="plain")
    return query


def _described(scope: Scope, words: Sequence[str]) -> QuerySet[Description, int]:
    query = any_word(words)
    rows = _descriptions(scope).filter(search=query)
    ranked = rows.annotate(rank=SearchRank(F("search"), query, normalization=2))
    return ranked.order_by("-rank", "shot_id").values_list("shot_id", flat=True)[:PER_LIST]


def _latest(scope: Scope) -> QuerySet[Shot, int]:
    """Where a query says only what must not be: the newest shots, to be sieved."""
    rows = scope.shots().order_by("-asset__created_at", "-asset_id", "ordinal")
    return rows.values_list("pk", flat=True)[: PER_LIST * 2]


# Facts


def _shots(
    ids: Sequence[int], words: Sequence[str], quotes: Sequence[Part], sources: Sources
) -> Mapping[int, ShotFacts]:
    shots = _read_shots(ids, words, quotes)
    if sources.structure:
        return shots
    return {pk: _unread(shot) for pk, shot in shots.items()}


def _unread(shot: ShotFacts) -> ShotFacts:
    """A shot of which only pictures and words are known: people without readings."""
    people = [t for t in shot.tracks if t.label == "person"]
    bare = [replace(t, confidence=0.0, movement="", attributes={}) for t in people]
    described = shot.description
    if described is not None:
        described = replace(described, scene="", setting="", light="", people_count=0)
    return replace(shot, tracks=tuple(bare), description=described)


def _read_shots(
    ids: Sequence[int], words: Sequence[str], quotes: Sequence[Part]
) -> Mapping[int, ShotFacts]:
    """Everything known about some shots. Five questions, whatever their number; order is kept."""
    tracks = _read_tracks(ids)
    keyframes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Keyframe.objects.filter(shot_id__in=ids).order_by("shot_id", "pts")
    for shot_id, pk, pts in rows.values_list("shot_id", "id", "pts"):
        keyframes[shot_id].append((pk, pts))
    described = _read_descriptions(ids, words, quotes)
    shots = {
        pk: ShotFacts(
            shot_id=pk,
            asset_id=asset_id,
            start_pts=start,
            end_pts=end,
            keyframes=tuple(keyframes[pk]),
            tracks=tuple(tracks[pk]),
            description=described.get(pk),
            time_base=Fraction(number or 1, size or 1),
        )
        for pk, asset_id, start, end, number, size in Shot.objects.filter(pk__in=ids)
        .order_by()
        .values_list("id", "asset_id", "start_pts", "end_pts", *_TIME_BASE)
    }
    return {pk: shots[pk] for pk in ids if pk in shots}


_TIME_BASE = ("asset__time_base_num", "asset__time_base_den")


def _read_tracks(ids: Sequence[int]) -> dict[int, list[TrackFacts]]:
    readings: dict[int, list[tuple[str, str, float]]] = defaultdict(list)
    rows = Attribute.objects.filter(track__shot_id__in=ids).order_by()
    columns = ("track_id", "name", "value", "confidence")
    for track_id, name, value, confidence in rows.values_list(*columns):
        readings[track_id].append((name, value, confidence))
    found: dict[int, list[TrackFacts]] = defaultdict(list)
    tracks = Track.objects.filter(shot_id__in=ids).order_by("shot_id", "start_pts", "id")
    for row in tracks.values_list(
        "shot_id", "id", "label", "start_pts", "end_pts", "confidence", "movement", "identity_id"
    ):
        shot_id, pk, label, start, end, confidence, movement, identity_id = row
        attributes = readings_by_name(readings[pk])
        found[shot_id].append(
            TrackFacts(pk, label, start, end, confidence, movement, identity_id, attributes)
        )
    return found


def _read_descriptions(
    ids: Sequence[int], words: Sequence[str], quotes: Sequence[Part]
) -> dict[int, Described]:
    rows = Description.objects.filter(shot_id__in=ids).order_by()
    for i, word in enumerate(words):
        rows = rows.annotate(**{f"word{i}": _has(word, "plain")})
    for i, part in enumerate(quotes):
        rows = rows.annotate(**{f"quote{i}": _has(part.value, "phrase")})
    found: dict[int, Described] = {}
    for row in rows.defer("search"):
        found[row.shot_id] = Described(
            sentence=row.sentence,
            scene=row.scene,
            scene_confidence=row.scene_confidence,
            setting=row.setting,
            light=row.light,
            people_count=row.people_count,
            confidence=row.confidence,
            matched=tuple(w for i, w in enumerate(words) if getattr(row, f"word{i}") > 0),
            matched_quotes=tuple(
                p.value for i, p in enumerate(quotes) if getattr(row, f"quote{i}") > 0
            ),
        )
    return found


def _has(words: str, kind: str) -> SearchRank:
    query = SearchQuery(_unaccented(words), config=TEXT_CONFIG, search_type=kind)
    return SearchRank(F("search"), query)


def _known_labels(scope: Scope, query: Query) -> frozenset[str]:
    """Which of the things that a query mentions were ever seen in the libraries at all."""
    asked = {label for part in query.understood for label in part.labels}
    if not asked:
        return frozenset()
    members = Track.objects.filter(shot__in=scope.member_shots().values("pk"), label__in=asked)
    return frozenset(members.order_by().values_list("label", flat=True).distinct())
