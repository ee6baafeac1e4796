"""OpenTimelineIO: the project's own library writes the file. Each clip keeps its own rate."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from urllib.parse import quote

from search.exports.frames import Footage, rate_text
from search.exports.timeline import RECORD_START_S, Event, Mark, Timeline, line


def write_otio(timeline: Timeline) -> str:
    """The timeline as OTIO's JSON. Raises NothingToExport or TimelineTooLong."""
    import opentimelineio as otio

    timeline.checked()
    made = otio.schema.Timeline(name=line(timeline.title) or "Untitled")
    nominal = round(timeline.rate)
    hour = RECORD_START_S * nominal - (54 * (nominal // 15) if timeline.is_drop_frame else 0)
    made.global_start_time = _time(hour, timeline.rate)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for event in timeline.events:
        track.append(_clip(event))
    made.tracks.append(track)
    if timeline.variable:
        made.metadata["everyid"] = {"variable_frame_rate": list(timeline.variable)}
    written: str = otio.adapters.write_to_string(made, "otio_json")
    return written


def _clip(event: Event) -> Any:
    import opentimelineio as otio

    footage = event.footage
    name = line(footage.name) or "Untitled"
    start = footage.first_number + event.start_frame
    clip = otio.schema.Clip(
        name=name,
        media_reference=otio.schema.ExternalReference(
            target_url=quote(name, safe=""),
            available_range=_range(footage.first_number, footage.frame_count, footage.edit_rate),
        ),
        source_range=_range(start, event.frames, footage.edit_rate),
    )
    clip.metadata["everyid"] = _facts(event)
    for mark in event.marks:
        clip.markers.append(_marker(event, mark))
    return clip


def _facts(event: Event) -> dict[str, Any]:
    footage: Footage = event.footage
    return {
        "reel": line(footage.reel),
        "camera": line(footage.camera),
        "rate": f"{footage.edit_rate.numerator}/{footage.edit_rate.denominator}",
        "start_timecode": footage.timecode(event.start_frame),
        "end_timecode": footage.timecode(event.end_frame),
        "has_timecode": footage.has_timecode,
        "counted": (
            f"by time at {rate_text(footage.edit_rate)}: the frame rate varies"
            if footage.is_variable_rate
            else "by frame"
        ),
        "note": line(event.note),
        "description": line(event.description),
        "people": [line(name) for name in event.people],
    }


def _marker(event: Event, mark: Mark) -> Any:
    import opentimelineio as otio

    footage = event.footage
    return otio.schema.Marker(
        name=line(mark.text),
        marked_range=_range(footage.first_number + event.mark_frame(mark), 1, footage.edit_rate),
        color=mark.colour.upper(),
    )


def _time(frames: int, rate: Fraction) -> Any:
    import opentimelineio as otio

    return otio.opentime.RationalTime(frames, float(rate))


def _range(start: int, frames: int, rate: Fraction) -> Any:
    import opentimelineio as otio

    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))
