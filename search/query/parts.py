"""Parts of a query put together from lexemes: what belongs to which, negation, alternatives. Pure.

Function words wait until it is known whether the part behind them takes them along; words that
were not understood wait until something else ends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from search.query.lexemes import ARTICLES, Lexeme
from search.query.lexicon import Word
from search.query.times import Length, When
from search.query.types import THING_OF, Count, Kind, Part, TextSpan, Want

GOES_ON = frozenset({"or", "nor"})
"""What takes a negation on to the next part: no cars or bikes."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a part says beside its kind and its words."""

    value: str = ""
    phrase: str | None = None
    count: Count | None = None
    wants: tuple[Want, ...] = ()
    actions: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    when: When | None = None
    length: Length | None = None
    count_span: TextSpan | None = None
    noun_span: TextSpan | None = None
    idle: tuple[str, ...] = ()


_NOTHING = Said()
_OR = frozenset({"or", "/", "|", "and/or"})
_ANYBODY = ("person", "people", "")
_WHERE = (Kind.PLACE, Kind.SETTING, Kind.LIGHT)
_LACKING = frozenset({"without", "no", "not"})
_DESCRIBING = ARTICLES | {"who", "that", "is", "are", "was", "were"}


@dataclass(slots=True)
class Assembler:
    """The parts so far, and what waits for the next."""

    text: str
    parts: list[Part] = field(default_factory=list)
    links: list[Lexeme] = field(default_factory=list)  # function words not yet given to a part
    free: list[Lexeme] = field(default_factory=list)  # words not understood, not yet given
    negation: Lexeme | None = None
    negating: bool = False
    idling: bool = False  # "with or without" what follows
    listing: bool = False  # a comma before "or" goes on with what was begun
    opens: str = ""  # the order that begins with the next part

    def negate(self, lexeme: Lexeme) -> None:
        """What follows must not be."""
        self.flush()
        self.negation, self.negating = lexeme, True
        self.idling = lexeme.value == "either"

    def link(self, lexeme: Lexeme) -> None:
        """A function word. A negation ends with the part it negates, unless "or" goes on."""
        if self.negation is None and lexeme.typed not in GOES_ON and not self.links:
            self.negating = False
        self.links.append(lexeme)

    def unknown(self, lexeme: Lexeme) -> None:
        """A word that was not understood joins those before it."""
        if not self.free and self.negation is None:
            self.flush_links()
        self.free.extend(self.links)
        self.links = []
        self.free.append(lexeme)

    def end_phrase(self, *, is_list: bool) -> None:
        """A comma ends what was not understood, and a negation unless "or" takes it on."""
        self.flush_free()
        self.listing = is_list
        if self.negation is None and not is_list:
            self.negating = False

    def described(self, *, acts: bool) -> Part | None:
        """Whom clothes or an action that come now describe: somebody who was named right before a
        place ("a woman on the beach in red"); None where "and" or "or" begins something new."""
        is_lacking = self.negation is not None and self.negation.typed in _LACKING
        is_worn = any(x.word is Word.WEAR for x in self.links)
        if self.free or not (acts or is_worn or is_lacking):
            return None
        if any(x.word is Word.LINK and x.typed not in _DESCRIBING for x in self.links):
            return None
        said = [part for part in self.parts if part.kind is not Kind.LINK]
        while said and said[-1].kind in _WHERE and not said[-1].negated:
            said.pop()
            if said and said[-1].kind is Kind.PERSON:
                subject = said[-1]
                return subject if subject.value and not subject.negated else None
        return None

    def order(self, lexeme: Lexeme) -> None:
        """Words that say what comes first."""
        self.flush_links()
        words = self.text[slice(*lexeme.span)]
        self.parts.append(Part(Kind.ORDER, words, lexeme.span, value=lexeme.value))

    def emit(
        self,
        kind: Kind,
        lexemes: Sequence[Lexeme],
        said: Said = _NOTHING,
        lead: frozenset[str] = ARTICLES,
    ) -> None:
        """A part of these lexemes, with those words before it that ``lead`` lets belong to it."""
        self.flush_free()
        if kind in _WHERE and self.negation is None and not self._goes_on():
            self.negating = False  # "without Ben at night" is at night
        taken = self._lead(lead)
        own = [*taken, *lexemes]
        negated = self.negating and not self.idling
        if self.idling:
            said = Said(phrase="", idle=(self.text[own[0].span[0] : own[-1].span[1]],))
            kind, self.idling, self.negating = Kind.FREE, False, False
        either = not negated and self._is_alternative(taken)
        said, negated = _settle_nobody(kind, said, negated)
        if negated and said.count == Count(1, 1):
            said = replace(said, count=None)  # "not a single car"
        phrase = said.phrase
        if said.count == Count(0, 0):
            phrase = ""  # vectors cannot tell absence
        elif phrase is None:
            phrase = " ".join(x.spelled for x in own if x is not self.negation)
        self.negation = None
        span = (own[0].span[0], own[-1].span[1])
        self.parts.append(
            Part(
                kind,
                self.text[slice(*span)],
                span,
                value=said.value,
                phrase=phrase,
                negated=negated,
                count=said.count,
                wants=said.wants,
                actions=said.actions,
                labels=said.labels,
                corrected=tuple(x.correction for x in own if x.correction),
                when=said.when,
                length=said.length,
                either=either,
                count_span=said.count_span,
                noun_span=said.noun_span,
                opens=self.opens,
                idle=said.idle,
            )
        )
        self.opens, self.listing = "", False

    def flush(self) -> None:
        """Gives out all that waits; a "not" that nothing follows is a function word."""
        self.flush_free()
        if self.negation is not None:
            self.links.insert(0, self.negation)
            self.negation = None
        self.flush_links()

    def flush_links(self) -> None:
        """The function words that wait become a part of their own."""
        if self.links:
            span = (self.links[0].span[0], self.links[-1].span[1])
            words = self.text[slice(*span)]
            self.parts.append(Part(Kind.LINK, words, span, phrase=words))
            self.links = []

    def flush_free(self) -> None:
        """The words that were not understood become a part."""
        if not self.free:
            return
        held, self.free = self.free, []
        pending, self.links = self.links, []
        self.emit(Kind.FREE, held)
        self.links = pending
        if not self.links:
            self.negating = False

    def finish(self) -> list[Part]:
        """All parts. "Then" with only function words behind it orders nothing, nor does "after"
        before a clause that no other follows."""
        self.flush()
        said = [i for i, part in enumerate(self.parts) if part.kind is not Kind.LINK]
        idle = [said[-1]] if said else []
        if said and not any(part.opens for part in self.parts):
            idle.append(said[0])
        for i in idle:
            part = self.parts[i]
            if part.kind is Kind.ORDER:
                self.parts[i] = Part(Kind.LINK, part.text, part.span, phrase=part.text)
        return self.parts

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
        self.flush_links()
        return taken

    def _goes_on(self) -> bool:
        """Whether "or" or "nor" stands right before what comes, or a comma of such a list."""
        waiting = [link.typed for link in self.links]
        return bool(GOES_ON & set(waiting)) or self.listing

    def _is_alternative(self, taken: Sequence[Lexeme]) -> bool:
        """Whether "or" joins what comes to a part before it."""
        words = [link.typed for link in taken]
        if self.parts and self.parts[-1].kind is Kind.LINK:
            words += self.parts[-1].text.casefold().split()
        if not _OR & set(words):
            return False
        before = next((p for p in reversed(self.parts) if p.kind is not Kind.LINK), None)
        return before is not None and not before.negated and before.kind is not Kind.ORDER


