"""Words whose reading depends on their neighbours: "old man" but "old house", "dark blue". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.query.lexemes import ARTICLES, UNKNOWN, Lexeme, split_lexemes
from search.query.lexicon import Entry, Word
from search.query.tokens import Token
from search.query.values import ANYTHING
from search.query.word_forms import lacking, worn

_PLACED = Entry(Word.LINK, "")
_EXCEPT = Entry(Word.NEGATION, "not")
_COUPLE = Entry(Word.PERSON, "people", ("", "", "2", "2"))
_NOT_COUNTING = {"a couple": _COUPLE, "both": _PLACED}
_SHADES = frozenset({"dark", "light", "bright", "pale", "deep"})
_NOUNS = frozenset({Word.PERSON, Word.OBJECT, Word.CARRIED})
_ADJECTIVES = frozenset({Word.AGE, Word.COLOUR, Word.OTHER, Word.COUNT})
_SUBJECT = _ADJECTIVES | _NOUNS | {Word.WEAR, Word.GARMENT, Word.NEGATION}
_LONGEST_SUBJECT = 9
_BEING = frozenset({"is", "are", "was", "were", "has", "have"})
_VERBS_TOO = {
    "waves": Entry(Word.ACTION, "wave", ("",)),
    "parks": Entry(Word.ACTION, "park", ("",)),
    "shops": Entry(Word.ACTION, "shop", ("",)),
}
"""Nouns that are verbs right after a person: "he waves"."""
_NOUNS_TOO = frozenset({"watch", "watches"})
_UNPEOPLED = frozenset({"empty", "deserted"})
_NOBODY = Entry(Word.PERSON, "people", ("", "", "0", "0"))
_ALONE = Entry(Word.COUNT, "one", ("1", "1"))
_ANYTHING = Entry(Word.OBJECT, ANYTHING)
_ALL = frozenset({"everyone", "everybody", "anyone", "anybody", "people", "all"})


def read_lexemes(tokens: Sequence[Token]) -> list[Lexeme]:
    """Lexemes of tokens, each as its neighbours have it read."""
    return _neither(_settle(split_lexemes(tokens)))


def _settle(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Words whose reading depends on their neighbours: "old man" but "old house", "dark blue"."""
    settled = lexemes
    for i in range(len(settled) - 1, -1, -1):
        entry = _reading(settled, i)
        if entry is not None:
            correction = None if entry is UNKNOWN else settled[i].correction
            settled[i] = replace(settled[i], entry=entry, correction=correction)
    return settled


def _reading(lexemes: Sequence[Lexeme], i: int) -> Entry | None:
    """Another reading of a lexeme than its entry, where its neighbours ask for one."""
    lexeme = lexemes[i]
    if lexeme.word is Word.ORDER:
        # "before a wall" is where, not when
        return _PLACED if lexeme.value != "then" and not says_what_happens(lexemes, i) else None
    if lexeme.typed.startswith(("nobody ", "no one ")):
        return _nobody_but(lexemes, i)
    if lexeme.typed in _UNPEOPLED:
        is_place = _next_kind(lexemes, i) is Word.PLACE
        return _NOBODY if is_place and not any(x.word is Word.PERSON for x in lexemes) else None
    if lexeme.word is Word.OTHER and _next_kind(lexemes, i) in (Word.PERSON, Word.AGE):
        return worn(lexeme.typed)
    if lexeme.word is Word.SETTING and lexeme.typed in _PREPOSITIONS:
        return _PLACED if _leads_to_thing(lexemes, i) else None
    if lexeme.typed in _STANDING_IN and _stands_for_anything(lexemes, i):
        return _ANYTHING
    if lexeme.word is Word.COUNT:
        if _counts(lexemes, i):
            return None
        is_somebody = any(x.word is Word.PERSON for x in lexemes[:i]) or _is_denied_one(lexemes, i)
        if _wears(lexemes, i) and is_somebody:
            return Entry(Word.PERSON, "people", ("", "", *lexeme.detail))  # "one in red"
        return _NOT_COUNTING.get(lexeme.typed, UNKNOWN)
    if lexeme.word is Word.AGE:
        return None if _next_kind(lexemes, i) in (Word.PERSON, Word.AGE) else UNKNOWN
    if lexeme.typed in _SHADES:
        shades = _next_kind(lexemes, i) in (Word.COLOUR, Word.GARMENT, Word.OTHER)
        return UNKNOWN if shades else None
    before = lexemes[i - 1] if i and not lexeme.breaks else None
    if lexeme.typed == "bar":
        k = i - 1 - (i > 0 and lexemes[i - 1].typed in ARTICLES)
        return UNKNOWN if k >= 0 and lexemes[k].typed in _ON_A_BAR else None
    if lexeme.typed == "top":
        return None if before and before.word is Word.COLOUR else UNKNOWN
    if lexeme.typed in _VERBS_TOO:
        return _VERBS_TOO[lexeme.typed] if before and before.word is Word.PERSON else None
    if lexeme.typed in _NOUNS_TOO:
        is_led = before is not None and (before.typed in ARTICLES or before.word is Word.WEAR)
        return UNKNOWN if is_led else None
    if lexeme.typed == "reading":
        is_quoting = i + 1 < len(lexemes) and lexemes[i + 1].token.quoted
        return UNKNOWN if is_quoting else None  # a sign reading "exit"
    if lexeme.typed == "but" and before and before.typed in _ALL:
        after = lexemes[i + 1] if i + 1 < len(lexemes) else None
        names = after is not None and (after.token.named is not None or _names(lexemes, i + 1))
        return _EXCEPT if names else None
    return None


