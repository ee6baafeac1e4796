"""Avid Log Exchange: one row per moment, tab-separated, for bins in Media Composer.

``Start`` and ``End`` are source timecodes, ``End`` exclusive. The heading has one frame rate, so
that one file holds footage of one rate.
"""

from __future__ import annotations

from search.exports.frames import rate_text
from search.exports.timeline import Event, Timeline, line

_END = "\r\n"
_COLUMNS = (
    "Name", "Tape", "Start", "End", "Duration", "Tracks", "FPS", "Source File", "Image Size",
    "Description", "People", "Comments", "Camera",
)  # fmt: skip


def write_ale(timeline: Timeline) -> str:
    """The log. Raises MixedRates, NothingToExport or TimelineTooLong."""
    rate = timeline.checked().require_one_rate("ALE")
    height = max(event.footage.height for event in timeline.events)
    head = [
        "Heading",
        "FIELD_DELIM\tTABS",
        f"VIDEO_FORMAT\t{_video_format(height)}",
        "AUDIO_FORMAT\t48khz",
        f"FPS\t{rate_text(rate)}",
        "",
        "Column",
        "\t".join(_COLUMNS),
        "",
        "Data",
    ]
    rows = [_row(number, event) for number, event in enumerate(timeline.events, start=1)]
    return _END.join([*head, *rows, ""])


def _row(number: int, event: Event) -> str:
    footage = event.footage
    rate = rate_text(footage.edit_rate)
    remarks = [event.note, *(f"{m.colour}: {m.text}" for m in event.marks)]
    if footage.is_variable_rate:
        remarks.append(f"variable frame rate, counted by time at {rate}")
    if not footage.has_timecode:
        remarks.append("no timecode in the file, counted from its first frame")
    if event.passes_midnight:
        remarks.append("timecode passes midnight, the end is on the next day")
    cells = (
        f"{footage.name.rpartition('.')[0] or footage.name}.{number:03}",
        footage.reel or footage.name.rpartition(".")[0] or footage.name,
        footage.timecode(event.start_frame),
        footage.timecode(event.end_frame),
        _duration(event),
        "VA1" if footage.has_audio else "V",
        rate,
        footage.name,
        f"{footage.width}x{footage.height}" if footage.width else "",
        event.description,
        ", ".join(event.people),
        "; ".join(text for text in remarks if text),
        footage.camera,
    )
    return "\t".join(line(cell) for cell in cells)


def _duration(event: Event) -> str:
    """Plain hours, minutes, seconds and frames, as a length is never dropped."""
    nominal = round(event.footage.edit_rate)
    seconds, frames = divmod(event.frames, nominal)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _video_format(height: int) -> str:
    known = {1080: "1080", 720: "720", 576: "PAL", 486: "NTSC", 480: "NTSC"}
    return known.get(height, "CUSTOM")
