"""Trackers on one and the same detections: ours, and ByteTrack of the package ``trackers``.

    python -m evaluation.tracking [--scenes 12] [--fps 5] [--depth] [--json]

Worlds of people are drawn at random, who stand, walk and run, cross and hide each other behind a
pillar; a detector is imitated that jitters, misses, sees what is not there, and is less sure of
what is half hidden. So the truth is known. IDF1 (Ristani et al. 2016): the share of boxes that
keep one identity under the best pairing of tracks with people. Switches: how often a person's
track changes. Both trackers get the house's thresholds of confidence and the same patience in
seconds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from recognition.engine.geometry import iou_matrix
from recognition.engine.tracking import Tracker, TrackingConfig
from recognition.engine.types import Detections, Floats

ASPECT = 16 / 9
SECONDS = 20.0
SAME_FROM = 0.5
"""Overlap from which a tracked box is that of a person (MOT's own)."""


@dataclass(frozen=True, slots=True)
class World:
    """Frames of detections, with the truth: whose box each frame has, (people, 4), NaN if gone."""

    frames: list[Detections]
    truth: list[Floats]


def make_world(seed: int, fps: float, people: int = 6, depth: bool = False) -> World:
    """People on straight ways with changes of pace, who hide each other.

    ``depth``: they also come nearer and go away, by up to a fifth of their size a second, and
    the box of who is half hidden now and then ends where the other begins.
    """
    rng = np.random.default_rng(seed)
    steps = int(SECONDS * fps)
    height = rng.uniform(0.25, 0.45, people)
    middle = np.stack([rng.uniform(0.1, 0.9, people), rng.uniform(0.45, 0.7, people)], axis=1)
    pace = rng.choice([0.0, 0.6, 0.9, 2.2], people) * rng.choice([-1, 1], people)
    coming = rng.uniform(-0.2, 0.2, people) if depth else np.zeros(people)
    frames: list[Detections] = []
    truth: list[Floats] = []
    for _ in range(steps):
        if depth:
            coming = np.where((height < 0.15) | (height > 0.6), -coming, coming)
            height = np.clip(height * np.exp(coming / fps), 0.14, 0.61)
        changes = rng.random(people) < 0.3 / fps
        pace = np.where(changes, rng.choice([0.0, 0.7, -0.7, 1.2, -1.2], people), pace)
        middle[:, 0] += pace * height / ASPECT / fps
        pace = np.where((middle[:, 0] < 0.03) | (middle[:, 0] > 0.97), -pace, pace)
        middle[:, 0] = np.clip(middle[:, 0], 0.03, 0.97)
        half = np.stack([height * 0.4 / ASPECT / 2, height / 2], axis=1)
        boxes = np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)
        truth.append(boxes)
        frames.append(_detect(boxes, rng, cut=depth))
    return World(frames, truth)


def _detect(boxes: Floats, rng: np.random.Generator, cut: bool = False) -> Detections:
    """What a middling detector sees: nearer people (lower feet) hide those behind them."""
    order = np.argsort(-boxes[:, 3])
    found: list[Floats] = []
    sure: list[float] = []
    for place, index in enumerate(order):
        before = boxes[order[:place]]
        hidden = _covered(boxes[index], before)
        if rng.random() < 0.06 + 0.9 * max(0.0, hidden - 0.35):
            continue
        size = np.tile(boxes[index, 2:] - boxes[index, :2], 2)
        one = boxes[index] + rng.normal(0, 0.03, 4) * size
        if cut and hidden > 0.2 and rng.random() < 0.5:
            one[3] -= rng.uniform(0.1, 0.5) * size[3]  # the legs are hidden
        found.append(one.astype(np.float32))
        sure.append(float(np.clip(rng.normal(0.85 - 0.6 * hidden, 0.08), 0.05, 0.99)))
    for _ in range(rng.poisson(0.15)):
        corner = rng.uniform(0, 0.8, 2)
        found.append(
            np.concatenate([corner, corner + rng.uniform(0.05, 0.2, 2)]).astype(np.float32)
        )
        sure.append(float(rng.uniform(0.1, 0.6)))
    table = np.clip(np.array(found, np.float32).reshape(-1, 4), 0, 1)
    return Detections(table, np.array(sure, np.float32), ("person",) * len(table))


