"""FCPXML 1.8 for Final Cut Pro (and Resolve, and Premiere through converters).

Times are exact rationals in seconds. Each file keeps its own rate and timecode; on the timeline
footage at another rate lasts a whole number of the timeline's frames. Files are named, not
located: where they lie is for the editor to relink. Apple's reference: FCPXML, *Story elements*.
"""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote
from xml.etree import ElementTree as ET

from search.exports.frames import Footage, rate_text
from search.exports.timeline import Event, Timeline, line

_Formats = dict[tuple[Fraction, int, int], str]


def write_fcpxml(timeline: Timeline) -> str:
    """The document. Raises NothingToExport or TimelineTooLong."""
    timeline.checked()
    root = ET.Element("fcpxml", version="1.8")
    resources = ET.SubElement(root, "resources")
    formats = _add_formats(resources, timeline)
    assets = _add_assets(resources, timeline, formats)
    title = line(timeline.title) or "Untitled"
    event = ET.SubElement(ET.SubElement(root, "library"), "event", name="EveryID")
    project = ET.SubElement(event, "project", name=title)
    placed = list(timeline.placed())
    whole = placed[-1][0] + placed[-1][1]
    sequence = ET.SubElement(
        project,
        "sequence",
        format=formats[_format_of(_first_at_rate(timeline))],
        duration=_time(whole / timeline.rate),
        tcStart="0s",
        tcFormat="DF" if timeline.is_drop_frame else "NDF",
    )
    spine = ET.SubElement(sequence, "spine")
    for at, length, item in placed:
        _add_clip(spine, timeline, at, length, item, assets[item.footage.key])
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{text}\n'


def _first_at_rate(timeline: Timeline) -> Footage:
    return next(e.footage for e in timeline.events if e.footage.edit_rate == timeline.rate)


def _format_of(footage: Footage) -> tuple[Fraction, int, int]:
    return footage.edit_rate, footage.width, footage.height


def _add_formats(resources: ET.Element, timeline: Timeline) -> _Formats:
    formats: _Formats = {}
    for key in dict.fromkeys(_format_of(event.footage) for event in timeline.events):
        rate, width, height = key
        formats[key] = f"r{len(formats) + 1}"
        frame = f"{rate.denominator}/{rate.numerator}s"
        made = ET.SubElement(resources, "format", id=formats[key], frameDuration=frame)
        if width and height:
            made.set("width", str(width))
            made.set("height", str(height))
    return formats


def _add_assets(
    resources: ET.Element, timeline: Timeline, formats: _Formats
) -> dict[int, tuple[str, str]]:
    """Ids of each footage's asset and format."""
    assets: dict[int, tuple[str, str]] = {}
    for footage in {event.footage.key: event.footage for event in timeline.events}.values():
        format_id = formats[_format_of(footage)]
        asset_id = f"r{len(formats) + len(assets) + 1}"
        assets[footage.key] = asset_id, format_id
        name = line(footage.name) or "Untitled"
        made = ET.SubElement(
            resources,
            "asset",
            id=asset_id,
            name=name,
            src=f"file:///{quote(name, safe='')}",
            start=_time(footage.first_number / footage.edit_rate),
            duration=_time(footage.frame_count / footage.edit_rate),
            hasVideo="1",
            format=format_id,
        )
        if footage.has_audio:
            made.attrib |= {"hasAudio": "1", "audioSources": "1", "audioChannels": "2"}
    return assets


def _add_clip(
    spine: ET.Element,
    timeline: Timeline,
    at: int,
    length: int,
    event: Event,
    ids: tuple[str, str],
) -> None:
    footage, (asset_id, format_id) = event.footage, ids
    clip = ET.SubElement(
        spine,
        "asset-clip",
        name=line(footage.name) or "Untitled",
        ref=asset_id,
        format=format_id,
        offset=_time(at / timeline.rate),
        start=_time(_source_s(footage, event.start_frame)),
        duration=_time(length / timeline.rate),
        tcFormat="DF" if footage.counts_drop else "NDF",
    )
    if words := _note_of(event):
        ET.SubElement(clip, "note").text = words
    if footage.edit_rate != timeline.rate:
        rate = rate_text(footage.edit_rate)
        ET.SubElement(clip, "conform-rate", scaleEnabled="0", srcFrameRate=rate)
    for mark in event.marks:
        ET.SubElement(
            clip,
            "marker",
            start=_time(_source_s(footage, event.mark_frame(mark))),
            duration=_time(1 / footage.edit_rate),
            value=line(mark.text) or "Marker",
            note=mark.colour.value,
        )


def _note_of(event: Event) -> str:
    said = [event.words, ", ".join(line(name) for name in event.people)]
    if event.footage.is_variable_rate:
        rate = rate_text(event.footage.edit_rate)
        said.append(f"variable frame rate, counted by time at {rate}")
    if not event.footage.has_timecode:
        said.append("no timecode in the file, counted from its first frame")
    return " | ".join(text for text in said if text)


def _source_s(footage: Footage, frame: int) -> Fraction:
    return (footage.first_number + frame) / footage.edit_rate


def _time(seconds: Fraction) -> str:
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"
