"""WebVTT (W3C): what is seen, as cues that players show and search.

A log's cues stand on the file's own clock (0 at its first frame); a list's on the clock of its
events one after another.
"""

from __future__ import annotations

from fractions import Fraction

from search.exports.timeline import Event, Timeline, line

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


def _said(event: Event) -> str:
    lines = [
        _text(event.footage.name),
        _text(event.words),
        _text(", ".join(event.people)),
        *(_text(f"[{mark.colour}] {mark.text}") for mark in event.marks),
    ]
    return "\n".join(text for text in lines if text) or "–"


def _text(text: str) -> str:
    """One line in which nothing is markup: with ``>`` escaped no arrow can end the cue."""
    return "".join(_ESCAPES.get(character, character) for character in line(text))


def _stamp(seconds: Fraction) -> str:
    """hh:mm:ss.mmm, to the nearest millisecond."""
    whole = (seconds * 1000 + Fraction(1, 2)).__floor__()
    return (
        f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:"
        f"{whole // 1000 % 60:02}.{whole % 1000:03}"
    )
