"""Words that are made of words that we know: "red-coated", "hatless", "non-red". Pure.

English makes adjectives of clothes freely; what they are made of says what they mean.
"""

from __future__ import annotations

from dataclasses import replace

from search.query.lexicon import Entry, Word, look_up

LACKING = "less"
"""Among an entry's details: what it names must not be there."""
_WORN = (Word.GARMENT, Word.CARRIED)
_CLOTHES = Entry(Word.GARMENT, "clothes", ("any",))
_CLAD = {"clad": _CLOTHES, "dressed": _CLOTHES}
_COLOURED = frozenset({"coloured", "colored", "colour", "color"})


def is_lacking(entry: Entry) -> bool:
    """Whether a word says that something is not there, or not of a colour."""
    return LACKING in entry.detail


def lacking(entry: Entry) -> Entry:
    """The same, of what must not be."""
    return replace(entry, detail=(*entry.detail, LACKING))


def formed(word: str) -> Entry | None:
    """What one word means that is made of another: "hatless", "non-red", "red-coloured"."""
    if word.endswith("less"):
        entry = look_up(word.removesuffix("less"))
        return lacking(entry) if entry and entry.word is Word.GARMENT else None
    first, hyphen, last = word.partition("-")
    entry = look_up(last) if first == "non" else None
    if entry and entry.word is Word.COLOUR:
        return lacking(entry)
    entry = look_up(first) if hyphen and last in _COLOURED else None
    return entry if entry and entry.word is Word.COLOUR else None


def worn(word: str) -> Entry | None:
    """The garment of a participle: "hooded", "masked"; only before a person does it mean that."""
    if not word.endswith("ed"):
        return None
    stems = (word.removesuffix("ed"), word.removesuffix("d"))
    entries = (look_up(stem) for stem in stems)
    return next((e for e in entries if e and e.word is Word.GARMENT), None)


def compound(word: str) -> tuple[tuple[str, Entry], ...]:
    """The pieces of two words with a hyphen, with what each means: colour and garment
    ("red-coated", "blue-shirt", "black-clad"), or what is worn ("hat-wearing"); else empty."""
    first, hyphen, last = word.partition("-")
    entry = look_up(first) if hyphen else None
    if entry is None:
        return ()
    if last == "wearing" and entry.word in _WORN:
        return ((word, entry),)
    garment = _CLAD.get(last) or worn(last) or look_up(last)
    if entry.word is Word.COLOUR and garment and garment.word is Word.GARMENT:
        return ((first, entry), (last, garment))
    return ()
