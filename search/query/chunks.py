"""Chunks of a query: lexemes become parts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.query.afterwords import read_afterword
from search.query.context import read_lexemes
from search.query.lexemes import ARTICLES, Lexeme
from search.query.lexicon import Word
from search.query.order import main_clause
from search.query.pairs import share_descriptions
from search.query.parts import GOES_ON, Assembler, Said, as_count, is_word, of_subject
from search.query.people import read_person
from search.query.times import When
from search.query.tokens import Token
from search.query.types import Kind, Part, Want
from search.query.values import ANYTHING
from search.query.vocabulary import LABEL_GROUPS
from search.query.wants import colour_wants
from search.query.word_forms import is_lacking

_JOINS = frozenset({"and", "or", "nor", "but", "who", "that", "which", "is", "are", "while"})
_PLACELIKE = {Word.PLACE: Kind.PLACE, Word.SETTING: Kind.SETTING, Word.LIGHT: Kind.LIGHT}
_HEADLESS_LEAD = ARTICLES | {"in", "wearing", "with", "neither"}
_MODIFIERS = (Word.COUNT, Word.COLOUR, Word.OTHER)
_RELATING = frozenset({"that", "which", "is", "are"})
_THINGS = (Word.OBJECT, Word.CARRIED)
_THING_LEAD = ARTICLES | {"neither"}
_LISTED = (*_THINGS, Word.GARMENT, Word.PERSON, Word.PLACE, Word.COLOUR)


def chunk(text: str, tokens: Sequence[Token]) -> list[Part]:
    """The parts of a text, in order, from its tokens."""
    return _Chunker(text, read_lexemes(tokens), Assembler(text)).run()


@dataclass(slots=True)
class _Chunker:
    text: str
    lexemes: list[Lexeme]
    made: Assembler
    turn: tuple[int, str] | None = None  # where the main clause begins, and its order

    def run(self) -> list[Part]:
        i = 0
        while i < len(self.lexemes):
            lexeme = self.lexemes[i]
            if lexeme.breaks:
                self.made.end_phrase(is_list=_is_list(self.lexemes, i))
            if self.turn and i >= self.turn[0]:
                self.made.flush()
                self.made.opens, self.turn = self.turn[1], None
            i = self._read(i, lexeme)
        return share_descriptions(self.text, self.made.finish())

    def _read(self, i: int, lexeme: Lexeme) -> int:
        """Reads what begins at i; the place after it."""
        if lexeme.word is Word.ORDER:
            self._order(i)
        elif lexeme.word in (Word.LINK, Word.WEAR):
            self.made.link(lexeme)
        elif lexeme.word is Word.NEGATION:
            self.made.negate(lexeme)
        elif lexeme.token.is_whole:
            self._whole(lexeme)
        else:
            end = self._person(i) or self._thing(i) or self._place(i)
            if end:
                return end
            self.made.unknown(lexeme)
        return i + 1

    def _order(self, i: int) -> None:
        """ "Then" between two parts, or "after" before two clauses; elsewhere it orders nothing."""
        lexeme = self.lexemes[i]
        self.made.flush()
        self.made.negating = False
        said = [part for part in self.made.parts if part.kind is not Kind.LINK]
        if not said:
            self.turn = main_clause(self.lexemes, i)
        is_between = bool(said) and said[-1].kind is not Kind.ORDER
        if i + 1 < len(self.lexemes) and (is_between or self.turn):
            self.made.order(lexeme)
        else:
            self.made.links.append(lexeme)

    def _whole(self, lexeme: Lexeme) -> None:
        """A name, a time or quoted words."""
        token = lexeme.token
        if token.named is not None:
            kind, key = token.named
            self.made.emit(kind, [lexeme], Said(value=str(key), phrase=""))
        elif isinstance(token.timed, When):
            self.made.emit(Kind.WHEN, [lexeme], Said(phrase="", when=token.timed))
        elif token.timed is not None:
            self.made.emit(Kind.LENGTH, [lexeme], Said(phrase="", length=token.timed))
        else:
            self.made.emit(Kind.QUOTED, [lexeme], Said(value=token.word, phrase=token.word))

    def _person(self, i: int) -> int:
        """A person phrase at i: its end, or 0."""
        phrase = read_person(self.lexemes, i, self.text)
        if phrase is None:
            return 0
        said, lead = phrase.said, ARTICLES if phrase.said.value else _HEADLESS_LEAD
        is_bare = not said.value and not self.lexemes[i].breaks
        subject = self.made.described(acts=bool(said.actions)) if is_bare else None
        if subject is not None:
            said = of_subject(subject, said, negated=self.made.negating)
            self.made.negating = False
        self.made.emit(Kind.PERSON, self.lexemes[i : phrase.end], said, lead)
        return phrase.end

    def _thing(self, i: int) -> int:
        """``[count] [word] [colour] thing [action] [that is a colour]`` at i: its end, or 0."""
        lexemes, j = self.lexemes, i
        while self._goes_on(i, j) and lexemes[j].word in _MODIFIERS:
            j += 1
            is_coloured = lexemes[j - 1].word is Word.COLOUR
            if is_coloured and self._goes_on(i, j + 1) and _is_second_colour(lexemes, j):
                j += 1
        if not self._goes_on(i, j) or lexemes[j].word not in _THINGS:
            return self._left_out(i, j)
        before = lexemes[i:j]
        others = sum(x.word is Word.OTHER for x in before)
        if others > 1 or (others and self.made.free):
            return 0
        end = j + 1
        while self._goes_on(i, end) and lexemes[end].word is Word.ACTION:
            end += 1
        said = self._said_of_thing(before, lexemes[j], lexemes[j + 1 : end])
        denied, end = self._denied_action(end)
        said = replace(said, wants=(*said.wants, *denied))
        if denied:
            said = replace(said, phrase=said.phrase or _seen(lexemes[i : j + 1]))
        is_one = lexemes[j].value != ANYTHING
        after = read_afterword(lexemes, end) if is_one and end < len(lexemes) else None
        if after is not None:
            own = colour_wants("colour", after.colours, self.text, negated=after.negated)
            said = replace(said, wants=(*said.wants, *own))
            if after.negated:
                said = replace(said, phrase=said.phrase or _seen(lexemes[i:end]))
            end = after.end
        self.made.emit(Kind.OBJECT, lexemes[i:end], said, _THING_LEAD)
        return end

    def _left_out(self, i: int, end: int) -> int:
        """A thing whose noun is said once, after the next: "a red" of "a red and a blue car"."""
        lexemes, k = self.lexemes, end + 1
        if end == i or lexemes[end - 1].word is not Word.COLOUR or not self._goes_on(i, end):
            return 0
        if lexemes[end].typed not in {"and", "or", "nor"} or not self._goes_on(i, k):
            return 0
        if lexemes[k].typed not in ARTICLES and lexemes[k].word is not Word.COUNT:
            return 0
        k += 1
        while self._goes_on(i, k) and lexemes[k].word in _MODIFIERS:
            k += 1
        if not self._goes_on(i, k) or lexemes[k].word not in _THINGS:
            return 0
        before = lexemes[i:end]
        if lexemes[k - 1].word is not Word.COLOUR or any(x.word is Word.OTHER for x in before):
            return 0
        said = self._said_of_thing(before, lexemes[k], ())
        phrase = _seen([*before, lexemes[k]])
        said = replace(said, phrase=phrase, noun_span=None)
        self.made.emit(Kind.OBJECT, before, said, _THING_LEAD)
        return end

    def _denied_action(self, i: int) -> tuple[tuple[Want, ...], int]:
        """What a thing is said not to do ("that are not parked"), and the place after it."""
        k = i
        while k < len(self.lexemes) and self.lexemes[k].typed in _RELATING:
            k += 1
        if k + 1 >= len(self.lexemes) or self.lexemes[k].word is not Word.NEGATION:
            return (), i
        verb = self.lexemes[k + 1]
        if verb.word is not Word.ACTION or self.lexemes[k].value != "not":
            return (), i
        return (Want("action", (verb.value,), verb.typed, negated=True, span=verb.span),), k + 2

    def _said_of_thing(
        self, before: Sequence[Lexeme], noun: Lexeme, verbs: Sequence[Lexeme]
    ) -> Said:
        counts = [x for x in before if x.word is Word.COUNT]
        colours = [x for x in before if x.word is Word.COLOUR]
        denied = any(is_lacking(x.entry) for x in colours)
        return Said(
            value=noun.value,
            phrase=_seen([*before, noun, *verbs]) if denied else None,
            count=as_count(counts[-1].detail) if counts else None,
            wants=colour_wants("colour", colours, self.text),
            actions=tuple(verb.value for verb in verbs),
            labels=LABEL_GROUPS.get(noun.value, (noun.value,)) if noun.value != ANYTHING else (),
            count_span=counts[-1].span if counts else None,
            noun_span=noun.span,
        )

    def _goes_on(self, start: int, i: int) -> bool:
        """Whether a phrase that began at ``start`` may go on at ``i``: no comma, name or time."""
        if i >= len(self.lexemes) or self.lexemes[i].token.is_whole:
            return False
        return i == start or not self.lexemes[i].breaks

    def _place(self, i: int) -> int:
        """``[word] [colour] place+``, a setting or a light at i: its end, or 0."""
        lexemes, j = self.lexemes, i
        if lexemes[j].word is Word.OTHER and not self.made.free:
            j += 1
        while self._goes_on(i, j) and lexemes[j].word is Word.COLOUR:
            j += 1
        if not self._goes_on(i, j) or lexemes[j].word not in _PLACELIKE:
            return 0
        if j > i and lexemes[j].word is not Word.PLACE:
            return 0
        kind = _PLACELIKE[lexemes[j].word]
        j += 1
        while kind is Kind.PLACE and self._goes_on(i, j) and lexemes[j].word is Word.PLACE:
            j += 1
        lead = frozenset(link.typed for link in self.made.links) - _JOINS
        self.made.emit(kind, lexemes[i:j], Said(value=lexemes[j - 1].value), lead)
        return j


def _is_list(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether "or" takes on what stands before a comma: "no phones, laptops or books"."""
    for lexeme in lexemes[i:]:
        if lexeme.typed in GOES_ON:
            return True
        if not is_word(lexeme, *_LISTED):
            return False
    return False


def _seen(lexemes: Sequence[Lexeme]) -> str:
    """The words for the vectors: without those that deny something, and what joined them."""
    kept = [x.spelled for x in lexemes if not is_lacking(x.entry) and x.word is not Word.LINK]
    return " ".join(kept)


def _is_second_colour(lexemes: Sequence[Lexeme], i: int) -> bool:
    """ "And", "or" or "nor" between two colours."""
    return lexemes[i].typed in {"or", "and", "nor"} and lexemes[i + 1].word is Word.COLOUR
