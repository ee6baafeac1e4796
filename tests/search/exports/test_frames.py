"""From pts to frames and timecode."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.exports.frames import rate_text, standard_rate
from search.exports.timeline import Event
from tests.search.exports.lists import FILM, NTSC, PAL, RATES, footage, footages, pts_of


@given(st.data(), st.sampled_from(RATES))
def test_every_frame_is_found_by_its_rounded_pts(data: st.DataObject, rate: Fraction) -> None:
    source = data.draw(footages(1, rate))
    frame = data.draw(st.integers(0, source.frame_count))
    pts = source.first_pts + pts_of(frame, rate, source.time_base)
    assert source.frame_at(pts) == frame


@given(st.data(), st.sampled_from(RATES))
def test_ranges_that_meet_neither_overlap_nor_leave_a_gap(
    data: st.DataObject, rate: Fraction
) -> None:
    source = data.draw(footages(1, rate))
    cut = data.draw(st.integers(source.first_pts, source.end_pts))
    before, after = Event(source, source.first_pts, cut), Event(source, cut, source.end_pts)
    if 0 < source.frame_at(cut) < source.frame_count:
        assert before.end_frame == after.start_frame
        assert before.frames + after.frames == source.frame_count


def test_a_cut_between_two_frames_takes_the_later_one() -> None:
    fine = footage(time_base=Fraction(1, 90000), end_pts=90000)
    assert [fine.frame_at(pts) for pts in (0, 1, 2, 3599, 3600, 3602, 7200)] == [
        0,
        0,
        1,
        1,
        1,
        2,
        2,
    ]


def test_events_stay_inside_the_footage_and_have_a_frame() -> None:
    clip = footage(end_pts=100)
    assert (Event(clip, -50, 10).start_frame, Event(clip, 90, 500).end_frame) == (0, 100)
    assert Event(clip, 40, 40).frames == 1
    assert (Event(clip, 400, 500).start_frame, Event(clip, 400, 500).end_frame) == (99, 100)


@pytest.mark.parametrize(
    ("stated", "is_variable", "meant"),
    [
        (Fraction(2997, 100), False, NTSC),
        (Fraction(23976, 1000), False, FILM),
        (Fraction(24975, 1000), False, PAL),
        (Fraction(25, 2), False, Fraction(25, 2)),
        (Fraction(271, 10), True, PAL),
        (Fraction(2985, 100), True, NTSC),
    ],
)
def test_stated_rates_are_brought_to_what_was_meant(
    stated: Fraction, is_variable: bool, meant: Fraction
) -> None:
    assert standard_rate(stated, is_variable=is_variable) == meant


def test_there_is_no_rate_of_nothing() -> None:
    with pytest.raises(ValueError, match="no frame rate"):
        standard_rate(Fraction(0))


def test_rates_are_written_as_editors_do() -> None:
    assert [rate_text(rate) for rate in (PAL, NTSC, FILM)] == ["25", "29.97", "23.976"]


def test_a_timecode_that_the_rate_cannot_have_is_no_timecode() -> None:
    """25 frames a second never reach :29, and 29.97 drop skips the second minute's first two."""
    assert not footage(start_timecode="01:00:00:29").has_timecode
    skipped = footage(rate=NTSC, start_timecode="01:01:00;00", is_drop_frame=True)
    assert not skipped.has_timecode and skipped.timecode(5) == "00:00:00:05"


def test_drop_frame_is_counted_over_the_minute() -> None:
    clip = footage(rate=NTSC, start_timecode="00:00:59;28", is_drop_frame=True)
    assert [clip.timecode(n) for n in range(3)] == ["00:00:59;28", "00:00:59;29", "00:01:00;02"]
