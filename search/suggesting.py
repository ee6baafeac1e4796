"""What to change when nothing was found: computed, not guessed."""

from __future__ import annotations

from dataclasses import dataclass

from search.finder import SearchResult, User, find
from search.ranking.facets import TITLES
from search.ranking.filters import Filters, address

TRIED = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to leave out, and how many moments there would be."""

    words: str
    count: int
    address: str


def suggest(result: SearchResult, *, user: User | None) -> list[Suggestion]:
    """Parts and filters of a search without which something is found, most first."""
    tried: list[tuple[str, str, Filters]] = []
    text, filters = result.query_text, result.filters
    parts = result.parsed.understood
    if len(parts) > 1:
        tried += [(f"“{p.text}”", result.parsed.without(p), filters) for p in parts[:TRIED]]
    tried += [
        (f"the filter on {title.lower()}", text, filters.without(name))
        for name, title in TITLES.items()
        if getattr(filters, name)
    ]
    found = [
        Suggestion(words, find(t, user=user, filters=f, limit=1).total, address(t, f))
        for words, t, f in tried
    ]
    return sorted((s for s in found if s.count), key=lambda s: -s.count)
