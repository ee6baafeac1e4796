"""Words of a query with their places in the text, and the names among them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.lexicon import look_up
from search.query_types import Kind, Names
from search.times import Length, When


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text: casefolded, with its half-open span.

    ``named`` and ``timed`` stand for the several words of a name or a time. ``breaks``: a comma or
    semicolon stands before it.
    """

    word: str
    span: tuple[int, int]
    quoted: bool = False
    named: tuple[Kind, int] | None = None
    timed: When | Length | None = None
    breaks: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is more than a word, and means one thing already."""
        return self.quoted or self.named is not None or self.timed is not None


_TOKEN = re.compile(
    r"[\"“„](?P<quoted>[^\"“”„]+)[\"”“]"
    r"|(?P<word>\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}:\d{2}(?:[ap]m)?|[ap]\.m\b\.?"
    r"|\w+(?:['’\-]\w+)*)",
    re.IGNORECASE,
)
_HALVES = {"a.m": "am", "p.m": "pm", "a.m.": "am", "p.m.": "pm"}


def tokenise(text: str) -> list[Token]:
    """Words and quoted passages with their spans; punctuation is left out."""
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word = (match["quoted"] or match["word"]).replace("’", "'").casefold()
        between = text[end : match.start()]
        found.append(
            Token(
                word=_HALVES.get(word, word),
                span=match.span(),
                quoted=match["quoted"] is not None,
                breaks="," in between or ";" in between,
            )
        )
        end = match.end()
    return found


_CUES = {"camera": Kind.CAMERA, "cam": Kind.CAMERA, "library": Kind.LIBRARY}


def mark_names(tokens: Sequence[Token], names: Names) -> list[Token]:
    """Join tokens that spell a known name, longest first.

    A camera or library whose name is an everyday word ("lobby") counts only after "camera" or
    "library", so that it does not swallow the place; so does one that is a number.
    """
    known: list[tuple[list[str], Kind, int]] = sorted(
        (
            ([t.word for t in tokenise(name)], kind, key)
            for kind, pairs in (
                (Kind.IDENTITY, names.identities),
                (Kind.CAMERA, names.cameras),
                (Kind.LIBRARY, names.libraries),
            )
            for name, key in pairs
        ),
        key=lambda item: -len(item[0]),
    )
    by_first: dict[str, list[tuple[list[str], Kind, int]]] = {}
    for entry in known:
        if entry[0]:
            by_first.setdefault(entry[0][0], []).append(entry)
    found: list[Token] = []
    i = 0
    while i < len(tokens):
        token, used = _name_at(tokens, i, by_first, bool(found) and found[-1].word in _CUES)
        if token.named and used and found and _cue_of(found[-1]) is token.named[0]:
            cue = found.pop()
            token = replace(token, span=(cue.span[0], token.span[1]), breaks=cue.breaks)
        found.append(token)
        i += used
    return found


def _cue_of(token: Token) -> Kind | None:
    return _CUES.get(token.word) if token.named is None else None


def _name_at(
    tokens: Sequence[Token],
    i: int,
    by_first: dict[str, list[tuple[list[str], Kind, int]]],
    cued: bool,
) -> tuple[Token, int]:
    for words, kind, key in by_first.get(tokens[i].word, ()):
        if [t.word for t in tokens[i : i + len(words)]] != words:
            continue
        everyday = len(words) == 1 and (look_up(words[0]) is not None or words[0].isdigit())
        if everyday and not cued and kind is not Kind.IDENTITY:
            continue
        span = (tokens[i].span[0], tokens[i + len(words) - 1].span[1])
        token = Token(" ".join(words), span, named=(kind, key), breaks=tokens[i].breaks)
        return token, len(words)
    return tokens[i], 1
