"""Other people's text, made fit to be stored and shown."""

from __future__ import annotations

import unicodedata

_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""They can make "gpj.mp4" read as "4pm.jpg" (Unicode TR 36, bidirectional text spoofing)."""

_LONGEST_ENDING = 16

_REPLACED = frozenset(("Cc", "Cs", "Zl", "Zp", "Cn"))
"""Controls with newlines, lone surrogates, line and paragraph separators, unassigned."""


def clean_text(text: str, *, limit: int) -> str:
    """One line of at most ``limit`` characters, with a space for what cannot be shown."""
    shown = "".join(" " if _is_bad(character) else character for character in text)
    return " ".join(shown.split())[:limit].strip()


def clean_file_name(name: str, *, limit: int = 255) -> str:
    """A file's name for people: its last part, on one line, cut in the middle if too long.

    Quotes and every script stay. Never used in a path.
    """
    last = name.rstrip("/").rpartition("/")[2]
    text = clean_text(last, limit=100_000)
    if text in ("", ".", ".."):
        return "untitled"
    if len(text) <= limit:
        return text
    ending = text.rpartition(".")[2]
    suffix = f".{ending}" if len(ending) < _LONGEST_ENDING else ""
    return f"{text[: limit - len(suffix) - 1]}…{suffix}"


def _is_bad(character: str) -> bool:
    return character in _BIDI_CONTROLS or unicodedata.category(character) in _REPLACED
