"""WebVTT (W3C): what is seen, or what is said, as cues that players show and search.

A log's cues stand on the file's own clock (0 at its first frame); a list's on the clock of its
events one after another. What is said in a log are the lines as they are: beside the file, under
its name, they are its subtitles.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ingest.media.lines import LONGEST_TEXT
from search.exports.timeline import Event, Spoken, Timeline, line

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def write_webvtt(timeline: Timeline) -> str:
    """The cues. Raises NothingToExport or TimelineTooLong."""
    timeline.checked()
    blocks = [f"WEBVTT - {_text(timeline.title) or 'Untitled'}"]
    at = Fraction(0)
    for number, event in enumerate(timeline.events, start=1):
        start = event.start_frame / event.footage.edit_rate if timeline.is_log else at
        at += event.seconds
        blocks.append(
            f"{number}\n{_stamp(start)} --> {_stamp(start + event.seconds)}\n{_said(event)}"
        )
    return "\n\n".join(blocks) + "\n"


def write_said(timeline: Timeline) -> str:
    """What is said, cue by cue; in a list cut to its events. Raises as ``write_webvtt``."""
    timeline.checked()
    blocks = [f"WEBVTT - {_text(timeline.title) or 'Untitled'}"]
    cues = sorted(_log_cues(timeline)) if timeline.is_log else list(_list_cues(timeline))
    for start, end, text in cues:
        blocks.append(
            f"{len(blocks)}\n{_stamp(start)} --> {_stamp(end)}\n{_text(text, LONGEST_TEXT)}"
        )
    if not cues:
        blocks.append("NOTE Nothing is said here, as far as subtitles tell.")
    return "\n\n".join(blocks) + "\n"


_Cue = tuple[Fraction, Fraction, str]


def _log_cues(timeline: Timeline) -> set[_Cue]:
    """Each line once, whole, though it may be said over a cut."""
    return {
        (*_seconds(event, spoken), spoken.text)
        for event in timeline.events
        for spoken in event.said
    }


def _list_cues(timeline: Timeline) -> Iterator[_Cue]:
    at = Fraction(0)
    for event in timeline.events:
        first = event.start_frame / event.footage.edit_rate
        for spoken in event.said:
            start, end = _seconds(event, spoken)
            start, end = max(start - first, Fraction(0)), min(end - first, event.seconds)
            if start < end:
                yield at + start, at + end, spoken.text
        at += event.seconds


def _seconds(event: Event, spoken: Spoken) -> tuple[Fraction, Fraction]:
    """From the first frame of the file."""
    footage = event.footage
    start, end = (pts - footage.first_pts for pts in (spoken.start_pts, spoken.end_pts))
    return start * footage.time_base, end * footage.time_base


def _said(event: Event) -> str:
    lines = [
        _text(event.footage.name),
        _text(event.words),
        _text(", ".join(event.people)),
        *(_text(f"[{mark.colour}] {mark.text}") for mark in event.marks),
    ]
    return "\n".join(text for text in lines if text) or "–"


def _text(text: str, limit: int = 500) -> str:
    """One line in which nothing is markup: with ``>`` escaped no arrow can end the cue."""
    return "".join(_ESCAPES.get(character, character) for character in line(text, limit))


def _stamp(seconds: Fraction) -> str:
    """hh:mm:ss.mmm, to the nearest millisecond."""
    whole = (seconds * 1000 + Fraction(1, 2)).__floor__()
    return (
        f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:"
        f"{whole // 1000 % 60:02}.{whole % 1000:03}"
    )
