"""Candidates by the words of their descriptions, by full-text rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from search.retrieval.common_words import Lexemes
from search.retrieval.scope import Scope
from search.retrieval.vector_tables import fetch

TEXT_CONFIG = "english"
RANKED = 600
"""Descriptions with the same words that are ranked (or six for each shot that is asked for, if
that is more); of more, the oldest. 6 ms."""


def best_told(scope: Scope, words: Sequence[str], limit: int, lexemes: Lexemes) -> list[int]:
    """Shots whose descriptions have the most of some words, by full-text rank.

    Where few descriptions have any of them all are ranked. Else those with all words come first,
    then those without the most common of them, and so on, until there are enough: a word is never
    left out that alone would bring some.
    """
    known = lexemes.of(words)
    if sum(known.values()) <= lexemes.ranked_at_most:
        return _by_rank(scope, words, limit)
    ordered = sorted(known, key=lambda word: (known[word], word))  # the rarest first
    rare = _rare(ordered, known, lexemes.ranked_at_most)
    shots: dict[int, None] = {}
    for count in range(len(ordered), max(len(rare), 1), -1):
        if len(shots) < limit:
            shots.update(dict.fromkeys(_first_ranked(scope, ordered[:count], limit)))
    if rare and len(shots) < limit:
        shots.update(dict.fromkeys(_by_rank(scope, rare, limit)))
    for word in ordered[len(rare) :]:
        if len(shots) < limit:
            shots.update(dict.fromkeys(_first_ranked(scope, [word], limit)))
    return list(shots)[:limit]


def _rare(ordered: Sequence[str], known: Mapping[str, float], at_most: float) -> Sequence[str]:
    """The rarest words, so many that all descriptions with any of them can be ranked."""
    sums = accumulate(known[word] for word in ordered)
    return ordered[: sum(total <= at_most for total in sums)]


_QUERY = "plainto_tsquery('english', %s)"
"""A word as a query for full text; nothing in it is read as an operator."""
_RANKED = " ORDER BY ts_rank(d.search, q, 2) DESC, d.shot_id LIMIT %s"


def _by_rank(scope: Scope, words: Sequence[str], limit: int) -> list[int]:
    """Shots whose descriptions have any of the words."""
    any_word = " || ".join([_QUERY] * len(words))
    allowed = scope.parts_on("d")
    sql = (
        f"SELECT d.shot_id FROM recognition_description d, (SELECT {any_word}) w (q)"  # noqa: S608
        f" WHERE d.search @@ q AND {allowed.condition}{_RANKED}"
    )
    return [shot for (shot,) in fetch(sql, (*words, *allowed.values, limit))]


def _first_ranked(scope: Scope, words: Sequence[str], limit: int) -> list[int]:
    """Shots whose descriptions have all of the words: of very many, of the first."""
    every_word = " && ".join([_QUERY] * len(words))
    allowed = scope.parts_on("d")
    sql = (
        "WITH d AS MATERIALIZED (SELECT d.shot_id, d.search FROM recognition_description d"  # noqa: S608
        f" WHERE d.search @@ ({every_word}) AND {allowed.condition} LIMIT %s)"
        f" SELECT d.shot_id FROM d, (SELECT {every_word}) w (q){_RANKED}"
    )
    most = max(RANKED, 6 * limit)
    return [shot for (shot,) in fetch(sql, (*words, *allowed.values, most, *words, limit))]
