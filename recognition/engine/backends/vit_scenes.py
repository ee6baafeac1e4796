"""Scene classifiers of transformers' image classification format, such as EveryScene (ViT).

A folder with ``config.json`` (which has the labels), ``preprocessor_config.json`` and weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
from recognition.engine.errors import WeightsError
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime, check_image, rows_or_none
from recognition.engine.scenes import ClassifierScenes, PromptScenes
from recognition.engine.types import Floats, Image, NetworkInfo

VERSION = "1"
SIXTEEN = (
    "bathroom", "beach", "bedroom", "classroom", "field", "forest", "highway", "kitchen",
    "lake", "library", "lobby", "mountain", "office", "park", "playground", "restaurant",
)  # fmt: skip
"""EveryScene's classes in the order of its folders, for a config without names."""


class VitScenes:
    """A ``SceneClassifier``: probabilities of its labels for pictures."""

    def __init__(self, network: Any, processor: Any, info: NetworkInfo, place: Place) -> None:
        self.info = info
        self.labels = labels_of(network.config.id2label, info.name)
        self._place, self._processor = place, processor
        self._network: Any = network.to(place.device, place.dtype).eval()

    def probabilities(self, images: Sequence[Image]) -> Floats:
        """Shape (n, labels), rows that add up to one."""
        for image in images:
            check_image(image)
        rows = split(images, self._place.batch, self._run)
        return rows_or_none(rows, len(self.labels))

    def _run(self, images: Sequence[Image]) -> list[Floats]:
        with running(self.info.name):
            inputs = self._processor(images=list(images), return_tensors="pt")
            pixels = inputs["pixel_values"].to(self._place.device, self._place.dtype)
            return [as_floats(self._network(pixel_values=pixels).logits.float().softmax(dim=-1))]


def labels_of(id2label: dict[Any, str], name: str) -> tuple[str, ...]:
    """The labels in order, in lower case with spaces; ``WeightsError`` for nameless ones, unless
    they are sixteen."""
    ordered = [str(id2label[key]) for key in sorted(id2label, key=int)]
    if all(label.upper().startswith("LABEL_") for label in ordered):
        if len(ordered) == len(SIXTEEN):
            return SIXTEEN
        raise WeightsError(
            f"The configuration of “{name}” does not name its {len(ordered)} scenes."
        )
    return tuple(" ".join(label.replace("_", " ").lower().split()) for label in ordered)


def read_folder(name: str, folder: Path) -> tuple[Any, Any]:
    """Network and processor from a folder."""
    with opening(name, folder):
        from transformers import AutoImageProcessor, AutoModelForImageClassification

        network = whole_network(AutoModelForImageClassification, name, folder)
        return network, AutoImageProcessor.from_pretrained(folder, local_files_only=True)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> ClassifierScenes:
    """A scene reader: the classifier, and prompts to the pair at work for every other place."""
    place = place_for(entry, runtime)
    classifier = VitScenes(*read_folder(entry.name, files.folder), runtime.info, place)
    prompts = PromptScenes(runtime.texts, runtime.info) if runtime.texts else None
    return ClassifierScenes(classifier, runtime.info, prompts)
