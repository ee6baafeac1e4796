"""Repaired times always grow, and healthy ones are left alone."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.media.timeline import Timeline

TIMES = st.lists(st.none() | st.integers(-(2**62), 2**62), max_size=60)
BASES = st.sampled_from([Fraction(1, 25), Fraction(1, 1000), Fraction(1, 90000), Fraction(2, 1)])


@given(times=TIMES, base=BASES, rate=st.none() | st.fractions(Fraction(1, 10), 240))
def test_times_always_grow(times: list[int | None], base: Fraction, rate: Fraction | None) -> None:
    timeline = Timeline(base, rate)
    placed = [timeline.place(time) for time in times]
    assert all(a < b for a, b in pairwise(placed))


@given(start=st.integers(-(2**40), 2**40), steps=st.lists(st.integers(1, 90000 * 60), max_size=50))
def test_growing_times_are_left_alone(start: int, steps: list[int]) -> None:
    times = [start]
    for step in steps:
        times.append(times[-1] + step)
    timeline = Timeline(Fraction(1, 90000), Fraction(25))
    assert [timeline.place(time) for time in times] == times
    assert timeline.repaired == 0


def test_missing_times_follow_the_frame_rate() -> None:
    timeline = Timeline(Fraction(1, 1000), Fraction(25))
    assert [timeline.place(None) for _ in range(3)] == [0, 40, 80]
    assert timeline.repaired == 3


def test_duplicates_move_by_a_tick() -> None:
    timeline = Timeline(Fraction(1, 1000), Fraction(25))
    assert [timeline.place(time) for time in (0, 40, 40, 80)] == [0, 40, 41, 80]


def test_a_restarted_clock_goes_on() -> None:
    timeline = Timeline(Fraction(1, 1000), Fraction(25))
    assert [timeline.place(t) for t in (9000, 9040, 0, 40)] == [9000, 9040, 9080, 9120]


def test_a_leap_of_a_day_is_damage() -> None:
    timeline = Timeline(Fraction(1, 1000), Fraction(25))
    assert [timeline.place(t) for t in (0, 40, 10**9, 10**9 + 40)] == [0, 40, 80, 120]
