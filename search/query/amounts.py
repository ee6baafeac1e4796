"""Amounts in words that have a bound: "at least two", "three or four", "no more than 5". Pure.

Phrases are spelled out, so that the lexer finds them as it finds all fixed phrases.
"""

from __future__ import annotations

from itertools import combinations

_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
_LARGE = {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "a hundred": 100}
_LEAST = ("at least", "no fewer than", "no less than", "not less than", "not fewer than")
_MOST = ("at most", "no more than", "not more than", "up to", "maximum")
_EXACT = ("exactly", "precisely", "just", "only")
_BETWEEN = ("{} or {}", "{} to {}", "between {} and {}", "{}-{}")
NO_BOUND = -1


def amounts() -> dict[str, tuple[int, int]]:
    """Phrase → least and most (``NO_BOUND``)."""
    found = {"half a dozen": (6, 6), "a dozen": (12, 12), "dozens of": (12, NO_BOUND)}
    found |= {"hundreds of": (20, NO_BOUND)}
    spelled = {**_LARGE, **{word: n for n, word in enumerate(_WORDS, start=1)}}
    for said, number in [*spelled.items(), *((str(n), n) for n in range(1, 101))]:
        found |= _bounded(said, number)
    for kind in (_WORDS, [str(n) for n in range(1, 21)], [str(n) for n in range(10, 101, 10)]):
        for least, most in combinations(kind, 2):
            bounds = spelled.get(least) or int(least), spelled.get(most) or int(most)
            found |= {form.format(least, most): bounds for form in _BETWEEN}
    return found


def _bounded(said: str, number: int) -> dict[str, tuple[int, int]]:
    """What can be said of one number."""
    found = {f"{words} {said}": (number, NO_BOUND) for words in _LEAST}
    found |= {f"{words} {said}": (1, number) for words in _MOST}
    found |= {f"{words} {said}": (number, number) for words in _EXACT}
    found |= {f"{words} {said}": (number + 1, NO_BOUND) for words in ("more than", "over")}
    found |= {f"{said} or more": (number, NO_BOUND), f"{said} or fewer": (1, number)}
    found |= {f"{said}+": (number, NO_BOUND), f"{number}+": (number, NO_BOUND)}
    if number > 1:
        found |= {f"{words} {said}": (1, number - 1) for words in ("fewer than", "less than")}
    if number > 10:
        found[said] = (number, number)
    return found
