"""Person phrases of a query: who, what they wear and carry, and what they do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from search.lexicon import Word
from search.query_lexemes import Lexeme
from search.query_types import Count, TextSpan, Want
from search.vocabulary import LABEL_GROUPS

_TAIL_LINKS = frozenset(
    {
        *("a", "an", "the", "and", "or", "who", "that", "which", "is", "are", "was", "were"),
        *("his", "her", "their", "while", "being", "some"),
    }
)
_AFTER_ACTION = frozenset(
    {"at", "on", "to", "into", "onto", "of", "for", "from", "over", "up", "down", "through"}
    | {"around"}
)
_JOINS = frozenset({"and", "or"})
_HEAD = (Word.COUNT, Word.AGE, Word.OTHER)
_THINGS = (Word.OBJECT, Word.CARRIED)


@dataclass(frozen=True, slots=True)
class PersonPhrase:
    """What a person phrase says; ``end`` is the lexeme after it. ``value`` is the noun's
    canonical word, empty when clothes or an action stand alone."""

    end: int
    value: str
    phrase: str
    count: Count | None
    wants: tuple[Want, ...]
    actions: tuple[str, ...]
    labels: tuple[str, ...]
    count_span: TextSpan | None
    noun_span: TextSpan | None


def read_person(lexemes: Sequence[Lexeme], start: int, text: str) -> PersonPhrase | None:
    """The person phrase that begins at ``start``, if one does."""
    reader = _Reader(lexemes, start, text)
    if not (reader.read_head() or reader.read_headless()):
        return None
    while reader.read_more():
        pass
    return reader.result()


@dataclass(slots=True)
class _Reader:
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

    def _kind(self, i: int) -> Word | None:
        if i >= len(self.lexemes):
            return None
        return None if self.lexemes[i].token.is_whole else self.lexemes[i].word

    def _breaks(self, i: int) -> bool:
        """Whether a comma stands before a lexeme."""
        return i < len(self.lexemes) and self.lexemes[i].breaks

    def read_head(self) -> bool:
        """``[count] [age] [one unknown adjective] noun``."""
        i, others, count = self.start, 0, None
        ages: list[Lexeme] = []
        while self._kind(i) in _HEAD or (i > self.start and self._typed(i) in {"of", "the"}):
            kind = self._kind(i)
            if i > self.start and self._breaks(i):
                return False
            if kind is Word.COUNT:
                least, most = (int(x) for x in self.lexemes[i].detail)
                count = Count(least, None if most < 0 else most)
                self.count_span = self.lexemes[i].span
            elif kind is Word.AGE:
                ages.append(self.lexemes[i])
            elif kind is Word.OTHER:
                others += 1
            i += 1
        is_noun = self._kind(i) is Word.PERSON and not (i > self.start and self._breaks(i))
        if not is_noun or others > 1:
            self.count_span = None
            return False
        self._noun(self.lexemes[i], count)
        for age in ages:
            self.wants.append(Want("age", (age.value,), age.typed, span=age.span))
        self.at = i + 1
        return True

    def _typed(self, i: int) -> str:
        return self.lexemes[i].typed if i < len(self.lexemes) else ""

    def _noun(self, noun: Lexeme, count: Count | None) -> None:
        gender, age, *bounds = noun.detail
        self.value, self.noun_span = noun.value, noun.span
        self.count = count
        if bounds and count is None:
            least, most = (int(x) for x in bounds)
            self.count = Count(least, None if most < 0 else most)
        if gender:
            self.wants.append(Want("gender", (gender,), gender))
        if age:
            self.wants.append(Want("age", (age,), noun.typed))

    def read_headless(self) -> bool:
        """Clothes or an action without a noun: "red coat", "dancing"."""
        self.at = self.start
        kind = self._kind(self.start)
        if kind is Word.ACTION:
            return self._action(self.start)
        if kind in (Word.GARMENT, Word.COLOUR, Word.OTHER):
            return self._clothes(self.start, worn=False, negated=False)
        return False

    def read_more(self) -> bool:
        """One more garment, thing or action after what was read; False when none follows."""
        i, worn, negated, joined = self.at, False, False, False
        while True:
            kind, typed = self._kind(i), self._typed(i)
            if kind is Word.WEAR:
                worn = True
            elif kind is Word.NEGATION:
                negated = True
            elif kind is Word.LINK and typed in _TAIL_LINKS:
                joined = joined or typed in {"and", "or"}
            elif not (kind is Word.LINK and typed in _AFTER_ACTION and self.last is Word.ACTION):
                break
            i += 1
        bare = i == self.at
        is_apart = any(self._breaks(k) for k in range(self.at, i + 1))
        if is_apart and not (worn or negated or joined):
            return self._is_dressed(i)  # after a comma comes something new, unless it is worn
        negated = negated or (
            self.negated_before and any(self._typed(k) == "or" for k in range(self.at, i))
        )
        mark, known = self.at, len(self.wants)
        is_choice = not negated and any(self._typed(k) == "or" for k in range(self.at, i))
        if self._next(i, worn, negated, joined, bare):
            if is_choice:
                self._merge_choices(known)
            if negated:
                self.unseen.update(range(mark, self.at))
            self.negated_before = negated
            return True
        return False

    def _is_dressed(self, i: int) -> bool:
        """Reads clothes after a comma: "a woman, red coat"."""
        starts = self._kind(i) in (Word.GARMENT, Word.COLOUR)
        return starts and self._clothes(i, worn=False, negated=False)

    def _merge_choices(self, known: int) -> None:
        """What came after "or" is another value of what was asked before it."""
        earlier, later = self.wants[:known], self.wants[known:]
        for want in later:
            last = next((i for i in reversed(range(known)) if _same_topic(earlier[i], want)), None)
            if last is None:
                earlier.append(want)
                known = len(earlier)
            else:
                values = dict.fromkeys((*earlier[last].values, *want.values))
                words = f"{earlier[last].words} or {want.words}"
                earlier[last] = replace(earlier[last], values=tuple(values), words=words)
        self.wants = earlier

    def _next(self, i: int, worn: bool, negated: bool, joined: bool, bare: bool) -> bool:
        kind = self._kind(i)
        if kind is Word.ACTION:
            return self._action(i, negated)
        if kind in (Word.GARMENT, Word.COLOUR, Word.OTHER) and self._clothes(i, worn, negated):
            return True
        if negated and kind is Word.OBJECT:
            return False  # "people, no dogs": a thing of its own
        follows = worn or negated or (self.last is Word.ACTION and not joined)
        follows = follows or (joined and self.last in _THINGS)
        if kind in _THINGS and follows and not (bare and self.last is not Word.ACTION):
            return self._carried(i, negated)
        if kind is Word.COLOUR and self._kind(i + 1) in _THINGS and follows:
            return self._carried(i + 1, negated)
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
        if self._kind(end) is Word.OTHER:
            end += 1
        if self._kind(end) in (Word.PLACE, Word.PERSON) and end - i == 1:
            return False
        self.last, self.at = Word.OTHER, end
        return True

    def _carried(self, i: int, negated: bool) -> bool:
        lexeme = self.lexemes[i]
        if negated or lexeme.word is Word.CARRIED:
            want = Want("carried", (lexeme.value,), lexeme.typed, negated, lexeme.span)
            self.wants.append(want)
        if not negated:
            self.labels.extend(LABEL_GROUPS.get(lexeme.value, (lexeme.value,)))
        self.last, self.at = lexeme.word, i + 1
        return True

    def _clothes(self, i: int, worn: bool, negated: bool) -> bool:
        """``[words] [colours] [word] garment``, or worn colours alone: "in red"."""
        colours: list[Lexeme] = []
        others, end, k = 0, i, i
        while True:
            kind = self._kind(k)
            if k > i and self._breaks(k):
                break
            if kind is Word.COLOUR:
                colours.append(self.lexemes[k])
                end = k + 1
            elif kind is Word.OTHER and others < 2:
                others += 1
            elif not (colours and self._typed(k) in _JOINS and self._kind(k + 1) is Word.COLOUR):
                break
            k += 1
        if self._kind(k) is Word.GARMENT and not (k > i and self._breaks(k)):
            self._garment(self.lexemes[k], colours, negated)
            self.last, self.at = Word.GARMENT, k + 1
            return True
        after = None if self._breaks(end) else self._kind(end)
        followed = after in (*_THINGS, Word.PLACE, Word.PERSON)
        alone = worn and bool(colours) and not followed
        if not alone or self.lexemes[i].word is not Word.COLOUR:
            return False
        self.wants += colour_wants("colour", colours, self.text, negated=negated)
        self.last, self.at = Word.COLOUR, end
        return True

    def _garment(self, garment: Lexeme, colours: Sequence[Lexeme], negated: bool) -> None:
        area = garment.detail[0]
        topic = {"upper": "upper_colour", "lower": "lower_colour", "any": "colour"}.get(area)
        if topic:
            said = f" {garment.typed}"
            self.wants += colour_wants(topic, colours, self.text, negated=negated, said=said)
        if not (negated and colours) and garment.value != "clothes":
            want = Want("garment", (garment.value,), garment.typed, negated, garment.span)
            self.wants.append(want)

    def result(self) -> PersonPhrase:
        kept = [self.lexemes[i].spelled for i in range(self.start, self.at) if i not in self.unseen]
        return PersonPhrase(
            end=self.at,
            value=self.value,
            phrase=" ".join(kept),
            count=self.count,
            wants=tuple(self.wants),
            actions=tuple(self.actions),
            labels=tuple(dict.fromkeys(self.labels)),
            count_span=self.count_span,
            noun_span=self.noun_span,
        )


def colour_wants(
    topic: str, colours: Sequence[Lexeme], text: str, *, negated: bool = False, said: str = ""
) -> tuple[Want, ...]:
    """A want for each colour; for colours with "or" between them one, that any of them fulfils."""
    found: list[Want] = []
    for before, colour in zip((None, *colours), colours, strict=False):
        between = text[before.span[1] : colour.span[0]].strip().casefold() if before else ""
        if between == "or" and not negated:
            last = found[-1]
            found[-1] = replace(
                last,
                values=(*last.values, colour.value),
                words=f"{last.words.removesuffix(said)} or {colour.typed}{said}",
                span=(last.span[0], colour.span[1]),
            )
        else:
            words = f"{colour.typed}{said}"
            found.append(Want(topic, (colour.value,), words, negated, colour.span))
    return tuple(found)


def _same_topic(one: Want, other: Want) -> bool:
    return one.topic == other.topic and not one.negated and not other.negated
