from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.engine.context import (
    COMPANY_MOST,
    STRONGEST,
    TOO_FAST,
    Sighting,
    Topology,
    at_once,
    clothes_llr,
    company_llr,
    overlapping_pairs,
    pairs_at_once,
    scene_llr,
)
from recognition.engine.errors import BadValue


def seen(camera: int | None, at: float | None, *, asset: int = 0, lasts: float = 2.0) -> Sighting:
    """A sighting whose asset starts when it does."""
    return Sighting(asset, 0.0, lasts, camera, at)


times = st.tuples(st.integers(0, 40), st.integers(0, 12))


@settings(max_examples=60, deadline=None)
@given(st.lists(times, max_size=25))
def test_overlaps_are_those_of_every_pair(spans: list[tuple[int, int]]) -> None:
    starts = np.array([start / 4 for start, _ in spans])
    ends = np.array([(start + length) / 4 for start, length in spans])
    expected = [
        [a, b]
        for a in range(len(spans))
        for b in range(a + 1, len(spans))
        if at_once(Sighting(1, starts[a], ends[a]), Sighting(1, starts[b], ends[b]))
    ]
    assert overlapping_pairs(starts, ends).tolist() == expected


def test_one_camera_at_one_time_is_two_people() -> None:
    first = seen(1, 100.0, asset=1)
    assert at_once(first, seen(1, 101.0, asset=2))
    assert not at_once(first, seen(2, 101.0, asset=2))
    assert not at_once(first, seen(1, 102.0, asset=2))
    assert not at_once(first, seen(1, None, asset=2)) and not at_once(first, seen(None, 101.0))
    both = [first, seen(1, 101.0, asset=2), seen(2, 101.0, asset=3), seen(1, 101.5, asset=1)]
    # The last is of the first's asset, whose own clock says that they are at once.
    assert pairs_at_once(both).tolist() == [[0, 1], [0, 3], [1, 3]]


def test_a_sighting_ends_after_it_starts() -> None:
    with pytest.raises(BadValue):
        Sighting(1, 2.0, 1.0)


def walks(gap: float = 60.0, count: int = 12, spread: float = 0.2) -> Topology:
    """People who go from camera 1 to camera 2 in about ``gap`` seconds, every ten minutes."""
    random = np.random.default_rng(0)
    taken = gap * np.exp(random.normal(0, spread, count))
    confirmed = []
    for who, time in enumerate(taken.tolist()):
        confirmed += [(who, seen(1, 600.0 * who)), (who, seen(2, 600.0 * who + 2 + time))]
    return Topology.learn(confirmed)


def test_nothing_is_said_before_anything_is_confirmed() -> None:
    nothing = Topology.learn([])
    assert nothing.llr(seen(1, 0.0), seen(2, 30.0)) == ("travel", 0.0)
    kind, llr = nothing.llr(seen(1, 0.0), seen(2, 1.0))
    assert kind == "together" and llr == pytest.approx(0)
    learned = walks()
    assert learned.llr(seen(1, 0.0), seen(None, 30.0))[1] == 0
    assert learned.llr(seen(1, None), seen(2, 30.0))[1] == 0
    assert learned.llr(seen(1, 0.0), seen(3, 30.0))[1] == 0


def test_a_usual_time_speaks_for_one_person_and_a_short_one_against() -> None:
    learned = walks()
    first = seen(1, 0.0)
    usual = learned.llr(first, seen(2, 62.0))[1]
    assert 1.5 < usual <= STRONGEST
    assert learned.llr(first, seen(2, 12.0)) == ("travel", TOO_FAST)
    late = learned.llr(first, seen(2, 3000.0))[1]
    assert TOO_FAST < late < 0 < usual
    assert learned.llr(seen(2, 62.0), first)[1] == usual
    assert learned.ways[1, 2].share_within(60.0) == pytest.approx(0.5, abs=0.15)


def test_one_wrong_confirmation_moves_little() -> None:
    right = walks()
    confirmed = []
    for who in range(12):
        gap = 60.0 if who else 4 * 3600.0
        start = 30000.0 * who
        confirmed += [(who, seen(1, start)), (who, seen(2, start + 2 + gap))]
    learned = Topology.learn(confirmed).ways[1, 2]
    assert learned.median_log == pytest.approx(right.ways[1, 2].median_log, abs=0.3)


def test_views_that_overlap_are_learned_or_declared() -> None:
    shared, other = [], []
    for who in range(8):
        at = 100.0 * who
        shared += [(who, seen(1, at)), (who, seen(2, at + 0.5))]
        other += [(who, seen(1, at)), (who + 100, seen(2, at + 0.5))]
    at_one_time = (seen(1, 0.0), seen(2, 0.5))
    kind, llr = Topology.learn(shared).llr(*at_one_time)
    assert kind == "together" and llr > 0.5
    assert Topology.learn(other).llr(*at_one_time)[1] < -2
    assert Topology.learn(other, overlapping=[(2, 1)]).llr(*at_one_time)[1] == 0
    assert Topology.learn([], overlapping=[(1, 2)]).llr(*at_one_time)[1] == 0
    assert Topology.learn(shared, overlapping=[(1, 2)]).llr(*at_one_time)[1] == llr


def test_the_nearest_of_many_sightings_is_near_by_chance() -> None:
    learned = walks()
    usual, fast = (seen(1, 0.0), seen(2, 62.0)), (seen(1, 0.0), seen(2, 6.0))
    alone = learned.llr_of_nearest(*usual, among=1)[1]
    assert alone == learned.llr(*usual)[1] > 1
    assert learned.llr_of_nearest(*usual, among=4)[1] == pytest.approx(alone - np.log(4))
    assert learned.llr_of_nearest(*usual, among=10_000)[1] == 0, "it never speaks against"
    assert learned.llr_of_nearest(*fast, among=4) == learned.llr(*fast), "too fast is too fast"


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 2), st.integers(1, 2))
def test_no_time_counts_for_everything(a: float, b: float, one: int, two: int) -> None:
    llr = walks().llr(seen(one, a), seen(two, b))[1]
    assert TOO_FAST <= llr <= STRONGEST


def test_clothes_scenes_and_company() -> None:
    assert clothes_llr(True, 60.0) < -2 and clothes_llr(True, None) < -2
    assert clothes_llr(True, 86400.0) == 0 and clothes_llr(False, 60.0) == 0
    assert scene_llr("beach", "beach") > 0 and scene_llr("beach", "") == scene_llr("", "") == 0
    assert company_llr(5, 5, 0.2) > 0.5 and company_llr(0, 5, 0.5) < -0.5
    assert company_llr(0, 0, 0.5) == 0 and company_llr(3, 5, 1.0) == 0
    assert abs(company_llr(1000, 1000, 0.001)) <= COMPANY_MOST
