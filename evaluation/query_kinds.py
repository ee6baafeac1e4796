"""Kinds of queries, by how the parser read them; a query may be of several. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

KINDS = ("person+clothes", "person", "place", "object", "action", "negation", "count", "free")
_CLOTHES = ("upper_colour", "lower_colour", "colour", "garment", "carried")


def kinds_of(parsed: Sequence[dict[str, Any]]) -> list[str]:
    """The kinds of a query, from its parts as the API tells them."""
    found: set[str] = set()
    for part in parsed:
        wants = part.get("wants", [])
        if part["negated"] or any(want["negated"] for want in wants):
            found.add("negation")
        if part.get("count"):
            found.add("count")
        if part.get("actions"):
            found.add("action")
        if part["kind"] == "person":
            dressed = any(want["topic"] in _CLOTHES for want in wants)
            found.add("person+clothes" if dressed else "person")
        elif part["kind"] in ("place", "object", "free"):
            found.add(part["kind"])
    return [kind for kind in KINDS if kind in found]
