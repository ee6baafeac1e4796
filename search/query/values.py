"""The typed pieces that a query is made of. Pure values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from search.query.times import Length, When

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
    where a noun implies it. ``labels`` are those of the thing beside a person whose colour is
    asked for (``THING_OF``); empty for all that is asked of the person or thing itself.
    """

    topic: str
    values: tuple[str, ...]
    words: str
    negated: bool = False
    span: TextSpan = (0, 0)
    labels: tuple[str, ...] = ()

    @property
    def is_colour(self) -> bool:
        """Whether a colour is asked for."""
        return self.topic.endswith("colour")


THING_OF = "thing_colour"
"""The topic of a want about the colour of a thing that somebody has: "with a red bag"."""
ANYTHING = "one"
"""The value of a part about whatever there is, people too: "not a red one"."""


@dataclass(frozen=True, slots=True)
class Part:
    """One understood (or free) piece of a query.

    ``span`` is half-open in ``Query.text``. ``phrase`` is what goes to the vectors: the part
    without its negated pieces. ``corrected`` lists typos that were forgiven (typed, taken for).
    ``either``: it and the part before it are alternatives. ``opens``: the order that begins with
    it, where "after …" or "before …" stands at the front. ``idle``: what the text says
    may be there or not ("with or without a hat"), which asks for nothing. ``count_span`` and
    ``noun_span`` are where the number and the noun stand, for editing.
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
    opens: str = ""
    idle: tuple[str, ...] = ()

    def is_about(self, label: str) -> bool:
        """Whether a thing of this label is what the part names."""
        return label in self.labels or (self.kind is Kind.OBJECT and self.value == ANYTHING)

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
        for name in ("actions", "labels", "idle"):
            if getattr(self, name):
                found[name] = list(getattr(self, name))
        if self.either:
            found["either"] = True
        if self.opens:
            found["opens"] = self.opens
        if self.corrected:
            found["corrected"] = [list(pair) for pair in self.corrected]
        return found


@dataclass(frozen=True, slots=True)
class Names:
    """Names that a query may mention, each with the id that it stands for."""

    identities: tuple[tuple[str, int], ...] = ()
    cameras: tuple[tuple[str, int], ...] = ()
    libraries: tuple[tuple[str, int], ...] = ()
