"""From plain language to a typed question. Pure: no Django, no database.

``parse`` cuts a query into parts that do not overlap: people with their clothes and what they do,
things, places, settings, light, counts, names, days and hours, lengths, quoted words. Parts may be
alternatives ("a dog or a cat") and may be asked for in an order ("enters, then sits"). What is not
understood stays as a *free* part; and whatever was understood, ``Query.text`` keeps the whole, and
``positive_text`` the whole less what was negated, for the vectors. Negation and counts become
structure, because image-text vectors fail at both (ARO, Yuksekgonul et al. 2023; VALSE,
Parcalabescu et al. 2022).

The grammar is a chunker over closed vocabularies (``vocabulary.py``, ``chunks.py``,
``people.py``): a person phrase is ``[count] [age] noun`` followed by any number of
``in|with|wearing [colour] garment``, ``carrying thing`` and actions; a thing is ``[count] [colour]
noun``; places take the preposition before them along. Names and times are found first
(``naming.py``, ``dates.py``); then words whose reading depends on their neighbours are settled
(``context.py``), and after a noun its colours may follow (``afterwords.py``).
"""

from __future__ import annotations

from functools import lru_cache

from search.query.chunks import chunk
from search.query.dates import mark_times
from search.query.naming import mark_names
from search.query.tokens import tokenise
from search.query.types import Count, Kind, Names, Part, Query, Want

__all__ = ["Count", "Kind", "Names", "Part", "Query", "Want", "parse"]

MAX_TOKENS = 120
"""Longer queries are cut here for parsing; what follows is one free part."""
_NO_NAMES = Names()


@lru_cache(maxsize=512)
def parse(text: str, names: Names = _NO_NAMES) -> Query:
    """Parse a query. Never raises; parts are in order and do not overlap.

    Every letter and digit of ``text`` lies in exactly one part, or in ``text`` alone when it
    belongs to no word (punctuation, symbols).
    """
    tokens = tokenise(text)
    head = mark_times(mark_names(tokens[:MAX_TOKENS], names))
    parts = chunk(text, head)
    if len(tokens) > MAX_TOKENS:
        span = (tokens[MAX_TOKENS].span[0], tokens[-1].span[1])
        rest = text[span[0] : span[1]]
        parts.append(Part(Kind.FREE, rest, span, phrase=rest))
    return Query(text, tuple(parts))