def of_subject(subject: Part, said: Said, *, negated: bool) -> Said:
    """Clothes or an action as somebody's who was named before; where negated, not to be seen."""
    implied = tuple(w for w in subject.wants if w.topic in ("gender", "age"))
    if not negated:
        phrase = f"{subject.value} {said.phrase}"
        return replace(said, value=subject.value, wants=(*implied, *said.wants), phrase=phrase)
    verbs = tuple(Want("action", (verb,), verb, negated=True) for verb in said.actions)
    # Who has no red bag may have another.
    is_of_thing = any(want.topic == THING_OF for want in said.wants)
    own = (w for w in said.wants if not (is_of_thing and w.topic == "carried"))
    unwanted = tuple(replace(want, negated=True) for want in own)
    wants = (*implied, *unwanted, *verbs)
    return replace(said, value=subject.value, wants=wants, phrase="", actions=(), labels=())


def _settle_nobody(kind: Kind, said: Said, negated: bool) -> tuple[Said, bool]:
    """ "No people" is a count of nobody; "nobody in red" is the negation of a description."""
    if kind is not Kind.PERSON:
        return said, negated
    is_described = bool(said.wants or said.actions or said.labels)
    if (
        negated
        and not is_described
        and said.value in _ANYBODY
        and said.count in (None, Count(1, 1))
    ):
        return replace(said, count=Count(0, 0)), False
    if said.count == Count(0, 0):
        return (replace(said, count=None), True) if is_described else (said, False)
    return said, negated


def is_word(lexeme: Lexeme, *kinds: Word) -> bool:
    """Whether it is a word of one of these kinds; no name, time or quoted words."""
    return lexeme.word in kinds and not lexeme.token.is_whole


def as_count(detail: Sequence[str]) -> Count:
    """The count of a vocabulary entry: least, most ("-1": no upper bound)."""
    least, most = int(detail[0]), int(detail[1])
    return Count(least, None if most < 0 else most)
