"""Ways to change a part of a query: each is another query in words. Pure.

A choice rewrites the piece of the text that says a number, a colour, a time or a length, and
nothing else, so that the address of a changed search is an address like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from search.query.lexicon import Word, look_up
from search.query.times import Measured
from search.query.types import Count, Kind, Part, Query, Want
from search.query.vocabulary import COLOURS


@dataclass(frozen=True, slots=True)
class Edit:
    """One choice: what it is called, the query's text with it, and whether it is what is asked."""

    label: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class EditMenu:
    """The choices for one thing that a part says. ``kind``: count, colour, when or length."""

    kind: str
    title: str
    edits: tuple[Edit, ...]


_COUNTS: tuple[tuple[str, str, Count | None], ...] = (
    ("any number", "", None),
    ("one", "one", Count(1, 1)),
    ("two", "two", Count(2, 2)),
    ("three", "three", Count(3, 3)),
    ("several", "several", Count(2, None)),
    ("many", "many", Count(4, None)),
    ("none", "no", Count(0, 0)),
)
_TIMES = ("today", "yesterday", "last 7 days", "last 30 days", "this month", "this year")
_LENGTHS = (
    ("3 s or longer", "longer than 3 seconds"),
    ("10 s or longer", "longer than 10 seconds"),
    ("30 s or longer", "longer than 30 seconds"),
    ("up to 3 s", "shorter than 3 seconds"),
    ("up to 10 s", "shorter than 10 seconds"),
)
_PLURALS = {"person": "people", "man": "men", "woman": "women", "child": "children"}
_SINGULARS = {plural: single for single, plural in _PLURALS.items()}
_ARTICLE = re.compile(r"\s*(?:an?|the|some)\s+", re.IGNORECASE)
_WORN = re.compile(r"\b(?:in|wearing)\s*$", re.IGNORECASE)


def menus_of(query: Query, part: Part) -> tuple[EditMenu, ...]:
    """What can be changed about a part, if anything."""
    return tuple(_menus(query, part))


def with_days(text: str, first: date | None, last: date | None) -> str:
    """A query's text with days of recording; open where None."""
    if first and last:
        first, last = min(first, last), max(first, last)
        return f"{text} from {first} to {last}" if first != last else f"{text} on {first}"
    if first:
        return f"{text} since {first}"
    return f"{text} until {last}" if last else text


def _menus(query: Query, part: Part) -> Iterator[EditMenu]:
    if part.kind is Kind.WHEN:
        edits = (Edit(t, query.with_words(part.span, t), part.text == t) for t in _TIMES)
        yield EditMenu("when", "Recorded", tuple(edits))
    elif part.kind is Kind.LENGTH:
        of = part.length.of if part.length else Measured.MOMENT
        named = "" if of is Measured.MOMENT else f"{of} "
        lengths = (
            Edit(label, query.with_words(part.span, named + words), part.text == named + words)
            for label, words in _LENGTHS
        )
        yield EditMenu("length", "Lasting", tuple(lengths))
    elif part.noun_span is not None and not part.negated:
        yield EditMenu("count", "How many", tuple(_counts(query, part)))
    for want in part.wants:
        if want.is_colour and not want.negated and want.span != (0, 0):
            yield EditMenu("colour", want.words, tuple(_colours(query, want)))


def _counts(query: Query, part: Part) -> Iterator[Edit]:
    for label, word, count in _COUNTS:
        if word == "no" and (part.wants or part.actions):
            continue  # "no women in red" is about the description, not about a number
        yield Edit(label, _counted(query, part, word), part.count == count)


def _counted(query: Query, part: Part, word: str) -> str:
    """The text with another number before the noun, and the noun in the number that agrees."""
    assert part.noun_span is not None
    start, end = part.noun_span
    said = query.text[start:end]
    is_crowd = _is_crowd(said)
    noun = ("people" if is_crowd else said) if not word else _agreeing(said, word, is_crowd)
    head = query.text[part.span[0] : start]
    if part.count_span is not None:
        head = (
            query.text[part.span[0] : part.count_span[0]] + query.text[part.count_span[1] : start]
        )
    elif word:
        head = _ARTICLE.sub("", head, count=1)
    return query.with_words((part.span[0], end), " ".join(f"{word} {head} {noun}".split()))


def _is_crowd(noun: str) -> bool:
    """Whether a noun says a number by itself: "crowd", "couple"."""
    entry = look_up(noun.casefold().removeprefix("a "))
    return entry is not None and entry.word is Word.PERSON and len(entry.detail) > 2


def _agreeing(noun: str, word: str, is_crowd: bool) -> str:
    if is_crowd:
        return "person" if word == "one" else "people"
    low = noun.casefold()
    if word == "one":
        options = (_SINGULARS.get(low), low.removesuffix("s"), low.removesuffix("es"))
    else:
        is_plural = low in _SINGULARS
        options = (low if is_plural else _PLURALS.get(low), f"{low}s", f"{low}es")
    return next((o for o in options if o and _is_noun(o)), noun)


def _is_noun(word: str) -> bool:
    entry = look_up(word)
    return entry is not None and entry.word in (Word.PERSON, Word.OBJECT, Word.CARRIED)


def _colours(query: Query, want: Want) -> Iterator[Edit]:
    start, end = want.span
    worn = _WORN.search(query.text, 0, start) if want.topic == "colour" else None
    yield Edit("any colour", query.with_words((worn.start() if worn else start, end), ""))
    for colour in COLOURS:
        yield Edit(colour, query.with_words(want.span, colour), want.values == (colour,))
