"""Figures of the detector: average precision at IoU .5, and recall at precision .8, per class.

Average precision is the area under the interpolated precision–recall curve at every point (Pascal
VOC 2010 and later). References are YOLOX-nano's boxes of score ≥ .4 on pictures kept apart, or
COCO's own on coco128; boxes under 0.1 % of the picture and crowds are neither asked for nor held
against the detector.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.builtin import data, evaluate, prepare
from training.builtin import teachers as t
from training.builtin.data import F32, U8
from training.builtin.labels import COCO_LABELS

REFERENCE_SCORE = 0.4
SMALL_SHARE = 0.001
MOST = 300
"""Cells of a picture that go into suppression, best first."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What is in a picture: boxes [M, 4] px, labels, and which of them not to ask for."""

    pixels: U8
    boxes: F32
    labels: list[str]
    ignored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What a detector says of one picture: boxes [K, 4] in its pixels, scores [K], labels."""

    boxes: F32
    scores: F32
    labels: NDArray[np.str_]


def detect(network: evaluate.Shipped, pictures: list[U8], limit: float = 0.03) -> list[Found]:
    """The shipped detector with suppression at IoU .6, class by class."""
    labels = np.array(network.entry["labels"])
    found = []
    for pixels in pictures:
        value, scale, (left, top) = evaluate.make_input(pixels, network.entry["preprocessing"])
        boxes, scores = network.run(images=value[None])
        cells, classes = np.nonzero(scores[0] > limit)
        strength = scores[0][cells, classes]
        best = np.argsort(-strength)[:MOST]
        cells, classes, strength = cells[best], classes[best], strength[best]
        xyxy = boxes[0][cells]
        kept = t.suppress(xyxy + (classes * 4096.0)[:, None].astype(np.float32), strength, 0.6)
        moved = (xyxy[kept] - np.array([left, top] * 2, np.float32)) / np.float32(scale)
        high = [pixels.shape[1], pixels.shape[0]] * 2
        found.append(
            Found(moved.clip(0, high).astype(np.float32), strength[kept], labels[classes[kept]])
        )
    return found


def overlap(left: F32, right: F32) -> F32:
    """IoU of boxes [A, 4] and [B, 4] → [A, B]."""
    low = np.maximum(left[:, None, :2], right[None, :, :2])
    high = np.minimum(left[:, None, 2:], right[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (left, right)]
    result: F32 = shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-6)
    return result


def match(found: Found, reference: Reference, label: str) -> tuple[list[tuple[float, bool]], int]:
    """(score, right) of each detection of a label that counts, and how many were to be found."""
    wanted = np.array([x == label for x in reference.labels], dtype=bool)
    targets, ignored = reference.boxes[wanted], reference.ignored[wanted]
    mine = found.labels == label
    order = np.argsort(-found.scores[mine])
    ious = overlap(found.boxes[mine][order], targets)
    taken: set[int] = set()
    outcome = []
    for row, score in zip(ious, found.scores[mine][order], strict=True):
        free = [c for c in np.argsort(-row) if row[c] >= 0.5 and c not in taken]
        best = next((c for c in free if not ignored[c]), None)
        if best is not None:
            taken.add(int(best))
        elif (row[ignored] >= 0.5).any():
            continue
        outcome.append((float(score), best is not None))
    return outcome, int((~ignored).sum())


def average_precision(outcome: list[tuple[float, bool]], total: int) -> dict[str, float]:
    """AP50, and the recall and threshold where precision is still .8."""
    if not outcome or not total:
        return {"ap50": 0.0, "recall_at_p80": 0.0, "threshold_at_p80": 1.0, "boxes": total}
    ordered = sorted(outcome, reverse=True)
    right = np.cumsum([ok for _, ok in ordered])
    precision = right / np.arange(1, len(ordered) + 1)
    recall = right / total
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    area = float(np.sum(np.diff(np.concatenate([[0], recall])) * envelope))
    good = np.flatnonzero(precision >= 0.8)
    last = int(good[-1]) if len(good) else None
    return {
        "ap50": round(area, 4),
        "recall_at_p80": round(float(recall[last]), 4) if last is not None else 0.0,
        "threshold_at_p80": round(ordered[last][0], 3) if last is not None else 1.0,
        "boxes": total,
    }


def figures(
    found: list[Found], references: list[Reference], labels: list[str]
) -> dict[str, dict[str, float]]:
    """Figures of every label that the references hold ten times or more."""
    result = {}
    for label in labels:
        pairs = [match(f, r, label) for f, r in zip(found, references, strict=True)]
        total = sum(n for _, n in pairs)
        if total >= 10:
            result[label] = average_precision([o for outcome, _ in pairs for o in outcome], total)
    return result


def distilled_references(data_dir: Path, teachers: Path, work: Path) -> list[Reference]:
    """500 pictures kept apart, half Flickr8k and half COCO, with YOLOX-nano's boxes."""
    pictures = data.open_pictures(data_dir, work)
    boxes = prepare.open_boxes(pictures, teachers, work)
    names = data.dev_flickr(pictures.names, 250) + data.dev_coco(pictures.names, 250)
    result = []
    for row in (pictures.names.index(n) for n in names):
        b = boxes[row]
        area = np.prod(b.xyxy[:, 2:] - b.xyxy[:, :2], axis=1)
        ignored = (b.scores < REFERENCE_SCORE) | (area < SMALL_SHARE * data.SIDE_PX**2)
        result.append(
            Reference(pictures.pixels[row], b.xyxy, [COCO_LABELS[c] for c in b.classes], ignored)
        )
    return result


