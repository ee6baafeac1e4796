"""The made worlds that trackers are measured on, and that the house's tracker holds its own."""

from __future__ import annotations

import pytest

from evaluation.tracking import Tracked, World, make_world, measure, run_ours


def perfect(world: World) -> Tracked:
    return [(boxes, list(range(len(boxes)))) for boxes in world.truth]


@pytest.mark.parametrize("depth", [False, True])
def test_the_truth_itself_is_without_fault(depth: bool) -> None:
    world = make_world(1, 5.0, depth=depth)
    figures = measure(world, perfect(world))
    assert figures == {"idf1": 1.0, "switches": 0.0, "tracks": 6.0}


@pytest.mark.parametrize("fps, least", [(5.0, 0.55), (10.0, 0.65)])
def test_ours_keeps_people_apart(fps: float, least: float) -> None:
    """Well above .37 and .56, what ByteTrack by overlap comes to (decision 14)."""
    world = make_world(2, fps)
    assert measure(world, run_ours(world, fps))["idf1"] > least
