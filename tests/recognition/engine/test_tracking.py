from __future__ import annotations

import itertools

import numpy as np
import pytest

from recognition.engine.movement import motion_evidence, read_movement
from recognition.engine.tracking import TrackingConfig, track_shot
from recognition.engine.types import Detections, Floats, Tracklet

TIME_BASE = 1 / 1000
Truth = list[tuple[int, list[tuple[int, Floats]]]]
"""Frames of (pts, [(who, box)])."""


def walkers(
    times: list[int], lines: list[tuple[float, float, float]], height: float = 0.3
) -> Truth:
    """People of one height on lines: (x at 0, widths per second, y)."""
    frames: Truth = []
    for pts in times:
        seen = []
        for who, (x0, speed, y) in enumerate(lines):
            x = x0 + speed * pts * TIME_BASE
            if -0.05 < x < 1.05:
                box = np.array([x - 0.04, y, x + 0.04, y + height], np.float32)
                seen.append((who, box.clip(0, 1)))
        frames.append((pts, seen))
    return frames


def detect(
    truth: Truth, *, noise: float = 0.004, miss: float = 0.0, seed: int = 0
) -> list[tuple[int, Detections]]:
    rng = np.random.default_rng(seed)
    frames = []
    for pts, seen in truth:
        kept = [box for _, box in seen if rng.random() >= miss]
        boxes = np.array(kept, np.float32).reshape(-1, 4)
        boxes = boxes + rng.normal(0, noise, boxes.shape).astype(np.float32)
        confidence = rng.uniform(0.6, 0.95, len(boxes)).astype(np.float32)
        frames.append((pts, Detections(boxes, confidence, ("person",) * len(boxes))))
    return frames


def owners(track: Tracklet, truth: Truth) -> list[int]:
    """Who is nearest to each box of a track."""
    at = dict(truth)
    return [
        min(at[int(pts)], key=lambda item: float(np.abs(item[1] - box).sum()))[0]
        for pts, box in zip(track.pts, track.xyxy_norm, strict=True)
    ]


def switches(tracks: list[Tracklet], truth: Truth) -> int:
    """Identity switches: a track that changes its owner, plus tracks beyond one per owner."""
    changed = sum(
        sum(a != b for a, b in itertools.pairwise(who))
        for who in (owners(t, truth) for t in tracks)
    )
    people = {who for _, seen in truth for who, _ in seen}
    return changed + max(0, len(tracks) - len(people))


@pytest.mark.parametrize("fps", [3, 5, 12])
@pytest.mark.parametrize("seed", range(3))
def test_it_follows_people_who_cross(fps: int, seed: int) -> None:
    times = [round(i * 1000 / fps) for i in range(6 * fps)]
    truth = walkers(times, [(0.1, 0.13, 0.4), (0.9, -0.13, 0.36), (0.5, 0.0, 0.1)])
    tracks = track_shot(detect(truth, seed=seed), TIME_BASE)
    assert switches(tracks, truth) <= 1
    assert len(tracks) == 3


def test_it_bridges_misses_and_uneven_times() -> None:
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.integers(80, 420, 40)).tolist()
    truth = walkers(times, [(0.05, 0.08, 0.2), (0.95, -0.07, 0.6)])
    tracks = track_shot(detect(truth, miss=0.15, seed=2), TIME_BASE)
    assert switches(tracks, truth) == 0


def box(x: float, top: float, height: float) -> Floats:
    return np.array([x - height / 9, top, x + height / 9, top + height], np.float32)


@pytest.mark.parametrize("fps", [5, 25])
def test_two_who_meet_and_turn_back_are_told_apart_by_height(fps: int) -> None:
    """Overlap and speed say that they passed each other; their heights say that they did not."""
    truth: Truth = []
    for i in range(6 * fps):
        away = 0.07 * abs(i / fps - 3)
        truth.append(
            (
                round(i * 1000 / fps),
                [(0, box(0.5 - away, 0.3, 0.4)), (1, box(0.5 + away, 0.42, 0.26))],
            )
        )
    tracks = track_shot(detect(truth), TIME_BASE)
    assert len(tracks) == 2 and switches(tracks, truth) == 0


def test_who_loses_the_legs_behind_something_stays_the_same() -> None:
    truth: Truth = []
    for i in range(30):
        whole = box(0.2 + 0.02 * i, 0.3, 0.4)
        if 10 <= i < 18:
            whole[3] -= 0.17
        truth.append((i * 200, [(0, whole)]))
    (track,) = track_shot(detect(truth), TIME_BASE)
    assert len(track.pts) == 30