_ON_A_BAR = frozenset({"on", "over", "under", "from", "off"})
"""One is in or at a bar that is a place; on a bar one swings."""
_PREPOSITIONS = frozenset({"inside", "outside"})


def _leads_to_thing(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether a thing follows: "inside a car" is where, "inside a shop" is indoors as well."""
    for lexeme in lexemes[i + 1 : i + 4]:
        if lexeme.word in (Word.OBJECT, Word.CARRIED) or lexeme.breaks:
            return not lexeme.breaks
        if lexeme.word not in _ADJECTIVES and lexeme.typed not in ARTICLES:
            return False
    return False


_STANDING_IN = frozenset({"one", "ones", "thing", "things"})
"""What a colour can be said of where nothing is named: "not a red one", "no red things"."""
_NAMING = frozenset({Word.PERSON, Word.OBJECT, Word.CARRIED, Word.GARMENT})


def _stands_for_anything(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether "one" after a denied colour stands for whatever there is, for nothing that it could
    stand for was named before it."""
    k = i - 1
    if lexemes[i].breaks or not _is_colour(lexemes, k) or _next_kind(lexemes, i) in _NAMING:
        return False
    while k > 0 and (_is_colour(lexemes, k) or _is_passed(lexemes[k])):
        k -= 1
    is_named = any(x.word in _NAMING or x.token.named is not None for x in lexemes[:k])
    return lexemes[k].word is Word.NEGATION and lexemes[k].value != "either" and not is_named


_BETWEEN_DENIED = ARTICLES | {"or", "nor"}
_SINGLE = ("1", "1")


def _is_passed(lexeme: Lexeme) -> bool:
    """Whether a word between "not" and a denied colour says nothing: "not a single red one"."""
    is_single = lexeme.word is Word.COUNT and tuple(lexeme.detail) == _SINGLE
    return is_single or lexeme.typed in _BETWEEN_DENIED


def _is_denied_one(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether "not" stands before "one", with an article between them at most."""
    k = i - 1 - (i > 0 and lexemes[i - 1].typed in ARTICLES)
    is_denied = k >= 0 and lexemes[k].word is Word.NEGATION and lexemes[k].value == "not"
    return is_denied and lexemes[i].typed == "one"


def _wears(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether clothes follow a number: "two in blue"."""
    if _next_kind(lexemes, i) is not Word.WEAR:
        return False
    after = lexemes[i + 2 : i + 4]
    return any(x.word in (Word.COLOUR, Word.GARMENT) for x in after)


def _nobody_but(lexemes: Sequence[Lexeme], i: int) -> Entry | None:
    """ "Nobody but a dog" is a dog and nobody; "nobody but a woman" is one, and "nobody but two
    guards" are two. Of a name it says nothing that could be asked."""
    after = lexemes[i + 1 : i + 4]
    if after and after[0].token.named is not None:
        return _PLACED
    if not _names(lexemes, i + 1):
        return None
    return _PLACED if any(x.word is Word.COUNT for x in after) else _ALONE


def _neither(lexemes: list[Lexeme]) -> list[Lexeme]:
    """ "Neither red nor blue cars" are cars: "neither" and "nor" deny their adjectives."""
    for i, lexeme in enumerate(lexemes):
        if lexeme.typed != "neither":
            continue
        colours = _listed_colours(lexemes, i + 1)
        if len(colours) < 2 or _next_kind(lexemes, colours[-1]) not in _DESCRIBED:
            continue
        if lexemes[colours[-1] + 1].entry is _ANYTHING:
            continue  # nothing is left that could be of another colour
        lexemes[i] = replace(lexeme, entry=_PLACED)
        for at in colours:
            lexemes[at] = replace(lexemes[at], entry=lacking(lexemes[at].entry))
        # "Neither a red nor a blue car": articles in between say nothing.
        said = lexemes[i + 1 : colours[-1]]
        lexemes[i + 1 : colours[-1]] = [x for x in said if x.typed not in ARTICLES]
    return lexemes


def _listed_colours(lexemes: Sequence[Lexeme], k: int) -> list[int]:
    """Places of colours from a place on with "nor" between them, and perhaps articles."""
    found: list[int] = []
    while True:
        k += _typed(lexemes, k) in ARTICLES
        if not _is_colour(lexemes, k):
            return found
        found.append(k)
        if _typed(lexemes, k + 1) != "nor":
            return found
        k += 2


_DESCRIBED = (Word.OBJECT, Word.CARRIED, Word.GARMENT)


def _is_colour(lexemes: Sequence[Lexeme], i: int) -> bool:
    return i < len(lexemes) and lexemes[i].word is Word.COLOUR


def _typed(lexemes: Sequence[Lexeme], i: int) -> str:
    return lexemes[i].typed if i < len(lexemes) else ""


def says_what_happens(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether an action follows: "leaving", "the man in red leaves"; not "a wall", "a man sitting".

    With a noun before it, a participle only describes.
    """
    for k in range(i + 1, min(i + _LONGEST_SUBJECT, len(lexemes))):
        lexeme = lexemes[k]
        if lexeme.breaks:
            return False
        if lexeme.word is Word.ACTION:
            is_bare = k == i + 1 or lexemes[k - 1].typed in _BEING
            return is_bare or not lexeme.typed.split()[0].endswith("ing")
        may_be_subject = lexeme.word in _SUBJECT or lexeme.token.named is not None
        if not may_be_subject and lexeme.typed not in ARTICLES | _BEING | {"and", "who"}:
            return False
    return False


def _names(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether people stand at a place, after articles and adjectives."""
    for lexeme in lexemes[i : i + 4]:
        if lexeme.word is Word.PERSON or lexeme.breaks:
            return lexeme.word is Word.PERSON
        if lexeme.word not in _ADJECTIVES and lexeme.typed not in ARTICLES:
            return False
    return False


def _next_kind(lexemes: Sequence[Lexeme], i: int) -> Word | None:
    if i + 1 >= len(lexemes) or lexemes[i + 1].breaks or lexemes[i + 1].token.is_whole:
        return None
    return lexemes[i + 1].word


def _counts(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether a number is followed, after adjectives, by people or things to be counted."""
    end = i + 4
    for k, lexeme in enumerate(lexemes[i + 1 :], start=i + 1):
        if k >= end or lexeme.breaks or lexeme.token.is_whole:
            return False
        if lexeme.word in _NOUNS:
            return True
        if lexeme.typed in {"and", "or"} and _is_colour(lexemes, k - 1):
            goes_on = _next_kind(lexemes, k) in (Word.COUNT, Word.COLOUR)
            if not goes_on and _typed(lexemes, k + 1) not in ARTICLES:
                return False
            end = k + 5  # "two black and white dogs", "two red and three blue cars"
            continue
        passed = ARTICLES if end > i + 4 else {"of", "the"}
        if lexeme.word not in _ADJECTIVES and lexeme.typed not in passed:
            return False
    return False
