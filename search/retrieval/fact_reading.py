"""What is known about candidate shots, read from the catalogue as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import compress
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, ExpressionWrapper, Q

from ingest.models import Keyframe, Shot
from recognition.models import Attribute, Description, Track
from search.query.lexicon import unaccented
from search.query.types import Part
from search.ranking.facts import Described, Said, ShotFacts, TrackFacts
from search.retrieval.prepared import THE_IDS, Prepared
from search.retrieval.side_by_side import side_by_side
from search.retrieval.told import TEXT_CONFIG
from search.retrieval.vector_tables import fetch_several


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
    return {
        pk: replace(shot, said=tuple(said[pk])) if pk in said else shot
        for pk, shot in shots.items()
    }


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
    """Everything known about some shots. Two questions, whatever their number; order is kept."""
    texts = [unaccented(text) for text in (*words, *(part.value for part in quotes))]
    of_tracks = [_READINGS.asked(ids), _TRACKS.asked(ids)]
    told = _descriptions(len(words), len(quotes)).asked(ids, texts)
    of_shots = [told, _KEYFRAMES.asked(ids), _SHOTS.asked(ids)]
    asked = [partial(fetch_several, reads) for reads in (of_tracks, of_shots)]
    (readings, seen), (told_rows, pictures, found) = side_by_side(asked)
    tracks = _tracks_of(seen, readings)
    described = _described(told_rows, words, quotes)
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
            time_base=time_base_of(number or 1, size or 1),
            asset_pts=None if first is None or last is None else last - first,
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


@lru_cache(maxsize=1_000)
def time_base_of(number: int, size: int) -> Fraction:
    """Seconds per pts: a dozen kinds, read of every shot."""
    return Fraction(number, size)


def _tracks_of(
    seen: Iterable[Sequence[Any]], readings: Iterable[Sequence[Any]]
) -> dict[int, list[TrackFacts]]:
    """Tracks with what was read off them, by shot."""
    read: dict[int, dict[str, tuple[tuple[str, float], ...]]] = defaultdict(dict)
    for track_id, name, value, confidence in readings:
        own = read[track_id]  # of most names there is one reading
        own[name] = (*own[name], (value, confidence)) if name in own else ((value, confidence),)
    found: dict[int, list[TrackFacts]] = defaultdict(list)
    for shot_id, pk, label, start, end, confidence, movement, identity_id in seen:
        found[shot_id].append(
            TrackFacts(pk, label, start, end, confidence, movement, identity_id, read[pk])
        )
    return found


def _described(
    rows: Iterable[Sequence[Any]], words: Sequence[str], quotes: Sequence[Part]
) -> dict[int, Described]:
    """Descriptions by shot, with the words and quotes that stand in them."""
    phrases = [part.value for part in quotes]
    told = len(_TOLD)
    found: dict[int, Described] = {}
    for shot_id, *row in rows:
        described, flags = row[:told], row[told:]
        if True in flags:
            described += (
                tuple(compress(words, flags)),
                tuple(compress(phrases, flags[len(words) :])),
            )
        found[shot_id] = Described(*described)
    return found


@lru_cache(maxsize=256)
def _descriptions(words: int, quotes: int) -> Prepared:
    """Descriptions of shots, and which of so many words and quotes stand in each."""
    stand_ins = [f"word {i}" for i in range(words)] + [f"quote {i}" for i in range(quotes)]
    kinds = ["plain"] * words + ["phrase"] * quotes
    flags = {
        f"has{i}": _has(asked, kind)
        for i, (asked, kind) in enumerate(zip(stand_ins, kinds, strict=True))
    }
    return Prepared(
        lambda: (
            Description.objects.filter(shot__any=THE_IDS)
            .order_by()
            .annotate(**flags)
            .values_list("shot_id", *_TOLD, *flags)
        ),
        stand_ins,
    )


_TOLD = (
    *("sentence", "scene", "scene_confidence", "setting", "light"),
    *("people_count", "confidence"),
)


def _has(words: str, kind: str) -> ExpressionWrapper[Any]:
    """Whether the words match: a rank is above 0 wherever some of several do."""
    query = SearchQuery(words, config=TEXT_CONFIG, search_type=kind)
    return ExpressionWrapper(Q(search=query), output_field=BooleanField(null=True))
