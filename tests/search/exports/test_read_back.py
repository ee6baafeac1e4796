"""What is written is read back by OpenTimelineIO and its adapters, and compared by the frame."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.media.lines import LONGEST_TEXT, plain
from ingest.media.sidecars import cues_of
from ingest.media.timecode import frame_number, parse_timecode
from search.errors import MixedRates
from search.exports.ale import write_ale
from search.exports.edl import write_edl
from search.exports.fcpxml import write_fcpxml
from search.exports.formats import FORMATS
from search.exports.frames import Footage
from search.exports.otio import write_otio
from search.exports.timeline import Event, Spoken, Timeline, line
from search.exports.webvtt import write_said
from tests.search.exports.lists import FILM, NTSC, PAL, fixed, footage, footages, timelines

Ranges = list[tuple[int, int]]


def wanted(timeline: Timeline) -> Ranges:
    """First frame number and length of each event, in the source's timecode."""
    return [(e.footage.first_number + e.start_frame, e.frames) for e in timeline.events]


def ranges_of(clips: Any) -> Ranges:
    return [
        (round(c.source_range.start_time.value), round(c.source_range.duration.value))
        for c in clips
    ]


def read(text: str, adapter: str, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the adapters themselves
        return otio.adapters.read_from_string(text, adapter, **options)


@given(timelines())
@settings(max_examples=60, deadline=None)
def test_edl(timeline: Timeline) -> None:
    text = write_edl(timeline)
    back = read(text, "cmx_3600", rate=float(timeline.rate))
    assert ranges_of(_picture(back)) == wanted(timeline)
    records = [line.split()[-2:] for line in text.splitlines() if re.match(r"\d{3}  ", line)]
    numbers = [[_number(tc, timeline.rate) for tc in pair] for pair in records]
    assert numbers[0][0] == _number("01:00:00:00", timeline.rate, timeline.is_drop_frame)
    assert [end - start for start, end in numbers] == [e.frames for e in timeline.events]
    assert [start for start, _ in numbers[1:]] == [end for _, end in numbers[:-1]]


@given(timelines())
@settings(max_examples=60, deadline=None)
def test_ale(timeline: Timeline) -> None:
    clips = read(write_ale(timeline), "ale")
    assert ranges_of(clips) == wanted(timeline)


@given(timelines(rates=2))
@settings(max_examples=60, deadline=None)
def test_otio(timeline: Timeline) -> None:
    back = read(write_otio(timeline), "otio_json")
    clips = list(back.find_clips())
    assert ranges_of(clips) == wanted(timeline)
    rates = [clip.source_range.start_time.rate for clip in clips]
    assert rates == [float(e.footage.edit_rate) for e in timeline.events]
    for clip, event in zip(clips, timeline.events, strict=True):
        whole, part = clip.available_range(), clip.source_range
        assert whole.start_time <= part.start_time
        assert part.end_time_exclusive() <= whole.end_time_exclusive()
        assert round(clip.markers[0].marked_range.start_time.value) == (
            event.footage.first_number + event.start_frame
        )


@given(timelines(rates=2))
@settings(max_examples=60, deadline=None)
def test_fcpxml_in_exact_fractions(timeline: Timeline) -> None:
    """The adapter counts 29.97 as 29 and floats; here its numbers are read as they stand."""
    root = ET.fromstring(write_fcpxml(timeline))
    assets = {found.get("id"): found for found in root.iter("asset")}
    at = Fraction(0)
    clips = list(root.iter("asset-clip"))
    for clip, event in zip(clips, timeline.events, strict=True):
        rate = event.footage.edit_rate
        start, asset = _seconds(clip, "start"), assets[clip.get("ref")]
        assert start * rate == event.footage.first_number + event.start_frame
        assert _seconds(asset, "start") * rate == event.footage.first_number
        assert _seconds(asset, "duration") * rate == event.footage.frame_count
        assert _seconds(clip, "offset") == at
        length = _seconds(clip, "duration")
        assert (length * timeline.rate).denominator == 1
        if rate == timeline.rate:
            assert length == event.seconds
        assert 0 <= event.seconds - length < 1 / timeline.rate or length == 1 / timeline.rate
        at += length


def test_fcpxml_by_its_adapter() -> None:
    """At whole rates, where the adapter can count."""
    back = read(write_fcpxml(fixed(PAL)), "fcpx_xml")[0]
    assert ranges_of(back.find_clips()) == wanted(fixed(PAL))


@given(timelines(rates=2))
@settings(max_examples=20, deadline=None)
def test_one_rate_is_asked_for_where_there_is_room_for_one(timeline: Timeline) -> None:
    if len(timeline.rates) == 1:
        return
    for write in (write_edl, write_ale):
        with pytest.raises(MixedRates, match="export each rate by itself"):
            write(timeline)
    for rate in timeline.rates:
        part = timeline.at_rate(rate)
        assert ranges_of(read(write_ale(part), "ale")) == wanted(part)


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=60).map(plain).filter(bool)


