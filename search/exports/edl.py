"""Edit decision lists in CMX 3600, as Avid, Premiere and Resolve read them.

One video track of cuts. ``FCM`` says how timecode is counted, and is said again where it changes;
drop-frame numbers also carry their semicolon. Comments carry the file's name, notes, and markers
as ``* LOC:`` in record timecode with Avid's colours. The format has one frame rate, unwritten,
at most 999 events, and reel names of eight characters.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.media.timecode import timecode_of
from search.errors import TooManyEvents
from search.exports.frames import rate_text
from search.exports.timeline import RECORD_START_S, Event, Timeline, line, reel_names

MOST_EVENTS = 999
_END = "\r\n"


def write_edl(timeline: Timeline) -> str:
    """The list. Raises MixedRates, TooManyEvents, NothingToExport or TimelineTooLong."""
    timeline.checked().require_one_rate("EDL")
    if len(timeline.events) > MOST_EVENTS:
        raise TooManyEvents(
            f"This holds {len(timeline.events)} moments, and CMX 3600 numbers events up to "
            f"{MOST_EVENTS}: split it, or choose FCPXML, OTIO or CSV."
        )
    return _END.join([*_lines(timeline), ""])


def _lines(timeline: Timeline) -> Iterator[str]:
    yield f"TITLE: {line(timeline.title, 70) or 'UNTITLED'}"
    counting = timeline.is_drop_frame
    yield _fcm(counting)
    yield ""
    reels = reel_names(timeline)
    for number, (at, length, event) in enumerate(timeline.placed(), start=1):
        if event.footage.counts_drop != counting:
            counting = event.footage.counts_drop
            yield _fcm(counting)
        yield _event_line(timeline, number, reels[event.footage.key], at, length, event)
        if number == 1:  # readers refuse comments before the first event
            yield f"* FRAME RATE: {rate_text(timeline.rate)}"
        yield from _comments(timeline, at, event)


def _fcm(is_drop_frame: bool) -> str:
    return "FCM: DROP FRAME" if is_drop_frame else "FCM: NON-DROP FRAME"


def _event_line(
    timeline: Timeline, number: int, reel: str, at: int, length: int, event: Event
) -> str:
    footage = event.footage
    channels = "B" if footage.has_audio else "V"
    source = f"{footage.timecode(event.start_frame)} {footage.timecode(event.end_frame)}"
    record = f"{_record(timeline, at)} {_record(timeline, at + length)}"
    return f"{number:03}  {reel:<8} {channels:<5} C        {source} {record}"


def _comments(timeline: Timeline, at: int, event: Event) -> Iterator[str]:
    footage = event.footage
    yield f"* FROM CLIP NAME: {line(footage.name) or 'UNTITLED'}"
    if reel := line(footage.reel):
        yield f"* SOURCE REEL: {reel}"
    yield from _remarks(event)
    if event.words:
        yield f"* COMMENT: {event.words}"
    if event.people:
        yield f"* PEOPLE: {line(', '.join(event.people))}"
    for mark in event.marks:
        frame = at + event.mark_frame(mark) - event.start_frame
        text = line(mark.text) or "MARKER"
        yield f"* LOC: {_record(timeline, frame)} {mark.colour.upper():<7} {text}"


def _remarks(event: Event) -> Iterator[str]:
    footage = event.footage
    if footage.is_variable_rate:
        yield (
            "* VARIABLE FRAME RATE: COUNTED BY TIME AT "
            f"{rate_text(footage.edit_rate)}, CHECK EACH CUT"
        )
    if not footage.has_timecode:
        yield "* NO TIMECODE IN THE FILE: COUNTED FROM ITS FIRST FRAME"
    if event.passes_midnight:
        yield "* TIMECODE PASSES MIDNIGHT: OUT IS ON THE NEXT DAY"


def _record(timeline: Timeline, frame: int) -> str:
    """Record timecode; the nominal hour starts at exactly 01:00:00:00, dropped or not."""
    nominal = round(timeline.rate)
    hour = RECORD_START_S * nominal
    if timeline.is_drop_frame:
        hour -= (nominal // 15) * 54  # 54 of 60 minutes skip 2 numbers at 29.97, 4 at 59.94
    number = timecode_of(hour + frame, timeline.rate, is_drop_frame=timeline.is_drop_frame)
    return str(number)