def labelled_references(data_dir: Path) -> list[Reference]:
    """coco128 with COCO's own boxes."""
    result = []
    for p in data.read_coco128(data_dir):
        area = np.prod(p.boxes[:, 2:] - p.boxes[:, :2], axis=1)
        small = area < SMALL_SHARE * p.pixels.shape[0] * p.pixels.shape[1]
        result.append(Reference(p.pixels, p.boxes, p.labels, small | np.array(p.crowd, dtype=bool)))
    return result


def teacher_found(references: list[Reference], teachers: Path) -> list[Found]:
    """YOLOX-nano on the same pictures, letterboxed as its authors do."""
    made = {
        "width": 416,
        "height": 416,
        "resize": "letterbox",
        "pad": 114,
        "scale": 1.0,
        "mean": [0.0],
        "std": [1.0],
    }
    inputs = [evaluate.make_input(r.pixels, made) for r in references]
    network = t.open_yolox(teachers)
    outputs = network.run(np.ascontiguousarray(value[None, ::-1]) for value, _, _ in inputs)
    found = []
    for out, (_, scale, (left, top)) in zip(outputs, inputs, strict=True):
        boxes = t.decode_yolox(out[0][0])
        xyxy = (boxes.xyxy - np.array([left, top] * 2, np.float32)) / np.float32(scale)
        found.append(
            Found(
                xyxy,
                boxes.scores,
                np.array([COCO_LABELS[c] for c in boxes.classes], dtype=np.str_),
            )
        )
    return found


def evaluate_detector(data_dir: Path, teachers: Path, work: Path) -> dict[str, Any]:
    """Person and the mean over labels, against YOLOX-nano and against COCO; YOLOX-nano itself
    against COCO.
    """
    network = evaluate.open_shipped("detector")
    labels = list(network.entry["labels"])
    distilled, labelled = (
        distilled_references(data_dir, teachers, work),
        labelled_references(data_dir),
    )
    results = {
        "yolox_nano_boxes": figures(
            detect(network, [r.pixels for r in distilled]), distilled, labels
        ),
        "coco128": figures(detect(network, [r.pixels for r in labelled]), labelled, labels),
        "teacher_on_coco128": figures(teacher_found(labelled, teachers), labelled, labels),
    }
    return {
        name: {
            "person": f["person"],
            "mean_ap50": round(float(np.mean([v["ap50"] for v in f.values()])), 4),
            "labels": f,
        }
        for name, f in results.items()
    }
