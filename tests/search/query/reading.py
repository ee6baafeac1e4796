"""What was understood of a query, in one line."""

from __future__ import annotations

from datetime import date

from search.query.times import Measured
from search.query.types import Kind, Part, Query

TODAY = date(2026, 11, 23)  # a Monday


def told(query: Query) -> str:
    """All parts but function words."""
    return " | ".join(told_of(part) for part in query.understood)


def told_of(part: Part) -> str:
    """One part: its kind, what it says, counts, actions, things, and wants (``-``: not)."""
    words = ["not"] * part.negated + ["or"] * part.either + [str(part.kind)]
    if part.kind is Kind.FREE and part.idle:
        return f"either way: {', '.join(part.idle)}"
    if part.kind is Kind.FREE:
        words.append(part.phrase)
    elif part.when is not None:
        words.append(part.when.said(TODAY))
    elif part.length is not None:
        words += [str(part.length.of)] * (part.length.of is not Measured.MOMENT)
        words.append(str(part.length))
    elif part.value:
        words.append(part.value)
    if part.count is not None:
        words.append(f"×{part.count}")
    words += part.actions
    words += [f"with {label}" for label in part.labels if part.kind is Kind.PERSON]
    for want in part.wants:
        words.append(f"{'-' if want.negated else '+'}{want.topic}:{'/'.join(want.values)}")
    return " ".join(words)
