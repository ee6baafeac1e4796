"""One walk over footage: sample frames, detect, follow within shots, keep the best crops.

Sampling is adaptive: ``BASE_FPS`` frames a second, half of that where the picture stands still;
and where something turns out to have moved fast, the frames between are looked at too. Frames go
to the detector in small batches and are let go; what grows with the footage are boxes alone.
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
SURE = 0.5
"""Confidence from which a box counts for telling fast movement (``TrackingConfig.found_at``)."""
LEAP_AT_MOST = 6.0
"""Heights per second beyond which two boxes are two objects: a sprinter's 10 m/s are six."""
MAX_SIDE_PX = 1920
"""Larger pictures are scaled down: the detector reads 416 px, a crop is 256 px high."""


@dataclass(frozen=True, slots=True)
class Span:
    """A shot as the walk needs it: its key and ``start_pts <= pts < end_pts``."""

    key: int
    start_pts: int
    end_pts: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame to look at, and those left out since the one before."""

    frame: Frame
    between: tuple[Frame, ...] = ()


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
        self._last: tuple[int, Detections] | None = None
        self.frames_seen = 0

    def watch(self, frames: Iterable[Frame], progress: Callable[[int], None]) -> Iterator[Seen]:
        """Give each track once it has ended; ``progress`` is called with the pts reached."""
        for batch in self._batches(frames):
            for frame, detections in self._look(batch):
                self.frames_seen += 1
                yield from self._enter_shot(frame.pts)
                self._follow(frame, detections)
            yield from self._ended()
            progress(batch[-1].frame.pts)
        yield from self._end_shot()

    def _batches(self, frames: Iterable[Frame]) -> Iterator[list[Sample]]:
        batch: list[Sample] = []
        for sample in self._sampled(frames):
            batch.append(sample)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _sampled(self, frames: Iterable[Frame]) -> Iterator[Sample]:
        """Leave out frames that come sooner than what happens asks for."""
        last_pts: int | None = None
        before: Floats | None = None
        between: list[Frame] = []
        for frame in frames:
            if last_pts is None or before is None or self._crosses_cut(last_pts, frame.pts):
                last_pts, before, between = frame.pts, blocks(frame.image), []
                yield Sample(frame)
                continue
            gap_s = (frame.pts - last_pts) * self._time_base
            if gap_s < 0.75 / BASE_FPS:
                between.append(frame)
                continue
            now = blocks(frame.image)
            if float(np.abs(now - before).max()) < STILL_BELOW and gap_s < 0.75 / STILL_FPS:
                between = []
                continue
            yield Sample(frame, tuple(between))
            last_pts, before, between = frame.pts, now, []

    def _look(self, batch: Sequence[Sample]) -> list[tuple[Frame, Detections]]:
        """Detect in a batch, and where something moved fast also in the frames between."""
        frames = [sample.frame for sample in batch]
        found = self._detector.detect([frame.image for frame in frames])
        extra: list[Frame] = []
        for sample, detections in zip(batch, found, strict=True):
            if self._moved_fast(sample.frame.pts, detections):
                extra += sample.between
            self._last = (sample.frame.pts, detections)
        if extra:
            found += self._detector.detect([frame.image for frame in extra])
        looked = zip([*frames, *extra], found, strict=True)
        return sorted(looked, key=lambda item: item[0].pts)

    def _moved_fast(self, pts: int, now: Detections) -> bool:
        if self._last is None:
            return False
        then, before = self._last
        span_s = max((pts - then) * self._time_base, 1e-3)
        speeds = leaps(before, now, self._aspect) / span_s
        return bool(((speeds >= RUNNING_FROM) & (speeds <= LEAP_AT_MOST)).any())

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
        self._pool.offer(frame.pts, frame.image, detections, joined)

    def _ended(self) -> Iterator[Seen]:
        if self._tracker is not None:
            yield from self._keep(self._tracker.take_ended())

    def _end_shot(self) -> Iterator[Seen]:
        if self._tracker is not None:
            yield from self._keep(self._tracker.end())
        self._tracker = None

    def _keep(self, ended: dict[int, Tracklet | None]) -> Iterator[Seen]:
        for number, track in sorted(ended.items()):
            if track is None:
                self._pool.drop(number)
                continue
            crops = tuple(self._pool.keep(number, track))
            movement = read_movement(track, self._time_base, self._aspect)
            yield Seen(self._shots[self._current].key, track, movement, crops)


def leaps(before: Detections, now: Detections, aspect: float) -> Floats:
    """How far (in its heights) each sure box of ``now`` lies from the nearest of its label."""
    scale = np.array([aspect, 1.0], dtype=np.float32)
    found: list[float] = []
    for index in np.flatnonzero(now.confidence >= SURE):
        same = [
            i
            for i in np.flatnonzero(before.confidence >= SURE)
            if before.labels[i] == now.labels[index]
        ]
        if same:
            box = now.xyxy_norm[index]
            middle = (box[:2] + box[2:]) / 2
            others = (before.xyxy_norm[same, :2] + before.xyxy_norm[same, 2:]) / 2
            way = np.linalg.norm((others - middle) * scale, axis=1).min()
            found.append(float(way) / max(float(box[3] - box[1]), 1e-3))
    return np.array(found, dtype=np.float32)


def blocks(image: Image) -> Floats:
    """The picture's brightness, thinned out and averaged over ``BLOCKS`` × ``BLOCKS`` blocks."""
    step = max(1, min(image.shape[:2]) // (BLOCKS * 6))
    grey = image[::step, ::step, 1].astype(np.float32)
    height, width = (max(1, side // BLOCKS) for side in grey.shape)
    rows, columns = min(BLOCKS, grey.shape[0]), min(BLOCKS, grey.shape[1])
    cut = grey[: height * rows, : width * columns]
    means = cut.reshape(rows, height, columns, width).mean(axis=(1, 3))
    return np.asarray(means, dtype=np.float32)
