"""Candidates that hold the most surely, read in the order of an index.

What a question asks ("a woman", "a beach") may hold for a third of a large library. Of those only
the surest are wanted, so each list is read from its surest end and stops when it is full. What
cannot be read so (who satisfies the most of several wants, whose description has the most of
several words) is worked out among the surest of each want or word, and among all where those do not
suffice. ``surest_tracks``, ``surest_scenes``, ``surest_described`` and ``best_dressed`` give shots,
the surest first.

The SQL stands here as it is sent: Django would put it together anew for every search, which took a
sixth of a search's processor time. Who may see what comes into it from ``Scope`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from search.retrieval.scope import Scope
from search.retrieval.vector_tables import Allowed, fetch

READINGS = 400
"""Surest readings of one value that are looked at before the slow way, or four for each shot that
is asked for, if that is more: of two wants that a third and a seventh of all people satisfy, some
190 tracks of 400 readings satisfy both. By arithmetic."""

Ask = tuple[str, tuple[str, ...]]


def surest_tracks(scope: Scope, labels: Sequence[str], limit: int) -> list[int]:
    """Shots of the surest tracks with any of some labels."""
    columns = ("t.label", "t.confidence", "t.id")
    return _surest("recognition_track t", columns, scope.tracks_on("t"), labels, limit, scope)


def surest_scenes(scope: Scope, scenes: Sequence[str], limit: int) -> list[int]:
    """Shots that lie the most surely in any of some scenes."""
    if scope.filters.scene:  # a shot has one scene: others would be read to the end for nothing
        scenes = [scene for scene in scenes if scene in scope.filters.scene]
    if not scenes:
        return []
    columns = ("t.scene", "t.scene_confidence", "t.shot_id")
    return _surest("recognition_description t", columns, scope.parts_on("t"), scenes, limit, scope)


def _surest(
    table: str,
    columns: tuple[str, str, str],
    allowed: Allowed,
    values: Sequence[str],
    limit: int,
    scope: Scope,
) -> list[int]:
    """Shots of the rows with some values: ``columns`` are value, confidence and key."""
    value, confidence, key = columns
    start = f"SELECT {confidence}, {key}, t.shot_id FROM {table} WHERE {value} = "  # noqa: S608
    within = f"t.shot_id IS NOT NULL AND {allowed.condition}"
    end = f" AND {within} ORDER BY {confidence} DESC, {key} LIMIT %s"
    different = list(dict.fromkeys(values))
    if scope.only is not None:  # few: no index is needed, and their ids are sent once
        rows = fetch(f"{start}ANY(%s){end}", (different, *allowed.values, limit))
    else:
        sql = " UNION ALL ".join([f"({start}%s{end})"] * len(different))
        rows = fetch(sql, [x for one in different for x in (one, *allowed.values, limit)])
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [shot for _, _, shot in rows[:limit]]


def surest_described(
    scope: Scope, limit: int, *, setting: str = "", light: str = "", count: Sequence[int] = ()
) -> list[int]:
    """Shots of the surest descriptions with a setting, a light, or so many people.

    ``count``: at least so many and, where there is a second number, at most.
    """
    asked = {"d.setting =": setting, "d.light =": light}
    conditions: list[tuple[str, Any]] = [(name, value) for name, value in asked.items() if value]
    conditions += zip(("d.people_count >=", "d.people_count <="), count, strict=False)
    allowed = scope.parts_on("d")
    told = " AND ".join(f"{name} %s" for name, _ in conditions)
    sql = (
        f"SELECT d.shot_id FROM recognition_description d WHERE {told}"  # noqa: S608
        f" AND {allowed.condition} ORDER BY d.confidence DESC, d.shot_id LIMIT %s"
    )
    rows = fetch(sql, (*(value for _, value in conditions), *allowed.values, limit))
    return [shot for (shot,) in rows]


# What is worn


def best_dressed(
    scope: Scope, wants: Sequence[Sequence[Ask]], limit: int, labels: Sequence[str] = ("person",)
) -> list[int]:
    """Shots of the tracks whose readings satisfy most of ``wants``, by their total confidence:
    people's, or those of things with other ``labels``.

    Looked for among the surest readings of each value. Where those lists were not read to their
    end and too few of their tracks satisfy all wants that anybody does, all readings are compared;
    and so they are where the shots are few.
    """
    asks = list(dict.fromkeys(ask for want in wants for ask in want))
    if scope.only is not None:
        return _dressed_of_all(scope, asks, limit, labels)
    most = max(READINGS, 4 * limit)
    ranked, listed = _dressed_of_surest(scope, asks, limit, labels, most)
    met = sum(any(listed.get(pair) for pair in _values(want)) for want in wants)
    is_whole = all(count < most for count in listed.values())
    if is_whole or sum(kinds >= met for _, kinds in ranked) >= limit:
        return [shot for shot, _ in ranked]
    return _dressed_of_all(scope, asks, limit, labels)


def _dressed_of_surest(
    scope: Scope, asks: Sequence[Ask], limit: int, labels: Sequence[str], most: int
) -> tuple[list[tuple[int, int]], Mapping[tuple[str, str], int]]:
    """Shots and how many kinds of reading satisfy, among the surest tracks of each value; and of
    how many tracks each list is."""
    allowed = scope.tracks_on("t")
    pairs, params, lists = _values(asks), [], []
    for number, (name, value) in enumerate(pairs):
        lists.append(
            "(SELECT %s AS list, t.id, t.shot_id FROM recognition_attribute a"  # noqa: S608
            " JOIN recognition_track t ON t.id = a.track_id"
            f" WHERE a.name = %s{' AND a.value = %s' if value else ''} AND t.label = ANY(%s)"
            f" AND t.shot_id IS NOT NULL AND {allowed.condition}"
            " ORDER BY a.confidence DESC, a.track_id LIMIT %s)"
        )
        params += [number, name, *([value] if value else []), list(labels), *allowed.values, most]
    condition, values = _any_of(asks)
    sql = (
        f"WITH listed AS MATERIALIZED ({' UNION ALL '.join(lists)}),"  # noqa: S608
        " sure AS MATERIALIZED (SELECT DISTINCT id, shot_id FROM listed)"
        " (SELECT NULL, t.shot_id, count(DISTINCT a.name) AS kinds"
        " FROM sure t JOIN recognition_attribute a ON a.track_id = t.id"
        f" WHERE {condition} GROUP BY t.id, t.shot_id"
        " ORDER BY kinds DESC, sum(a.confidence) DESC, t.id LIMIT %s)"
        " UNION ALL SELECT list, 0, count(*) FROM listed GROUP BY list"
    )
    rows = fetch(sql, (*params, *values, limit))
    counts = {number: count for number, _, count in rows if number is not None}
    listed = {pair: counts.get(number, 0) for number, pair in enumerate(pairs)}
    return [(shot, kinds) for number, shot, kinds in rows if number is None], listed


def _dressed_of_all(
    scope: Scope, asks: Sequence[Ask], limit: int, labels: Sequence[str]
) -> list[int]:
    """The same with all readings compared."""
    allowed = scope.tracks_on("t")
    condition, values = _any_of(asks)
    sql = (
        "SELECT max(t.shot_id), count(DISTINCT a.name) AS kinds FROM recognition_attribute a"  # noqa: S608
        f" JOIN recognition_track t ON t.id = a.track_id WHERE ({condition})"
        f" AND t.label = ANY(%s) AND t.shot_id IS NOT NULL AND {allowed.condition}"
        " GROUP BY a.track_id ORDER BY kinds DESC, sum(a.confidence) DESC, a.track_id LIMIT %s"
    )
    rows = fetch(sql, (*values, list(labels), *allowed.values, limit))
    return [shot for shot, _ in rows]


def _any_of(asks: Sequence[Ask]) -> tuple[str, list[Any]]:
    """A condition on readings that answer any of the asks, and its parameters."""
    told = [("a.name = %s AND a.value = ANY(%s)" if v else "a.name = %s") for _, v in asks]
    params = chain.from_iterable((name, list(v)) if v else (name,) for name, v in asks)
    return " OR ".join(f"({one})" for one in told), list(params)


def _values(asks: Sequence[Ask]) -> list[tuple[str, str]]:
    """(name, value) pairs; an empty value stands for any."""
    pairs = [(name, value) for name, values in asks for value in values or ("",)]
    return list(dict.fromkeys(pairs))
