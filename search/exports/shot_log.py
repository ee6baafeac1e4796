"""A shot log as CSV (RFC 4180) for spreadsheets: one row per moment, any rates.

A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, *CSV
injection*). UTF-8 with a byte order mark, without which Excel misreads names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from search.exports.frames import rate_text
from search.exports.timeline import Event, Timeline, line, reel_names

COLUMNS = (
    "number", "file", "reel", "camera", "timecode_in", "timecode_out", "frames", "rate",
    "start_s", "end_s", "description", "people", "said", "note", "markers", "remarks",
)  # fmt: skip
MOST_LETTERS = 30_000
"""In a cell: spreadsheets hold 32,767."""
_FORMULA = ("=", "+", "-", "@")


def write_csv(timeline: Timeline) -> str:
    """The log. ``timecode_out`` and ``end_s`` are exclusive. Raises NothingToExport."""
    timeline.checked()
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    reels = reel_names(timeline)
    for number, event in enumerate(timeline.events, start=1):
        cells = _cells(number, event, reels[event.footage.key])
        writer.writerow([_safe(line(cell, MOST_LETTERS)) for cell in cells])
    return text.getvalue()


def _cells(number: int, event: Event, reel: str) -> Iterable[str]:
    footage = event.footage
    return (
        str(number),
        footage.name,
        footage.reel or reel,
        footage.camera,
        footage.timecode(event.start_frame),
        footage.timecode(event.end_frame),
        str(event.frames),
        rate_text(footage.edit_rate),
        f"{float(event.start_frame / footage.edit_rate):.3f}",
        f"{float(event.end_frame / footage.edit_rate):.3f}",
        event.description,
        ", ".join(event.people),
        " / ".join(spoken.text for spoken in event.said),
        event.note,
        "; ".join(_marks(event)),
        "; ".join(_remarks(event)),
    )


def _marks(event: Event) -> Iterator[str]:
    for mark in event.marks:
        yield f"{event.footage.timecode(event.mark_frame(mark))} {mark.colour} {mark.text}".strip()


def _remarks(event: Event) -> Iterator[str]:
    if event.footage.is_variable_rate:
        yield "variable frame rate: counted by time"
    if not event.footage.has_timecode:
        yield "no timecode in the file: counted from its first frame"
    if event.passes_midnight:
        yield "timecode passes midnight: the end is on the next day"


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
