"""Lengths in a query's words: "longer than ten seconds", "between 5 and 10 s". Pure."""

from __future__ import annotations

import re
from fractions import Fraction

from search.query_clock import Words
from search.times import Length

_UNITS_S = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "h": 3600}
_UNITS_S |= {f"{name}s": size for name, size in _UNITS_S.items() if len(name) > 1}
_COMPARED = {
    **dict.fromkeys(("longer", "more", "over", "above", "exceeding"), "least"),
    **dict.fromkeys(("shorter", "less", "under", "below"), "most"),
}
_SIZED = re.compile(r"(\d{1,5})(s|sec|secs|min|mins|h)")

Lasting = tuple[int, Length]
"""The place after a phrase, and what it says."""


def read_length(words: Words, i: int) -> Lasting | None:
    """The length that begins at a place, if one does."""
    at = i + (words.word(i) in {"lasting", "lasts", "for", "of"})
    if words.word(at) in {"between", "from"}:
        return _range(words, at + 1)
    kind, start = _comparison(words, at)
    size = _seconds(words, start)
    if size is None:
        return None
    end, seconds = size
    end += words.word(end) == "long"
    if not kind and words.word(end) == "or" and words.word(end + 1) in _COMPARED:
        kind, end = _COMPARED[words.word(end + 1)], end + 2
    if not kind and at == i:
        return None  # "ten seconds" alone may mean anything
    is_most = kind == "most"
    return end, Length(most_s=seconds) if is_most else Length(least_s=seconds)


def _comparison(words: Words, at: int) -> tuple[str, int]:
    """ "least" or "most" as the words at a place say, and the place after them."""
    word = words.word(at)
    if word in _COMPARED:
        return _COMPARED[word], at + 1 + (words.word(at + 1) == "than")
    if word == "at" and words.word(at + 1) in {"least", "most"}:
        return words.word(at + 1), at + 2
    if words.words(at, "up", "to"):
        return "most", at + 2
    return "", at


def _range(words: Words, i: int) -> Lasting | None:
    low = words.number(i)
    if low is None or words.word(i + 1) not in {"and", "to"}:
        return None
    high = _seconds(words, i + 2)
    number = words.number(i + 2)
    if high is None or not number:
        return None
    least = Fraction(low) * high[1] / number
    return (high[0], Length(least, high[1])) if least <= high[1] else None


def _seconds(words: Words, i: int) -> tuple[int, Fraction] | None:
    if words.words(i, "half", "a") and words.word(i + 2) in _UNITS_S:
        return i + 3, Fraction(_UNITS_S[words.word(i + 2)], 2)
    joined = _SIZED.fullmatch(words.word(i))
    if joined:
        return i + 1, Fraction(int(joined[1]) * _UNITS_S[joined[2]])
    number = words.number(i)
    unit = _UNITS_S.get(words.word(i + 1))
    if number is None or unit is None:
        return None
    return i + 2, Fraction(number * unit)
