"""Looking words of a query up in the vocabularies, forgiving a typo. Pure.

Typos are found by SymSpell's index of deletions (Garbe 2012) and confirmed by difflib's ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import combinations

from search.vocabulary import (
    ACTIONS,
    AGES,
    CARRIED,
    COLOURS,
    COUNTS,
    CROWDS,
    GARMENTS,
    LIGHTS,
    LINKS,
    NEGATIONS,
    NOT_TYPOS,
    OBJECTS,
    ORDERS,
    PERSON_NOUNS,
    PLACES,
    SETTINGS,
    WEARS,
)


class Word(StrEnum):
    """What a word (or a fixed phrase of up to three) is in a query."""

    PERSON = "person"
    AGE = "age"
    COUNT = "count"
    COLOUR = "colour"
    GARMENT = "garment"
    CARRIED = "carried"
    ACTION = "action"
    OBJECT = "object"
    PLACE = "place"
    SETTING = "setting"
    LIGHT = "light"
    NEGATION = "negation"
    WEAR = "wear"  # links a person to clothes or things: in, wearing, with, carrying
    ORDER = "order"  # what follows happens later ("before" as well; "after": earlier)
    LINK = "link"  # other function words
    OTHER = "other"  # not in any vocabulary


@dataclass(frozen=True, slots=True)
class Entry:
    """A word's kind and canonical value; ``detail`` depends on the kind (see the tables)."""

    word: Word
    value: str
    detail: tuple[str, ...] = ()


def _words(text: str) -> list[str]:
    """Words of a table: single ones by spaces, fixed phrases after ``|``."""
    first, *phrases = text.split("|")
    return [*first.split(), *(phrase.strip() for phrase in phrases if phrase.strip())]


def _build() -> dict[str, Entry]:
    found: dict[str, Entry] = {}

    def add(text: str, entry: Entry) -> None:
        for word in _words(text):
            found.setdefault(word, entry)

    for text, (least, most) in CROWDS.items():
        for phrase in text.split("|"):
            found[phrase] = Entry(Word.PERSON, "people", ("", "", str(least), str(most)))
    for text, (least, most) in COUNTS.items():
        for phrase in text.split("|"):
            found[phrase] = Entry(Word.COUNT, phrase, (str(least), str(most)))
    for value, text in LIGHTS.items():
        add(text, Entry(Word.LIGHT, value))
    for value, text in SETTINGS.items():
        add(text, Entry(Word.SETTING, value))
    for value, (gender, age, text) in PERSON_NOUNS.items():
        add(text, Entry(Word.PERSON, value, (gender, age)))
    for value, text in COLOURS.items():
        add(text, Entry(Word.COLOUR, value))
    for value, (area, text) in GARMENTS.items():
        add(text, Entry(Word.GARMENT, value, (area,)))
    for value, text in CARRIED.items():
        add(text, Entry(Word.CARRIED, value))
    for value, (movement, text) in ACTIONS.items():
        add(text, Entry(Word.ACTION, value, (movement,)))
    for value, text in AGES.items():
        add(text, Entry(Word.AGE, value))
    for value, text in OBJECTS.items():
        add(text, Entry(Word.OBJECT, value))
    for value, text in PLACES.items():
        add(text, Entry(Word.PLACE, value))
    add(NEGATIONS, Entry(Word.NEGATION, "not"))
    for value, text in ORDERS.items():
        add(text, Entry(Word.ORDER, value))
    add(WEARS, Entry(Word.WEAR, "wear"))
    add(LINKS, Entry(Word.LINK, ""))
    for word in ("holding", "carrying"):
        found[word] = Entry(Word.ACTION, "hold", ("",))
    return found


ENTRIES: dict[str, Entry] = _build()
LONGEST_PHRASE = max(len(phrase.split()) for phrase in ENTRIES)
_NOT_TYPOS = frozenset(NOT_TYPOS.split())
_CORRECTED = frozenset(
    {Word.PERSON, Word.COLOUR, Word.GARMENT, Word.CARRIED, Word.ACTION, Word.OBJECT, Word.PLACE}
)
_SHORTEST_CORRECTED = 5
_CLOSE_ENOUGH = 0.8
"""By eye: one slip in five letters ("womna") is .8, one in eight .88."""


def _deletions(word: str) -> set[str]:
    """The word, and with one letter left out; of long words with two (SymSpell's index)."""
    depth = 2 if len(word) >= 8 else 1
    found = {word}
    for count in range(1, depth + 1):
        for gaps in combinations(range(len(word)), count):
            found.add("".join(c for i, c in enumerate(word) if i not in gaps))
    return found


def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for word, entry in ENTRIES.items():
        if entry.word in _CORRECTED and word.isalpha() and len(word) >= _SHORTEST_CORRECTED:
            for deletion in _deletions(word):
                index.setdefault(deletion, []).append(word)
    return {key: tuple(words) for key, words in index.items()}


_DELETIONS = _index()


def look_up(word: str) -> Entry | None:
    """The entry of a casefolded word or phrase, if it is in a vocabulary."""
    return ENTRIES.get(word)


def correct(word: str) -> str | None:
    """The vocabulary word that a casefolded unknown word is a typo of, if that is plain.

    Only words of five letters and more, with the same first letter, and no other English word.
    """
    if not (_SHORTEST_CORRECTED <= len(word) <= 24) or not word.isalpha() or word in _NOT_TYPOS:
        return None
    near = {known for d in _deletions(word) for known in _DELETIONS.get(d, ())}
    ranked = sorted(
        (SequenceMatcher(None, word, known).ratio(), known)
        for known in near
        if known[0] == word[0] and abs(len(known) - len(word)) <= 1
    )
    return ranked[-1][1] if ranked and ranked[-1][0] >= _CLOSE_ENOUGH else None
