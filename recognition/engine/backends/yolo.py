"""YOLO networks of ultralytics (AGPL-3.0; optional), by their weights' own architecture.

Any detection checkpoint from YOLOv8 on: the file carries the network as pickled modules, of which
nothing is run. It is read with ``weights_only``, and only classes that are modules of torch and
of ultralytics may come out; any other name in it is refused. Boxes are decoded and thinned out
here: ultralytics' own predictor, which writes settings and may report home, is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engine.backends.on_torch import (
    Place,
    as_floats,
    as_tensor,
    opening,
    picture_of,
    place_for,
    running,
    split,
)
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.errors import WeightsError
from recognition.engine.geometry import Fit, nms_by_label
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import Runtime, preprocess
from recognition.engine.types import Detections, Floats, Image, NetworkInfo

VERSION = "1"
MIN_CONFIDENCE = 0.1
"""ByteTrack's second stage lives on boxes from .1 up (Zhang et al. 2022)."""
NMS_IOU = 0.7
"""Ultralytics' own default."""
MAX_CANDIDATES = 300
CPU_BATCH = 1
"""Four pictures at once cost a tenth more each (11n and 11x; evaluation.speed, docs/models.md)."""
PLAIN_LABELS = {"sports ball": "ball", "tv": "television", "cell phone": "phone"}
"""Names of COCO that nobody types."""
_MODULES = ("ultralytics.nn.modules.", "ultralytics.nn.tasks.", "torch.nn.modules.")
_VALUES = ("ultralytics.utils.IterableSimpleNamespace", "pathlib.PosixPath", "collections.Counter")
"""Plain values that ultralytics keeps beside the network."""


class YoloDetector:
    """A ``Detector`` over an ultralytics network."""

    def __init__(
        self, network: Any, info: NetworkInfo, place: Place, picture: Preprocessing
    ) -> None:
        self.info = info
        names: Mapping[int, str] = dict(network.names)
        self.labels = tuple(PLAIN_LABELS.get(names[i], names[i]) for i in sorted(names))
        self._place, self._picture = place, picture
        self._network: Any = network.to(place.device, place.dtype).eval()

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """One ``Detections`` per RGB picture, confidence at least ``MIN_CONFIDENCE``."""
        return split(images, self._place.batch, self._detect)

    def _detect(self, images: Sequence[Image]) -> list[Detections]:
        batch, fits = preprocess(images, self._picture)
        with running(self.info.name):
            out = self._network(as_tensor(batch, self._place))
        raw = as_floats(out[0] if isinstance(out, (tuple, list)) else out)
        return [self._read(rows, fit) for rows, fit in zip(raw, fits, strict=True)]

    def _read(self, rows: Floats, fit: Fit) -> Detections:
        boxes, confidence, labels = decode(rows, len(self.labels))
        near = np.flatnonzero(confidence >= MIN_CONFIDENCE)
        near = near[np.argsort(-confidence[near], kind="stable")][:MAX_CANDIDATES]
        keep = near[nms_by_label(boxes[near], confidence[near], labels[near], NMS_IOU)]
        return Detections(
            fit.to_picture(boxes[keep]),
            confidence[keep].astype(np.float32),
            tuple(self.labels[int(i)] for i in labels[keep]),
        )


def decode(rows: Floats, classes: int) -> tuple[Floats, Floats, Any]:
    """Boxes xyxy in input pixels (k, 4), confidence (k,) and class (k,) of one picture's output.

    (4 + classes, k): centre, size and a probability per class; (k, 6): corners, confidence and
    class, from networks that thin out themselves. ``WeightsError`` for another shape.
    """
    if rows.ndim == 2 and rows.shape[0] == 4 + classes:
        centre, half, scores = rows[:2].T, rows[2:4].T / 2, rows[4:]
        boxes = np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)
        return boxes, scores.max(axis=0), scores.argmax(axis=0)
    if rows.ndim == 2 and rows.shape[1] == 6:
        return rows[:, :4].astype(np.float32), rows[:, 4], rows[:, 5].astype(np.int64)
    raise WeightsError(f"A detection network gives boxes; this one gives {rows.shape}.")


def read_checkpoint(name: str, path: Path) -> Any:
    """The network in an ultralytics checkpoint, without running anything that is in the file."""
    import torch

    with opening(name, path):
        globals_ = [_allowed(name, path, one) for one in _names_in(path)]
        with torch.serialization.safe_globals(globals_):
            stored = torch.load(path, map_location="cpu", weights_only=True)
    network = (stored.get("ema") or stored.get("model")) if isinstance(stored, dict) else None
    if network is None or not hasattr(network, "names") or not hasattr(network, "forward"):
        raise WeightsError(f"{path} holds no ultralytics network of “{name}”.")
    return network.float()


def _names_in(path: Path) -> list[str]:
    import torch

    found: list[str] = torch.serialization.get_unsafe_globals_in_checkpoint(str(path))
    return found


def _allowed(name: str, path: Path, dotted: str) -> Any:
    from torch import nn

    package, _, attribute = dotted.rpartition(".")
    if dotted.startswith(_MODULES) or dotted in _VALUES:
        found = getattr(import_module(package), attribute, None)
        if isinstance(found, type) and (dotted in _VALUES or issubclass(found, nn.Module)):
            return found
    raise WeightsError(
        f"{path} would run “{dotted}” when it is opened, which no weights of “{name}” need: "
        "it is refused."
    )


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> YoloDetector:
    """The detector of an ultralytics checkpoint."""
    place = place_for(entry, runtime, batch=0 if runtime.on_gpu else CPU_BATCH)
    network = read_checkpoint(entry.name, files.main)
    return YoloDetector(network, runtime.info, place, picture_of(entry))
