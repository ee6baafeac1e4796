"""What an address asks of a search, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from search.finder import DEEPEST, PAGE
from search.ranking.filters import Filters

MOST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as an address states it."""

    text: str
    filters: Filters
    limit: int
    offset: int


def read_address(
    values: Mapping[str, Sequence[str]], *, filters: Mapping[str, Sequence[str]] | None = None
) -> Asked:
    """The search of a query string's lists; numbers out of range are brought into it."""
    first = {name: given[0] for name, given in values.items() if given}
    return Asked(
        text=" ".join(first.get("q", "").replace("\x00", "").split()),
        filters=Filters.from_lists(filters or values),
        limit=_within(first.get("limit", ""), PAGE, 1, MOST),
        offset=_within(first.get("offset", ""), 0, 0, DEEPEST),
    )


def read_days(values: Mapping[str, Sequence[str]]) -> tuple[date | None, date | None] | None:
    """The days that a chip's little form chose; None where it was not sent. No day: no bound."""
    if not ({"first_day", "last_day"} & set(values)):
        return None
    return _day(values.get("first_day", ())), _day(values.get("last_day", ()))


def _day(given: Sequence[str]) -> date | None:
    try:
        return date.fromisoformat(given[0]) if given and given[0] else None
    except ValueError:
        return None


def _within(text: str, usual: int, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return usual
    return max(least, min(most, int(text)))
