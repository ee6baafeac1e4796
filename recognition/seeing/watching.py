"""One walk over footage: sample frames, detect, follow within shots, keep the best crops.

Sampling is adaptive: ``BASE_FPS`` frames a second, twice that where something moves fast, half
where the picture stands still. Frames go to the detector in small batches and are let go; what
grows with the footage are boxes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from ingest.media.types import Frame
from recognition.engine.movement import RUNNING_FROM, Movement, read_movement
from recognition.engine.tracking import Tracker, TrackingConfig
from recognition.engine.types import Detections, Detector, Floats, Image, Tracklet
from recognition.seeing.crop_pool import CropPool, KeptCrop

BASE_FPS = 5
FAST_FPS = 10
STILL_FPS = Fraction(5, 2)
"""Frames looked at per second. 5: the design's figure; the others twice and half of it."""
STILL_BELOW = 2.5
"""Largest change (of 255) of a block's mean brightness that counts as no movement. By eye."""
BLOCKS = 24
BATCH = 8
MAX_SIDE_PX = 1920
"""Larger pictures are scaled down: the detector reads 416 px, a crop is 256 px high."""


@dataclass(frozen=True, slots=True)
class Span:
    """A shot as the walk needs it: its key and ``start_pts <= pts < end_pts``."""

    key: int
    start_pts: int
    end_pts: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One track with how it moves and its best crops, best first."""

    shot: int
    track: Tracklet
    movement: Movement
    crops: tuple[KeptCrop, ...]


class Watcher:
    """Follows everything through the shots of one asset.

    ``time_base`` is seconds per pts; ``aspect`` the picture's width / height; crops are written
    to ``folder``.
    """

    def __init__(
        self,
        detector: Detector,
        shots: Sequence[Span],
        *,
        time_base: Fraction,
        aspect: float,
        folder: Path,
        config: TrackingConfig | None = None,
    ) -> None:
        self._detector = detector
        self._shots = list(shots)
        self._time_base = float(time_base)
        self._aspect = aspect
        self._config = config
        self._pool = CropPool(folder, aspect)
        self._tracker: Tracker | None = None
        self._current = 0
        self._last_boxes: dict[int, tuple[int, Floats]] = {}
        self._is_fast = False
        self.frames_seen = 0

    def watch(self, frames: Iterable[Frame], progress: Callable[[int], None]) -> Iterator[Seen]:
        """Give each track once it has ended; ``progress`` is called with the pts reached."""
        for batch in self._batches(frames):
            self.frames_seen += len(batch)
            found = self._detector.detect([frame.image for frame in batch])
            for frame, detections in zip(batch, found, strict=True):
                yield from self._enter_shot(frame.pts)
                self._follow(frame, detections)
            yield from self._ended()
            progress(batch[-1].pts)
        yield from self._end_shot()

    def _batches(self, frames: Iterable[Frame]) -> Iterator[list[Frame]]:
        batch: list[Frame] = []
        for frame in self._sampled(frames):
            batch.append(frame)
            # Fast movement is learnt batch by batch: short ones react sooner.
            if len(batch) >= (BATCH // 2 if self._is_fast else BATCH):
                yield batch
                batch = []
        if batch:
            yield batch

    def _sampled(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Leave out frames that come sooner than what happens asks for."""
        last_pts: int | None = None
        before: Floats | None = None
        for frame in frames:
            if last_pts is None or before is None or self._crosses_cut(last_pts, frame.pts):
                last_pts, before = frame.pts, blocks(frame.image)
                yield frame
                continue
            gap_s = (frame.pts - last_pts) * self._time_base
            if not self._is_fast and gap_s < 0.75 / BASE_FPS:
                continue
            now = blocks(frame.image)
            is_still = not self._is_fast and float(np.abs(now - before).max()) < STILL_BELOW
            if is_still and gap_s < 0.75 / STILL_FPS:
                continue
            last_pts, before = frame.pts, now
            yield frame

    def _crosses_cut(self, last_pts: int, pts: int) -> bool:
        """Whether a cut lies between two times; the walk of the shots runs behind batches."""
        ends = (shot.end_pts for shot in self._shots[self._current :])
        return any(last_pts < end <= pts for end in ends)

    def _enter_shot(self, pts: int) -> Iterator[Seen]:
        while self._current + 1 < len(self._shots) and pts >= self._shots[self._current].end_pts:
            yield from self._end_shot()
            self._current += 1
        if self._tracker is None:
            self._tracker = Tracker(self._time_base, self._aspect, self._config)

    def _follow(self, frame: Frame, detections: Detections) -> None:
        assert self._tracker is not None
        joined = self._tracker.update(frame.pts, detections)
        self._is_fast = any(
            self._speed(number, frame.pts, detections.xyxy_norm[index]) >= RUNNING_FROM
            for index, number in joined.items()
        )
        self._last_boxes = {
            number: (frame.pts, detections.xyxy_norm[index]) for index, number in joined.items()
        }
        self._pool.offer(frame.pts, frame.image, detections, joined)

    def _speed(self, number: int, pts: int, box: Floats) -> float:
        """Heights of the object per second since it was last seen."""
        if number not in self._last_boxes:
            return 0.0
        then, before = self._last_boxes[number]
        scale = np.array([self._aspect, 1.0], dtype=np.float32)
        way = ((box[:2] + box[2:]) - (before[:2] + before[2:])) / 2 * scale
        height = max(float(box[3] - box[1]), 1e-3)
        span_s = max((pts - then) * self._time_base, 1e-3)
        return float(np.linalg.norm(way)) / height / span_s

    def _ended(self) -> Iterator[Seen]:
        if self._tracker is not None:
            yield from self._keep(self._tracker.take_ended())

    def _end_shot(self) -> Iterator[Seen]:
        if self._tracker is not None:
            yield from self._keep(self._tracker.end())
        self._tracker, self._last_boxes, self._is_fast = None, {}, False

    def _keep(self, ended: dict[int, Tracklet | None]) -> Iterator[Seen]:
        for number, track in sorted(ended.items()):
            if track is None:
                self._pool.drop(number)
                continue
            crops = tuple(self._pool.keep(number, track))
            movement = read_movement(track, self._time_base, self._aspect)
            yield Seen(self._shots[self._current].key, track, movement, crops)


def blocks(image: Image) -> Floats:
    """The picture's brightness, thinned out and averaged over ``BLOCKS`` × ``BLOCKS`` blocks."""
    step = max(1, min(image.shape[:2]) // (BLOCKS * 6))
    grey = image[::step, ::step, 1].astype(np.float32)
    height, width = (max(1, side // BLOCKS) for side in grey.shape)
    rows, columns = min(BLOCKS, grey.shape[0]), min(BLOCKS, grey.shape[1])
    cut = grey[: height * rows, : width * columns]
    means = cut.reshape(rows, height, columns, width).mean(axis=(1, 3))
    return np.asarray(means, dtype=np.float32)
