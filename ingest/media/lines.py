"""Lines: what is said while some time passes, as subtitles have it. Times are exact.

What subtitles write around words (tags, styling, positions) is taken out here, once, whichever
format it came from. The rest is other people's text: pages escape it.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

LONGEST_TEXT = 1_000
"""Characters of one line. By judgement: two rows of 42 characters are usual."""
MOST_LINES = 50_000
"""Of one asset; a day of talk has some 30,000."""

_ASS_TAGS = re.compile(r"\{\\[^{}]{0,500}\}|\{\}")
_DRAWING = re.compile(r"\\p[1-9]")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<[0-9:.]{5,14}>")
_BREAKS = re.compile(r"\\[Nnh]")
_WORD = re.compile(r"\w+")
_KEPT_INVISIBLE = "\u200c\u200d"  # joiners, which some scripts spell with


@dataclass(frozen=True, slots=True)
class Clock:
    """How an asset counts: seconds per pts, and its half-open range of pts."""

    time_base: Fraction
    first_pts: int
    end_pts: int


@dataclass(frozen=True, slots=True)
class Cue:
    """A text over a time in seconds, as it was read; ``end_s`` None: until the next one."""

    start_s: Fraction
    end_s: Fraction | None
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A text over a half-open range of pts in the asset's time base.

    ``language`` is a code as the file gives it, or empty; ``source`` says where it was read.
    """

    start_pts: int
    end_pts: int
    text: str
    language: str = ""
    source: str = ""


UNTIL_S = Fraction(4)
"""How long a line stands whose end nobody says: by judgement, the usual maximum is 7 s."""


def lines_of(
    cues: Iterable[Cue], clock: Clock, *, shift_s: Fraction, language: str, source: str
) -> list[Line]:
    """Cues as lines on the asset's clock; those outside it, or without words, are left out.

    ``shift_s`` is added to their times. A line covers every pts that its cue touches.
    """
    found: list[Line] = []
    for cue, end_s in _ended(sorted(cues, key=lambda cue: cue.start_s)):
        text = plain(cue.text)
        start = math.floor((cue.start_s + shift_s) / clock.time_base)
        end = math.ceil((end_s + shift_s) / clock.time_base)
        start, end = max(start, clock.first_pts), min(end, clock.end_pts)
        if text and end > start:
            found.append(Line(start, end, text, language, source))
    return found


def _ended(ordered: Sequence[Cue]) -> Iterator[tuple[Cue, Fraction]]:
    """Cues from the last to the first, each with its end."""
    following: Fraction | None = None
    for cue in reversed(ordered):
        yield cue, _end_of(cue, following)
        following = cue.start_s


def _end_of(cue: Cue, following: Fraction | None) -> Fraction:
    if cue.end_s is not None and cue.end_s > cue.start_s:
        return cue.end_s
    latest = cue.start_s + UNTIL_S
    is_followed = following is not None and following > cue.start_s
    return min(latest, following) if is_followed and following is not None else latest


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Lines by time, each said once however many streams repeat it; at most ``MOST_LINES``."""
    once = {(line.start_pts, line.end_pts, line.text): line for line in reversed(list(lines))}
    ordered = sorted(once.values(), key=lambda line: (line.start_pts, line.end_pts, line.source))
    return ordered[:MOST_LINES]


def bare(text: str) -> str:
    """A text's words with spaces between: what full text is made of and asked for, so that nothing
    in it is taken for a tag, an address or a number with a sign."""
    return " ".join(_WORD.findall(text))


def plain(text: str) -> str:
    """The words alone: no tags, styling, positions, drawings or control characters."""
    if any(_DRAWING.search(tag) for tag in _ASS_TAGS.findall(text)):
        return ""
    text = _BREAKS.sub(" ", _ASS_TAGS.sub("", text))
    text = html.unescape(_TAGS.sub("", text))
    spaced = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    shown = "".join(c for c in spaced if c.isprintable() or c in _KEPT_INVISIBLE)
    return " ".join(shown.split())[:LONGEST_TEXT].strip()
