"""Two detectors side by side on footage: what one finds of the other's people, clip by clip.

    python -m evaluation.detection --footage DIR [--profile builtin] [--against light] [--json]

There are no labels: the boxes of ``--against`` with a confidence of .4 or more are taken for right,
so a real person that it misses counts against the other as a false find. Frames are taken once a
second. Pairs are made greedily by confidence at IoU .5 (Everingham et al. 2010, Pascal VOC);
boxes under a thousandth of the picture are neither asked for nor held against anybody. ``recall``
and ``precision`` are at the product's threshold for a sure box (``TrackingConfig.confident``),
``ap50`` is the area under the interpolated curve over all of the footage.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.pictures import default_weights_dir, make_parser, open_networks, report
from ingest.errors import IngestError
from ingest.media.decode import iter_frames
from ingest.media.probe import probe_file
from recognition.engine.geometry import box_areas, iou_matrix
from recognition.engine.loader import load
from recognition.engine.tracking import TrackingConfig
from recognition.engine.types import Detections, Detector, Floats, Image

PERSON = "person"
TRUSTED = 0.4
"""As for the detector's own figures (``training.builtin.evaluate_detector``)."""
LEAST_AREA = 0.001
SAME_FROM = 0.5
BATCH = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """The boxes of one frame, by confidence: (n,) confidences, which are right, and how many
    there were to find."""

    confidence: Floats
    is_right: Floats
    asked: int


def judge(found: Detections, trusted: Detections) -> Judged:
    """One frame's people against those of the detector that is trusted."""
    boxes, confidence = _people(found, 0.0)
    wanted, _ = _people(trusted, TRUSTED)
    order = np.argsort(-confidence, kind="stable")
    overlap = iou_matrix(boxes[order], wanted)
    right = np.zeros(len(order), dtype=np.float32)
    for row in range(len(order)):
        if len(wanted) and overlap[row].max() >= SAME_FROM:
            overlap[:, int(overlap[row].argmax())] = -1.0
            right[row] = 1.0
    return Judged(confidence[order], right, len(wanted))


def figures(frames: list[Judged]) -> dict[str, Any]:
    """Recall and precision at the product's threshold, and average precision, of some frames."""
    asked = sum(frame.asked for frame in frames)
    nothing = np.zeros(0, dtype=np.float32)
    confidence = np.concatenate([nothing, *(f.confidence for f in frames)])
    right = np.concatenate([nothing, *(f.is_right for f in frames)])
    sure = confidence >= TrackingConfig().confident
    told, hits = int(sure.sum()), float(right[sure].sum())
    return {
        "frames": len(frames),
        "asked": asked,
        "found": int(sure.sum()),
        "recall": round(hits / asked, 3) if asked else None,
        "precision": round(hits / told, 3) if told else None,
        "ap50": round(average_precision(confidence, right, asked), 3) if asked else None,
    }


def average_precision(confidence: Floats, right: Floats, asked: int) -> float:
    """Area under the precision–recall curve, precision made never to rise with recall."""
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((envelope * right[order]).sum() / asked)


def _people(seen: Detections, least: float) -> tuple[Floats, Floats]:
    is_person = np.array([label == PERSON for label in seen.labels], dtype=bool)
    kept = is_person & (seen.confidence >= least) & (box_areas(seen.xyxy_norm) >= LEAST_AREA)
    return seen.xyxy_norm[kept], seen.confidence[kept]


def _frames(path: Path) -> Iterator[list[Image]]:
    """A film's frames, one a second, in batches; none of a file that is no film."""
    batch: list[Image] = []
    try:
        info = probe_file(path)
        for frame in iter_frames(path, info, max_side_px=960, min_interval_s=Fraction(1)):
            batch.append(frame.image)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except IngestError:
        return
    if batch:
        yield batch


def compare(path: Path, detector: Detector, trusted: Detector) -> list[Judged]:
    """All frames of a film."""
    return [
        judge(found, right)
        for batch in _frames(path)
        for found, right in zip(detector.detect(batch), trusted.detect(batch), strict=True)
    ]


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Figures of all clips, and of each."""
    folder = options.weights_dir or default_weights_dir()
    detector = open_networks(options).detector
    trusted = load(options.against, weights_dir=folder, threads=options.threads).detector
    clips: dict[str, list[Judged]] = {}
    for path in sorted(p for p in options.footage.rglob("*") if p.is_file()):
        if frames := compare(path, detector, trusted):
            clips[path.name] = frames
    return {
        "detector": detector.info.name,
        "against": trusted.info.name,
        **figures([frame for frames in clips.values() for frame in frames]),
        "clips": {name: figures(frames) for name, frames in clips.items()},
    }


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--footage")
    parser.add_argument("--against", default="light", help="the profile whose boxes are trusted")
    options = parser.parse_args()
    report(evaluate(options), options.json)


if __name__ == "__main__":
    main()
