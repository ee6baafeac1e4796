"""YOLOX-nano (Ge et al. 2021, arXiv:2107.08430; Apache-2.0), 80 classes of COCO.

Input: BGR 0–255, 416×416, the picture in the top left corner, the rest 114. Output:
(n, 3549, 85), offsets and log sizes on grids of stride 8, 16 and 32, then objectness and
class probabilities, sigmoid already taken.

The network is convolutions alone, so a picture that does not fill the square is read without most
of the padding: 416×256 for 16:9, in two thirds of the time. On coco128's 92 landscape pictures
person AP50 is .654 both ways, recall at .4 is .525 both ways (.651 and .525 without ``LEAST_PAD``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.errors import WeightsError
from recognition.engine.geometry import Fit, nms_by_label
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import (
    OnnxSession,
    Runtime,
    check_image,
    content_px,
    in_batches,
    onnx_session,
    shared,
)
from recognition.engine.types import Detections, Floats, Image, NetworkInfo

VERSION = "2"
STRIDES = (8, 16, 32)
LEAST_PAD = 16
"""Pixels of padding kept on a side that is padded: what the network saw beside pictures when it was
trained. See above."""
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
        self._path, self._threads = path, threads
        self._session(self._spec)  # so that a file that cannot be run is found now

    def _session(self, spec: Preprocessing) -> OnnxSession:
        """The process's session for pictures of this size."""
        whole = (self._spec.width, self._spec.height)
        size = (spec.width, spec.height)
        if size == whole:
            return onnx_session(self._path, threads=self._threads)
        key = ("yolox", str(self._path.absolute()), str(self._threads or 0), *map(str, size))
        return shared(key, lambda: self._cut_session(whole, size))

    def _cut_session(self, whole: tuple[int, int], size: tuple[int, int]) -> OnnxSession:
        content = with_input_px(self._path.read_bytes(), whole, size)
        return OnnxSession(self._path, threads=self._threads, content=content)

    def content_px(self, picture_px: tuple[int, int]) -> tuple[int, int]:
        """The (width, height) at which a picture is read."""
        return content_px(picture_px, self._spec)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """One ``Detections`` per RGB picture, confidence at least ``MIN_CONFIDENCE``."""
        specs = [self._spec_for(image) for image in images]
        found: dict[int, Detections] = {}
        for spec in dict.fromkeys(specs):
            alike = [index for index, other in enumerate(specs) if other == spec]
            seen = self._detect([images[index] for index in alike], spec)
            found.update(zip(alike, seen, strict=True))
        return [found[index] for index in range(len(images))]

    def _detect(self, images: Sequence[Image], spec: Preprocessing) -> list[Detections]:
        """The same for pictures that are read at one size."""
        found: list[Detections] = []
        session = self._session(spec)
        for batch, fits in in_batches(images, spec):
            raw = session.run(batch)[0]
            found += [self._read(rows, fit, spec) for rows, fit in zip(raw, fits, strict=True)]
        return found

    def _spec_for(self, image: Image) -> Preprocessing:
        """How a picture is read: no larger than it needs, in whole cells of the largest stride."""
        check_image(image)
        width, height = self.content_px((image.shape[1], image.shape[0]))
        return replace(
            self._spec,
            width=least_px(width, self._spec.width),
            height=least_px(height, self._spec.height),
        )

    def _read(self, rows: Floats, fit: Fit, spec: Preprocessing) -> Detections:
        confidence = rows[:, 4] * rows[:, 5:].max(axis=1)
        near = np.flatnonzero(confidence >= MIN_CONFIDENCE)
        near = near[np.argsort(-confidence[near], kind="stable")][:MAX_CANDIDATES]
        labels = rows[near, 5:].argmax(axis=1)
        centers, steps = grids(spec.width, spec.height)
        boxes = decode(rows[near, :4], centers[near], steps[near])
        keep = nms_by_label(boxes, confidence[near], labels, NMS_IOU)
        return Detections(
            fit.to_picture(boxes[keep]),
            confidence[near][keep].astype(np.float32),
            tuple(self.labels[int(i)] for i in labels[keep]),
        )


def least_px(content_px: int, whole_px: int) -> int:
    """A side of the input for a side of a picture: whole cells and ``LEAST_PAD``, or all of it."""
    if content_px >= whole_px:
        return whole_px
    cell = STRIDES[-1]
    return min(whole_px, -(-(content_px + LEAST_PAD) // cell) * cell)


def with_input_px(model: bytes, before: tuple[int, int], now: tuple[int, int]) -> bytes:
    """An ONNX file whose input is declared to be of another (width, height), and nothing else.

    onnxruntime takes no other size than the one declared, and the package that edits such files is
    large: so the two numbers are replaced where they stand, in the protocol buffer of the input's
    shape (``TensorShapeProto``: field 1, a dimension; in it field 1, a number). Raises
    ``WeightsError`` unless they stand there once.
    """
    there = _dimensions(before)
    if model.count(there) != 1:
        raise WeightsError(f"The network's input is not declared as {before[0]}×{before[1]}.")
    return model.replace(there, _dimensions(now))


def _dimensions(size: tuple[int, int]) -> bytes:
    """Height, then width as two dimensions of a shape: numbers to 16,383, in two bytes each."""
    width, height = size
    return b"".join(
        bytes([0x0A, 3, 0x08, 0x80 | number & 0x7F, number >> 7]) for number in (height, width)
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
