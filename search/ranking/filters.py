"""Filters of a search: what the visitor chose besides the words. Pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Filters:
    """Chosen values; several of one kind mean "any of these", kinds are joined by "and".

    ``together`` alone means "all of these": each of its people is in the shot.
    """

    library: tuple[str, ...] = ()  # slugs
    camera: tuple[int, ...] = ()
    identity: tuple[int, ...] = ()
    scene: tuple[str, ...] = ()
    colour: tuple[str, ...] = ()
    asset: tuple[int, ...] = ()
    together: tuple[int, ...] = ()  # identities
    like: tuple[str, ...] = ()  # one example: ``frame:ID``, ``track:ID`` or ``picture:TOKEN``

    @classmethod
    def from_lists(cls, values: Mapping[str, Sequence[str]]) -> Filters:
        """From query-string lists. What is no number where one is needed matches nothing (-1)."""
        chosen: dict[str, tuple[str, ...]] = {}
        numbers: dict[str, tuple[int, ...]] = {}
        for name in ("library", "scene", "colour"):
            chosen[name] = tuple(dict.fromkeys(v for v in values.get(name, ()) if v))[:MAX_CHOSEN]
        for name in ("camera", "identity", "asset", "together"):
            given = dict.fromkeys(_number(v) for v in values.get(name, ()) if v)
            numbers[name] = tuple(given)[:MAX_CHOSEN]
        chosen["like"] = tuple(v[:LONGEST_EXAMPLE] for v in values.get("like", ()) if v)[:1]
        return cls(**chosen, **numbers)  # type: ignore[arg-type]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return self == Filters()

    @property
    def narrows(self) -> bool:
        """Whether less is searched; an example only says what for."""
        return self != Filters(like=self.like)

    @property
    def narrows_tracks(self) -> bool:
        """Whether single tracks, not only shots, must satisfy the filters."""
        return bool(self.identity or self.colour)

    def pairs(self) -> list[tuple[str, str]]:
        """(name, value) pairs for a query string, in a stable order."""
        return [(f.name, str(value)) for f in fields(self) for value in getattr(self, f.name)]

    def toggled(self, name: str, value: str | int) -> Filters:
        """The same with one value chosen, or no longer chosen."""
        held = getattr(self, name)
        kept = tuple(v for v in held if v != value) if value in held else (*held, value)
        return replace(self, **{name: kept})

    def without(self, name: str) -> Filters:
        """The same with nothing chosen of one kind."""
        return replace(self, **{name: ()})


LONGEST_EXAMPLE = 120
MAX_CHOSEN = 50
"""Values of one kind that are read from an address; more is no honest visitor."""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


def address(text: str, filters: Filters) -> str:
    """The query string of a search that can be shared: ``?q=…&scene=…``; empty for nothing."""
    pairs = ([("q", text)] if text else []) + filters.pairs()
    return "?" + urlencode(pairs) if pairs else ""
