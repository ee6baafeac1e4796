"""Chunks of a query: words become lexemes, lexemes become parts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from search.lexicon import Word
from search.query_lexemes import Lexeme, read_lexemes
from search.query_people import PersonPhrase, read_person
from search.query_tokens import Token
from search.query_types import Count, Kind, Part, Want
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
            if lexeme.word in (Word.LINK, Word.WEAR):
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
        return self.parts

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
        if lexeme.token.quoted or lexeme.token.named:
            self._name_or_quote(lexeme)
            return i + 1
        person = read_person(self.lexemes, i)
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

    def _name_or_quote(self, lexeme: Lexeme) -> None:
        token = lexeme.token
        if token.named is None:
            self._emit(Kind.QUOTED, [lexeme], value=token.word, phrase=token.word)
            return
        kind, key = token.named
        self._emit(kind, [lexeme], value=str(key), phrase="")

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
            lead=_ARTICLES | ({"in", "wearing", "with"} if not person.value else frozenset()),
        )

    def _thing(self, i: int) -> int:
        """``[count] [word] [colour] thing [action]`` at i: its end, or 0."""
        lexemes, j = self.lexemes, i
        count, colours, others = None, list[str](), 0
        while j < len(lexemes) and lexemes[j].word in (Word.COUNT, Word.COLOUR, Word.OTHER):
            if lexemes[j].word is Word.COUNT:
                count = as_count(lexemes[j].detail)
            elif lexemes[j].word is Word.COLOUR:
                colours.append(lexemes[j].value)
            else:
                others += 1
            j += 1
        if j >= len(lexemes) or lexemes[j].word not in (Word.OBJECT, Word.CARRIED):
            return 0
        if others > 1 or (others and self.free):
            return 0
        value = lexemes[j].value
        j += 1
        actions: list[str] = []
        while j < len(lexemes) and lexemes[j].word is Word.ACTION:
            actions.append(lexemes[j].value)
            j += 1
        self._emit(
            Kind.OBJECT,
            lexemes[i:j],
            value=value,
            count=count,
            wants=tuple(Want("colour", (c,), c) for c in colours),
            actions=tuple(actions),
            labels=LABEL_GROUPS.get(value, (value,)),
        )
        return j

    def _place(self, i: int) -> int:
        """``[word] [colour] place+``, a setting or a light at i: its end, or 0."""
        lexemes, j = self.lexemes, i
        if lexemes[j].word is Word.OTHER and not self.free:
            j += 1
        while j < len(lexemes) and lexemes[j].word is Word.COLOUR:
            j += 1
        if j >= len(lexemes) or lexemes[j].word not in _PLACELIKE:
            return 0
        if j > i and lexemes[j].word is not Word.PLACE:
            return 0
        kind = _PLACELIKE[lexemes[j].word]
        j += 1
        while kind is Kind.PLACE and j < len(lexemes) and lexemes[j].word is Word.PLACE:
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
    ) -> None:
        self._flush_free()
        own = [*self._lead(lead), *lexemes]
        negated = self.negating
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
            )
        )

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
