"""Lexemes of a query: words and fixed phrases, each with its kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.query.lexicon import (
    ENTRIES,
    LONGEST_PHRASE,
    PHRASE_STARTS,
    Entry,
    Word,
    correct,
    look_up,
    unaccented,
)
from search.query.tokens import Token, bare
from search.query.word_forms import compound, formed

ARTICLES = frozenset(
    {"a", "an", "the", "his", "her", "their", "these", "those", "this", "some", "any"}
)
UNKNOWN = Entry(Word.OTHER, "")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word or fixed phrase: its entry, place, and the typo that was forgiven, if any."""

    entry: Entry
    token: Token
    span: tuple[int, int]
    typed: str
    correction: tuple[str, str] | None = None

    @property
    def word(self) -> Word:
        return self.entry.word

    @property
    def value(self) -> str:
        return self.entry.value

    @property
    def detail(self) -> tuple[str, ...]:
        return self.entry.detail

    @property
    def breaks(self) -> bool:
        """Whether a comma stands before it."""
        return self.token.breaks

    @property
    def spelled(self) -> str:
        """The words with a typo put right."""
        return self.correction[1] if self.correction else self.typed


def split_lexemes(tokens: Sequence[Token]) -> list[Lexeme]:
    """Lexemes of tokens, the longest fixed phrase first, each read by itself."""
    found: list[Lexeme] = []
    i = 0
    while i < len(tokens):
        lexemes, used = _lexemes_at(tokens, i)
        found += lexemes
        i += used
    return found


def _lexemes_at(tokens: Sequence[Token], i: int) -> tuple[list[Lexeme], int]:
    first = tokens[i]
    if first.is_whole:
        return [Lexeme(UNKNOWN, first, first.span, first.word)], 1
    for size in range(_longest_run(tokens, i), 1, -1):
        phrase = " ".join(token.word for token in tokens[i : i + size])
        if phrase in ENTRIES and not _is_within(phrase, tokens, i + size):
            span = (first.span[0], tokens[i + size - 1].span[1])
            return [Lexeme(ENTRIES[phrase], first, span, phrase)], size
    pieces = compound(first.word) if look_up(first.word) is None else ()
    return (_apart(first, pieces) if pieces else [_single(first)]), 1


_GOING_ON = frozenset(
    {"and", "then", "or", "but", "while", "with", "from", "through", "at", "again"}
)


def _is_within(phrase: str, tokens: Sequence[Token], after: int) -> bool:
    """Whether a verb with "in" only says where: "walking in the park", not "walks in"."""
    verb, _, last = phrase.rpartition(" ")
    if last != "in" or verb not in ENTRIES or after >= len(tokens):
        return False
    return not (tokens[after].breaks or tokens[after].word in _GOING_ON)


def _apart(token: Token, pieces: Sequence[tuple[str, Entry]]) -> list[Lexeme]:
    """The lexemes of one word with a hyphen, each where it stands."""
    found: list[Lexeme] = []
    at = token.span[0]
    for n, (word, entry) in enumerate(pieces):
        is_last = n == len(pieces) - 1
        span = (at, token.span[1] if is_last else at + len(word))
        piece = replace(token, word=word, span=span, breaks=token.breaks and not n)
        found.append(Lexeme(entry, piece, span, word))
        at = span[1] + 1
    return found


def _longest_run(tokens: Sequence[Token], i: int) -> int:
    """How many tokens from a place on may be one fixed phrase."""
    if tokens[i].word not in PHRASE_STARTS:
        return 1
    end = min(i + LONGEST_PHRASE, len(tokens))
    for k in range(i + 1, end):
        if tokens[k].is_whole or tokens[k].breaks:
            return k - i
    return end - i


def _single(token: Token) -> Lexeme:
    word = token.word
    entry = look_up(word) or look_up(bare(word)) or formed(word) or look_up(unaccented(word))
    if entry is not None:
        return Lexeme(entry, token, token.span, word)
    better = correct(word)
    if better is None:
        return Lexeme(UNKNOWN, token, token.span, word)
    return Lexeme(ENTRIES[better], token, token.span, word, (word, better))
