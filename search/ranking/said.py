"""Phrases in what is said: where they stand, and how a line is quoted. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_QUOTE = 140
"""Characters of a line that are quoted as a reason; more would push the rest off the card."""
_BEFORE = 40

_WORD = re.compile(r"\w+")


def folded(text: str) -> list[str]:
    """The words of a text, whatever their case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in bare if not unicodedata.combining(c)))


def has_phrase(text: str, phrase: str) -> bool:
    """Whether a text has the words of a phrase one after another."""
    words, asked = folded(text), folded(phrase)
    starts = range(len(words) - len(asked) + 1)
    return bool(asked) and any(words[i : i + len(asked)] == asked for i in starts)


def quoted(text: str, around: str = "") -> str:
    """A line in quotation marks, cut to what stands around some words where it is long."""
    if len(text) <= LONGEST_QUOTE:
        return f"“{text}”"
    at = max(text.casefold().find(around.casefold()), 0) if around else 0
    start = max(0, at - _BEFORE)
    piece = text[start : start + LONGEST_QUOTE].strip()
    end = "…" if start + LONGEST_QUOTE < len(text) else ""
    return f"“{'…' if start else ''}{piece}{end}”"
