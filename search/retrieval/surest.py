"""The surest shots of one kind of evidence, at a cost that does not grow with the catalogue.

Every function gives at most ``limit`` shots of a scope, the surest first. Rows are read in the
order of an index, membership and filters decided row by row, so that common values ("person",
"red", "beach" in a million shots) cost no more than rare ones. Where so many rows answer that a
list is not read to its end, what it gives is still everything that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, Max, Q, QuerySet, Sum, Value

from recognition.models import Attribute, Description, Track
from search.retrieval.common_words import Lexemes
from search.retrieval.scope import Scope

READINGS = 400
"""Surest readings of one value that are looked at before the slow way, or four for each shot that
is asked for, if that is more: of two wants that a third and a seventh of all people satisfy, some
190 tracks of 400 readings satisfy both. By arithmetic."""
RANKED = 600
"""Descriptions with the same words that are ranked (or six for each shot that is asked for, if
that is more); of more, the oldest. 6 ms."""
TEXT_CONFIG = "english"

Ask = tuple[str, tuple[str, ...]]


def descriptions_in(scope: Scope) -> QuerySet[Description]:
    """The descriptions that a scope allows."""
    if scope.only is not None:
        return Description.objects.filter(shot__any=scope.only).order_by()
    return Description.objects.filter(shot__in=scope.shots().values("pk")).order_by()


def surest_tracks(scope: Scope, labels: Sequence[str], limit: int) -> list[int]:
    """Shots of the surest tracks with any of some labels."""
    if scope.only is not None:  # few: no index is needed, and their ids are sent once
        tracks = scope.tracks().filter(label__in=labels).order_by("-confidence", "id")
        return list(tracks.values_list("shot_id", flat=True)[:limit])

    def of(label: str) -> QuerySet[Track, tuple[float, int, int]]:
        rows = scope.tracks().filter(label=label).order_by("-confidence", "id")
        return rows.values_list("confidence", "id", "shot_id")[:limit]

    return _merged(of, labels, limit)


def surest_scenes(scope: Scope, scenes: Sequence[str], limit: int) -> list[int]:
    """Shots that lie the most surely in any of some scenes."""
    if scope.filters.scene:  # a shot has one scene: others would be read to the end for nothing
        scenes = [scene for scene in scenes if scene in scope.filters.scene]
    if not scenes:
        return []
    if scope.only is not None:
        found = descriptions_in(scope).filter(scene__in=scenes)
        ordered = found.order_by("-scene_confidence", "shot_id")
        return list(ordered.values_list("shot_id", flat=True)[:limit])

    def of(scene: str) -> QuerySet[Description, tuple[float, int, int]]:
        rows = descriptions_in(scope).filter(scene=scene)
        ordered = rows.order_by("-scene_confidence", "shot_id")
        return ordered.values_list("scene_confidence", "shot_id", "shot_id")[:limit]

    return _merged(of, scenes, limit)


def _merged(
    of: Callable[[str], QuerySet[Track | Description, tuple[float, int, int]]],
    values: Sequence[str],
    limit: int,
) -> list[int]:
    """The first of several lists of (confidence, id, shot), each in the order of an index."""
    rows = sorted(united([of(v) for v in dict.fromkeys(values)]), key=lambda row: (-row[0], row[1]))
    return [shot for _, _, shot in rows[:limit]]


def united(lists: Sequence[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    """Several sliced lists of the same columns in one question."""
    return lists[0].union(*lists[1:], all=True) if len(lists) > 1 else lists[0]


def best_dressed(
    scope: Scope, wants: Sequence[Sequence[Ask]], limit: int, labels: Sequence[str] = ("person",)
) -> list[int]:
    """Shots of the tracks whose readings satisfy most of ``wants``, by their total confidence:
    people's, or those of things with other ``labels``.

    Looked for among the surest readings of each value. Where those lists were not read to their
    end and too few of their tracks satisfy all wants that anybody does, all readings are compared;
    and so they are where the shots are few.
    """
    people = scope.tracks().filter(label__in=labels)
    asks = list(dict.fromkeys(ask for want in wants for ask in want))
    if scope.only is not None:
        return [shot for shot, _ in _ranked(asks, Q(track__in=people), limit)]
    most = max(READINGS, 4 * limit)
    lists = []
    for name, value in _values(asks):
        chosen = Attribute.objects.filter(name=name, **({"value": value} if value else {}))
        rows = chosen.filter(track__in=people.values("pk")).order_by("-confidence", "track_id")
        labelled = rows.annotate(asked=Value(value))
        lists.append(labelled.values_list("name", "asked", "track_id")[:most])
    listed: dict[tuple[str, str], list[int]] = {pair: [] for pair in _values(asks)}
    for name, value, track_id in united(lists):
        listed[name, value].append(track_id)
    ranked = _ranked(asks, Q(track__any=sorted(set(chain(*listed.values())))), limit)
    met = sum(any(listed[pair] for pair in _values(want)) for want in wants)
    is_whole = all(len(found) < most for found in listed.values())
    if is_whole or sum(kinds >= met for _, kinds in ranked) >= limit:
        return [shot for shot, _ in ranked]
    return [shot for shot, _ in _ranked(asks, Q(track__in=people), limit)]


def _values(asks: Sequence[Ask]) -> list[tuple[str, str]]:
    """(name, value) pairs; an empty value stands for any."""
    pairs = [(name, value) for name, values in asks for value in values or ("",)]
    return list(dict.fromkeys(pairs))


def _ranked(asks: Sequence[Ask], among: Q, limit: int) -> list[tuple[int, int]]:
    condition = Q()
    for name, values in asks:
        condition |= Q(name=name, value__in=values) if values else Q(name=name)
    rows = (
        Attribute.objects.filter(condition, among)
        .values("track_id")
        .annotate(
            kinds=Count("name", distinct=True),
            total=Sum("confidence"),
            shot=Max("track__shot_id"),
        )
        .order_by("-kinds", "-total", "track_id")
    )
    return list(rows.values_list("shot", "kinds")[:limit])


# Words


def best_told(scope: Scope, words: Sequence[str], limit: int, lexemes: Lexemes) -> list[int]:
    """Shots whose descriptions have the most of some words, by full-text rank.

    Where few descriptions have any of them all are ranked. Else those with all words come first,
    then those without the most common of them, and so on, until there are enough: a word is never
    left out that alone would bring some.
    """
    known = lexemes.of(words)
    if sum(known.values()) <= lexemes.ranked_at_most:
        return list(_by_rank(scope, any_word(words), limit))
    ordered = sorted(known, key=lambda word: (known[word], word))  # the rarest first
    rare = _rare(ordered, known, lexemes.ranked_at_most)
    shots: dict[int, None] = {}
    for count in range(len(ordered), max(len(rare), 1), -1):
        if len(shots) < limit:
            shots.update(dict.fromkeys(_first_ranked(scope, ordered[:count], limit)))
    if rare and len(shots) < limit:
        shots.update(dict.fromkeys(_by_rank(scope, any_word(rare), limit)))
    for word in ordered[len(rare) :]:
        if len(shots) < limit:
            shots.update(dict.fromkeys(_first_ranked(scope, [word], limit)))
    return list(shots)[:limit]


def _rare(ordered: Sequence[str], known: Mapping[str, float], at_most: float) -> Sequence[str]:
    """The rarest words, so many that all descriptions with any of them can be ranked."""
    sums = accumulate(known[word] for word in ordered)
    return ordered[: sum(total <= at_most for total in sums)]


def any_word(words: Sequence[str]) -> SearchQuery:
    """A full-text query for any of the words; nothing in them is read as an operator."""
    query = _plain(words[0])
    for word in words[1:]:
        query = query | _plain(word)
    return query


def every_word(words: Sequence[str]) -> SearchQuery:
    """A full-text query for all of the words."""
    query = _plain(words[0])
    for word in words[1:]:
        query = query & _plain(word)
    return query


def _plain(word: str) -> SearchQuery:
    return SearchQuery(word, config=TEXT_CONFIG, search_type="plain")


def _by_rank(scope: Scope, query: SearchQuery, limit: int) -> Iterable[int]:
    return _rank(descriptions_in(scope).filter(search=query), query, limit)


def _first_ranked(scope: Scope, words: Sequence[str], limit: int) -> Iterable[int]:
    query = every_word(words)
    first = descriptions_in(scope).filter(search=query).values("pk")[: max(RANKED, 6 * limit)]
    return _rank(Description.objects.filter(pk__in=first), query, limit)


def _rank(rows: QuerySet[Description], query: SearchQuery, limit: int) -> Iterable[int]:
    ranked = rows.annotate(rank=SearchRank(F("search"), query, normalization=2))
    return ranked.order_by("-rank", "shot_id").values_list("shot_id", flat=True)[:limit]
