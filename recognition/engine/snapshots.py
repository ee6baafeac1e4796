"""Which frames a captioner is shown: a policy, because every look costs.

Footage that is edited, or filmed by a moving camera, is looked at where the picture changes:
once per shot, and again in long shots. A static camera is looked at when something happens
in front of it: someone or something enters or leaves, changes its speed, or is of a kind not
seen before. A budget per minute bounds both. The idea of shots for edited and salient events
for static footage is that of the mission; the weights of events are by eye.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from recognition.engine.errors import BadValue
from recognition.engine.movement import Gait, gait_at
from recognition.engine.types import Floats

VERSION = "1"
Reason = Literal["shot", "long shot", "entry", "exit", "change of speed", "new class"]

WEIGHTS: dict[Reason, float] = {
    "shot": 5.0,
    "new class": 4.0,
    "entry": 3.0,
    "change of speed": 2.0,
    "exit": 1.5,
    "long shot": 1.0,
}
"""What goes first when the budget is short. By eye: a shot without any look has no caption,
and what leaves was mostly seen when it came."""


@dataclass(frozen=True, slots=True)
class SnapshotPolicy:
    """Figures of the policy, all by eye.

    ``per_minute``: looks in any sixty seconds, at most; ``settle_s``: how long after it entered
    (before it leaves) something stands well in the picture; ``margin_s``: a track that begins or
    ends this near to its shot's edge was cut, it did not enter or leave; ``apart_s``: events
    nearer than this are one look; ``again_s``: a long shot of a moving camera is looked at
    again after this; ``steady_s``: how long a new gait must last to count.
    """

    per_minute: int = 12
    settle_s: float = 0.6
    margin_s: float = 0.5
    apart_s: float = 1.5
    again_s: float = 20.0
    steady_s: float = 0.8

    def __post_init__(self) -> None:
        if self.per_minute < 1:
            raise BadValue(f"a budget is at least one look a minute, got {self.per_minute}")


DEFAULT_POLICY = SnapshotPolicy()


@dataclass(frozen=True, slots=True)
class ShotSpan:
    """A shot ``[start_pts, end_pts)``; ``is_static``: the camera stood still;
    ``keyframes``: pts of the pictures that are kept of it, rising."""

    start_pts: int
    end_pts: int
    is_static: bool
    keyframes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """A track as events need it: ``pts`` int64 (k,) rising, ``velocity`` float32 (k, 2) in body
    heights per second (``movement.read_movement``)."""

    label: str
    pts: tuple[int, ...]
    velocity: Floats


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frame to look at: its time, the index of its shot, and why."""

    pts: int
    shot: int
    reason: Reason


def choose_snapshots(
    shots: Sequence[ShotSpan],
    tracks: Sequence[Followed],
    time_base: float,
    policy: SnapshotPolicy = DEFAULT_POLICY,
) -> list[Snapshot]:
    """The frames to look at, in order of time; ``time_base`` is seconds per pts.

    No window of sixty seconds holds more than ``policy.per_minute``; of what is too much the
    least weighty goes first, the later first among equals.
    """
    if time_base <= 0:
        raise BadValue(f"a time base is positive, got {time_base}")
    wanted: list[Snapshot] = []
    known: set[str] = set()
    for index, shot in enumerate(shots):
        inside = [t for t in tracks if t.pts and shot.start_pts <= t.pts[0] < shot.end_pts]
        wanted += _of_shot(index, shot, inside, known, time_base, policy)
        known.update(track.label for track in inside)
    return _within_budget(wanted, time_base, policy)


def is_static(thumbnails: Sequence[Floats]) -> bool:
    """Whether a shot's camera stood still, from small grey pictures of one shape, in order.

    The median block of neighbouring pictures changes by less than ``STILL_MEDIAN`` of 255:
    what moves in front of a fixed camera covers less than half of the picture. One picture
    alone says that nothing changed while the shot lasted: static.
    """
    changes = [float(np.median(np.abs(a - b))) for a, b in pairwise(thumbnails)]
    return not changes or float(np.median(changes)) < STILL_MEDIAN


STILL_MEDIAN = 6.0
"""By eye, on the sample footage: noise and light stay below 3, a slow pan is above 10."""


