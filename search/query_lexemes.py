"""Lexemes of a query: words and fixed phrases, each with its kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.lexicon import ENTRIES, LONGEST_PHRASE, Entry, Word, correct, look_up
from search.query_tokens import Token

_UNKNOWN = Entry(Word.OTHER, "")
_PLACED = Entry(Word.LINK, "")
_SHADES = frozenset({"dark", "light", "bright", "pale", "deep"})
_NOUNS = frozenset({Word.PERSON, Word.OBJECT, Word.CARRIED})


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


def read_lexemes(tokens: Sequence[Token]) -> list[Lexeme]:
    """Lexemes of tokens, the longest fixed phrase first; then readings that context decides."""
    found: list[Lexeme] = []
    i = 0
    while i < len(tokens):
        lexeme, used = _lexeme_at(tokens, i)
        found.append(lexeme)
        i += used
    return _settle(found)


def _lexeme_at(tokens: Sequence[Token], i: int) -> tuple[Lexeme, int]:
    first = tokens[i]
    if first.is_whole:
        return Lexeme(_UNKNOWN, first, first.span, first.word), 1
    for size in range(min(LONGEST_PHRASE, len(tokens) - i), 1, -1):
        run = tokens[i : i + size]
        if any(token.is_whole for token in run) or any(token.breaks for token in run[1:]):
            continue
        phrase = " ".join(token.word for token in run)
        if phrase in ENTRIES:
            span = (first.span[0], run[-1].span[1])
            return Lexeme(ENTRIES[phrase], first, span, phrase), size
    return _single(first), 1


def _single(token: Token) -> Lexeme:
    word = token.word
    entry = look_up(word) or look_up(word.removesuffix("'s"))
    if entry is not None:
        return Lexeme(entry, token, token.span, word)
    better = correct(word)
    if better is None:
        return Lexeme(_UNKNOWN, token, token.span, word)
    return Lexeme(ENTRIES[better], token, token.span, word, (word, better))


def _settle(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Words whose reading depends on what follows: "old man" but "old house", "dark blue"."""
    settled = list(lexemes)
    for i in range(len(settled) - 1, -1, -1):
        lexeme = settled[i]
        after = _next_kind(settled, i)
        before = settled[i - 1].word if i else None
        plain = (
            (lexeme.typed in _SHADES and after in (Word.COLOUR, Word.GARMENT, Word.OTHER))
            or (lexeme.word is Word.AGE and after not in (Word.PERSON, Word.AGE))
            or (lexeme.typed == "top" and before is not Word.COLOUR)
            or (lexeme.word is Word.COUNT and not _counts(settled, i))
        )
        if lexeme.word is Word.ORDER and lexeme.value != "then" and after is not Word.ACTION:
            settled[i] = replace(lexeme, entry=_PLACED)  # "before a wall" is where, not when
        if plain:
            settled[i] = replace(lexeme, entry=_UNKNOWN, correction=None)
    return settled


def _next_kind(lexemes: Sequence[Lexeme], i: int) -> Word | None:
    if i + 1 >= len(lexemes) or lexemes[i + 1].breaks or lexemes[i + 1].token.is_whole:
        return None
    return lexemes[i + 1].word


def _counts(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether a number is followed, after adjectives, by people or things to be counted."""
    skipped = (Word.AGE, Word.COLOUR, Word.OTHER, Word.COUNT)
    for lexeme in lexemes[i + 1 : i + 4]:
        if lexeme.breaks or lexeme.token.is_whole:
            return False
        if lexeme.word in _NOUNS:
            return True
        if lexeme.word not in skipped and lexeme.typed not in {"of", "the"}:
            return False
    return False
