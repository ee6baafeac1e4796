"""Following objects within one shot: ByteTrack (Zhang et al. 2022, arXiv:2110.06864), ours.

Each label group is tracked alone. A Kalman filter with constant velocity predicts boxes
in (centre x, centre y, width, height), widths of noise relative to the object's height as
in the paper; time is in seconds, so that frames may come at any, even uneven, rate.
Association is in two stages: confident detections first, by overlap weighted with
confidence, then the weak ones with what is left; then unconfirmed tracks. Where objects
move farther than their own size between frames (a few frames a second), overlap is
helped by distance in units of the box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from recognition.engine.geometry import iou_matrix
from recognition.engine.types import Detections, Floats, Tracklet

F64 = npt.NDArray[np.float64]

GROUPS: dict[str, str] = {
    "car": "vehicle",
    "truck": "vehicle",
    "bus": "vehicle",
    "motorcycle": "cycle",
    "bicycle": "cycle",
    "dog": "animal",
    "cat": "animal",
    "horse": "animal",
    "sheep": "animal",
    "cow": "animal",
}
"""Labels that a detector takes for each other from frame to frame are followed together;
the track takes the label with most confidence in sum."""


@dataclass(frozen=True, slots=True)
class TrackingConfig:
    """Thresholds. From the paper unless said otherwise."""

    confident: float = 0.4
    """First stage (paper: .6 for its detector). Of YOLOX-nano's people from .31 up four in
    five are right on coco128, measured."""
    weak: float = 0.1
    found_at: float = 0.5
    """A new track needs a detection this sure (paper: confident + .1)."""
    match_first: float = 0.8
    """Largest cost in the first stage."""
    match_second: float = 0.5
    match_unconfirmed: float = 0.8
    """Paper: .7, for 30 frames a second."""
    lost_after_s: float = 1.5
    """The paper keeps lost tracks for 30 frames, one second; more at a few frames a second."""
    min_observations: int = 2
    min_confidence: float = 0.5
    """A track whose best detection is below is dropped."""
    reach: float = 1.0
    """Box heights per second by which a centre may miss its prediction and still match
    (by eye: a change from standing to a brisk walk)."""
    reach_unconfirmed: float = 4.5
    """The same for objects whose speed is not yet known: running is 2.4 and more."""


@dataclass(slots=True)
class _Track:
    number: int
    mean: F64
    covariance: F64
    time_s: float
    seen_s: float
    pts: list[int] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    labels: dict[str, float] = field(default_factory=dict)

    @property
    def confirmed(self) -> bool:
        return len(self.pts) > 1


class Tracker:
    """Feed it the detections of one shot in order of time; take the tracks at the end.

    ``time_base`` is seconds per unit of pts; ``aspect`` the picture's width / height, so
    that distances in normalised boxes are true in pixels.
    """

    def __init__(
        self, time_base: float, aspect: float = 16 / 9, config: TrackingConfig | None = None
    ):
        self._time_base = time_base
        self._scale = np.array([aspect, 1.0, aspect, 1.0], dtype=np.float32)
        self._config = config or TrackingConfig()
        self._alive: dict[str, list[_Track]] = {}
        self._done: list[_Track] = []
        self._begun = 0
        self._now: dict[int, int] = {}

    def update(self, pts: int, detections: Detections) -> dict[int, int]:
        """Take what was seen at ``pts``, later than all before.

        Gives the number of the track that each detection joined or began; a detection that
        is missing joined none.
        """
        self._now = {}
        groups: dict[str, list[int]] = {name: [] for name in self._alive}
        for index, label in enumerate(detections.labels):
            if detections.confidence[index] >= self._config.weak:
                groups.setdefault(GROUPS.get(label, label), []).append(index)
        for name, chosen in groups.items():
            self._alive[name] = self._step(self._alive.get(name, []), pts, detections, chosen)
        return self._now

    def finish(self) -> list[Tracklet]:
        """All tracks that are long and sure enough, in order of their first pts."""
        kept = [t for t in self.end().values() if t is not None]
        return sorted(kept, key=lambda t: (int(t.pts[0]), t.label))

    def take_ended(self) -> dict[int, Tracklet | None]:
        """Tracks that ended since the last call, by number; None: not worth keeping.

        They are forgotten here, so that hours of one shot need no more memory than minutes.
        """
        ended, self._done = self._done, []
        return {t.number: _as_tracklet(t) if self._worth_keeping(t) else None for t in ended}

    def end(self) -> dict[int, Tracklet | None]:
        """End the shot: as ``take_ended``, with all tracks that were still followed."""
        self._done += [t for tracks in self._alive.values() for t in tracks]
        self._alive = {}
        return self.take_ended()

    def _worth_keeping(self, track: _Track) -> bool:
        config = self._config
        return (
            len(track.pts) >= config.min_observations
            and max(track.confidences) >= config.min_confidence
        )

    def _step(
        self, tracks: list[_Track], pts: int, seen: Detections, chosen: Sequence[int]
    ) -> list[_Track]:
        now_s, config = pts * self._time_base, self._config
        tracks = self._retire(tracks, now_s)
        for track in tracks:
            _predict(track, now_s)
        boxes = seen.xyxy_norm[list(chosen)] * self._scale
        confidence = seen.confidence[list(chosen)]
        strong = [i for i in range(len(chosen)) if confidence[i] >= config.confident]
        weak = [i for i in range(len(chosen)) if confidence[i] < config.confident]
        confirmed = [t for t in tracks if t.confirmed]
        fresh = [t for t in tracks if not t.confirmed]

        def take(track: _Track, i: int) -> None:
            _correct(track, boxes[i])
            _remember(track, pts, now_s, seen, chosen[i])
            self._now[chosen[i]] = track.number

        rest, strong = self._stage(
            confirmed, strong, boxes, confidence, config.match_first, take, True
        )
        recent = [t for t in rest if now_s - t.seen_s <= config.lost_after_s / 2]
        self._stage(recent, weak, boxes, confidence, config.match_second, take, False)
        _, strong = self._stage(
            fresh, strong, boxes, confidence, config.match_unconfirmed, take, True
        )
        for i in strong:
            if confidence[i] >= config.found_at:
                number, self._begun = self._begun, self._begun + 1
                tracks = [*tracks, _begin(number, boxes[i], pts, now_s, seen, chosen[i])]
                self._now[chosen[i]] = number
        return self._retire(tracks, now_s)

    def _retire(self, tracks: list[_Track], now_s: float) -> list[_Track]:
        alive: list[_Track] = []
        for track in tracks:
            patience = self._config.lost_after_s
            (alive if now_s - track.seen_s <= patience else self._done).append(track)
        return alive

    def _stage(
        self,
        tracks: list[_Track],
        candidates: list[int],
        boxes: Floats,
        confidence: Floats,
        limit: float,
        take: Callable[[_Track, int], None],
        use_distance: bool,
    ) -> tuple[list[_Track], list[int]]:
        """Match once; give back the tracks and candidates that found nothing."""
        if not tracks or not candidates:
            return tracks, candidates
        cost = self._cost(tracks, boxes[candidates], confidence[candidates], use_distance)
        rows, columns = linear_sum_assignment(np.where(cost <= limit, cost, 1e3))
        pairs = [(r, c) for r, c in zip(rows, columns, strict=True) if cost[r, c] <= limit]
        for row, column in pairs:
            take(tracks[row], candidates[column])
        used_tracks, used = {r for r, _ in pairs}, {c for _, c in pairs}
        return (
            [t for i, t in enumerate(tracks) if i not in used_tracks],
            [c for i, c in enumerate(candidates) if i not in used],
        )

    def _cost(
        self, tracks: list[_Track], boxes: Floats, confidence: Floats, use_distance: bool
    ) -> F64:
        predicted = np.stack([_box(t.mean) for t in tracks]).astype(np.float32)
        similarity = iou_matrix(predicted, boxes).astype(np.float64)
        if not use_distance:  # the second stage: overlap alone, as in the paper
            return np.asarray(1.0 - similarity)
        similarity = np.maximum(similarity, self._nearness(tracks, predicted, boxes))
        return np.asarray(1.0 - similarity * confidence[None, :].astype(np.float64))

    def _nearness(self, tracks: list[_Track], predicted: Floats, boxes: Floats) -> F64:
        """0–.6: how near centres are, for boxes of like size; falls to 0 at ``reach``."""
        gap_s = np.array([max(t.time_s - t.seen_s, 0.0) for t in tracks])[:, None]
        height = np.maximum(predicted[:, 3] - predicted[:, 1], 1e-6)[:, None]
        other = np.maximum(boxes[:, 3] - boxes[:, 1], 1e-6)[None, :]
        middle = (predicted[:, None, :2] + predicted[:, None, 2:]) / 2
        centre = (boxes[None, :, :2] + boxes[None, :, 2:]) / 2
        distance = np.linalg.norm(middle - centre, axis=2) / height
        per_second = np.array(
            [self._config.reach if t.confirmed else self._config.reach_unconfirmed for t in tracks]
        )[:, None]
        reach = per_second * np.clip(gap_s, 0.1, 1.0)
        alike = np.minimum(height / other, other / height)
        near = np.clip(1.0 - distance / reach, 0.0, 1.0) * alike**2
        return np.asarray(0.6 * near, dtype=np.float64)


def track_shot(
    frames: Iterable[tuple[int, Detections]],
    time_base: float,
    aspect: float = 16 / 9,
    config: TrackingConfig | None = None,
) -> list[Tracklet]:
    """Follow everything through one shot: ``frames`` are (pts, detections), pts rising."""
    tracker = Tracker(time_base, aspect, config)
    for pts, detections in frames:
        tracker.update(pts, detections)
    return tracker.finish()


def _state(box: Floats) -> F64:
    size = box[2:] - box[:2]
    return np.concatenate([(box[:2] + box[2:]) / 2, size]).astype(np.float64)


def _box(mean: F64) -> F64:
    half = np.maximum(mean[2:4], 1e-6) / 2
    return np.concatenate([mean[:2] - half, mean[:2] + half])


# Noise in box heights: the paper's weights, 1/20 for position and 1/160 per frame for
# velocity at 30 frames a second; per second the latter is 1/5, halved: at a few frames a
# second (synthetic crossings of the tests) steadier velocities switch less.
_POSITION = 1 / 20
_VELOCITY = 1 / 10
_FIRST_VELOCITY = 1.5  # how fast something unknown may be: a brisk run is 2.4


def _begin(
    number: int, box: Floats, pts: int, now_s: float, seen: Detections, index: int
) -> _Track:
    state = _state(box)
    height = max(float(state[3]), 1e-6)
    deviation = np.array([2 * _POSITION] * 4 + [_FIRST_VELOCITY] * 4) * height
    state = np.concatenate([state, np.zeros(4)])
    track = _Track(number, state, np.diag(deviation**2), now_s, now_s)
    _remember(track, pts, now_s, seen, index)
    return track


def _remember(track: _Track, pts: int, now_s: float, seen: Detections, index: int) -> None:
    confidence, label = float(seen.confidence[index]), seen.labels[index]
    track.seen_s = now_s
    track.pts.append(pts)
    track.boxes.append(seen.xyxy_norm[index])
    track.confidences.append(confidence)
    track.labels[label] = track.labels.get(label, 0.0) + confidence


def _predict(track: _Track, now_s: float) -> None:
    step = max(now_s - track.time_s, 0.0)
    motion = np.eye(8)
    motion[:4, 4:] = np.eye(4) * step
    height = max(float(track.mean[3]), 1e-6)
    noise = np.array([_POSITION] * 4 + [_VELOCITY] * 4) * height * np.sqrt(max(step, 1e-3) * 5)
    track.mean = motion @ track.mean
    track.covariance = motion @ track.covariance @ motion.T + np.diag(noise**2)
    track.time_s = now_s


def _correct(track: _Track, box: Floats) -> None:
    height = max(float(track.mean[3]), 1e-6)
    noise = np.diag(np.full(4, (_POSITION * height) ** 2))
    innovation = track.covariance[:4, :4] + noise
    gain = np.linalg.solve(innovation, track.covariance[:4]).T
    track.mean = track.mean + gain @ (_state(box) - track.mean[:4])
    track.covariance = track.covariance - gain @ innovation @ gain.T


def _as_tracklet(track: _Track) -> Tracklet:
    label = max(sorted(track.labels), key=lambda name: track.labels[name])
    return Tracklet(
        label,
        np.asarray(track.pts, dtype=np.int64),
        np.stack(track.boxes).astype(np.float32),
        np.asarray(track.confidences, dtype=np.float32),
    )
