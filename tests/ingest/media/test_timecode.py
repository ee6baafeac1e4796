"""Timecode arithmetic is exact, and drop-frame follows the clock."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.media.timecode import (
    Timecode,
    frame_number,
    parse_timecode,
    pts_at,
    seconds_of,
    timecode_at,
    timecode_of,
)

NTSC = Fraction(30000, 1001)
DROP_RATES = st.sampled_from([NTSC, Fraction(60000, 1001)])
RATES = st.sampled_from(
    [Fraction(24000, 1001), Fraction(24), Fraction(25), NTSC, Fraction(50), Fraction(60000, 1001)]
)


@pytest.mark.parametrize(
    ("start", "rate", "index", "expected"),
    [
        ("00:00:59;29", NTSC, 1, "00:01:00;02"),
        ("00:09:59;29", NTSC, 1, "00:10:00;00"),
        ("00:00:00;00", NTSC, 17982, "00:10:00;00"),
        ("00:00:00;00", NTSC, 107892, "01:00:00;00"),
        ("00:00:59;59", Fraction(60000, 1001), 1, "00:01:00;04"),
        ("23:59:59;29", NTSC, 1, "00:00:00;00"),
        ("00:00:00;00", NTSC, -1, "23:59:59;29"),
        ("01:00:00:00", Fraction(25), 25 * 3600, "02:00:00:00"),
        ("23:59:59:24", Fraction(25), 1, "00:00:00:00"),
        ("00:00:59:29", NTSC, 1, "00:01:00:00"),
        ("10:00:00:00", Fraction(24000, 1001), 24, "10:00:01:00"),
    ],
)
def test_it_counts_frames(start: str, rate: Fraction, index: int, expected: str) -> None:
    assert timecode_at(start, rate, index) == expected


@given(rate=DROP_RATES, number=st.integers(0, 24 * 3600 * 60))
def test_drop_frame_numbers_round_trip(rate: Fraction, number: int) -> None:
    day = 2589408 if rate == NTSC else 5178816
    timecode = timecode_of(number, rate, is_drop_frame=True)
    assert frame_number(timecode, rate) == number % day


@given(rate=RATES, number=st.integers(0, 24 * 3600 * 24 - 1))
def test_non_drop_numbers_round_trip(rate: Fraction, number: int) -> None:
    assert frame_number(timecode_of(number, rate, is_drop_frame=False), rate) == number


@given(rate=DROP_RATES, number=st.integers(0, 2589407))
def test_drop_frame_stays_within_the_frames_it_skips_of_the_clock(
    rate: Fraction, number: int
) -> None:
    timecode = timecode_of(number, rate, is_drop_frame=True)
    shown = timecode.hours * 3600 + timecode.minutes * 60 + timecode.seconds
    nominal = round(rate)
    assert abs(shown + Fraction(timecode.frames, nominal) - number / rate) < Fraction(1, 5)


@given(rate=DROP_RATES, number=st.integers(0, 2589407))
def test_following_frames_have_following_timecodes(rate: Fraction, number: int) -> None:
    first = timecode_of(number, rate, is_drop_frame=True)
    assert timecode_at(str(first), rate, 1) == str(
        timecode_of(number + 1, rate, is_drop_frame=True)
    )


@given(
    st.builds(
        Timecode,
        st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 99),
        st.booleans(),
    )
)  # fmt: skip
def test_it_reads_what_it_writes(timecode: Timecode) -> None:
    assert parse_timecode(str(timecode)) == timecode


@pytest.mark.parametrize("text", ["", "1:2:3:4", "24:00:00:00", "00:60:00:00", "a", "00:00:00"])
def test_it_refuses_what_is_no_timecode(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_timecode(text)


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(24), Fraction(30), Fraction(24000, 1001)])
def test_it_refuses_drop_frame_at_other_rates(rate: Fraction) -> None:
    with pytest.raises(ValueError, match="drop-frame"):
        timecode_at("00:00:00;00", rate, 1)


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "00:00:00;30"])
def test_it_refuses_numbers_that_do_not_exist(text: str) -> None:
    with pytest.raises(ValueError, match=r"skipped|too many"):
        frame_number(parse_timecode(text), NTSC)


@given(pts=st.integers(-(2**40), 2**40), base=st.fractions(Fraction(1, 10**6), 1))
def test_time_round_trips(pts: int, base: Fraction) -> None:
    assert pts_at(seconds_of(pts, base), base) == pts
