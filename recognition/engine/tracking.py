"""Following objects within one shot: ByteTrack's stages, with a likelihood for its overlap. Ours.

Each label group is tracked alone. A Kalman filter with constant velocity predicts boxes in
(centre x, top, width, height), in units of the object's height; time is in seconds, so that
frames may come at any, even uneven, rate. Association is in stages (Zhang et al. 2022,
arXiv:2110.06864): confident detections first, then the weak ones with what is left, then tracks
that were seen only once. What goes with what is decided by the likelihood of a box under the
prediction (squared Mahalanobis distance and log-determinant, as in Bar-Shalom & Fortmann 1988),
not by overlap: overlap knows neither how unsure a prediction is nor that the taller of two
people who cross stays the taller. A box that ends above the prediction's foot may be of somebody
whose legs are hidden: its height then says little, and its top and sides decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

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
    gate: float = 20.0
    """Largest squared distance between prediction and box: one true pair in 2,000 is farther
    (chi squared, four degrees of freedom)."""
    lost_after_s: float = 1.5
    """The paper keeps lost tracks for 30 frames, one second; more at a few frames a second."""
    weak_within_s: float = 0.75
    """Only what was seen this recently is followed into weak detections, most of which are of
    nothing (the paper: the frame before). By eye."""
    min_observations: int = 2
    min_confidence: float = 0.5
    """A track whose best detection is below is dropped."""


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

        rest, strong = self._stage(confirmed, strong, boxes, take)
        recent = [t for t in rest if now_s - t.seen_s <= config.weak_within_s]
        self._stage(recent, weak, boxes, take)
        _, strong = self._stage(fresh, strong, boxes, take)
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
        take: Callable[[_Track, int], None],
    ) -> tuple[list[_Track], list[int]]:
        """Match once; give back the tracks and candidates that found nothing."""
        if not tracks or not candidates:
            return tracks, candidates
        cost, near = _costs(tracks, boxes[candidates], self._config.gate)
        rows, columns = linear_sum_assignment(np.where(near, cost, _NEVER))
        pairs = [(r, c) for r, c in zip(rows, columns, strict=True) if near[r, c]]
        for row, column in pairs:
            take(tracks[row], candidates[column])
        used_tracks, used = {r for r, _ in pairs}, {c for _, c in pairs}
        return (
            [t for i, t in enumerate(tracks) if i not in used_tracks],
            [c for i, c in enumerate(candidates) if i not in used],
        )


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


def _state(boxes: Floats) -> F64:
    """(centre x, top, width, height) of boxes (…, 4)."""
    size = (boxes[..., 2:] - boxes[..., :2]).astype(np.float64)
    middle: F64 = (boxes[..., :1] + boxes[..., 2:3]).astype(np.float64) / 2
    return np.concatenate((middle, boxes[..., 1:2].astype(np.float64), size), axis=-1)


# All in heights of the object, for (centre x, top, width, height).
_SEEN = np.array([0.05, 0.05, 0.05, 0.05])
"""How far a detected box is off: the paper's 1/20."""
_CHANGE = np.array([1.2, 0.3, 0.1, 0.2])
"""How much a velocity changes within a second: somebody who walks (1 a second) stops or turns
back within about one; up, down and in size people change far more slowly. Measured with
``python -m evaluation.tracking``."""
_DRIFT = np.array([0.02, 0.02, 0.01, 0.01])
"""Wobble of gait and pose, per square root of a second. By eye; matters at high rates only."""
_FIRST_VELOCITY = np.array([1.5, 0.5, 0.3, 0.3])
"""How fast something unknown may be: a brisk run is 2.4."""
_CUT_FROM, _CUT_TO = 0.1, 0.6
"""A box that is shorter than predicted by this much may be cut by what stands before."""
_CUT_TRUST = 3.0
"""A cut box hardly changes the height that is expected, so that the legs may come back. By eye."""
_NEVER = 1e6


def _costs(tracks: list[_Track], boxes: Floats, gate: float) -> tuple[F64, npt.NDArray[np.bool_]]:
    """(tracks, boxes): minus twice the log-likelihood, and which pairs are within the gate."""
    off = _state(boxes)[None] - np.stack([t.mean[:4] for t in tracks])[:, None]
    heights = np.array([_height(t) for t in tracks])
    spread = np.stack([t.covariance[:4, :4] for t in tracks])[:, None] + _noise(off, heights)
    far = (off[..., None, :] @ np.linalg.solve(spread, off[..., None]))[..., 0, 0]
    unsure = np.linalg.slogdet(spread / heights[:, None, None, None] ** 2)[1]
    return far + unsure, far <= gate


def _noise(off: F64, heights: F64, cut: float = 1.0) -> F64:
    """Covariance of boxes that miss the prediction by ``off`` (tracks, boxes, 4).

    ``cut``: the deviation of a cut box's height, in what it is short of.
    """
    deviation = np.broadcast_to(_SEEN, off.shape) * heights[:, None, None]
    short, height = -off[..., 3], heights[:, None]
    is_cut = (short > _CUT_FROM * height) & (short < _CUT_TO * height)
    deviation[..., 3] = np.where(is_cut, cut * short, deviation[..., 3])
    return np.asarray(deviation[..., None] ** 2 * np.eye(4))


def _height(track: _Track) -> float:
    return max(float(track.mean[3]), 1e-6)


def _begin(
    number: int, box: Floats, pts: int, now_s: float, seen: Detections, index: int
) -> _Track:
    state = np.concatenate([_state(box), np.zeros(4)])
    deviation = np.concatenate([_SEEN, _FIRST_VELOCITY]) * max(float(state[3]), 1e-6)
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
    """Constant velocity, disturbed by white acceleration: right for steps of any length."""
    step = max(now_s - track.time_s, 0.0)
    motion = np.eye(8)
    motion[:4, 4:] = np.eye(4) * step
    change, drift = (_CHANGE * _height(track)) ** 2, (_DRIFT * _height(track)) ** 2
    noise = np.zeros((8, 8))
    noise[:4, :4] = np.diag(change * step**3 / 3 + drift * step)
    noise[:4, 4:] = noise[4:, :4] = np.diag(change * step**2 / 2)
    noise[4:, 4:] = np.diag(change * step)
    track.mean = motion @ track.mean
    track.covariance = motion @ track.covariance @ motion.T + noise
    track.time_s = now_s


def _correct(track: _Track, box: Floats) -> None:
    off = _state(box) - track.mean[:4]
    noise = _noise(off[None, None], np.array([_height(track)]), _CUT_TRUST)[0, 0]
    innovation = track.covariance[:4, :4] + noise
    gain = np.linalg.solve(innovation, track.covariance[:4]).T
    track.mean = track.mean + gain @ off
    track.covariance = track.covariance - gain @ innovation @ gain.T


def _as_tracklet(track: _Track) -> Tracklet:
    label = max(sorted(track.labels), key=lambda name: track.labels[name])
    return Tracklet(
        label,
        np.asarray(track.pts, dtype=np.int64),
        np.stack(track.boxes).astype(np.float32),
        np.asarray(track.confidences, dtype=np.float32),
    )
