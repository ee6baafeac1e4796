"""Timelines for the export tests, one fixed and any."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from ingest.media.timecode import timecode_of
from search.exports.frames import DROP_RATES, Footage
from search.exports.timeline import Colour, Event, Mark, Spoken, Timeline

PAL, NTSC, FILM = Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001)
RATES = [FILM, Fraction(24), PAL, NTSC, Fraction(30), Fraction(50), Fraction(60000, 1001)]
HOSTILE = "a\nb\tc\r* LOC: 01:00:00:00 RED x\u2028<b>&\"'--> =1+1 \x00\x1b\u202e*"


def footage(key: int = 1, rate: Fraction = PAL, **fields: object) -> Footage:
    """Ten minutes at a rate whose time base is exact."""
    values: dict[str, object] = {
        "name": f"clip-{key}.mp4",
        "rate": rate,
        "time_base": 1 / rate,
        "first_pts": 0,
        "end_pts": int(600 * rate),
        "start_timecode": "01:00:00:00",
        "width": 1920,
        "height": 1080,
    }
    return Footage(key=key, **(values | fields))  # type: ignore[arg-type]


def fixed(rate: Fraction = PAL, *, is_drop: bool = False) -> Timeline:
    """Three events of two files, with everything that can be said about them."""
    start = "00:59:59;20" if is_drop else "09:58:59:20"
    beach = footage(
        1, rate, name="Strand *1*.mov", start_timecode=start, is_drop_frame=is_drop,
        reel="A001C002_0817", has_audio=True,
    )  # fmt: skip
    street = footage(2, rate, name="street.mp4", start_timecode="", camera="Gate")
    marks = (Mark(30, Colour.GREEN, "look\nhere"), Mark(49, Colour.RED))
    said = (Spoken(10, 40, "Cast off!"), Spoken(45, 70, "Aye & <aye>"))
    events = (
        Event(beach, 0, 50, "A woman on a beach.", ("Anna", "Bo"), "wide", marks, said),
        Event(street, 100, 125, said=(Spoken(90, 110, "=Out"),)),
        Event(beach, 1500, 1501, note="one frame"),
    )
    return Timeline("Red coats", events)


@st.composite
def footages(draw: st.DrawFn, key: int, rate: Fraction) -> Footage:
    """Footage of one rate, any start and time base, with pts on its frames as containers round."""
    is_drop = rate in DROP_RATES and draw(st.booleans())
    first = draw(st.integers(0, int(20 * 3600 * rate)))
    base = draw(st.sampled_from([1 / rate, Fraction(1, 90000), Fraction(1, 1000)]))
    count = draw(st.integers(1, 100_000))
    at = draw(st.integers(-1000, 100_000))
    return Footage(
        key=key,
        name=draw(st.sampled_from(["a.mp4", "A b.mov", "ä*.mxf", HOSTILE])),
        rate=rate,
        time_base=base,
        first_pts=at,
        end_pts=at + pts_of(count, rate, base),
        start_timecode=str(timecode_of(first, rate, is_drop_frame=is_drop)),
        is_drop_frame=is_drop,
        reel=draw(st.sampled_from(["", "A001", "TAPE NUMBER 12", "bl", HOSTILE])),
        has_audio=draw(st.booleans()),
    )


@st.composite
def timelines(draw: st.DrawFn, *, rates: int = 1) -> Timeline:
    """Up to eight events; their frames are known: ``(start, end)`` by rounding pts."""
    chosen = draw(st.lists(st.sampled_from(RATES), min_size=rates, max_size=rates, unique=True))
    sources = [
        draw(footages(key, rate)) for key, rate in enumerate(chosen * draw(st.integers(1, 3)), 1)
    ]
    events = []
    for source in draw(st.lists(st.sampled_from(sources), min_size=1, max_size=8)):
        start = draw(st.integers(0, source.frame_count - 1))
        end = draw(st.integers(start + 1, source.frame_count))
        events.append(
            Event(
                source,
                source.first_pts + pts_of(start, source.rate, source.time_base),
                source.first_pts + pts_of(end, source.rate, source.time_base),
                note=draw(st.sampled_from(["", "fine", HOSTILE])),
                marks=(Mark(source.first_pts, draw(st.sampled_from(Colour)), HOSTILE),),
            )
        )
    return Timeline(HOSTILE, tuple(events))


def pts_of(frame: int, rate: Fraction, base: Fraction) -> int:
    """The pts of a frame, rounded to the time base as muxers do."""
    return round(frame / rate / base)
