"""Kinds of place, read off the image vectors by a linear head or by prompts.

Prompts follow CLIP's zero-shot recipe (Radford et al. 2021, arXiv:2103.00020): several
phrasings per label, averaged. A head is a linear layer that began as the prompts and was
fitted to pictures whose place is known (``python -m evaluation.scenes_fit``); it is used
only with the very image encoder it was fitted to. The 16 classes of the mission and more,
an open list. When the probabilities are flat, nothing is said.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue, WeightsError
from recognition.engine.types import Floats, Image, NetworkInfo, Reading, TextEncoder

VERSION = "2"

LABELS: dict[str, tuple[str, ...]] = {
    "bathroom": ("a bathroom with a sink and a toilet", "a bathtub or a shower"),
    "beach": ("a sandy beach by the ocean", "people at the beach in the sand"),
    "bedroom": ("a bedroom with a bed", "a bed with pillows"),
    "classroom": ("a classroom with students at desks", "people sitting in a lecture"),
    "field": ("a grassy field", "an open meadow of grass"),
    "forest": ("a forest of trees", "trees in the woods"),
    "highway": ("a highway with cars", "traffic on a motorway"),
    "kitchen": ("a kitchen with a stove", "a kitchen with cabinets and a counter"),
    "lake": ("a lake with calm water", "people at a lake"),
    "library": ("a library with shelves of books", "bookshelves"),
    "lobby": ("a lobby of a hotel", "an entrance hall of a building"),
    "mountain": ("a rocky mountain", "mountains in the distance"),
    "office": ("an office with desks and computers", "people working at computers"),
    "park": ("a park with grass and benches", "a path in a park"),
    "playground": ("a playground with a slide and swings", "children on a playground"),
    "restaurant": ("a restaurant with tables", "people eating at a table in a restaurant"),
    "street": ("a city street", "people walking down the street"),
    "city": ("a city with tall buildings", "skyscrapers and buildings"),
    "shop": ("a store with shelves of goods", "shopping in a supermarket aisle"),
    "living room": ("a living room with a couch", "a sofa and a television"),
    "corridor": ("a long hallway", "a corridor inside a building"),
    "stage": ("a stage with performers", "a concert with lights"),
    "stadium": ("a stadium with a crowd", "a game in a stadium"),
    "gym": ("a gymnasium", "basketball in an indoor gym"),
    "sports field": ("a soccer field with players", "players on a baseball field"),
    "garden": ("a garden with flowers", "flowers and plants"),
    "snow": ("a snowy hill", "skiing in the snow"),
    "glacier": ("a glacier of ice between mountains", "a wall of blue ice"),
    "desert": ("a desert with sand dunes", "dry sand in the desert"),
    "river": ("a river with rocks", "a stream of water"),
    "sea": ("waves in the ocean", "a boat on the sea"),
    "swimming pool": ("a swimming pool", "swimming in a pool"),
    "parking lot": ("a parking lot with parked cars", "cars parked in a lot"),
    "train station": ("a train station platform", "people waiting for a train"),
    "airport": ("an airport terminal", "an airplane at an airport"),
    "workshop": ("a workshop with tools", "a factory with machines"),
    "laboratory": ("a laboratory with equipment", "a lab with scientists"),
    "staircase": ("a staircase", "climbing stairs"),
    "suburb": ("houses in a suburb", "a house with a lawn"),
}
TEMPLATES = ("{}", "a photo of {}", "{} in the background")

INDOORS = ("a room inside a building", "an indoor room with furniture", "inside a house")
OUTDOORS = ("outdoors in the open air", "outside under the sky", "grass and trees outside")

INDOOR_LABELS = frozenset(
    "bathroom bedroom classroom kitchen library lobby office restaurant shop corridor gym"
    " workshop laboratory staircase".split()
) | {"living room"}


@dataclass(frozen=True, slots=True)
class SceneCalibration:
    """Temperatures (inverse: logits are cosine × value) and thresholds of one vector space.

    Fitted by ``python -m evaluation.scenes --fit`` on scenes_train.zip.
    """

    sharpness: float = 18.0
    state_from: float = 0.3
    setting_sharpness: float = 10.0
    setting_from: float = 0.65


@dataclass(frozen=True, slots=True)
class SceneHead:
    """A linear layer: ``weights`` (labels, d) and ``bias`` (labels,), in the order of
    ``LABELS``; its softmax is calibrated as it is."""

    weights: Floats
    bias: Floats


def read_head(path: Path, labels: Sequence[str]) -> SceneHead:
    """A head from its file; ``WeightsError`` when it was fitted to other labels."""
    if tuple(labels) != tuple(LABELS):
        raise WeightsError(f"The scene head {path.name} was fitted to other labels: fit it again.")
    with np.load(path) as stored:
        return SceneHead(stored["weights"].astype(np.float32), stored["bias"].astype(np.float32))


class PromptScenes:
    """A ``SceneReader`` over a ``TextEncoder``, and a head if there is one for the image
    encoder; label vectors are made on first use."""

    def __init__(
        self,
        texts: TextEncoder,
        info: NetworkInfo,
        head: SceneHead | None = None,
        calibration: SceneCalibration | None = None,
    ):
        self.info = info
        self.labels = tuple(LABELS)
        self._texts = texts
        self._head = head
        self._calibration = calibration or SceneCalibration()
        self._lock = threading.Lock()
        self._vectors: Floats | None = None
        self._settings: Floats | None = None

    @property
    def has_head(self) -> bool:
        """Whether a fitted layer is asked instead of the prompts."""
        return self._head is not None

    def read_scenes(self, images: Sequence[Image], vectors: Floats) -> list[list[Reading]]:
        """Per image: scenes, likeliest first (at most 3, none when flat), setting, light."""
        if len(images) != len(vectors):
            raise BadValue(f"{len(images)} images but {len(vectors)} vectors")
        if not len(images):
            return []
        scenes, indoors = self.probabilities(vectors), self.indoors(vectors)
        return [
            self._read(image, row, float(inside))
            for image, row, inside in zip(images, scenes, indoors, strict=True)
        ]

    def probabilities(self, vectors: Floats) -> Floats:
        """Probability (n, labels) of each label for each unit vector (n, d)."""
        rows = unit(vectors)
        if self._head is not None:
            return softmax(rows @ self._head.weights.T + self._head.bias)
        return softmax(rows @ self.prompt_vectors().T * self._calibration.sharpness)

    def prompt_vectors(self) -> Floats:
        """Each label's averaged prompts, unit rows (labels, d)."""
        with self._lock:
            if self._vectors is None:
                self._vectors = np.stack([self._ensemble(p) for p in LABELS.values()])
            return self._vectors

    def indoors(self, vectors: Floats) -> Floats:
        """Probability (n,) that a picture was taken indoors.

        By the labels' own setting; without a head, which knows them well, the mean of
        that and of prompts for in and out.
        """
        inside = np.array([label in INDOOR_LABELS for label in self.labels])
        implied = self.probabilities(vectors)[:, inside].sum(axis=1)
        if self._head is not None:
            return np.asarray(implied, dtype=np.float32)
        logits = unit(vectors) @ self._setting_vectors().T * self._calibration.setting_sharpness
        return np.asarray((softmax(logits)[:, 0] + implied) / 2, dtype=np.float32)

    def _read(self, image: Image, row: Floats, inside: float) -> list[Reading]:
        calibration = self._calibration
        order = np.argsort(-row, kind="stable")[:3]
        readings = [
            Reading("scene", self.labels[int(i)], round(float(row[i]), 3))
            for i in order
            if row[i] >= calibration.state_from
        ]
        if max(inside, 1 - inside) >= calibration.setting_from:
            value = "indoors" if inside > 0.5 else "outdoors"
            readings.append(Reading("setting", value, round(max(inside, 1 - inside), 3)))
        light = read_light(image, inside)
        return [*readings, light] if light else readings

    def _setting_vectors(self) -> Floats:
        with self._lock:
            if self._settings is None:
                self._settings = np.stack([self._ensemble(INDOORS), self._ensemble(OUTDOORS)])
            return self._settings

    def _ensemble(self, phrases: Sequence[str]) -> Floats:
        texts = [template.format(phrase) for phrase in phrases for template in TEMPLATES]
        return unit(self._texts.encode_texts(texts).mean(axis=0))


