"""One walk over made frames: what is looked at, followed, cut out and let go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from ingest.media.types import Frame
from recognition.engine.types import Detections, Image
from recognition.seeing import crop_pool
from recognition.seeing.crop_pool import CropPool, frame_scores
from recognition.seeing.watching import Seen, Span, Watcher, blocks
from tests.fakes import FakeDetector

TIME_BASE = Fraction(1, 100)


class Recorder(FakeDetector):
    """Remembers how many pictures it was given at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        self.batches.append(len(images))
        return super().detect(images)


def picture(left: float | None, *, level: int = 90, seed: int = 0) -> Image:
    """A grey picture of 320 × 180 px with a red person at ``left`` (0–1), if anywhere."""
    image = np.full((180, 320, 3), level, dtype=np.uint8)
    if left is not None:
        stripes = 30 * (np.arange(120)[:, None] // 5 % 2)
        x = round(left * 320)
        patch = image[30:150, x : x + 40]
        patch[..., 0] = 200
        patch[..., 1:] = (20 + stripes)[: patch.shape[0], :, None]
    return image


def walk(seconds: float, speed: float, *, step: int = 10, level: int = 90) -> list[Frame]:
    """Ten frames a second of someone who walks ``speed`` widths a second."""
    times = range(0, round(seconds * 100), step)
    return [Frame(pts, picture(0.05 + speed * pts / 100, level=level)) for pts in times]


def watch(
    frames: Sequence[Frame], folder: Path, shots: Sequence[Span] | None = None
) -> tuple[list[Seen], Watcher, Recorder]:
    detector = Recorder()
    watcher = Watcher(
        detector,
        shots or [Span(1, 0, 10**6)],
        time_base=TIME_BASE,
        aspect=320 / 180,
        folder=folder,
    )
    return list(watcher.watch(frames, lambda pts: None)), watcher, detector


def test_it_looks_five_times_a_second_where_someone_walks(tmp_path: Path) -> None:
    seen, watcher, _ = watch(walk(4, 0.1), tmp_path)
    assert watcher.frames_seen == 20
    assert [item.track.label for item in seen] == ["person"]
    assert seen[0].movement.direction == "right"


def test_it_looks_less_often_where_nothing_moves(tmp_path: Path) -> None:
    seen, watcher, _ = watch(walk(4, 0.0), tmp_path)
    assert watcher.frames_seen <= 14
    assert len(seen) == 1
    assert seen[0].movement.gait == "stationary"


def test_it_looks_more_often_where_something_is_fast(tmp_path: Path) -> None:
    [item], watcher, _ = watch(walk(1, 0.8), tmp_path)
    _, slow, _ = watch(walk(1, 0.1), tmp_path)
    assert slow.frames_seen == 5
    assert watcher.frames_seen > 7
    assert item.movement.gait == "running"
    assert (np.diff(item.track.pts) == 10).any()


def test_a_track_ends_at_a_cut(tmp_path: Path) -> None:
    shots = [Span(7, 0, 150), Span(8, 150, 400)]
    seen, _, _ = watch(walk(4, 0.1), tmp_path, shots)
    assert [item.shot for item in seen] == [7, 8]
    for item, shot in zip(seen, shots, strict=True):
        assert shot.start_pts <= item.track.pts[0]
        assert item.track.pts[-1] < shot.end_pts


def test_the_first_frame_after_a_cut_is_looked_at(tmp_path: Path) -> None:
    shots = [Span(7, 0, 110), Span(8, 110, 400)]
    seen, _, _ = watch(walk(4, 0.1), tmp_path, shots)
    assert seen[1].track.pts[0] == 110


def test_frames_reach_the_detector_in_small_batches(tmp_path: Path) -> None:
    _, _, detector = watch(walk(8, 0.1), tmp_path)
    assert max(detector.batches) <= 8
    assert len(detector.batches) >= 5


def test_the_best_crops_are_kept_as_pictures(tmp_path: Path) -> None:
    [item], _, _ = watch(walk(4, 0.1), tmp_path)
    assert len(item.crops) == crop_pool.PERSON_CROPS
    assert sum(crop.context is not None for crop in item.crops) == crop_pool.PERSON_CONTEXTS
    qualities = [crop.quality for crop in item.crops]
    assert qualities == sorted(qualities, reverse=True)
    assert len({crop.pts for crop in item.crops}) == 4
    with PillowImage.open(item.crops[0].image) as image:
        assert image.format == "WEBP"
        assert image.height <= crop_pool.MAX_HEIGHT_PX
        red, green, _ = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
        assert red > 2 * green


def test_only_what_is_kept_lies_on_disk(tmp_path: Path) -> None:
    [item], _, _ = watch(walk(6, 0.1), tmp_path)
    written = {path.name for path in tmp_path.iterdir()}
    kept = {p.name for crop in item.crops for p in (crop.image, crop.context) if p is not None}
    assert written == kept


def test_long_footage_needs_no_more_memory_than_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    offer = CropPool.offer

    def count(self: CropPool, *args: object) -> None:
        offer(self, *args)  # type: ignore[arg-type]
        held.append(sum(len(items) for items in self._held.values()))

    monkeypatch.setattr(CropPool, "offer", count)

    def people() -> Iterator[Frame]:
        """Twelve people one after the other, in one long shot."""
        for number in range(12):
            for frame in walk(2, 0.3):
                yield Frame(frame.pts + 500 * number, frame.image)
            yield Frame(500 * number + 300, picture(None))
            yield Frame(500 * number + 400, picture(None))

    seen, _, _ = watch(people(), tmp_path)  # type: ignore[arg-type]
    assert len(seen) == 12
    assert max(held) <= 2 * crop_pool.POOL


def test_no_frames_give_no_tracks(tmp_path: Path) -> None:
    seen, watcher, _ = watch([], tmp_path)
    assert (seen, watcher.frames_seen) == ([], 0)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (180, 320), (1080, 1920)])
def test_pictures_of_any_size_have_blocks(size: tuple[int, int]) -> None:
    assert np.isfinite(blocks(np.zeros(size, dtype=np.uint8))).all()


def test_covered_boxes_score_less() -> None:
    boxes = np.array([[0.1, 0.1, 0.3, 0.9], [0.2, 0.1, 0.4, 0.9], [0.7, 0.1, 0.9, 0.9]], np.float32)
    scores = frame_scores(Detections(boxes, np.ones(3, np.float32), ("person",) * 3), (640, 360))
    assert scores[2] > 1.5 * scores[0]
    doubtful = Detections(boxes, np.array([1, 0.2, 1], np.float32), ("person",) * 3)
    assert frame_scores(doubtful, (640, 360))[0] > 0.85 * scores[2]
    assert frame_scores(Detections(boxes[:0], boxes[:0, 0], ()), (640, 360)).shape == (0,)
