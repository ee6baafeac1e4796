"""The typed question that a query becomes. Pure values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    carried); ``words`` is how it is said to people.
    """

    topic: str
    values: tuple[str, ...]
    words: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One understood (or free) piece of a query.

    ``span`` is half-open in ``Query.text``. ``phrase`` is what goes to the vectors: the part
    without its negated pieces. ``corrected`` lists typos that were forgiven (typed, taken for).
    """

    kind: Kind
    text: str
    span: tuple[int, int]
    value: str = ""
    phrase: str = ""
    negated: bool = False
    count: Count | None = None
    wants: tuple[Want, ...] = ()
    actions: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()

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
        """The text for the vectors: negated parts and names are left out, all else kept."""
        kept: list[str] = []
        for part in self.parts:
            if part.kind is Kind.LINK:
                kept += [part.phrase] if kept else []
            elif not part.negated:
                kept += [part.phrase] if part.phrase else []
        while kept and self.parts and kept[-1] in {p.phrase for p in self.of_kind(Kind.LINK)}:
            kept.pop()
        return " ".join(" ".join(kept).split())

    def without(self, part: Part) -> str:
        """The query's text without one of its parts (and the function words that led to it)."""
        start, end = part.span
        position = self.parts.index(part)
        if position and self.parts[position - 1].kind is Kind.LINK:
            start = self.parts[position - 1].span[0]
        elif position == 0 and len(self.parts) > 1 and self.parts[1].kind is Kind.LINK:
            end = self.parts[1].span[1]
        left = self.text[:start].rstrip().rstrip(",;").rstrip()
        right = self.text[end:].lstrip().lstrip(",;").lstrip()
        return " ".join(f"{left} {right}".split())


@dataclass(frozen=True, slots=True)
class Names:
    """Names that a query may mention, each with the id that it stands for."""

    identities: tuple[tuple[str, int], ...] = ()
    cameras: tuple[tuple[str, int], ...] = ()
    libraries: tuple[tuple[str, int], ...] = ()