class SceneClassifier(Protocol):
    """A network that knows a fixed list of places."""

    labels: tuple[str, ...]

    def probabilities(self, images: Sequence[Image]) -> Floats:
        """Shape (n, labels), rows that add up to one."""
        ...


class ClassifierScenes:
    """A ``SceneReader``: a classifier where it is sure, prompts for every other place.

    A classifier has to choose among its own places and takes a street for a highway; from
    ``SURE`` up it goes first, below it is not heard where prompts say anything.
    """

    SURE = 0.6
    """By eye: the classifiers of transformers' format that are meant have not been run here."""

    def __init__(
        self, classifier: SceneClassifier, info: NetworkInfo, prompts: PromptScenes | None = None
    ):
        self.info = info
        others = prompts.labels if prompts else ()
        self.labels = tuple(dict.fromkeys([*classifier.labels, *others]))
        self._classifier, self._prompts = classifier, prompts

    def read_scenes(self, images: Sequence[Image], vectors: Floats) -> list[list[Reading]]:
        """Per image: scenes, likeliest first (at most 3), then setting and light from prompts."""
        if not len(images):
            return []
        table = self._classifier.probabilities(images)
        prompted: list[list[Reading]] = [[] for _ in images]
        if self._prompts is not None:
            prompted = self._prompts.read_scenes(images, vectors)
        return [self._joined(row, said) for row, said in zip(table, prompted, strict=True)]

    def _joined(self, row: Floats, prompted: Sequence[Reading]) -> list[Reading]:
        best = int(row.argmax())
        first = Reading("scene", self._classifier.labels[best], round(float(row[best]), 3))
        places = [r for r in prompted if r.name == "scene"]
        rest = [r for r in prompted if r.name != "scene"]
        if first.confidence >= self.SURE:
            left = 1 - first.confidence
            places = [
                replace(r, confidence=round(min(r.confidence, left), 3))
                for r in places
                if r.value != first.value
            ]
            return [first, *places[:2], *rest]
        return [*places, *rest]


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax of (n, m)."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def read_light(image: Image, inside: float) -> Reading | None:
    """Day or night of a picture that is not surely indoors, from brightness alone.

    Night: most of the picture is dark while lamps may shine. Day: bright, above all in
    the upper third, where the sky is. Between them nothing is said. Levels by eye.
    """
    if inside > 0.6:
        return None
    step = max(1, min(image.shape[:2]) // 64)
    grey = image[::step, ::step].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    median = float(np.median(grey))
    sky = float(np.median(grey[: max(1, len(grey) // 3)]))
    sure = 1.0 - max(inside, 0.0) / 2
    if median < 45 and sky < 60:
        dark = float(np.interp(median, (15, 45), (0.95, 0.6)))
        return Reading("light", "night", round(sure * dark, 3))
    if median > 85 or sky > 130:
        level = max(median, sky * 0.8)
        bright = float(np.interp(level, (85, 150), (0.65, 0.95)))
        return Reading("light", "day", round(sure * bright, 3))
    return None
