"""Person phrases of a query: who, what they wear and carry, and what they do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from search.query.afterwords import Afterword, read_afterword
from search.query.heads import PersonHead
from search.query.lexemes import ARTICLES, Lexeme
from search.query.lexicon import Word
from search.query.parts import GOES_ON, Said
from search.query.types import Want
from search.query.wants import (
    colour_wants,
    garment_wants,
    labels_of,
    merge_choices,
    thing_wants,
    topic_of,
)
from search.query.word_forms import is_lacking

_TAIL_LINKS = ARTICLES | {
    *("and", "or", "nor", "but", "who", "that", "which", "is", "are", "was", "were", "while"),
    *("being", "also", "whose", "neither"),
}
_AFTER_ACTION = frozenset(
    {"at", "on", "to", "into", "onto", "of", "for", "from", "over", "up", "down", "through"}
    | {"around", "off", "out", "past", "towards", "toward", "against"}
)
_FILLERS = frozenset(
    {"something", "anything", "everything", "all", "entirely", "completely", "mostly", "fully"}
)
"""Before colours and "in" they add nothing: "all in white", "something red"."""
_HAVING = frozenset({"with", "having", "has", "have"})
"""What somebody has need not be clothes: "with red hair"."""
_JOINS = frozenset({"and", "or", "nor"})
_RIDDEN = frozenset(
    {"bicycle", "motorcycle", "horse", "skateboard", "snowboard", "surfboard", "skis"}
)
"""A man "on" one of these rides it."""
_THINGS = (Word.OBJECT, Word.CARRIED)


class PersonPhrase(NamedTuple):
    """What a person phrase says; ``end`` is the lexeme after it. ``said.value`` is the noun's
    canonical word, empty when clothes or an action stand alone."""

    end: int
    said: Said


def read_person(lexemes: Sequence[Lexeme], start: int, text: str) -> PersonPhrase | None:
    """The person phrase that begins at ``start``, if one does."""
    reader = _Reader(lexemes, start, text)
    if not (reader.read_head() or reader.read_headless()):
        return None
    while reader.read_more():
        pass
    return reader.result()


class _Link(NamedTuple):
    """Function words up to ``end``: "and not in a". ``idle``: "with or without"."""

    end: int
    worn: bool
    negated: bool
    joined: bool
    idle: bool = False


class _Described(NamedTuple):
    """A thing at a place, with the colours that stand before it."""

    at: int
    colours: tuple[Lexeme, ...]


class _Reader(PersonHead):
    def read_headless(self) -> bool:
        """Clothes or an action without a noun: "red coat", "dancing"."""
        self.at = self.start
        kind = self.kind(self.start)
        if kind is Word.ACTION:
            return self._action(self.start)
        if kind in (Word.GARMENT, Word.COLOUR, Word.OTHER):
            return self._clothes(self.start, worn=False, negated=False) and self._wearer()
        return False

    def _wearer(self) -> bool:
        """Who wears what was named first: "red coat woman"."""
        if self.kind(self.at) is Word.PERSON and not self.breaks(self.at):
            self.name(self.lexemes[self.at], None)
            self.last, self.at = Word.PERSON, self.at + 1
        return True

    def read_more(self) -> bool:
        """One more garment, thing or action after what was read; False when none follows."""
        link = self._read_link()
        between = range(self.at, link.end)
        is_apart = any(self.breaks(k) for k in range(self.at, link.end + 1))
        if is_apart and not (link.worn or link.negated or link.joined):
            return self._is_listed(link.end) or self._afterword()  # else something new
        if self.negated_before and self._goes_on(link):
            link = link._replace(negated=True)
        is_choice = not link.negated and any(self.typed(k) == "or" for k in between)
        if link.idle:
            return self._pass_over(link)
        mark, known = self.at, len(self.wants)
        if not self._next(link):
            return self._afterword()
        if is_choice:
            self.wants = merge_choices(self.wants, known)
        if link.negated:
            self.unseen.update(range(mark, self.at))
        self.negated_before = link.negated
        return True

    def _afterword(self) -> bool:
        """Colours said after what has them: "a jacket that is not blue", "not the one in red"."""
        said = read_afterword(self.lexemes, self.at)
        if said is not None and not said.worn and self.last in _THINGS and self.thing:
            self.wants += thing_wants(self.thing, said.colours, self.text, negated=said.negated)
            return self._to_end_of(said)
        garment = self.garment if self.last is Word.GARMENT else None
        topic = topic_of(garment) if garment else "colour"
        is_worn = said is not None and (said.worn or (said.negated and self.last is Word.PERSON))
        if said is None or not topic or not (garment or is_worn):
            return False
        words = f" {garment.typed}" if garment else ""
        self.wants += colour_wants(topic, said.colours, self.text, negated=said.negated, said=words)
        return self._to_end_of(said)

    def _to_end_of(self, said: Afterword) -> bool:
        if said.negated:
            self.unseen.update(range(self.at, said.end))
        self.at = said.end
        return True

    def _pass_over(self, link: _Link) -> bool:
        """What may be there or not asks for nothing."""
        mark = self.at
        before = list(self.wants), list(self.labels), list(self.actions), self.last
        is_read = self._next(link._replace(worn=True))
        self.wants, self.labels, self.actions, self.last = before
        if is_read:
            self.unseen.update(range(mark, self.at))
            words = self.text[self.lexemes[mark].span[0] : self.lexemes[self.at - 1].span[1]]
            self.idle.append(words)
        return is_read

    def _goes_on(self, link: _Link) -> bool:
        """Whether a negation holds behind the link: "or a hat", "not carrying" and its bag."""
        is_object = self.last is Word.ACTION and not (link.joined or link.worn)
        return is_object or any(self.typed(k) in GOES_ON for k in range(self.at, link.end))

    def _read_link(self) -> _Link:
        """The function words from here on that may lead to more of the phrase."""
        i, worn, negated, joined, idle = self.at, False, False, False, False
        while True:
            kind, typed = self.kind(i), self.typed(i)
            if kind is Word.WEAR:
                worn = True
            elif kind is Word.NEGATION and self.lexemes[i].value == "either":
                idle = True
            elif kind is Word.NEGATION:
                negated = True
            elif typed in _FILLERS and self.kind(i + 1) in (Word.WEAR, Word.COLOUR):
                pass
            elif kind is Word.LINK and typed in _TAIL_LINKS:
                joined = joined or typed in _JOINS
            elif kind is Word.LINK and typed == "on" and self._is_ridden(i + 1):
                worn = True
            elif not (kind is Word.LINK and typed in _AFTER_ACTION and self.last is Word.ACTION):
                return _Link(i, worn, negated, joined, idle)
            i += 1

    def _is_tie(self, i: int) -> bool:
        """Whether clothes go on with a tie ("in a suit and tie"), which detectors call a thing."""
        is_thing = self.last is Word.GARMENT and self.kind(i) is Word.OBJECT
        return is_thing and self.lexemes[i].value == "tie"

    def _is_ridden(self, i: int) -> bool:
        """Whether something to ride on stands at a place, after an article."""
        at = i + (self.typed(i) in ARTICLES)
        return self.kind(at) is Word.OBJECT and self.lexemes[at].value in _RIDDEN

    def _is_listed(self, i: int) -> bool:
        """Reads what goes on after a comma: "a woman, red coat", "walks in, sits down"."""
        if self.kind(i) is Word.ACTION and self.value and self.actions:
            return self._action(i)
        starts = self.kind(i) in (Word.GARMENT, Word.COLOUR)
        return starts and self._clothes(i, worn=False, negated=False)

    def _next(self, link: _Link) -> bool:
        """What the link leads to, if that belongs to the phrase."""
        i, worn, negated, joined, _ = link
        kind, is_bare = self.kind(i), i == self.at
        if kind is Word.ACTION:
            return self._action(i, negated)
        described = self._described_thing(i) if kind in (Word.COLOUR, Word.OTHER) else None
        is_clothes = described is None and kind in (Word.GARMENT, Word.COLOUR, Word.OTHER)
        if is_clothes and self._clothes(i, worn, negated):
            return True
        at = described.at if described else i
        if negated and self.kind(at) is Word.OBJECT:
            return False  # "people, no dogs": a thing of its own
        follows = worn or negated or (self.last is Word.ACTION and not joined)
        follows = follows or (joined and (self.last in _THINGS or self._is_tie(i)))
        if kind in _THINGS and follows and not (is_bare and self.last is not Word.ACTION):
            return self._carried(i, negated)
        if described and follows:
            return self._carried(at, negated, described.colours)
        if kind is Word.OTHER and self.last is Word.ACTION and not joined:
            return self._object_of_action(i)
        return False

    def _action(self, i: int, negated: bool = False) -> bool:
        lexeme = self.lexemes[i]
        if not negated:
            self.actions.append(lexeme.value)
        else:
            want = Want("action", (lexeme.value,), lexeme.typed, negated=True, span=lexeme.span)
            self.wants.append(want)
        self.last, self.at = Word.ACTION, i + 1
        return True

    def _object_of_action(self, i: int) -> bool:
        """Up to two unknown words after a verb: "opening a door"."""
        end = i + 1
        if self.kind(end) is Word.OTHER:
            end += 1
        if self.kind(end) in (Word.PLACE, Word.PERSON) and end - i == 1:
            return False
        self.last, self.at = Word.OTHER, end
        return True

    def _described_thing(self, i: int) -> _Described | None:
        """``[colours] [word] [colours] thing`` at a place: "large red bag", "red and white bag"."""
        colours: list[Lexeme] = []
        others, k = 0, i
        while not (k > i and self.breaks(k)):
            kind = self.kind(k)
            if kind in _THINGS:
                return _Described(k, tuple(colours))
            if kind is Word.COLOUR:
                colours.append(self.lexemes[k])
            elif kind is Word.OTHER and not others:
                others += 1
            elif not (colours and self.typed(k) in _JOINS and self.kind(k + 1) is Word.COLOUR):
                return None
            k += 1
        return None

    def _carried(self, i: int, negated: bool, colours: Sequence[Lexeme] = ()) -> bool:
        """A thing that somebody has. Without a red bag, another may be."""
        lexeme = self.lexemes[i]
        is_of_colour = any(not is_lacking(colour.entry) for colour in colours)
        if lexeme.word is Word.CARRIED and not (negated and is_of_colour):
            want = Want("carried", (lexeme.value,), lexeme.typed, negated, lexeme.span)
            self.wants.append(want)
        self.wants += thing_wants(lexeme, colours, self.text, negated=negated)
        if not negated:
            self.labels.extend(labels_of(lexeme))
            self._leave_out_lacking(i - len(colours), i)
        self.thing, self.last, self.at = lexeme, lexeme.word, i + 1
        return True

    def _clothes(self, i: int, worn: bool, negated: bool) -> bool:
        """``[words] [colours] [word] garment``, or worn colours alone: "in red"."""
        colours: list[Lexeme] = []
        others, end, k = 0, i, i
        while True:
            kind = self.kind(k)
            if k > i and self.breaks(k):
                break
            if kind is Word.COLOUR:
                colours.append(self.lexemes[k])
                end = k + 1
            elif kind is Word.OTHER and others < 2:
                others += 1
            elif not (colours and self.typed(k) in _JOINS and self.kind(k + 1) is Word.COLOUR):
                break
            k += 1
        if self.kind(k) is Word.GARMENT and not (k > i and self.breaks(k)):
            self._leave_out_lacking(i, k)
            self.garment = self.lexemes[k]
            self.wants += garment_wants(self.garment, colours, self.text, negated=negated)
            self.last, self.at = Word.GARMENT, k + 1
            return True
        after = None if self.breaks(end) else self.kind(end)
        if after is Word.OTHER and not self.typed(end).endswith("ing") and colours:
            if i and self._has(i):
                self.last, self.at = Word.OTHER, end + 1
                return worn  # "with red hair"
            end += 1  # "in a red kimono"
            after = None if self.breaks(end) else self.kind(end)
        followed = after in (*_THINGS, Word.PLACE, Word.PERSON)
        alone = worn and bool(colours) and not followed
        if not alone or self.lexemes[i].word is not Word.COLOUR:
            return False
        self.wants += colour_wants("colour", colours, self.text, negated=negated)
        self.last, self.at = Word.COLOUR, end
        return True

    def _leave_out_lacking(self, start: int, end: int) -> None:
        """Colours that must not be, and what joins them, are nothing to look for."""
        between = range(start - (self.typed(start - 1) == "neither"), end)
        lacking = [n for n in between if is_lacking(self.lexemes[n].entry)]
        if lacking:
            joined = _JOINS | {"neither"}
            self.unseen.update(n for n in between if n in lacking or self.typed(n) in joined)

    def _has(self, i: int) -> bool:
        """Whether somebody *has* what stands at a place, rather than being *in* it."""
        while self.typed(i - 1) in ARTICLES:
            i -= 1
        return self.typed(i - 1) in _HAVING

    def result(self) -> PersonPhrase:
        kept = [self.lexemes[i].spelled for i in range(self.start, self.at) if i not in self.unseen]
        said = Said(
            value=self.value,
            phrase=" ".join(kept),
            count=self.count,
            wants=tuple(self.wants),
            actions=tuple(self.actions),
            labels=tuple(dict.fromkeys(self.labels)),
            count_span=self.count_span,
            noun_span=self.noun_span,
            idle=tuple(self.idle),
        )
        return PersonPhrase(self.at, said)
