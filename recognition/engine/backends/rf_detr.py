"""Detection transformers of transformers' own format: RF-DETR (Robinson et al. 2025), RT-DETR, …

A folder with ``config.json``, ``preprocessor_config.json`` and safetensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engine.backends.on_torch import (
    Place,
    as_floats,
    opening,
    place_for,
    running,
    split,
    whole_network,
)
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.backends.yolo import MIN_CONFIDENCE, PLAIN_LABELS
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime
from recognition.engine.types import Detections, Image, NetworkInfo

VERSION = "1"


class TransformerDetector:
    """A ``Detector``."""

    def __init__(self, network: Any, processor: Any, info: NetworkInfo, place: Place) -> None:
        self.info = info
        names: dict[int, str] = {int(k): str(v) for k, v in network.config.id2label.items()}
        self._names = {key: PLAIN_LABELS.get(name, name) for key, name in names.items()}
        self.labels = tuple(dict.fromkeys(self._names.values()))
        self._place, self._processor = place, processor
        self._network: Any = network.to(place.device, place.dtype).eval()

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """One ``Detections`` per RGB picture, confidence at least ``MIN_CONFIDENCE``."""
        return split(images, self._place.batch, self._detect)

    def _detect(self, images: Sequence[Image]) -> list[Detections]:
        with running(self.info.name):
            inputs = self._processor(images=list(images), return_tensors="pt")
            pixels = inputs["pixel_values"].to(self._place.device, self._place.dtype)
            given = {"pixel_mask": inputs["pixel_mask"]} if "pixel_mask" in inputs else {}
            masks = {key: value.to(self._place.device) for key, value in given.items()}
            out = self._network(pixel_values=pixels, **masks)
            found = self._processor.post_process_object_detection(
                out, threshold=MIN_CONFIDENCE, target_sizes=[(1, 1)] * len(images)
            )
        return [self._read(one) for one in found]

    def _read(self, one: dict[str, Any]) -> Detections:
        boxes = np.clip(as_floats(one["boxes"]).reshape(-1, 4), 0, 1)
        labels = tuple(self._names[int(i)] for i in one["labels"])
        return Detections(boxes, as_floats(one["scores"]), labels)


def read_folder(name: str, folder: Path) -> tuple[Any, Any]:
    """Network and processor from a folder."""
    with opening(name, folder):
        from transformers import AutoImageProcessor, AutoModelForObjectDetection

        network = whole_network(AutoModelForObjectDetection, name, folder, use_safetensors=True)
        return network, AutoImageProcessor.from_pretrained(folder, local_files_only=True)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> TransformerDetector:
    """The detector of a folder."""
    place = place_for(entry, runtime)
    return TransformerDetector(*read_folder(entry.name, files.folder), runtime.info, place)
