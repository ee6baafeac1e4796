"""Colours that are said after what has them: "a car that isn't red", "but not a blue one". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from search.query.lexemes import ARTICLES, Lexeme
from search.query.lexicon import Word

_IS = frozenset({"is", "are", "was", "were", "being", "isn't", "aren't", "isnt", "arent"})
_IS |= {"wasn't", "weren't", "wasnt", "werent", "is not", "are not"}
_LEADS = ARTICLES | _IS | {"that", "which", "who", "but", "it", "they", "of", "in", "one", "ones"}
_LEADS |= {"color", "colour", "coloured", "colored", "with", "painted", "dressed", "dressed in"}
_COLOURED = frozenset({"color", "colour", "coloured", "colored", "painted"})
_ENDS = frozenset({"one", "ones", "color", "colour", "coloured", "colored"})
_BETWEEN = frozenset({"or", "nor", "and"})
_NOUNS = frozenset(
    {Word.PERSON, Word.OBJECT, Word.CARRIED, Word.GARMENT, Word.PLACE, Word.OTHER}
    | {Word.AGE, Word.COUNT, Word.COLOUR}
)


class Afterword(NamedTuple):
    """Colours up to ``end``; what is ``negated`` must not have any of them. ``worn``: somebody is
    said to be *in* them."""

    end: int
    colours: tuple[Lexeme, ...]
    negated: bool
    worn: bool


def read_afterword(lexemes: Sequence[Lexeme], i: int) -> Afterword | None:
    """The colours that the words at ``i`` say of what stands before them, if they do.

    They must be said to be its: by "is", by "not", by "of colour", or by standing alone between
    commas. Where a noun follows ("and a white cat"), they are that noun's.
    """
    k, typed = i, set[str]()
    negated = False
    while k < len(lexemes) and (k == i or not _parts(lexemes, k)):
        lexeme = lexemes[k]
        if lexeme.word is Word.NEGATION and lexeme.value == "not":
            negated = True
        elif lexeme.typed not in _LEADS:
            break
        typed.add(lexeme.typed)
        k += 1
    colours, end = _colours(lexemes, k)
    if not colours:
        return None
    is_alone = lexemes[i].breaks and k == i
    if typed & {"one", "ones"} and not negated:
        return None  # "one in red": somebody else
    is_said = negated or bool(typed & (_IS | _COLOURED)) or "in" in typed or is_alone
    if end < len(lexemes) and lexemes[end].typed in _ENDS and not lexemes[end].breaks:
        is_said = is_said or lexemes[end].typed in _COLOURED
        end += 1
    is_followed = end < len(lexemes) and not lexemes[end].breaks and _is_noun(lexemes[end])
    return None if is_followed or not is_said else Afterword(end, colours, negated, "in" in typed)


def _colours(lexemes: Sequence[Lexeme], k: int) -> tuple[tuple[Lexeme, ...], int]:
    """Colours from a place on, with "or", "nor" or "and" between them; the place after them."""
    found: list[Lexeme] = []
    while k < len(lexemes) and lexemes[k].word is Word.COLOUR:
        found.append(lexemes[k])
        k += 1
        if k + 1 < len(lexemes) and lexemes[k].typed in _BETWEEN:
            k += lexemes[k + 1].word is Word.COLOUR
    return tuple(found), k


def _parts(lexemes: Sequence[Lexeme], k: int) -> bool:
    """Whether a comma parts a word from those before it: not one before "not" or "neither"."""
    return lexemes[k].breaks and lexemes[k].word is not Word.NEGATION


def _is_noun(lexeme: Lexeme) -> bool:
    return not lexeme.token.is_whole and lexeme.word in _NOUNS
