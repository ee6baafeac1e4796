"""People who are named together and described once: "a man or woman in a red coat". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.query.types import Kind, Part

_JOINED = frozenset({"or", "and", "nor", "/", "&", "|", "and/or"})


def share_descriptions(text: str, parts: Sequence[Part]) -> list[Part]:
    """The parts, where what describes the second of two bare nouns describes the first as well.

    Only without an article of its own does the second share it: "a man and a woman in red" may be
    one in red.
    """
    found = list(parts)
    for i in range(len(found) - 3, -1, -1):
        one, link, other = found[i : i + 3]
        if link.kind is Kind.LINK and link.text.casefold() in _JOINED and _is_pair(one, other):
            found[i] = _described_as(one, other, text)
    return found


def _is_pair(one: Part, other: Part) -> bool:
    """Whether two people stand side by side, of whom only the second is described."""
    if one.kind is not Kind.PERSON or other.kind is not Kind.PERSON or one.noun_span is None:
        return False
    is_bare = one.noun_span[1] == one.span[1] and not any(w.span != (0, 0) for w in one.wants)
    follows = other.noun_span is not None and other.noun_span[0] == other.span[0]
    is_told = other.noun_span is not None and other.noun_span[1] < other.span[1]
    return is_bare and follows and is_told and one.negated is other.negated


def _described_as(one: Part, other: Part, text: str) -> Part:
    assert other.noun_span is not None
    own = tuple(w for w in other.wants if w.span != (0, 0))
    noun = text[slice(*other.noun_span)].casefold()
    said = other.phrase.removeprefix(noun).strip()
    return replace(
        one,
        phrase=f"{one.phrase} {said}" if one.phrase else one.phrase,
        wants=(*one.wants, *own),
        actions=other.actions,
        labels=other.labels,
        idle=other.idle,
    )
