"""Looking on in a thread: what is left behind, and when nothing is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.media.types import Frame, Shot
from recognition.engine.errors import NetworkFailed, WeightsMissing
from recognition.engine.types import Detections, Detector, Image
from recognition.seeing.onlooking import WatchingOnlooker
from recognition.seeing.records import Record, read_record
from recognition.seeing.watching import Seen, Span, Watcher
from tests.fakes import FakeDetector
from tests.recognition.test_watching import TIME_BASE, walk

SHOTS = [Shot(0, 150), Shot(150, 400)]
ASPECT = 320 / 180
KEY = {"of": "a walk"}


class Failing(FakeDetector):
    """Fails at the second batch."""

    calls = 0

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        self.calls += 1
        if self.calls > 1:
            raise NetworkFailed("on purpose")
        return super().detect(images)


def onlooker(
    folder: Path, open_detector: Callable[[], Detector] = FakeDetector
) -> WatchingOnlooker:
    return WatchingOnlooker(
        open_detector,
        time_base=TIME_BASE,
        aspect=ASPECT,
        folder=folder / "work",
        path=folder / "records" / "tracks.zip",
        key=KEY,
    )


def show(to: WatchingOnlooker, frames: Sequence[Frame]) -> None:
    """Frames and the cut between the shots, as a walk does."""
    is_cut = False
    for frame in frames:
        if frame.pts >= SHOTS[1].start_pts and not is_cut:
            to.cut(SHOTS[1].start_pts)
            is_cut = True
        to.look(frame)


def record_of(folder: Path) -> Record:
    path = folder / "records" / "tracks.zip"
    return read_record(path, KEY, folder / "crops", time_base=Fraction(TIME_BASE), aspect=ASPECT)


def test_it_leaves_what_a_watcher_sees(tmp_path: Path) -> None:
    frames = walk(4, 0.2)
    looking = onlooker(tmp_path)
    show(looking, frames)
    looking.finish(SHOTS)
    found = record_of(tmp_path)
    spans = [Span(n, shot.start_pts, shot.end_pts) for n, shot in enumerate(SHOTS)]
    watcher = Watcher(
        FakeDetector(), spans, time_base=TIME_BASE, aspect=ASPECT, folder=tmp_path / "own"
    )
    own = list(watcher.watch(frames, lambda _: None))
    assert (found.shots, found.frames) == (tuple(SHOTS), watcher.frames_seen)
    assert [item.shot for item in found.seen] == [0, 1]
    for one, other in zip(found.seen, own, strict=True):
        assert_same(one, other)
    assert not (tmp_path / "work").exists()


def assert_same(one: Seen, other: Seen) -> None:
    assert (one.shot, one.track.label, one.movement.direction) == (
        other.shot,
        other.track.label,
        other.movement.direction,
    )
    assert np.array_equal(one.track.pts, other.track.pts)
    assert np.array_equal(one.track.xyxy_norm, other.track.xyxy_norm)
    assert [c.image.read_bytes() for c in one.crops] == [c.image.read_bytes() for c in other.crops]


def no_weights() -> Detector:
    raise WeightsMissing("There are no weights here.")


@pytest.mark.parametrize("open_detector", [Failing, no_weights])
def test_what_goes_wrong_is_said_and_leaves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, open_detector: Callable[[], Detector]
) -> None:
    looking = onlooker(tmp_path, open_detector)
    show(looking, walk(30, 0.02))  # many more frames than wait: whoever gives them goes on
    looking.finish(SHOTS)
    assert not list(tmp_path.rglob("*.*"))
    assert [r.levelno for r in caplog.records] == [logging.ERROR] and caplog.records[0].exc_info


def test_a_cut_that_came_too_late_leaves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    looking = onlooker(tmp_path)
    for frame in walk(4, 0.2):
        looking.look(frame)
    looking.finish(SHOTS)
    assert not list(tmp_path.rglob("*.*"))
    assert "too late" in caplog.text


def test_a_disk_that_takes_nothing_leaves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "records").write_text("no folder")
    looking = onlooker(tmp_path)
    show(looking, walk(4, 0.2))
    looking.finish(SHOTS)
    assert [path.name for path in tmp_path.iterdir()] == ["records"]
    assert "could not be written" in caplog.text


def test_abandoned_it_stops_and_leaves_nothing(tmp_path: Path) -> None:
    looking = onlooker(tmp_path)
    show(looking, walk(4, 0.2))
    looking.abandon()
    looking.abandon()
    assert not list(tmp_path.iterdir())


def test_abandoned_after_the_end_the_record_stays(tmp_path: Path) -> None:
    looking = onlooker(tmp_path)
    show(looking, walk(4, 0.2))
    looking.finish(SHOTS)
    looking.abandon()
    assert len(record_of(tmp_path).seen) == 2


def test_a_film_without_frames_leaves_nothing(tmp_path: Path) -> None:
    looking = onlooker(tmp_path)
    looking.finish([])
    looking.abandon()
    assert not list(tmp_path.iterdir())
