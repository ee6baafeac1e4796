"""Looking words of a query up in the vocabularies, forgiving a typo. Pure.

Typos are found by SymSpell's index of deletions (Garbe 2012) and confirmed by difflib's ratio.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import combinations

from search.query.amounts import amounts
from search.query.real_words import REAL_WORDS
from search.query.vocabulary import (
    ACTIONS,
    AGES,
    CARRIED,
    COLOURS,
    COUNTS,
    CROWDS,
    EITHER_WAY,
    GARMENTS,
    LIGHTS,
    LINKS,
    NEGATIONS,
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
    for phrase, (least, most) in amounts().items():
        found.setdefault(phrase, Entry(Word.COUNT, phrase, (str(least), str(most))))
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
    add(EITHER_WAY, Entry(Word.NEGATION, "either"))
    for value, text in ORDERS.items():
        add(text, Entry(Word.ORDER, value))
    add(WEARS, Entry(Word.WEAR, "wear"))
    add(LINKS, Entry(Word.LINK, ""))
    for word in ("holding", "carrying"):
        found[word] = Entry(Word.ACTION, "hold", ("",))
    return found


ENTRIES: dict[str, Entry] = _build()
LONGEST_PHRASE = max(len(phrase.split()) for phrase in ENTRIES)
PHRASE_STARTS = frozenset(phrase.split()[0] for phrase in ENTRIES if " " in phrase)
_REAL = frozenset(REAL_WORDS.split())
_CORRECTED = frozenset(
    {Word.PERSON, Word.COLOUR, Word.GARMENT, Word.CARRIED, Word.ACTION, Word.OBJECT, Word.PLACE}
)
_CORRECTABLE = [
    word for word, entry in ENTRIES.items() if entry.word in _CORRECTED and word.isalpha()
]
_LONG, _LONGEST = 5, 24
"""Shorter words have too many others one letter away: of them only swapped and doubled letters
are put right."""
_CLOSE_ENOUGH = 0.8
"""By eye: one slip in five letters ("womna") is .8, one in eight .88."""


def _deletions(word: str) -> set[str]:
    """The word, and with one letter left out; of long words with two (SymSpell's index)."""
    depth = 2 if len(word) >= 7 else 1
    found = {word}
    for count in range(1, depth + 1):
        for gaps in combinations(range(len(word)), count):
            found.add("".join(c for i, c in enumerate(word) if i not in gaps))
    return found


def _slips(word: str) -> set[str]:
    """A short word with two neighbours swapped (not the first), or one letter typed twice."""
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    return (swapped | {word[:i] + word[i] + word[i:] for i in range(len(word))}) - {word}


_VOWELS = frozenset("aeiouy")


def _swaps(word: str) -> Iterator[str]:
    """A word with two neighbours exchanged, or two vowels anywhere ("bycicle"); not the first
    letter: what hands and ears mix up most."""
    vowels = [i for i, letter in enumerate(word) if i and letter in _VOWELS]
    pairs = {(i, i + 1) for i in range(1, len(word) - 1)} | set(combinations(vowels, 2))
    for i, k in pairs:
        if word[i] != word[k]:
            yield f"{word[:i]}{word[k]}{word[i + 1 : k]}{word[i]}{word[k + 1 :]}"


def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for word in _CORRECTABLE:
        if len(word) >= _LONG:
            for deletion in _deletions(word):
                index.setdefault(deletion, []).append(word)
    return {key: tuple(words) for key, words in index.items()}


def _short_index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for word in _CORRECTABLE:
        if 3 <= len(word) < _LONG:
            for slip in _slips(word):
                index.setdefault(slip, []).append(word)
    return {key: tuple(words) for key, words in index.items()}


_DELETIONS = _index()
_SLIPS = _short_index()


def unaccented(word: str) -> str:
    """A word without accents, as full text has it, for what was typed may have none."""
    if word.isascii():
        return word.replace("\x00", "")
    folded = unicodedata.normalize("NFKD", word)
    return "".join(c for c in folded if not unicodedata.combining(c) and c != "\x00")


def look_up(word: str) -> Entry | None:
    """The entry of a casefolded word or phrase, if it is in a vocabulary."""
    return ENTRIES.get(word)


def correct(word: str) -> str | None:
    """The vocabulary word that a casefolded unknown word is a typo of, if that is plain.

    Never of another English word (``real_words.py``), and always with the same first letter.
    """
    return None if word in _REAL or word in ENTRIES else nearest_word(word)


def nearest_word(word: str) -> str | None:
    """As ``correct``, whether or not the word is another English word."""
    if not (3 <= len(word) <= _LONGEST) or not word.isalpha():
        return None
    slipped = _SLIPS.get(word, ())
    if slipped:
        return slipped[0] if len(slipped) == 1 else None
    if len(word) < _LONG - 1:
        return None
    swapped = {w for w in _swaps(word) if w in ENTRIES and ENTRIES[w].word in _CORRECTED}
    if len(swapped) == 1:
        return swapped.pop()
    deletions = _deletions(word) if len(word) >= _LONG else (word,)
    near = {known for d in deletions for known in _DELETIONS.get(d, ())}
    ranked = sorted(
        (SequenceMatcher(None, word, known).ratio(), known)
        for known in near
        if known[0] == word[0] and abs(len(known) - len(word)) <= 1
    )
    return ranked[-1][1] if ranked and ranked[-1][0] >= _CLOSE_ENOUGH else None
