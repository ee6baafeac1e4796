"""The words of a question for full text: in what is told of shots, and in what is said in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from search.query.lexicon import Word, look_up, unaccented
from search.query.types import Kind, Part, Query
from search.retrieval.common_words import LEXEMES
from search.retrieval.scope import Scope
from search.retrieval.spoken import shots_that_say
from search.retrieval.told import best_told


@dataclass(frozen=True, slots=True)
class AskedWords:
    """Words for full text: ``all``, those to be ``said`` (who quotes wants the phrase, not its
    words), and quoted phrases, wanted or not. ``hears``: lines are looked through."""

    all: tuple[str, ...]
    said: tuple[str, ...]
    quotes: tuple[Part, ...]
    hears: bool


def asked_words(query: Query, scope: Scope, *, text: bool) -> AskedWords:
    """What is asked of full text; ``text``: whether it is used."""
    hears = scope.has_lines and text
    return AskedWords(
        all=content_words(query) if text else (),
        said=content_words(query, quoted=False) if hears else (),
        quotes=tuple(part for part in query.parts if part.kind is Kind.QUOTED),
        hears=hears,
    )


def by_words(asked: AskedWords, scope: Scope, limit: int) -> Iterator[Callable[[], list[int]]]:
    """How to look for shots by what is told of them, and by what is said in them."""
    if asked.all:
        yield lambda: best_told(scope, asked.all, limit, LEXEMES)
    wanted = [part for part in asked.quotes if not part.negated] if asked.hears else []
    if asked.said or wanted:
        yield partial(shots_that_say, scope, wanted, asked.said, limit)


def content_words(query: Query, *, quoted: bool = True) -> tuple[str, ...]:
    """Words for full text: those of the positive parts that are no function words, unaccented.

    ``quoted``: also the words of quoted phrases.
    """
    found: dict[str, None] = {}
    left_out = (Kind.IDENTITY, Kind.CAMERA, Kind.LIBRARY, *(() if quoted else (Kind.QUOTED,)))
    for part in query.understood:
        if part.negated or part.kind in left_out:
            continue
        for word in part.phrase.split():
            bare = unaccented(word.strip(".,;:!?\"'()").casefold())
            entry = look_up(bare)
            if bare and not (entry and entry.word in (Word.LINK, Word.WEAR, Word.COUNT)):
                found[bare] = None
    return tuple(found)[:MAX_WORDS]


MAX_WORDS = 24
