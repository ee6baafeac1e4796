"""The beginning of a person phrase: who, how many, how old. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from search.query.lexemes import Lexeme
from search.query.lexicon import Word
from search.query.parts import as_count
from search.query.types import PRONOUNS, Count, TextSpan, Want
from search.query.wants import garment_wants
from search.query.word_forms import is_lacking

_HEAD = (Word.COUNT, Word.AGE, Word.OTHER, Word.COLOUR, Word.GARMENT)


@dataclass(slots=True)
class PersonHead:
    """A person phrase while it is read: what was found, and ``at``, the lexeme after it."""

    lexemes: Sequence[Lexeme]
    start: int
    text: str
    at: int = 0
    value: str = ""
    count: Count | None = None
    wants: list[Want] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    last: Word = Word.PERSON
    unseen: set[int] = field(default_factory=set)  # lexemes that are negated
    negated_before: bool = False
    count_span: TextSpan | None = None
    noun_span: TextSpan | None = None
    garment: Lexeme | None = None  # the last one
    thing: Lexeme | None = None  # the last one that somebody has
    idle: list[str] = field(default_factory=list)  # what may be there or not

    def kind(self, i: int) -> Word | None:
        """What stands at a place; None for a name, a time, quoted words and beyond the end."""
        if i >= len(self.lexemes):
            return None
        return None if self.lexemes[i].token.is_whole else self.lexemes[i].word

    def breaks(self, i: int) -> bool:
        """Whether a comma stands before a lexeme."""
        return i < len(self.lexemes) and self.lexemes[i].breaks

    def read_head(self) -> bool:
        """``[count] [age] [colours garment] [one unknown adjective] noun``."""
        i = self.start
        while self.kind(i) in _HEAD or (i > self.start and self.typed(i) in _WITHIN):
            if i > self.start and self.breaks(i):
                return False
            i += 1
        is_noun = self.kind(i) is Word.PERSON and not (i > self.start and self.breaks(i))
        before = self.lexemes[self.start : i]
        if not is_noun or sum(x.word is Word.OTHER for x in before) > 1 or not _is_dressed(before):
            return False
        self._dress(before)
        counts = [x for x in before if x.word is Word.COUNT]
        count = as_count(counts[-1].detail) if counts else None
        self.count_span = counts[-1].span if counts else None
        self.name(self.lexemes[i], count)
        for age in (x for x in before if x.word is Word.AGE):
            self.wants.append(Want("age", (age.value,), age.typed, span=age.span))
        self.at = i + 1
        if count is None and self.typed(self.at) == "alone" and not self.breaks(self.at):
            self.count, self.at = Count(1, 1), self.at + 1
        return True

    def _dress(self, before: Sequence[Lexeme]) -> None:
        """Clothes that are named before who wears them: "red coat woman", "hatless man"."""
        colours: list[Lexeme] = []
        for k, lexeme in enumerate(before, start=self.start):
            if lexeme.word is Word.COLOUR:
                colours.append(lexeme)
            elif lexeme.word is Word.GARMENT:
                self.wants += garment_wants(lexeme, colours, self.text, negated=False)
                self.garment, colours = lexeme, []
                if is_lacking(lexeme.entry):
                    self.unseen.add(k)

    def typed(self, i: int) -> str:
        """The word at a place, as it was typed."""
        return self.lexemes[i].typed if i < len(self.lexemes) else ""

    def name(self, noun: Lexeme, count: Count | None) -> None:
        """Who it is, by a noun: its gender, age and number."""
        gender, age, *bounds = noun.detail
        self.value, self.count = noun.value, count
        if self.value not in PRONOUNS:
            self.noun_span = noun.span
        if bounds and count is None:
            self.count = as_count(bounds)
        if gender:
            self.wants.append(Want("gender", (gender,), gender))
        if age:
            self.wants.append(Want("age", (age,), noun.typed))


_WITHIN = frozenset({"of", "the", "a", "an", "and"})


def _is_dressed(before: Sequence[Lexeme]) -> bool:
    """Whether every colour before a noun is that of a garment before it, and "and" stands only
    between colours: of a "red man" or a "hat and a woman" nothing is known."""
    kinds = [x.word for x in before if x.typed not in ("of", "the", "a", "an")]
    for k, kind in enumerate(kinds):
        after = kinds[k + 1] if k + 1 < len(kinds) else None
        if kind is Word.COLOUR and after not in (Word.COLOUR, Word.GARMENT, Word.LINK):
            return False
        if kind is Word.LINK and not (k and kinds[k - 1] is Word.COLOUR and after is Word.COLOUR):
            return False
    return True