def _of_shot(
    index: int,
    shot: ShotSpan,
    tracks: Sequence[Followed],
    known: set[str],
    time_base: float,
    policy: SnapshotPolicy,
) -> list[Snapshot]:
    found = [Snapshot(_first_look(shot), index, "shot")]
    if shot.is_static:
        events = _events(shot, tracks, set(known), time_base, policy)
    else:
        events = _looks_again(shot, found[0].pts, time_base, policy)
    return _joined([*found, *(Snapshot(pts, index, why) for pts, why in events)], time_base, policy)


def _first_look(shot: ShotSpan) -> int:
    """The keyframe in the middle of the kept ones (the first after a cut may still be mixed
    with the shot before), of a static shot the first; without keyframes the shot's middle."""
    if not shot.keyframes:
        return (shot.start_pts + shot.end_pts) // 2
    return shot.keyframes[0 if shot.is_static else (len(shot.keyframes) - 1) // 2]


def _looks_again(
    shot: ShotSpan, first: int, time_base: float, policy: SnapshotPolicy
) -> list[tuple[int, Reason]]:
    """Keyframes of a long shot that lie at least ``again_s`` from every look before."""
    step = policy.again_s / time_base
    looked, found = [first], list[tuple[int, Reason]]()
    for pts in shot.keyframes:
        if all(abs(pts - other) >= step for other in looked):
            looked.append(pts)
            found.append((pts, "long shot"))
    return found


def _events(
    shot: ShotSpan,
    tracks: Sequence[Followed],
    known: set[str],
    time_base: float,
    policy: SnapshotPolicy,
) -> list[tuple[int, Reason]]:
    margin, settle = policy.margin_s / time_base, policy.settle_s / time_base
    found: list[tuple[int, Reason]] = []
    for track in sorted(tracks, key=lambda t: (t.pts[0], t.label)):
        first, last = track.pts[0], track.pts[-1]
        middle = (first + last) // 2
        is_new, came = track.label not in known, first - shot.start_pts > margin
        known.add(track.label)
        if came:
            reason: Reason = "new class" if is_new else "entry"
            found.append((round(min(first + settle, middle)), reason))
        if shot.end_pts - last > margin:
            found.append((round(max(last - settle, middle)), "exit"))
        found += [(pts, "change of speed") for pts in changes_of_speed(track, time_base, policy)]
    return found


def changes_of_speed(
    track: Followed, time_base: float, policy: SnapshotPolicy = DEFAULT_POLICY
) -> list[int]:
    """When a track takes up another gait and keeps it for ``steady_s``: rising pts."""
    speeds = np.linalg.norm(np.asarray(track.velocity, dtype=np.float64).reshape(-1, 2), axis=1)
    runs: list[tuple[Gait, int, int]] = []
    for pts, speed in zip(track.pts, speeds, strict=True):
        gait = gait_at(float(speed))
        if runs and runs[-1][0] == gait:
            runs[-1] = (gait, runs[-1][1], pts)
        else:
            runs.append((gait, pts, pts))
    steady = [run for run in runs if (run[2] - run[1]) * time_base >= policy.steady_s]
    settle = round(policy.settle_s / time_base)
    return [
        min(after[1] + settle, after[2])
        for before, after in pairwise(steady)
        if before[0] != after[0]
    ]


def _joined(wanted: Sequence[Snapshot], time_base: float, policy: SnapshotPolicy) -> list[Snapshot]:
    """Looks that are ``apart_s`` apart, the weightier of two that are nearer."""
    kept: list[Snapshot] = []
    for item in _by_weight(wanted):
        if all(abs(item.pts - other.pts) * time_base >= policy.apart_s for other in kept):
            kept.append(item)
    return kept


def _within_budget(
    wanted: Sequence[Snapshot], time_base: float, policy: SnapshotPolicy
) -> list[Snapshot]:
    minute = 60.0 / time_base
    kept: list[Snapshot] = []
    for item in _by_weight(wanted):
        if _fits([*(k.pts for k in kept), item.pts], item.pts, minute, policy.per_minute):
            kept.append(item)
    return sorted(kept, key=lambda s: (s.pts, s.shot))


def _fits(times: Iterable[int], new: int, minute: float, budget: int) -> bool:
    """Whether no ``budget`` + 1 neighbours around ``new`` lie within a minute."""
    near = sorted(t for t in times if abs(t - new) < minute)
    return all(b - a >= minute for a, b in zip(near, near[budget:], strict=False))


def _by_weight(wanted: Iterable[Snapshot]) -> list[Snapshot]:
    return sorted(wanted, key=lambda s: (-WEIGHTS[s.reason], s.pts, s.shot))
