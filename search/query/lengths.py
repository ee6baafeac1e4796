"""Lengths in a query's words: "longer than ten seconds", "between 5 and 10 s". Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from search.query.clock import Words
from search.query.times import Length, Measured

_UNITS_S = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "h": 3600}
_UNITS_S |= {f"{name}s": size for name, size in _UNITS_S.items() if len(name) > 1}
_COMPARED = {
    **dict.fromkeys(("longer", "more", "over", "above", "exceeding"), "least"),
    **dict.fromkeys(("shorter", "less", "under", "below"), "most"),
}
_RANGED = re.compile(r"(\d{1,5})-(\d{1,5})(s|sec|secs|min|mins|h)?")
_MEASURED = {
    **dict.fromkeys("shot shots take takes".split(), Measured.SHOT),
    **dict.fromkeys(
        "clip clips video videos film films file files footage".split(), Measured.ASSET
    ),
    **dict.fromkeys(("moment", "moments"), Measured.MOMENT),
}
"""What a length is of, by its word: a take is a shot, a clip is a file."""
_BETWEEN = frozenset(
    {"that", "which", "is", "are", "lasting", "lasts", "last", "of", "with", "a", "length"}
)
_SIZED = re.compile(
    r"(?=\d)(?:(?P<h>\d{1,3})h)?(?:(?P<m>\d{1,5})m(?:ins?)?)?(?:(?P<s>\d{1,5})s(?:ecs?)?)?",
    re.ASCII,
)

_A_MINUTE = 60
Lasting = tuple[int, Length]
"""The place after a phrase, and what it says."""


def read_length(words: Words, i: int) -> Lasting | None:
    """The length that begins at a place, if one does; of what, if the word for it is beside."""
    found = _length(words, i)
    if found is not None:
        end, length = found
        of = _MEASURED.get(words.word(end))
        return (end + 1, replace(length, of=of)) if of else found
    of = _MEASURED.get(words.word(i))
    at = i + 1
    while of and words.word(at) in _BETWEEN and at - i < 5:
        at += 1
        found = _length(words, at)
        if found is not None:
            break
    found = found or (_length(words, i + 1) if of else None)
    return (found[0], replace(found[1], of=of)) if of and found else None


def _length(words: Words, i: int) -> Lasting | None:
    at = i + (words.word(i) in {"lasting", "lasts", "last", "for", "of"})
    ranged = _range(words, at + (words.word(at) in {"between", "from"}))
    if ranged is not None:
        return ranged
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
    after = _COMPARED.get(words.word(at + 1), "")
    if word in {"no", "not"} and after and words.word(at + 2) == "than":
        return {"least": "most", "most": "least"}[after], at + 3
    if word in _COMPARED:
        return _COMPARED[word], at + 1 + (words.word(at + 1) == "than")
    if word == "at" and words.word(at + 1) in {"least", "most"}:
        return words.word(at + 1), at + 2
    if words.words(at, "up", "to"):
        return "most", at + 2
    return "", at


def _range(words: Words, i: int) -> Lasting | None:
    """ "5 to 10 seconds", "5-10 s"."""
    joined = _RANGED.fullmatch(words.word(i))
    if joined:
        unit, end = joined[3] or words.word(i + 1), i + 1 + (joined[3] is None)
        low, high = int(joined[1]), int(joined[2])
        if unit not in _UNITS_S or low > high:
            return None
        return end, Length(Fraction(low * _UNITS_S[unit]), Fraction(high * _UNITS_S[unit]))
    sized = _quantity(words, i)
    if sized is not None and words.word(sized[0]) in {"and", "to"}:
        until = _seconds(words, sized[0] + 1)
        is_range = until is not None and sized[1] <= until[1]
        return _and_long(words, until[0], sized[1], until[1]) if until and is_range else None
    first = words.amount(i)
    if first is None or words.word(i + 1) not in {"and", "to"}:
        return None
    last = _seconds(words, i + 2)
    number = words.amount(i + 2)
    if last is None or not number:
        return None
    least = first * last[1] / number
    return _and_long(words, last[0], least, last[1]) if least <= last[1] else None


def _and_long(words: Words, end: int, least: Fraction, most: Fraction) -> Lasting:
    return end + (words.word(end) == "long"), Length(least, most)


def _seconds(words: Words, i: int) -> tuple[int, Fraction] | None:
    """The place after a length and its seconds: "90 s", "1m30s", "one minute and 30 seconds"."""
    found = _quantity(words, i)
    if found is None or found[1] < _A_MINUTE:
        return found
    more = _quantity(words, found[0] + (words.word(found[0]) == "and"))
    return (more[0], found[1] + more[1]) if more and more[1] < _A_MINUTE else found


def _quantity(words: Words, i: int) -> tuple[int, Fraction] | None:
    if words.words(i, "half", "a") and words.word(i + 2) in _UNITS_S:
        return i + 3, Fraction(_UNITS_S[words.word(i + 2)], 2)
    joined = _SIZED.fullmatch(words.word(i))
    if joined:
        hours, minutes, seconds = (int(joined[unit] or 0) for unit in "hms")
        return i + 1, Fraction((hours * 60 + minutes) * 60 + seconds)
    number = words.amount(i)
    unit = _UNITS_S.get(words.word(i + 1))
    if number is None or unit is None:
        return None
    return i + 2, number * unit