@given(st.data(), footages(1, NTSC))
@settings(max_examples=60, deadline=None)
def test_subtitles_of_a_log_are_lines_again(data: st.DataObject, clip: Footage) -> None:
    """Written beside the file and read by the same reader as any: to the millisecond."""
    lines = []
    for text in data.draw(st.lists(_TEXTS, max_size=5)):
        start = data.draw(st.integers(clip.first_pts, clip.end_pts - 1))
        lines.append(Spoken(start, data.draw(st.integers(start + 1, clip.end_pts)), text))
    log = Timeline("x", (Event(clip, clip.first_pts, clip.end_pts, said=tuple(lines)),), True)
    back = {(plain(cue.text), cue.start_s) for cue in cues_of(write_said(log))}
    seconds = [(s.start_pts - clip.first_pts) * clip.time_base for s in lines]
    ends = [(s.end_pts - clip.first_pts) * clip.time_base for s in lines]
    told = {
        (line(s.text, LONGEST_TEXT), at)
        for s, start, end in zip(lines, seconds, ends, strict=True)
        if (at := _whole_ms(start)) < _whole_ms(end)
    }
    assert told <= back


def _whole_ms(seconds: Fraction) -> Fraction:
    return Fraction((seconds * 1000 + Fraction(1, 2)).__floor__(), 1000)


def test_what_is_said_comes_back() -> None:
    text = write_edl(fixed())
    first = _picture(read(text, "cmx_3600", rate=25.0))[0]
    assert first.name == "Strand *1*.mov"
    assert [(m.name, m.color) for m in first.markers] == [("look here", "GREEN"), ("MARKER", "RED")]
    hour = 3600 * 25
    starts = [round(m.marked_range.start_time.value) for m in first.markers]
    assert starts == [hour + 30, hour + 49]
    clip = next(iter(read(write_otio(fixed()), "otio_json").find_clips()))
    assert list(clip.metadata["everyid"]["people"]) == ["Anna", "Bo"]
    assert clip.metadata["everyid"]["reel"] == "A001C002_0817"


def _picture(timeline: Any) -> list[Any]:
    """The events in order of the record side: files without sound are on the picture alone."""
    return [c for c in timeline.video_tracks()[0] if isinstance(c, otio.schema.Clip)]


def _number(text: str, rate: Fraction, is_drop: bool | None = None) -> int:
    timecode = parse_timecode(text.replace(":00:00:00", ":00:00;00") if is_drop else text)
    return frame_number(timecode, rate)


def _seconds(element: ET.Element, name: str) -> Fraction:
    return Fraction((element.get(name) or "").removesuffix("s"))


@pytest.mark.parametrize(
    ("rate", "start", "is_drop"),
    [
        (PAL, "23:59:59:00", False),
        (FILM, "23:59:59:00", False),
        (NTSC, "23:59:59;00", True),
        (Fraction(60000, 1001), "23:59:59;00", True),
    ],
)
def test_a_moment_over_midnight_keeps_its_frames(rate: Fraction, start: str, is_drop: bool) -> None:
    """Timecode starts anew, and out is before in, which OpenTimelineIO does not read."""
    clip = footage(1, rate, start_timecode=start, is_drop_frame=is_drop)
    second = round(rate)
    timeline = Timeline("x", (Event(clip, 0, 2 * second), Event(clip, second, second + 1)))
    day = _number("23:59:59:00" if not is_drop else start, rate) + second
    rows = [line.split() for line in write_edl(timeline).splitlines() if line.startswith("00")]
    points = [[_number(point, rate) for point in row[4:6]] for row in rows]
    assert [((end - begin) % day, begin) for begin, end in points] == [
        (2 * second, day - second),
        (1, 0),
    ]
    for name in ("edl", "ale", "csv"):
        assert FORMATS[name].write(timeline).lower().count("passes midnight") == 1
    root = ET.fromstring(write_fcpxml(timeline))
    starts = [_seconds(found, "start") * rate for found in root.iter("asset-clip")]
    assert starts == [day - second, day]


def test_frames_at_the_minutes_that_drop_numbers() -> None:
    """59.94 skips four numbers a minute, but none in the tenth."""
    clip = footage(1, Fraction(60000, 1001), start_timecode="00:00:59;58", is_drop_frame=True)
    timeline = Timeline("x", tuple(Event(clip, i, i + 1) for i in range(3)))
    rows = [line.split()[4:6] for line in write_edl(timeline).splitlines() if line[:2] == "00"]
    assert rows == [
        ["00:00:59;58", "00:00:59;59"],
        ["00:00:59;59", "00:01:00;04"],
        ["00:01:00;04", "00:01:00;05"],
    ]
    back = read(write_edl(timeline), "cmx_3600", rate=float(clip.edit_rate))
    assert ranges_of(_picture(back)) == wanted(timeline)


def test_a_long_name_of_any_script_comes_back() -> None:
    clip = footage(1, name="ä日本" * 80 + ".mov", reel="Ünïcode Tape " * 5)
    timeline = Timeline("x", (Event(clip, 0, 1),))
    (edl,) = _picture(read(write_edl(timeline), "cmx_3600", rate=25.0))
    (ale,) = read(write_ale(timeline), "ale")
    (otio_clip,) = read(write_otio(timeline), "otio_json").find_clips()
    asset = ET.fromstring(write_fcpxml(timeline)).find("resources/asset")
    assert edl.name == otio_clip.name == clip.name
    assert clip.name in (ale.name, ale.media_reference.name, ale.media_reference.target_url)
    assert asset is not None and asset.get("name") == clip.name
    reel = write_edl(timeline).splitlines()[3].split()[1]
    assert reel.isascii() and 0 < len(reel) <= 8


def test_events_keep_their_order() -> None:
    one, two, three = fixed().events
    shuffled = Timeline("x", (three, one, two))
    names = [c.name for c in _picture(read(write_edl(shuffled), "cmx_3600", rate=25.0))]
    assert names == [_name(e) for e in (three, one, two)]


def _name(event: Event) -> str:
    return event.footage.name
