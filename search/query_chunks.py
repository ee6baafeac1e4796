"""Chunks of a query: words become lexemes, lexemes become parts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from search.lexicon import Word
from search.query_lexemes import Lexeme, read_lexemes
from search.query_people import PersonPhrase, colour_wants, read_person
from search.query_tokens import Token
from search.query_types import Count, Kind, Part, TextSpan, Want
from search.times import Length, When
from search.vocabulary import LABEL_GROUPS

_JOINS = frozenset({"and", "or", "who", "that", "which", "is", "are", "while", "nor"})
_ARTICLES = frozenset({"a", "an", "the", "his", "her", "their", "these", "those", "some"})
_PLACELIKE = {Word.PLACE: Kind.PLACE, Word.SETTING: Kind.SETTING, Word.LIGHT: Kind.LIGHT}


def chunk(text: str, tokens: Sequence[Token]) -> list[Part]:
    """The parts of a text, in order, from its tokens."""
    return _Chunker(text, read_lexemes(tokens)).run()


@dataclass(slots=True)
class _Chunker:
    text: str
    lexemes: list[Lexeme]
    parts: list[Part] = field(default_factory=list)
    links: list[Lexeme] = field(default_factory=list)  # function words not yet given to a part
    free: list[Lexeme] = field(default_factory=list)  # words not understood, not yet given
    negation: Lexeme | None = None
    negating: bool = False

    def run(self) -> list[Part]:
        i = 0
        while i < len(self.lexemes):
            lexeme = self.lexemes[i]
            if lexeme.breaks:
                self._end_phrase(lexeme)
            if lexeme.word is Word.ORDER:
                i = self._order(i)
            elif lexeme.word in (Word.LINK, Word.WEAR):
                self._keep_scope(lexeme)
                self.links.append(lexeme)
                i += 1
            elif lexeme.word is Word.NEGATION:
                self._flush_free()
                self._flush_negation()
                self.negation, self.negating = lexeme, True
                i += 1
            else:
                i = self._content(i)
        self._flush_free()
        self._flush_negation()
        self._drop_last_order()
        return self.parts

    def _drop_last_order(self) -> None:
        """ "Then" with only function words behind it orders nothing."""
        last = max((i for i, p in enumerate(self.parts) if p.kind is not Kind.LINK), default=-1)
        if last >= 0 and self.parts[last].kind is Kind.ORDER:
            part = self.parts[last]
            self.parts[last] = Part(Kind.LINK, part.text, part.span, phrase=part.text)

    def _end_phrase(self, following: Lexeme) -> None:
        """A comma ends what was not understood, and a negation unless "or" takes it on."""
        if self.free:
            self._flush_free()
        if self.negation is None and following.typed not in {"or", "nor"}:
            self.negating = False

    def _order(self, i: int) -> int:
        """ "Then" between two parts; at either end of a query it orders nothing."""
        lexeme = self.lexemes[i]
        self._flush_free()
        self._flush_negation()
        self.negating = False
        is_between = self.parts and i + 1 < len(self.lexemes)
        if not is_between or self.parts[-1].kind is Kind.ORDER:
            self.links.append(lexeme)
        else:
            self._flush_links()
            words = self.text[slice(*lexeme.span)]
            self.parts.append(Part(Kind.ORDER, words, lexeme.span, value=lexeme.value))
        return i + 1

    def _flush_negation(self) -> None:
        """A "not" that nothing follows is a function word."""
        if self.negation is not None:
            self.links.insert(0, self.negation)
            self.negation = None
        self._flush_links()

    def _keep_scope(self, lexeme: Lexeme) -> None:
        """A negation ends with the part it negates, unless "or" goes on: no cars or bikes."""
        if self.negation is None and lexeme.typed not in {"or", "nor"} and not self.links:
            self.negating = False

    def _content(self, i: int) -> int:
        lexeme = self.lexemes[i]
        if lexeme.token.is_whole:
            self._whole(lexeme)
            return i + 1
        person = read_person(self.lexemes, i, self.text)
        if person is not None:
            self._person(i, person)
            return person.end
        end = self._thing(i) or self._place(i)
        if end:
            return end
        if self.links and not self.free:
            self._flush_links()
        self.free.extend(self.links)
        self.links = []
        self.free.append(lexeme)
        return i + 1

    def _whole(self, lexeme: Lexeme) -> None:
        """A name, a time or quoted words."""
        token = lexeme.token
        if token.named is not None:
            kind, key = token.named
            self._emit(kind, [lexeme], value=str(key), phrase="")
        elif isinstance(token.timed, When):
            self._emit(Kind.WHEN, [lexeme], phrase="", when=token.timed)
        elif token.timed is not None:
            self._emit(Kind.LENGTH, [lexeme], phrase="", length=token.timed)
        else:
            self._emit(Kind.QUOTED, [lexeme], value=token.word, phrase=token.word)

    def _person(self, i: int, person: PersonPhrase) -> None:
        self._emit(
            Kind.PERSON,
            self.lexemes[i : person.end],
            value=person.value,
            phrase=person.phrase,
            count=person.count,
            wants=person.wants,
            actions=person.actions,
            labels=person.labels,
            count_span=person.count_span,
            noun_span=person.noun_span,
            lead=_ARTICLES | ({"in", "wearing", "with"} if not person.value else frozenset()),
        )

    def _thing(self, i: int) -> int:
        """``[count] [word] [colour] thing [action]`` at i: its end, or 0."""
        lexemes, j = self.lexemes, i
        counted: Lexeme | None = None
        colours, others = list[Lexeme](), 0
        while self._goes_on(i, j) and lexemes[j].word in (Word.COUNT, Word.COLOUR, Word.OTHER):
            if lexemes[j].word is Word.COUNT:
                counted = lexemes[j]
            elif lexemes[j].word is Word.COLOUR:
                colours.append(lexemes[j])
            else:
                others += 1
            j += 1
            if colours and self._goes_on(i, j + 1) and _is_second_colour(lexemes, j):
                j += 1
        if not self._goes_on(i, j) or lexemes[j].word not in (Word.OBJECT, Word.CARRIED):
            return 0
        if others > 1 or (others and self.free):
            return 0
        value, noun_span = lexemes[j].value, lexemes[j].span
        j += 1
        actions: list[str] = []
        while self._goes_on(i, j) and lexemes[j].word is Word.ACTION:
            actions.append(lexemes[j].value)
            j += 1
        self._emit(
            Kind.OBJECT,
            lexemes[i:j],
            value=value,
            count=as_count(counted.detail) if counted else None,
            wants=colour_wants("colour", colours, self.text),
            actions=tuple(actions),
            labels=LABEL_GROUPS.get(value, (value,)),
            count_span=counted.span if counted else None,
            noun_span=noun_span,
        )
        return j

    def _goes_on(self, start: int, i: int) -> bool:
        """Whether a phrase that began at ``start`` may go on at ``i``: no comma, name or time."""
        if i >= len(self.lexemes) or self.lexemes[i].token.is_whole:
            return False
        return i == start or not self.lexemes[i].breaks

    def _place(self, i: int) -> int:
        """``[word] [colour] place+``, a setting or a light at i: its end, or 0."""
        lexemes, j = self.lexemes, i
        if lexemes[j].word is Word.OTHER and not self.free:
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
        lead = {link.typed for link in self.links} - _JOINS
        self._emit(kind, lexemes[i:j], value=lexemes[j - 1].value, lead=frozenset(lead))
        return j

    def _emit(
        self,
        kind: Kind,
        lexemes: Sequence[Lexeme],
        *,
        value: str = "",
        phrase: str | None = None,
        lead: frozenset[str] = _ARTICLES,
        count: Count | None = None,
        wants: tuple[Want, ...] = (),
        actions: tuple[str, ...] = (),
        labels: tuple[str, ...] = (),
        when: When | None = None,
        length: Length | None = None,
        count_span: TextSpan | None = None,
        noun_span: TextSpan | None = None,
    ) -> None:
        self._flush_free()
        taken = self._lead(lead)
        own = [*taken, *lexemes]
        negated = self.negating
        either = not negated and self._is_alternative(taken)
        count, negated = _settle_nobody(kind, count, negated, wants, actions)
        span = (own[0].span[0], own[-1].span[1])
        spelled = " ".join(x.spelled for x in own if x is not self.negation)
        self.negation = None
        if count == Count(0, 0):
            phrase = ""  # vectors cannot tell absence
        self.parts.append(
            Part(
                kind=kind,
                text=self.text[span[0] : span[1]],
                span=span,
                value=value,
                phrase=spelled if phrase is None else phrase,
                negated=negated,
                count=count,
                wants=wants,
                actions=actions,
                labels=labels,
                corrected=tuple(x.correction for x in own if x.correction),
                when=when,
                length=length,
                either=either,
                count_span=count_span,
                noun_span=noun_span,
            )
        )

    def _is_alternative(self, taken: Sequence[Lexeme]) -> bool:
        """Whether "or" joins what comes to a part before it."""
        words = [link.typed for link in taken]
        if self.parts and self.parts[-1].kind is Kind.LINK:
            words += self.parts[-1].text.casefold().split()
        before = next((p for p in reversed(self.parts) if p.kind is not Kind.LINK), None)
        may_join = before is not None and not before.negated and before.kind is not Kind.ORDER
        return may_join and "or" in words

    def _lead(self, allowed: frozenset[str]) -> list[Lexeme]:
        """Function words right before a part that belong to it; the rest become a LINK part."""
        if self.negation is not None:
            taken = [self.negation, *self.links]
            self.links = []
            return taken
        cut = len(self.links)
        while cut and self.links[cut - 1].typed in allowed:
            cut -= 1
        taken, self.links = self.links[cut:], self.links[:cut]
        self._flush_links()
        return taken

    def _flush_links(self) -> None:
        if self.links:
            span = (self.links[0].span[0], self.links[-1].span[1])
            words = self.text[span[0] : span[1]]
            self.parts.append(Part(Kind.LINK, words, span, phrase=words))
            self.links = []

    def _flush_free(self) -> None:
        if not self.free:
            return
        held, self.free = self.free, []
        pending, self.links = self.links, []
        self._emit(Kind.FREE, held)
        self.links = pending
        if not self.links:
            self.negating = False


def _is_second_colour(lexemes: Sequence[Lexeme], i: int) -> bool:
    """ "And" or "or" between two colours."""
    return lexemes[i].typed in {"or", "and"} and lexemes[i + 1].word is Word.COLOUR


def as_count(detail: Sequence[str]) -> Count:
    """The count of a vocabulary entry: least, most ("-1": no upper bound)."""
    least, most = int(detail[0]), int(detail[1])
    return Count(least, None if most < 0 else most)


def _settle_nobody(
    kind: Kind,
    count: Count | None,
    negated: bool,
    wants: Sequence[Want],
    actions: Sequence[str],
) -> tuple[Count | None, bool]:
    """ "No people" is a count of nobody, not the negation of a description."""
    if kind is Kind.PERSON and negated and not wants and not actions:
        return Count(0, 0), False
    return count, negated