def test_it_uses_weak_detections_of_a_known_object() -> None:
    box = np.array([[0.4, 0.3, 0.5, 0.7]], np.float32)
    frames = [
        (i * 200, Detections(box, np.array([0.8 if i < 3 else 0.2], np.float32), ("person",)))
        for i in range(10)
    ]
    (track,) = track_shot(frames, TIME_BASE)
    assert len(track.pts) == 10


def test_it_starts_nothing_from_weak_or_single_detections() -> None:
    box = np.array([[0.4, 0.3, 0.5, 0.7]], np.float32)
    weak = Detections(box, np.array([0.3], np.float32), ("person",))
    sure = Detections(box, np.array([0.9], np.float32), ("person",))
    nothing = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())
    assert track_shot([(i * 200, weak) for i in range(9)], TIME_BASE) == []
    assert track_shot([(0, sure), (200, nothing), (400, nothing)], TIME_BASE) == []


def test_a_person_and_a_car_are_never_one_track() -> None:
    box = np.array([[0.4, 0.3, 0.6, 0.7]], np.float32)
    sure = np.array([0.9], np.float32)
    frames = [(i * 200, Detections(box, sure, ("person" if i % 2 else "car",))) for i in range(10)]
    assert sorted(t.label for t in track_shot(frames, TIME_BASE)) == ["car", "person"]


def test_a_car_that_is_now_and_then_a_truck_is_one_car() -> None:
    box = np.array([[0.4, 0.3, 0.6, 0.5]], np.float32)
    sure = np.array([0.9], np.float32)
    frames = [
        (i * 200, Detections(box, sure, ("truck" if i % 3 == 0 else "car",))) for i in range(9)
    ]
    (track,) = track_shot(frames, TIME_BASE)
    assert track.label == "car"


def test_a_long_absence_ends_a_track() -> None:
    truth = walkers([0, 200, 400, 9000, 9200, 9400], [(0.5, 0.0, 0.4)])
    assert len(track_shot(detect(truth), TIME_BASE)) == 2


def test_an_empty_shot_has_no_tracks() -> None:
    assert track_shot([], TIME_BASE) == []


def test_thresholds_can_be_set() -> None:
    truth = walkers([0, 200, 400], [(0.5, 0.0, 0.4)])
    assert track_shot(detect(truth), TIME_BASE, config=TrackingConfig(min_observations=4)) == []


@pytest.mark.parametrize(
    "speed, gait, direction",
    [(0.0, "stationary", "none"), (0.12, "walking", "right"), (-0.4, "running", "left")],
)
def test_movement_is_in_body_heights(speed: float, gait: str, direction: str) -> None:
    truth = walkers([i * 200 for i in range(12)], [(0.5 - speed, speed, 0.4)])
    (track,) = track_shot(detect(truth, noise=0.001), TIME_BASE)
    movement = read_movement(track, TIME_BASE)
    assert (movement.gait, movement.direction) == (gait, direction)
    assert movement.speed == pytest.approx(abs(speed) * 16 / 9 / 0.3, abs=0.1, rel=0.12)
    assert movement.velocity.shape == (len(track.pts), 2)


def test_growing_is_coming_closer() -> None:
    pts = np.arange(10, dtype=np.int64) * 200
    half = 0.1 * np.exp(0.25 * pts * TIME_BASE)
    boxes = np.stack([0.5 - half / 4, 0.5 - half, 0.5 + half / 4, 0.5 + half], axis=1)
    track = Tracklet("person", pts, boxes.astype(np.float32), np.full(10, 0.9, np.float32))
    movement = read_movement(track, TIME_BASE)
    assert (movement.gait, movement.direction) == ("walking", "closer")


def test_a_single_box_does_not_move() -> None:
    track = Tracklet(
        "person", np.array([5]), np.array([[0, 0, 1, 1]], np.float32), np.ones(1, np.float32)
    )
    assert read_movement(track, TIME_BASE).gait == "stationary"


def test_motion_evidence_knows_where_the_change_is() -> None:
    before = np.full((90, 160, 3), 100, np.uint8)
    after = before.copy()
    after[30:60, 40:80] = 200
    assert motion_evidence(before, after, np.array([0.25, 0.33, 0.5, 0.66], np.float32)) > 0.85
    assert motion_evidence(before, after, np.array([0.7, 0.1, 0.9, 0.3], np.float32)) < 0.1
    assert motion_evidence(before, before, np.array([0, 0, 1, 1], np.float32)) == 0.5
