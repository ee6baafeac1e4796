"""Filters of a search: what the visitor chose besides the words. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import quote_plus, urlencode


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


class Addresses:
    """``address`` for the hundred links of one page: its text and its filters are written once."""

    def __init__(self, text: str, filters: Filters) -> None:
        self.filters = filters
        self._text = _pieces("q", (text,) if text else ())
        self._chosen = {name: _pieces(name, getattr(filters, name)) for name in _NAMES}
        self._filters = [piece for pieces in self._chosen.values() for piece in pieces]

    def asking(self, text: str) -> str:
        """``address(text, filters)``: another question with the same filters."""
        return _joined([*_pieces("q", (text,) if text else ()), *self._filters])

    def toggling(self, name: str, values: Iterable[str | int]) -> list[str]:
        """``address(text, filters.toggled(name, value))`` for each of the values."""
        before, after = list(self._text), list[str]()
        at = before
        for other, pieces in self._chosen.items():
            if other == name:
                at = after
            else:
                at += pieces
        held = getattr(self.filters, name)
        found = []
        for value in values:
            kept = _pieces(name, (v for v in held if v != value))
            added = () if value in held else _pieces(name, (value,))
            found.append(_joined([*before, *kept, *added, *after]))
        return found


_NAMES = tuple(f.name for f in fields(Filters))


def _pieces(name: str, values: Iterable[str | int]) -> list[str]:
    return [f"{name}={quote_plus(str(value))}" for value in values]


def _joined(pieces: Sequence[str]) -> str:
    return "?" + "&".join(pieces) if pieces else ""