def _covered(box: Floats, others: Floats) -> float:
    area = float(np.prod(box[2:] - box[:2]))
    shares = [
        float(np.prod(np.clip(np.minimum(box[2:], o[2:]) - np.maximum(box[:2], o[:2]), 0, None)))
        for o in others
    ]
    return min(1.0, sum(shares) / area)


Tracked = list[tuple[Floats, list[int]]]
"""Per frame: boxes (n, 4) and the number of each one's track."""


def run_ours(world: World, fps: float) -> Tracked:
    """The house's tracker: the tracks that are worth keeping at the end, as the pipeline does."""
    tracker = Tracker(1 / fps, ASPECT)
    for index, seen in enumerate(world.frames):
        tracker.update(index, seen)
    boxes: list[list[Floats]] = [[] for _ in world.frames]
    numbers: list[list[int]] = [[] for _ in world.frames]
    for number, track in enumerate(tracker.finish()):
        for pts, box in zip(track.pts, track.xyxy_norm, strict=True):
            boxes[int(pts)].append(box)
            numbers[int(pts)].append(number)
    tables = (np.array(rows, np.float32).reshape(-1, 4) for rows in boxes)
    return list(zip(tables, numbers, strict=True))


def run_trackers(world: World, fps: float) -> Tracked:
    """ByteTrack of ``trackers`` (Apache-2.0) on pixels of a 1920 × 1080 picture."""
    import supervision
    from trackers import ByteTrackTracker

    config = TrackingConfig()
    tracker = ByteTrackTracker(
        lost_track_buffer=round(config.lost_after_s * 30),  # for 30 a second, scaled by the rate
        frame_rate=fps,
        track_activation_threshold=config.found_at,
        high_conf_det_threshold=config.confident,
        minimum_consecutive_frames=config.min_observations,
    )
    scale = np.array([1920, 1080, 1920, 1080], np.float32)
    found: Tracked = []
    for seen in world.frames:
        given = supervision.Detections(
            xyxy=seen.xyxy_norm * scale,
            confidence=seen.confidence,
            class_id=np.zeros(len(seen), dtype=int),
        )
        out = tracker.update(given)
        numbers = [] if out.tracker_id is None else [int(i) for i in out.tracker_id]
        kept = [i for i, number in enumerate(numbers) if number >= 0]
        boxes = (out.xyxy / scale).astype(np.float32).reshape(-1, 4)
        found.append((boxes[kept], [numbers[i] for i in kept]))
    return found


def measure(world: World, tracked: Tracked) -> dict[str, float]:
    """IDF1, switches and the number of tracks."""
    people = len(world.truth[0])
    numbers = sorted({number for _, own in tracked for number in own})
    columns = {number: i for i, number in enumerate(numbers)}
    together = np.zeros((people, len(numbers)))
    last: dict[int, int] = {}
    switches = boxes = 0
    for truth, (found, own) in zip(world.truth, tracked, strict=True):
        boxes += len(own)
        overlap = iou_matrix(truth, found) if len(own) else np.zeros((people, 0))
        rows, places = linear_sum_assignment(-overlap)
        for person, place in zip(rows, places, strict=True):
            if overlap[person, place] < SAME_FROM:
                continue
            number = own[place]
            together[person, columns[number]] += 1
            switches += person in last and last[person] != number
            last[person] = number
    rows, places = linear_sum_assignment(-together)
    right = float(together[rows, places].sum())
    return {
        "idf1": 2 * right / (boxes + people * len(world.truth)),
        "switches": float(switches),
        "tracks": float(len(numbers)),
    }


def evaluate(scenes: int, rates: Sequence[float], depth: bool = False) -> dict[str, Any]:
    """Means over worlds, by rate and tracker."""
    figures: dict[str, Any] = {"scenes": scenes, "people": 6, "seconds": SECONDS, "depth": depth}
    for fps in rates:
        worlds = [make_world(seed, fps, depth=depth) for seed in range(scenes)]
        by_name = {"ours": run_ours, "trackers": run_trackers}
        figures[f"{fps:g} fps"] = {
            name: _mean([measure(world, run(world, fps)) for world in worlds])
            for name, run in by_name.items()
        }
    return figures


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: round(float(np.mean([row[key] for row in rows])), 4) for key in rows[0]}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenes", type=int, default=12)
    parser.add_argument("--fps", type=float, nargs="+", default=[5.0, 10.0, 25.0])
    parser.add_argument("--depth", action="store_true", help="people come nearer and go away")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = evaluate(options.scenes, options.fps, options.depth)
    print(json.dumps(figures, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
