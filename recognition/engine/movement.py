"""How a track moves: speed in body heights per second, direction, and motion evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recognition.engine.errors import BadValue
from recognition.engine.geometry import crop_image
from recognition.engine.types import Floats, Image, Tracklet

Gait = Literal["stationary", "walking", "running"]
Direction = Literal["none", "left", "right", "up", "down", "closer", "away"]

WALKING_FROM = 0.2
"""Body heights per second. People walk at 1.2–1.4 m/s (Bohannon 1997), .75 heights when seen
from the side; towards the camera only part of it shows. Below .2 lies the jitter of boxes."""
RUNNING_FROM = 1.4
"""2.4 m/s, where people change from walking to running (about 2 m/s; Diedrich & Warren
1995), with some room for tall boxes of crouched runners."""
GROWTH_FROM = 0.08
"""Per second, of log height: by eye; slower growth is lost in the jitter of boxes."""


@dataclass(frozen=True, slots=True)
class Movement:
    """``speed``: body heights per second; ``velocity``: (k, 2) of the same, x right, y down;
    ``growth``: relative change of height per second (positive: coming closer)."""

    gait: Gait
    direction: Direction
    speed: float
    growth: float
    velocity: Floats


def read_movement(track: Tracklet, time_base: float, aspect: float = 16 / 9) -> Movement:
    """Movement of one tracklet; ``aspect`` is the picture's width / height.

    Speed is the median over steps of at least .3 s, so that a single bad box says nothing.
    """
    count = len(track.pts)
    still = np.zeros((count, 2), dtype=np.float32)
    times = (track.pts - track.pts[0]).astype(np.float64) * time_base
    if count < 2 or times[-1] <= 0:
        return Movement("stationary", "none", 0.0, 0.0, still)
    boxes = track.xyxy_norm.astype(np.float64) * np.array([aspect, 1.0, aspect, 1.0])
    centres = _smooth((boxes[:, :2] + boxes[:, 2:]) / 2)
    heights = np.maximum(_smooth(boxes[:, 3:] - boxes[:, 1:2])[:, 0], 1e-6)
    ahead = np.minimum(np.searchsorted(times, times + 0.3 - 1e-9), count - 1)
    behind = np.maximum(np.searchsorted(times, times - 0.3 + 1e-9, side="right") - 1, 0)
    span = np.maximum(times[ahead] - times[behind], 1e-6)[:, None]
    velocity = (centres[ahead] - centres[behind]) / span / heights[:, None]
    growth = float(np.polyfit(times, np.log(heights), 1)[0])
    # The net way counts as well: jitter goes back and forth, people go somewhere.
    speed = float(np.median(np.linalg.norm(velocity, axis=1)))
    mean = np.median(velocity, axis=0)
    gait = gait_at(speed)
    if gait == "stationary" and abs(growth) >= 2 * GROWTH_FROM:
        gait = "walking"
    return Movement(
        gait, _direction(mean, growth, gait), speed, growth, velocity.astype(np.float32)
    )


def gait_at(speed: float) -> Gait:
    """What a speed in body heights per second is called."""
    if speed >= RUNNING_FROM:
        return "running"
    return "walking" if speed >= WALKING_FROM else "stationary"


def _direction(
    mean: np.ndarray[tuple[int, ...], np.dtype[np.float64]], growth: float, gait: Gait
) -> Direction:
    if gait == "stationary":
        return "none"
    if abs(growth) >= GROWTH_FROM and abs(growth) >= float(np.abs(mean).max()):
        return "closer" if growth > 0 else "away"
    if abs(mean[0]) >= abs(mean[1]):
        return "right" if mean[0] > 0 else "left"
    return "down" if mean[1] > 0 else "up"


def _smooth(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Mean over three neighbours, ends repeated."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    return np.asarray((padded[:-2] + padded[1:-1] + padded[2:]) / 3)


def motion_evidence(before: Image, after: Image, xyxy_norm: Floats) -> float:
    """How much changed inside a box against the whole picture, 0–1 (.5: the same).

    For a static camera: a box on a moving object lies near 1, one on furniture near 0.
    Both pictures RGB uint8 of one size.
    """
    if before.shape != after.shape:
        raise BadValue(f"pictures of one size are needed, got {before.shape} and {after.shape}")
    change = np.abs(before.astype(np.int16) - after.astype(np.int16)).mean(axis=2)
    change = np.maximum(change - 4.0, 0.0)  # 4 of 255: noise of compression, by eye
    inside = float(crop_image(change, xyxy_norm).mean())
    everywhere = float(change.mean())
    total = inside + everywhere
    return inside / total if total > 0 else 0.5
