"""Lines that say what a query asks: which shots they lie in, and what exactly is said there.

A quoted phrase is looked for as it is spelled, in any language, accents and case forgiven; other
words by their English stems, as in descriptions. Each function asks one question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q, QuerySet, Value

from ingest.media.lines import bare
from ingest.models import Line
from search.query.types import Part
from search.ranking.facts import Said
from search.ranking.said import has_phrase
from search.retrieval.scope import Scope
from search.retrieval.told import TEXT_CONFIG

RANKED = 600
"""Lines of one kind that are ranked (or six for each shot that is asked for): as descriptions."""
READ_MOST = 20_000
"""Lines that are read of all candidates together; of more, the first of each asset."""

_OVER_SHOT: dict[str, Any] = {
    "start_pts__lt": F("asset__shots__end_pts"),
    "end_pts__gt": F("asset__shots__start_pts"),
}


def shots_that_say(
    scope: Scope, quotes: Sequence[Part], words: Sequence[str], limit: int
) -> list[int]:
    """Shots in which lines have a phrase, then such with all words, then with the most of them."""
    asked = [_phrase(part.value) for part in quotes]
    if words:
        asked += [every_word(words), any_word(words)] if len(words) > 1 else [any_word(words)]
    if not asked:
        return []
    lists = [_ranked(scope, query, turn, limit) for turn, query in enumerate(asked)]
    told = lists[0].union(*lists[1:], all=True) if len(lists) > 1 else lists[0]
    rows = sorted(told, key=lambda row: (row[0], -row[1], row[2]))
    return list(dict.fromkeys(shot for _, _, shot in rows))[:limit]


def _ranked(
    scope: Scope, query: SearchQuery, turn: int, limit: int
) -> QuerySet[Line, tuple[int, float, int]]:
    if scope.only is not None:
        within: dict[str, Any] = {"asset__shots__id__any": scope.only}
    else:
        within = {"asset__shots__in": scope.shots().values("pk")}
    found = Line.objects.filter(search=query, **within, **_OVER_SHOT).order_by()
    first = found.values("pk", "asset__shots__id")[: max(RANKED, 6 * limit)]
    ranked = (
        found
        if scope.only is not None
        else Line.objects.filter(pk__in=first.values("pk"), **within, **_OVER_SHOT)
    )
    marked = ranked.annotate(turn=Value(turn), rank=SearchRank(F("search"), query))
    ordered = marked.order_by("-rank", "asset__shots__id")
    return ordered.values_list("turn", "rank", "asset__shots__id")[:limit]


def read_said(
    ids: Sequence[int], words: Sequence[str], quotes: Sequence[Part]
) -> dict[int, list[Said]]:
    """The lines of some shots that say any of this, by shot and in time."""
    asked = {f"word{i}": any_word([word]) for i, word in enumerate(words)}
    asked |= {f"quote{i}": _phrase(part.value) for i, part in enumerate(quotes)}
    if not asked:
        return {}
    says_any = Q()
    for query in asked.values():
        says_any |= Q(search=query)
    rows = Line.objects.filter(says_any, asset__shots__id__any=ids, **_OVER_SHOT)
    # ``search`` has the words of the next line, too: single words are to stand in this one.
    own = SearchVector(Func("text", function="unaccent"), config=TEXT_CONFIG)
    flags = {
        name: ExpressionWrapper(
            Q(own=query) if name.startswith("word") else Q(search=query),
            output_field=BooleanField(),
        )
        for name, query in asked.items()
    }
    read = rows.annotate(own=own).annotate(**flags).order_by("asset_id", "start_pts", "id")
    found: dict[int, list[Said]] = defaultdict(list)
    columns = ("asset__shots__id", *_COLUMNS, *asked)
    for shot, *columns_of_line in read.values_list(*columns)[:READ_MOST]:
        line, told = columns_of_line[: len(_COLUMNS)], columns_of_line[len(_COLUMNS) :]
        matched = tuple(w for w, flag in zip(words, told, strict=False) if flag)
        phrases = [p.value for p, flag in zip(quotes, told[len(words) :], strict=True) if flag]
        said = _said(line, matched, phrases)
        if said.words or said.quotes:
            found[shot].append(said)
    return found


def _said(line: Sequence[Any], words: tuple[str, ...], phrases: Sequence[str]) -> Said:
    """A line as far as it says what is asked: with the next one, where a phrase runs over into it.

    What the database calls a match and cannot be found here (letters that it writes otherwise)
    stands.
    """
    start, end, text, more, more_end = line
    here = [phrase for phrase in phrases if not _is_in_next(text, more, phrase)]
    runs_over = [p for p in here if not has_phrase(text, p) and has_phrase(f"{text} {more}", p)]
    if runs_over and more_end is not None:
        text, end = f"{text} {more}", more_end
    return Said(start, end, text, words, tuple(here))


def _is_in_next(text: str, more: str, phrase: str) -> bool:
    """Whether a phrase is said by the next line alone."""
    return has_phrase(more, phrase) and not has_phrase(text, phrase)


_COLUMNS = ("start_pts", "end_pts", "text", "next_words", "next_end_pts")


def _phrase(words: str) -> SearchQuery:
    spelled = Func(Value(bare(words)), function="unaccent")
    return SearchQuery(spelled, config="simple", search_type="phrase")


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
