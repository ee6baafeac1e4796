"""What is known about candidate shots, read from the catalogue as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, ExpressionWrapper, Q

from ingest.models import Keyframe, Shot
from recognition.models import Attribute, Description, Track
from search.query.lexicon import unaccented
from search.query.types import Part
from search.ranking.facts import Described, Said, ShotFacts, TrackFacts
from search.ranking.matching import readings_by_name
from search.retrieval.prepared import THE_IDS, Prepared
from search.retrieval.side_by_side import side_by_side
from search.retrieval.told import TEXT_CONFIG


def read_facts(
    ids: Sequence[int], words: Sequence[str], quotes: Sequence[Part], *, structure: bool
) -> Mapping[int, ShotFacts]:
    """The facts of some shots, in order; which words and quotes their descriptions have.

    Without ``structure`` people are known to be there and nothing more.
    """
    shots = _read_shots(ids, words, quotes)
    if structure:
        return shots
    return {pk: _unread(shot) for pk, shot in shots.items()}


def with_said(
    shots: Mapping[int, ShotFacts], said: Mapping[int, Sequence[Said]]
) -> Mapping[int, ShotFacts]:
    """Shots with the lines that say something of what was asked."""
    if not said:
        return shots
    return {pk: replace(shot, said=tuple(said.get(pk, ()))) for pk, shot in shots.items()}


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
    asked: list[Callable[[], Any]] = [
        partial(_READINGS.rows, ids),
        partial(_TRACKS.rows, ids),
        partial(_read_descriptions, ids, words, quotes),
        partial(_KEYFRAMES.rows, ids),
        partial(_SHOTS.rows, ids),
    ]
    readings, seen, described, pictures, found = side_by_side(asked)
    tracks = _tracks_of(seen, readings)
    keyframes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for shot_id, pk, pts in pictures:
        keyframes[shot_id].append((pk, pts))
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
            asset_s=_seconds(first, last, number, size),
        )
        for pk, asset_id, start, end, number, size, first, last in found
    }
    return {pk: shots[pk] for pk in ids if pk in shots}


_SHOTS = Prepared(
    lambda: (
        Shot.objects.filter(pk__any=THE_IDS)
        .order_by()
        .values_list(
            *("id", "asset_id", "start_pts", "end_pts"),
            *("asset__time_base_num", "asset__time_base_den"),
            *("asset__first_pts", "asset__end_pts"),
        )
    )
)
_KEYFRAMES = Prepared(
    lambda: (
        Keyframe.objects.filter(shot__any=THE_IDS)
        .order_by("shot_id", "pts")
        .values_list("shot_id", "id", "pts")
    )
)
_READINGS = Prepared(
    lambda: (
        Attribute.objects.filter(track__shot__any=THE_IDS)
        .order_by()
        .values_list("track_id", "name", "value", "confidence")
    )
)
_TRACKS = Prepared(
    lambda: (
        Track.objects.filter(shot__any=THE_IDS)
        .order_by("shot_id", "start_pts", "id")
        .values_list(
            *("shot_id", "id", "label", "start_pts", "end_pts"),
            *("confidence", "movement", "identity_id"),
        )
    )
)


def _seconds(
    first: int | None, end: int | None, number: int | None, size: int | None
) -> Fraction | None:
    """How long an asset is, where its times are known."""
    if first is None or end is None:
        return None
    return (end - first) * Fraction(number or 1, size or 1)


def _tracks_of(
    seen: Iterable[Sequence[Any]], readings: Iterable[Sequence[Any]]
) -> dict[int, list[TrackFacts]]:
    """Tracks with what was read off them, by shot."""
    read: dict[int, list[tuple[str, str, float]]] = defaultdict(list)
    for track_id, name, value, confidence in readings:
        read[track_id].append((name, value, confidence))
    found: dict[int, list[TrackFacts]] = defaultdict(list)
    for row in seen:
        shot_id, pk, label, start, end, confidence, movement, identity_id = row
        attributes = readings_by_name(read[pk])
        found[shot_id].append(
            TrackFacts(pk, label, start, end, confidence, movement, identity_id, attributes)
        )
    return found


def _read_descriptions(
    ids: Sequence[int], words: Sequence[str], quotes: Sequence[Part]
) -> dict[int, Described]:
    rows = Description.objects.filter(shot__any=ids).order_by()
    for i, word in enumerate(words):
        rows = rows.annotate(**{f"word{i}": _has(word, "plain")})
    for i, part in enumerate(quotes):
        rows = rows.annotate(**{f"quote{i}": _has(part.value, "phrase")})
    found: dict[int, Described] = {}
    asked = [f"word{i}" for i in range(len(words))] + [f"quote{i}" for i in range(len(quotes))]
    for shot_id, *told in rows.values_list("shot_id", *_TOLD, *asked):
        flags = told[len(_TOLD) :]
        found[shot_id] = replace(
            Described(*told[: len(_TOLD)]),
            matched=tuple(w for w, has in zip(words, flags, strict=False) if has),
            matched_quotes=tuple(
                p.value for p, has in zip(quotes, flags[len(words) :], strict=True) if has
            ),
        )
    return found


_TOLD = (
    *("sentence", "scene", "scene_confidence", "setting", "light"),
    *("people_count", "confidence"),
)


def _has(words: str, kind: str) -> ExpressionWrapper[Any]:
    """Whether the words match: a rank is above 0 wherever some of several do."""
    query = SearchQuery(unaccented(words), config=TEXT_CONFIG, search_type=kind)
    return ExpressionWrapper(Q(search=query), output_field=BooleanField(null=True))
