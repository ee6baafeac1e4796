"""The typed question that a query becomes. Pure values, no Django."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from search.times import Length, When

TextSpan = tuple[int, int]
"""A half-open span of a text."""


class Kind(StrEnum):
    """What a part of a query is about."""

    PERSON = "person"
    OBJECT = "object"
    PLACE = "place"
    SETTING = "setting"
    LIGHT = "light"
    QUOTED = "quoted"
    IDENTITY = "identity"
    CAMERA = "camera"
    LIBRARY = "library"
    WHEN = "when"  # days and hours of recording
    LENGTH = "length"  # how long a moment lasts
    ORDER = "order"  # what comes before it in the text happens first ("after": last)
    FREE = "free"
    LINK = "link"  # function words between parts


@dataclass(frozen=True, slots=True)
class Count:
    """How many: ``most`` None for no upper bound. ``Count(0, 0)`` is nobody."""

    least: int
    most: int | None

    def agrees(self, seen: int) -> bool:
        """Whether a number that was seen is what was asked."""
        return self.least <= seen and (self.most is None or seen <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


@dataclass(frozen=True, slots=True)
class Want:
    """Something asked of a person or thing: any of ``names`` with any of ``values``.

    ``topic`` is what the catalogue calls it (``upper_colour``, ``gender``, a garment, a thing
    carried); ``words`` is how it is said to people; ``span`` is where the text says it, (0, 0)
    where a noun implies it.
    """

    topic: str
    values: tuple[str, ...]
    words: str
    negated: bool = False
    span: TextSpan = (0, 0)

    @property
    def is_colour(self) -> bool:
        """Whether a colour is asked for."""
        return self.topic.endswith("colour")


@dataclass(frozen=True, slots=True)
class Part:
    """One understood (or free) piece of a query.

    ``span`` is half-open in ``Query.text``. ``phrase`` is what goes to the vectors: the part
    without its negated pieces. ``corrected`` lists typos that were forgiven (typed, taken for).
    ``either``: it and the part before it are alternatives. ``count_span`` and ``noun_span`` are
    where the number and the noun stand, for editing.
    """

    kind: Kind
    text: str
    span: TextSpan
    value: str = ""
    phrase: str = ""
    negated: bool = False
    count: Count | None = None
    wants: tuple[Want, ...] = ()
    actions: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    when: When | None = None
    length: Length | None = None
    either: bool = False
    count_span: TextSpan | None = None
    noun_span: TextSpan | None = None

    def as_dict(self) -> dict[str, object]:
        """The part for programs."""
        found: dict[str, object] = {
            "kind": str(self.kind),
            "text": self.text,
            "span": list(self.span),
            "value": self.value,
            "negated": self.negated,
        }
        if self.count is not None:
            found["count"] = {"least": self.count.least, "most": self.count.most}
        if self.wants:
            found["wants"] = [
                {"topic": w.topic, "values": list(w.values), "negated": w.negated}
                for w in self.wants
            ]
        for name in ("actions", "labels"):
            if getattr(self, name):
                found[name] = list(getattr(self, name))
        if self.either:
            found["either"] = True
        if self.corrected:
            found["corrected"] = [list(pair) for pair in self.corrected]
        return found


@dataclass(frozen=True, slots=True)
class Query:
    """A question: the text as it was typed, and its parts in order."""

    text: str
    parts: tuple[Part, ...]

    @property
    def understood(self) -> tuple[Part, ...]:
        """The parts that are shown as chips: all but function words."""
        return tuple(part for part in self.parts if part.kind is not Kind.LINK)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not self.understood

    def of_kind(self, *kinds: Kind, negated: bool = False) -> tuple[Part, ...]:
        """Parts of some kinds, negated or not."""
        return tuple(p for p in self.parts if p.kind in kinds and p.negated is negated)

    @property
    def positive_text(self) -> str:
        """The text for the vectors: all but what was negated, names and times."""
        kept: list[str] = []
        for part in self.parts:
            if part.kind is Kind.LINK:
                kept += [part.phrase] if kept else []
            elif not part.negated:
                kept += [part.phrase] if part.phrase else []
        while kept and self.parts and kept[-1] in {p.phrase for p in self.of_kind(Kind.LINK)}:
            kept.pop()
        return " ".join(" ".join(kept).split())

    @property
    def spelled(self) -> str:
        """The text with its typos put right."""
        text = self.text
        for part in reversed(self.parts):
            for wrong, right in part.corrected:
                start, end = part.span
                there = text[start:end].casefold().find(wrong)
                if there >= 0:
                    at = start + there
                    text = text[:at] + right + text[at + len(wrong) :]
        return " ".join(text.split())

    @property
    def unstructured(self) -> Query:
        """The same without anything to check: people to be looked like, all else free text."""
        return replace(self, parts=tuple(_unstructured(part) for part in self.parts))

    @property
    def alternatives(self) -> tuple[tuple[int, ...], ...]:
        """Indices of the parts but links, those joined by "or" together."""
        groups: list[tuple[int, ...]] = []
        for index, part in enumerate(self.parts):
            if part.kind is Kind.LINK:
                continue
            if part.either and groups:
                groups[-1] = (*groups[-1], index)
            else:
                groups.append((index,))
        return tuple(groups)

    @property
    def steps(self) -> tuple[Query, ...]:
        """What has to happen one after another; only the query itself where no order is asked.

        A step that names nobody ("then sits down") is about the person of the step before it.
        Days, lengths, names of cameras and libraries hold for every step.
        """
        if not any(part.kind is Kind.ORDER for part in self.parts):
            return (self,)
        everywhere = tuple(p for p in self.parts if p.kind in _FOR_ALL)
        runs: list[list[Part]] = [[]]
        at = 0
        for part in self.parts:
            if part.kind is Kind.ORDER:
                at += part.value != "after"
                runs.insert(at, [])
            elif part.kind not in _FOR_ALL:
                runs[at].append(part)
        kept = [tuple(run) for run in runs if any(p.kind is not Kind.LINK for p in run)]
        subject = next((p for run in kept for p in run if p.kind is Kind.PERSON and p.value), None)
        return tuple(
            Query(self.text, (*(_of(subject, part) for part in run), *everywhere)) for run in kept
        )

    def without(self, part: Part) -> str:
        """The query's text without one of its parts (and the function words that led to it)."""
        start, end = part.span
        position = self.parts.index(part)
        if position and self.parts[position - 1].kind in _JOINTS:
            start = self.parts[position - 1].span[0]
        elif position == 0 and len(self.parts) > 1 and self.parts[1].kind in _JOINTS:
            end = self.parts[1].span[1]
        left = self.text[:start].rstrip().rstrip(",;").rstrip()
        right = self.text[end:].lstrip().lstrip(",;").lstrip()
        joint = ", " if left and right and self._is_listed(start, end) else " "
        return " ".join(f"{left}{joint}{right}".split())

    def _is_listed(self, start: int, end: int) -> bool:
        """Whether commas part a piece of the text from both its neighbours."""
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip()
        return before.endswith((",", ";")) or after.startswith((",", ";"))

    def with_words(self, span: TextSpan, words: str) -> str:
        """The query's text with other words at a span."""
        return " ".join(f"{self.text[: span[0]]} {words} {self.text[span[1] :]}".split()).replace(
            " ,", ","
        )


_FOR_ALL = (Kind.WHEN, Kind.LENGTH, Kind.CAMERA, Kind.LIBRARY)
_JOINTS = (Kind.LINK, Kind.ORDER)


_CHECKED = (Kind.OBJECT, Kind.SETTING, Kind.LIGHT)


def _unstructured(part: Part) -> Part:
    if part.kind is Kind.PERSON:
        return replace(part, wants=(), actions=(), labels=(), count=None)
    return replace(part, kind=Kind.FREE) if part.kind in _CHECKED else part


def _of(subject: Part | None, part: Part) -> Part:
    """A part without a noun as the subject's."""
    if subject is None or part.kind is not Kind.PERSON or part.value:
        return part
    implied = tuple(w for w in subject.wants if w.topic != "action")
    return replace(
        part,
        value=subject.value,
        wants=(*implied, *part.wants),
        phrase=f"{subject.value} {part.phrase}",
    )


@dataclass(frozen=True, slots=True)
class Names:
    """Names that a query may mention, each with the id that it stands for."""

    identities: tuple[tuple[str, int], ...] = ()
    cameras: tuple[tuple[str, int], ...] = ()
    libraries: tuple[tuple[str, int], ...] = ()
