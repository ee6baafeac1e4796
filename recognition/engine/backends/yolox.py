"""YOLOX-nano (Ge et al. 2021, arXiv:2107.08430; Apache-2.0), 80 classes of COCO.

Input: BGR 0–255, 416×416, the picture in the top left corner, the rest 114. Output:
(n, 3549, 85), offsets and log sizes on grids of stride 8, 16 and 32, then objectness and
class probabilities, sigmoid already taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.geometry import Fit, nms_by_label
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import OnnxSession, Runtime, content_px, in_batches, onnx_session
from recognition.engine.types import Detections, Floats, Image, NetworkInfo

VERSION = "1"
STRIDES = (8, 16, 32)
MIN_CONFIDENCE = 0.1
"""ByteTrack's second stage lives on boxes from .1 up (Zhang et al. 2022)."""
NMS_IOU = 0.45
"""The authors' own demo."""
MAX_CANDIDATES = 300
"""By eye: no frame of the footage showed more than a hundred objects to this network."""


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> YoloxDetector:
    """A YOLOX detector."""
    return YoloxDetector(entry, files.main, runtime.info, runtime.threads)


class YoloxDetector:
    """A ``Detector`` over a YOLOX ONNX file."""

    def __init__(self, entry: WeightsEntry, path: Path, info: NetworkInfo, threads: int | None):
        if entry.picture is None:
            raise ValueError(f"{entry.name} has no preprocessing for pictures")
        self.info = info
        self.labels = entry.labels
        self._spec: Preprocessing = entry.picture
        self._session: OnnxSession = onnx_session(path, threads=threads)

    def content_px(self, picture_px: tuple[int, int]) -> tuple[int, int]:
        """The (width, height) at which a picture is read."""
        return content_px(picture_px, self._spec)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """One ``Detections`` per RGB picture, confidence at least ``MIN_CONFIDENCE``."""
        found: list[Detections] = []
        for batch, fits in in_batches(images, self._spec):
            raw = self._session.run(batch)[0]
            found += [self._read(rows, fit) for rows, fit in zip(raw, fits, strict=True)]
        return found

    def _read(self, rows: Floats, fit: Fit) -> Detections:
        confidence = rows[:, 4] * rows[:, 5:].max(axis=1)
        near = np.flatnonzero(confidence >= MIN_CONFIDENCE)
        near = near[np.argsort(-confidence[near], kind="stable")][:MAX_CANDIDATES]
        labels = rows[near, 5:].argmax(axis=1)
        centers, steps = grids(self._spec.width, self._spec.height)
        boxes = decode(rows[near, :4], centers[near], steps[near])
        keep = nms_by_label(boxes, confidence[near], labels, NMS_IOU)
        return Detections(
            fit.to_picture(boxes[keep]),
            confidence[near][keep].astype(np.float32),
            tuple(self.labels[int(i)] for i in labels[keep]),
        )


def decode(offsets: Floats, corners: Floats, steps: Floats) -> Floats:
    """Boxes ``xyxy`` in input pixels from a head's (n, 4) offsets and log sizes."""
    middle = (offsets[:, :2] + corners) * steps
    # A size over e^8 strides is no object; the limit keeps exp finite on odd input.
    half = np.exp(np.minimum(offsets[:, 2:4], 8.0)) * steps / 2
    return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)


@lru_cache(maxsize=4)
def grids(width: int, height: int) -> tuple[Floats, Floats]:
    """Grid corners (k, 2) in cells and strides (k, 1), in the order of the output rows."""
    corners, steps = [], []
    for stride in STRIDES:
        columns, rows = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        cells = np.stack([columns.ravel(), rows.ravel()], axis=1)
        corners.append(cells.astype(np.float32))
        steps.append(np.full((len(cells), 1), stride, dtype=np.float32))
    return np.concatenate(corners), np.concatenate(steps)
