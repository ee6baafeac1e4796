"""Names of people, cameras and libraries among the words of a query. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from search.query.lexicon import Word, look_up
from search.query.tokens import Token, bare, tokenise
from search.query.types import Kind, Names

_Known = dict[str, list[tuple[list[str], Kind, int]]]
"""Names by their first word: all their words, what they name, and its id."""
_CUES = {"camera": Kind.CAMERA, "cam": Kind.CAMERA, "library": Kind.LIBRARY}


def mark_names(tokens: Sequence[Token], names: Names) -> list[Token]:
    """Join tokens that spell a known name, longest first.

    A camera or library whose name is an everyday word ("lobby") counts only after "camera" or
    "library", so that it does not swallow the place; so does one that is a number.
    """
    by_first = _spelled_here(tokens, names)
    found: list[Token] = []
    i = 0
    while i < len(tokens):
        cued = _cue_of(found[-1]) if found else None
        token, used = _name_at(tokens, i, by_first, cued)
        i += used
        if token.named and cued is token.named[0]:
            cue = found.pop()
            token = replace(token, span=(cue.span[0], token.span[1]), breaks=cue.breaks)
        elif token.named and i < len(tokens) and _follows(tokens[i], token.named[0]):
            token = replace(token, span=(token.span[0], tokens[i].span[1]))
            i += 1
        found.append(token)
    return found


def _spelled_here(tokens: Sequence[Token], names: Names) -> _Known:
    """The names whose first word is in the text, by that word, longest first."""
    words = {bare(token.word) for token in tokens} | {token.word for token in tokens}
    words |= {inner.word for token in tokens if token.quoted for inner in tokenise(token.word)}
    found: _Known = {}
    kinds = (
        (Kind.IDENTITY, names.identities),
        (Kind.CAMERA, names.cameras),
        (Kind.LIBRARY, names.libraries),
    )
    for kind, pairs in kinds:
        for name, key in pairs:
            spelled = _words_of(name)
            if spelled and spelled[0] in words:
                found.setdefault(spelled[0], []).append((spelled, kind, key))
    for same in found.values():
        same.sort(key=lambda known: -len(known[0]))
    return found


@lru_cache(maxsize=4096)
def _words_of(name: str) -> list[str]:
    return [token.word for token in tokenise(name)]


def _cue_of(token: Token) -> Kind | None:
    return _CUES.get(token.word) if token.named is None and not token.quoted else None


def _follows(token: Token, kind: Kind) -> bool:
    """Whether the word for a kind of name stands right here: "front door camera"."""
    return _cue_of(token) is kind and not token.breaks


def _name_at(
    tokens: Sequence[Token],
    i: int,
    by_first: _Known,
    cued: Kind | None,
) -> tuple[Token, int]:
    first = tokens[i]
    if first.quoted:
        return _quoted_name(first, by_first, cued), 1
    known = by_first.get(first.word) or by_first.get(bare(first.word)) or ()
    for words, kind, key in known:
        end = i + len(words)
        if end > len(tokens) or words[-1] not in (tokens[end - 1].word, bare(tokens[end - 1].word)):
            continue
        if [t.word for t in tokens[i : end - 1]] != words[:-1]:
            continue
        if len(words) == 1 and kind is Kind.IDENTITY and _is_common_noun(tokens, i):
            continue
        everyday = len(words) == 1 and (look_up(words[0]) is not None or words[0].isdigit())
        is_called = cued is not None or (end < len(tokens) and _follows(tokens[end], kind))
        if everyday and kind is not Kind.IDENTITY and not is_called:
            continue
        span = (first.span[0], tokens[end - 1].span[1])
        return Token(" ".join(words), span, named=(kind, key), breaks=first.breaks), len(words)
    return first, 1


def _quoted_name(token: Token, by_first: _Known, cued: Kind | None) -> Token:
    """Quoted words after "camera" or "library" that are the name of one."""
    words = [inner.word for inner in tokenise(token.word)] if cued else []
    for known, kind, key in by_first.get(words[0], ()) if words else ():
        if kind is cued and known == words:
            return replace(token, quoted=False, named=(kind, key))
    return token


_BEFORE_NOUNS = frozenset("a an the some any this that these those no my his her their our".split())
_DRESSED = frozenset({"in", "wearing", "wears", "wear", "wore"})
_BEFORE_KINDS = (Word.COLOUR, Word.COUNT)
_AFTER_ADJECTIVES = (Word.GARMENT, Word.CARRIED, Word.OBJECT, Word.PERSON, Word.PLACE)


def _is_common_noun(tokens: Sequence[Token], i: int) -> bool:
    """Whether a word that is also somebody's name means what it says: "a rose", "in brown", "the
    bill". Of a word that we know otherwise than for people ("brown", "park") only one with a
    capital is a name, and none that stands before a noun."""
    token, entry = tokens[i], look_up(tokens[i].word)
    before = tokens[i - 1] if i and not token.breaks else None
    kind = look_up(before.word) if before and not before.is_whole else None
    is_led = before is not None and (
        before.word in _BEFORE_NOUNS or (kind is not None and kind.word in _BEFORE_KINDS)
    )
    if entry is None or entry.word is Word.PERSON:
        return is_led and not token.capital
    after = look_up(tokens[i + 1].word) if i + 1 < len(tokens) else None
    is_adjective = after is not None and after.word in _AFTER_ADJECTIVES
    is_worn = before is not None and before.word in _DRESSED
    return not token.capital or is_led or is_worn or is_adjective
