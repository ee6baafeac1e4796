"""Made films of which it is known when they should be looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from hypothesis import given
from hypothesis import strategies as st

from ingest.media.decode import iter_frames
from ingest.media.probe import probe_file
from recognition.engine.errors import BadValue
from recognition.engine.movement import read_movement
from recognition.engine.snapshots import (
    DEFAULT_POLICY,
    Followed,
    ShotSpan,
    SnapshotPolicy,
    changes_of_speed,
    choose_snapshots,
    is_static,
)
from recognition.engine.tracking import Tracker
from recognition.engine.types import Floats, Image
from recognition.seeing.watching import blocks
from tests.fakes import FakeDetector

RATE = 10
SIZE = (320, 180)
TIME_BASE = 1 / 10

Where = Callable[[float], float | None]
"""Seconds → the left edge of something, as a part of the width; None: not there."""


def film(path: Path, seconds: float, things: Sequence[tuple[str, Where]], pan: int = 0) -> Path:
    """A grey place with upright red people and lying blue cars; ``pan`` px a frame."""
    place = np.random.default_rng(3).integers(80, 140, (18, 96, 1), dtype=np.uint8)
    wide = np.repeat(np.kron(place, np.ones((10, 10, 1), np.uint8)), 3, axis=2)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"crf": "12"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        for index in range(round(seconds * RATE)):
            image = np.roll(wide, -pan * index, axis=1)[:, : SIZE[0]].copy()
            for kind, where in things:
                draw(image, kind, where(index / RATE))
            frame = VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def draw(image: Image, kind: str, left: float | None) -> None:
    if left is None:
        return
    wide, tall, top, colour = (36, 90, 70, (220, 30, 30)) if kind == "person" else (
        90, 40, 20, (40, 70, 220)
    )  # fmt: skip
    start, end = round(left * SIZE[0]), round(left * SIZE[0]) + wide
    image[top : top + tall, max(0, start) : max(0, min(end, SIZE[0]))] = colour


def follow(path: Path) -> tuple[list[Followed], list[Floats], float, int]:
    """Tracks of a film as the pipeline would find them, its thumbnails, time base and end."""
    info = probe_file(path)
    step, detector = float(info.time_base), FakeDetector()
    tracker, thumbnails, last = Tracker(step, 16 / 9), list[Floats](), 0
    for frame in iter_frames(path, info):
        tracker.update(frame.pts, detector.detect([frame.image])[0])
        thumbnails.append(blocks(frame.image[..., 1]))
        last = frame.pts
    tracks = [
        Followed(t.label, tuple(int(p) for p in t.pts), read_movement(t, step).velocity)
        for t in tracker.finish()
    ]
    return tracks, thumbnails, step, last + 1


def looks(
    path: Path, policy: SnapshotPolicy = DEFAULT_POLICY, keyframes: Sequence[float] = (0.0,)
) -> list[tuple[float, str]]:
    tracks, thumbnails, step, end = follow(path)
    times = tuple(round(s / step) for s in keyframes)
    shot = ShotSpan(0, end, is_static(thumbnails[::10]), times)
    found = choose_snapshots([shot], tracks, step, policy)
    return [(round(s.pts * step, 1), s.reason) for s in found]


def near(found: Sequence[tuple[float, str]], truth: Sequence[tuple[float, str]]) -> bool:
    """The same events in the same order, each within half a second."""
    return [why for _, why in found] == [why for _, why in truth] and all(
        abs(a - b) <= 0.5 for (a, _), (b, _) in zip(found, truth, strict=True)
    )


def test_static_camera_is_looked_at_when_people_come_and_go(tmp_path: Path) -> None:
    def first(s: float) -> float | None:
        return 0.02 + (s - 3) * 0.08 if 3 <= s < 9 else None

    def second(s: float) -> float | None:
        return 0.85 - (s - 12) * 0.08 if 12 <= s < 18 else None

    path = film(tmp_path / "a.mp4", 22, [("person", first), ("person", second)])
    found = looks(path)
    truth = [
        (0.0, "shot"), (3.6, "new class"), (8.3, "exit"), (12.6, "entry"), (17.3, "exit"),
    ]  # fmt: skip
    assert near(found, truth), found


def test_static_camera_is_looked_at_when_someone_starts_to_run_and_a_car_comes(
    tmp_path: Path,
) -> None:
    def runner(s: float) -> float | None:
        return 0.05 + 0.02 * s if s < 6 else 0.17 + (s - 6) * 0.45 if s < 7.6 else 0.89

    def car(s: float) -> float | None:
        return 0.1 if s >= 10 else None

    found = looks(film(tmp_path / "a.mp4", 15, [("person", runner), ("car", car)]))
    reasons = [why for _, why in found]
    assert reasons[0] == "shot" and reasons.count("new class") == 1
    assert any(why == "change of speed" and 6.2 <= at <= 7.6 for at, why in found), found
    assert any(why == "new class" and 10 <= at <= 11.2 for at, why in found), found


def test_nothing_happens_is_one_look(tmp_path: Path) -> None:
    assert looks(film(tmp_path / "a.mp4", 12, [])) == [(0.0, "shot")]
    stays = film(tmp_path / "b.mp4", 12, [("person", lambda s: 0.4)])
    assert looks(stays) == [(0.0, "shot")]


def test_a_moving_camera_is_looked_at_by_its_keyframes_not_by_events(tmp_path: Path) -> None:
    def crossing(s: float) -> float | None:
        return (s - 3) * 0.1 if 3 <= s < 9 else None

    path = film(tmp_path / "a.mp4", 24, [("person", crossing)], pan=4)
    found = looks(path, SnapshotPolicy(again_s=8), keyframes=(0.0, 4.0, 9.0, 14.0, 19.0))
    assert found == [(0.0, "long shot"), (9.0, "shot"), (19.0, "long shot")]


def test_edited_footage_is_looked_at_once_per_shot() -> None:
    shots = [ShotSpan(i * 30, i * 30 + 30, False, (i * 30 + 5,)) for i in range(5)]
    tracks = [Followed("person", tuple(range(10, 28)), np.zeros((18, 2), np.float32))]
    found = choose_snapshots(shots, tracks, TIME_BASE)
    assert [(s.pts, s.shot, s.reason) for s in found] == [(i * 30 + 5, i, "shot") for i in range(5)]


def test_a_short_budget_keeps_what_weighs_most() -> None:
    velocity = np.zeros((40, 2), np.float32)
    tracks = [
        Followed("person", tuple(range(start, start + 40)), velocity) for start in (50, 150, 250)
    ]
    shot = ShotSpan(0, 590, True, (0,))
    full = choose_snapshots([shot], tracks, TIME_BASE)
    assert [s.reason for s in full] == [
        "shot",
        "new class",
        "exit",
        "entry",
        "exit",
        "entry",
        "exit",
    ]
    short = choose_snapshots([shot], tracks, TIME_BASE, SnapshotPolicy(per_minute=3))
    assert [(s.pts, s.reason) for s in short] == [
        (0, "shot"), (56, "new class"), (156, "entry"),
    ]  # fmt: skip


def test_jitter_is_no_change_of_speed() -> None:
    speeds = np.array([0, 0, 0.5, 0, 0, 0.6, 0, 0, 0, 0, 0, 0], np.float32)
    track = Followed("person", tuple(range(12)), np.stack([speeds, speeds * 0], axis=1))
    assert changes_of_speed(track, 0.2) == []
    turned = np.array([0] * 10 + [0.8] * 10, np.float32)
    track = Followed("person", tuple(range(20)), np.stack([turned, turned * 0], axis=1))
    assert changes_of_speed(track, 0.2) == [13]


def test_bad_values_are_refused() -> None:
    with pytest.raises(BadValue, match="budget"):
        SnapshotPolicy(per_minute=0)
    with pytest.raises(BadValue, match="time base"):
        choose_snapshots([], [], 0.0)


@given(
    st.lists(st.integers(10, 900), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 200)), max_size=30),
    st.integers(1, 8),
    st.booleans(),
)
def test_the_budget_holds_in_every_minute(
    lengths: list[int], raw: list[tuple[int, int]], budget: int, static: bool
) -> None:
    shots, start = [], 0
    for length in lengths:
        shots.append(ShotSpan(start, start + length, static, (start,)))
        start += length
    tracks = [Followed("person", (at, at + long), np.zeros((2, 2), np.float32)) for at, long in raw]
    found = choose_snapshots(shots, tracks, TIME_BASE, SnapshotPolicy(per_minute=budget))
    times = [s.pts for s in found]
    assert times == sorted(times) and len(found) >= 1
    for at in times:
        assert sum(at <= other < at + 600 for other in times) <= budget
    for item in found:
        assert 0 <= item.shot < len(shots)
