"""One walk over footage: sample frames, detect, follow within shots, keep the best crops.

Sampling is adaptive: ``BASE_FPS`` frames a second, half of that where the picture stands still;
and where something turns out to have moved fast, frames between are looked at too. Pictures are
made at the size that the detector reads, in small batches, and let go; what grows with the footage
are boxes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.media.types import Picture
from recognition.engine.movement import RUNNING_FROM, Movement, read_movement
from recognition.engine.tracking import Tracker, TrackingConfig
from recognition.engine.types import Detections, Detector, Floats, Image, SizedDetector, Tracklet
from recognition.seeing.crop_pool import CropPool, KeptCrop

BASE_FPS = 5
FAST_FPS = 10
STILL_FPS = Fraction(5, 2)
"""Frames looked at per second. 5: the design's figure; the others twice and half of it."""
STILL_BELOW = 2.5
"""Largest change (of 255) of a block's mean brightness that counts as no movement. By eye."""
LATE = 0.5
"""Of the usual distance: a frame later than this after its time starts a new count."""
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

    frame: Picture
    between: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One track with how it moves and its best crops, best first."""

    shot: int
    track: Tracklet
    movement: Movement
    crops: tuple[KeptCrop, ...]


class _Pace:
    """When the next frame is to be looked at; times in seconds from pts."""

    def __init__(self, time_base: float) -> None:
        self._time_base = time_base
        self._due = 0.0
        self.last_pts = 0

    def restart(self, pts: int) -> None:
        """Count anew from a frame that is looked at."""
        self.last_pts = pts
        self._due = pts * self._time_base + 1 / BASE_FPS

    def step(self, pts: int) -> None:
        """A frame is looked at: the next time is one distance on, or counted from here."""
        late = pts * self._time_base - self._due
        if late > LATE / BASE_FPS:
            self.restart(pts)
            return
        self.last_pts = pts
        self._due += 1 / BASE_FPS

    def is_due(self, pts: int) -> bool:
        """Whether the time has come, but for a jitter of a tenth."""
        return pts * self._time_base >= self._due - 0.1 / BASE_FPS

    def is_overdue(self, pts: int) -> bool:
        """Whether the time has come even for a picture that stands still."""
        return (pts - self.last_pts) * self._time_base >= 0.75 / STILL_FPS

    def is_due_when_fast(self, since: int, pts: int) -> bool:
        """Whether a frame is far enough from the one before for looking twice as often."""
        return (pts - since) * self._time_base >= 0.75 / FAST_FPS


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

    def watch(self, frames: Iterable[Picture], progress: Callable[[int], None]) -> Iterator[Seen]:
        """Give each track once it has ended; ``progress`` is called with the pts reached."""
        for batch in self._batches(frames):
            for frame, detections in self._look(batch):
                self.frames_seen += 1
                yield from self._enter_shot(frame.pts)
                self._follow(frame, detections)
            yield from self._ended()
            progress(batch[-1].frame.pts)
        yield from self._end_shot()

    def cut_at(self, pts: int) -> None:
        """The last shot ends here and another begins, with the next key.

        For shots that are found meanwhile: before the first frame from there on is given.
        """
        last = self._shots[-1]
        self._shots[-1] = replace(last, end_pts=pts)
        self._shots.append(Span(last.key + 1, pts, last.end_pts))

    def _batches(self, frames: Iterable[Picture]) -> Iterator[list[Sample]]:
        batch: list[Sample] = []
        for sample in self._sampled(frames):
            batch.append(sample)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _sampled(self, frames: Iterable[Picture]) -> Iterator[Sample]:
        """Leave out frames that come sooner than what happens asks for.

        A sample is the first frame at or after its time, and times run on evenly where it comes
        late: decoders may leave frames out.
        """
        pace = _Pace(self._time_base)
        before: Floats | None = None
        between: list[Picture] = []
        for frame in frames:
            if before is None or self._crosses_cut(pace.last_pts, frame.pts):
                before, between = blocks(*frame.brightness()), []
                pace.restart(frame.pts)
                yield Sample(frame)
                continue
            if not pace.is_due(frame.pts):
                if pace.is_due_when_fast(between[-1].pts if between else pace.last_pts, frame.pts):
                    between.append(frame)
                continue
            now = blocks(*frame.brightness())
            if float(np.abs(now - before).max()) < STILL_BELOW and not pace.is_overdue(frame.pts):
                between = []
                continue
            yield Sample(frame, tuple(between))
            pace.step(frame.pts)
            before, between = now, []

    def _look(self, batch: Sequence[Sample]) -> list[tuple[Picture, Detections]]:
        """Detect in a batch, and where something moved fast also in the frames between."""
        frames = [sample.frame for sample in batch]
        found = self._detector.detect([self._view(frame) for frame in frames])
        extra: list[Picture] = []
        for sample, detections in zip(batch, found, strict=True):
            if self._moved_fast(sample.frame.pts, detections):
                extra += sample.between
            self._last = (sample.frame.pts, detections)
        if extra:
            found += self._detector.detect([self._view(frame) for frame in extra])
        looked = zip([*frames, *extra], found, strict=True)
        return sorted(looked, key=lambda item: item[0].pts)

    def _view(self, frame: Picture) -> Image:
        """A frame as the detector gets it: no larger than it reads it, where it says."""
        size = frame.size_px
        if isinstance(self._detector, SizedDetector):
            size = self._detector.content_px(size)
        return frame.scaled(*size)

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

    def _follow(self, frame: Picture, detections: Detections) -> None:
        assert self._tracker is not None
        joined = self._tracker.update(frame.pts, detections)
        self._pool.offer(frame, detections, joined)

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


def blocks(grey: npt.NDArray[np.uint8], factor: float = 1.0) -> Floats:
    """Brightness (height, width), thinned out and averaged over ``BLOCKS`` × ``BLOCKS`` blocks,
    times ``factor``."""
    step = max(1, min(grey.shape) // (BLOCKS * 6))
    thin = grey[::step, ::step].astype(np.float32)
    height, width = (max(1, side // BLOCKS) for side in thin.shape)
    rows, columns = min(BLOCKS, thin.shape[0]), min(BLOCKS, thin.shape[1])
    cut = thin[: height * rows, : width * columns]
    means = cut.reshape(rows, height, columns, width).mean(axis=(1, 3))
    return np.asarray(means * factor, dtype=np.float32)
