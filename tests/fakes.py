"""Networks for tests: deterministic, instant, without weights.

The detector takes large areas of one strong colour for people (upright) or cars (lying); the
encoders are colour histograms, so that what looks alike lies close; texts lie close to pictures
of the colours that they name. ``install`` puts them in the place of the loader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
from scipy import ndimage

from recognition import networks
from recognition.engine.backends.registry import Pair
from recognition.engine.embedding import unit
from recognition.engine.loader import Setup
from recognition.engine.types import (
    Captioner,
    Detections,
    Floats,
    Image,
    NetworkInfo,
    Networks,
    OpenSetDetector,
    Reading,
)

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (220, 30, 30),
    "green": (30, 180, 60),
    "blue": (40, 70, 220),
    "yellow": (230, 210, 40),
    "purple": (140, 40, 160),
    "orange": (240, 130, 20),
    "black": (15, 15, 15),
    "white": (240, 240, 240),
}
DIMENSION = 64
MIN_AREA = 0.002
"""Share of the picture from which a coloured area is an object."""

INFOS = {
    role: NetworkInfo(f"fake {role}", role, f"fake-{role}-1", dimension, "none")
    for role, dimension in {
        "detector": 0,
        "image": DIMENSION,
        "text": DIMENSION,
        "person": DIMENSION,
        "attributes": 0,
        "scene": 0,
    }.items()
}


class FakeDetector:
    """Upright areas of a strong colour are people, lying ones cars."""

    info = INFOS["detector"]
    labels: tuple[str, ...] = ("person", "car")

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> Detections:
        height, width = image.shape[:2]
        spread = image.max(axis=2).astype(int) - image.min(axis=2)
        areas, count = ndimage.label(spread > 90)
        boxes, labels = [], []
        for rows, columns in ndimage.find_objects(areas, count):
            tall, wide = rows.stop - rows.start, columns.stop - columns.start
            if tall * wide < MIN_AREA * height * width:
                continue
            boxes.append(
                (
                    columns.start / width,
                    rows.start / height,
                    columns.stop / width,
                    rows.stop / height,
                )
            )
            labels.append("person" if tall >= wide else "car")
        table = np.array(boxes, dtype=np.float32).reshape(-1, 4)
        return Detections(table, np.full(len(boxes), 0.9, np.float32), tuple(labels))


class FakeImageEncoder:
    """A histogram of colours, 4 × 4 × 4."""

    info = INFOS["image"]

    def encode_images(self, images: Sequence[Image]) -> Floats:
        return unit(np.stack([_histogram(image) for image in images])) if images else _none()


class FakePersonEncoder:
    """The same of the middle of a crop."""

    info = INFOS["person"]

    def encode_people(self, crops: Sequence[Image]) -> Floats:
        return unit(np.stack([_histogram(_middle(c)) for c in crops])) if crops else _none()


class FakeTextEncoder:
    """The histogram of the colours that a text names; grey where it names none."""

    info = INFOS["text"]

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        return unit(np.stack([self._encode(text) for text in texts])) if texts else _none()

    def _encode(self, text: str) -> Floats:
        named = [COLOURS[word] for word in re.findall("[a-z]+", text.lower()) if word in COLOURS]
        pixels = np.array(named or [(128, 128, 128)], dtype=np.uint8)[None]
        return _histogram(pixels)


class FakeAttributes:
    """The nearest colour of the upper and the lower half; red people are women."""

    info = INFOS["attributes"]

    def read(self, crops: Sequence[Image]) -> list[list[Reading]]:
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Image) -> list[Reading]:
        half = crop.shape[0] // 2 or 1
        upper, lower = _nearest(_middle(crop[:half])), _nearest(_middle(crop[half:]))
        gender = "woman" if upper == "red" else "man"
        return [
            Reading("upper_colour", upper, 0.9),
            Reading("lower_colour", lower, 0.8),
            Reading("gender", gender, 0.8),
        ]


class FakeScenes:
    """Bright pictures are a beach outdoors by day, dark ones an office indoors."""

    info = INFOS["scene"]
    labels: tuple[str, ...] = ("beach", "office")

    def read_scenes(self, images: Sequence[Image], vectors: Floats) -> list[list[Reading]]:
        assert len(images) == len(vectors)
        return [self._read(image) for image in images]

    def _read(self, image: Image) -> list[Reading]:
        if image.mean() > 110:
            return [
                Reading("scene", "beach", 0.8),
                Reading("setting", "outdoors", 0.9),
                Reading("light", "day", 0.9),
            ]
        return [Reading("scene", "office", 0.7), Reading("setting", "indoors", 0.8)]


@dataclass(frozen=True)
class FakeResolution:
    """As the loader's ``Resolution``."""

    profile: str = "fake"
    reason: str = "Networks for tests."


class FakeLoader:
    """In the place of ``recognition.engine.loader``. ``versions`` changes fingerprints by role."""

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        self.detector: FakeDetector | None = None
        self.captioner: Captioner | None = None
        self.open_set: OpenSetDetector | None = None

    def load(
        self,
        profile: str,
        *,
        weights_dir: Path | None = None,
        threads: int | None = None,
        setup: Setup | None = None,
    ) -> Networks:
        loaded = self._with_versions(fake_networks(), setup)
        detector = self.detector or loaded.detector
        return replace(loaded, detector=detector, captioner=self.captioner, open_set=self.open_set)

    def load_text_encoder(
        self, profile: str, weights_dir: Path | None = None, setup: Setup | None = None
    ) -> FakeTextEncoder:
        return FakeTextEncoder()

    def load_image_encoder(
        self,
        profile: str,
        weights_dir: Path | None = None,
        *,
        threads: int | None = None,
        setup: Setup | None = None,
    ) -> FakeImageEncoder:
        return FakeImageEncoder()

    def load_pair(
        self,
        name: str,
        weights_dir: Path | None = None,
        *,
        threads: int | None = None,
        setup: Setup | None = None,
    ) -> Pair:
        """The same network as ever; only its fingerprint is another."""
        pair = Pair(FakeImageEncoder(), FakeTextEncoder())
        pair.images.info = replace(INFOS["image"], name=name, fingerprint=f"fake-{name}")
        return pair

    def load_person(
        self,
        name: str,
        weights_dir: Path | None = None,
        *,
        threads: int | None = None,
        setup: Setup | None = None,
    ) -> FakePersonEncoder:
        people = FakePersonEncoder()
        people.info = replace(INFOS["person"], name=name, fingerprint=f"fake-{name}")
        return people

    def describe(
        self, profile: str, weights_dir: Path | None = None, setup: Setup | None = None
    ) -> list[NetworkInfo]:
        more = [one.info for one in (self.captioner, self.open_set) if one is not None]
        return [self._info(info, setup) for info in (*INFOS.values(), *more)]

    def resolve_profile(
        self,
        profile: str,
        weights_dir: Path | None = None,
        overrides: Mapping[str, str] | None = None,
    ) -> FakeResolution:
        return FakeResolution()

    def _info(self, info: NetworkInfo, setup: Setup | None = None) -> NetworkInfo:
        chosen = dict(setup.overrides if setup else ())
        name = chosen.get({"image": "image_text"}.get(info.role, info.role))
        if name:
            return replace(info, name=name, fingerprint=f"fake-{name}")
        return replace(info, fingerprint=self.versions.get(info.role, info.fingerprint))

    def _with_versions(self, loaded: Networks, setup: Setup | None) -> Networks:
        for network in (loaded.detector, loaded.images, loaded.people):
            network.info = self._info(type(network).info, setup)
        return loaded


def fake_networks() -> Networks:
    """One of each."""
    return Networks(
        profile="fake",
        detector=FakeDetector(),
        images=FakeImageEncoder(),
        texts=FakeTextEncoder(),
        people=FakePersonEncoder(),
        attributes=FakeAttributes(),
        scenes=FakeScenes(),
    )


@contextmanager
def install() -> Iterator[FakeLoader]:
    """Use these networks everywhere while the block lasts."""
    loader = FakeLoader()
    with mock.patch.object(networks, "loader", loader):
        yield loader


def _histogram(image: Image) -> Floats:
    """Shares of 4 × 4 × 4 cells of RGB, softened by square roots: (64,)."""
    step = max(1, min(image.shape[:2]) // 48)
    cells = (image[::step, ::step].reshape(-1, 3) // 64).astype(np.int64) @ np.array([16, 4, 1])
    counts = np.bincount(cells, minlength=DIMENSION).astype(np.float32)
    return np.asarray(np.sqrt(counts / max(1.0, float(counts.sum()))), dtype=np.float32)


def _middle(crop: Image) -> Image:
    height, width = crop.shape[:2]
    cut = crop[height // 5 : height - height // 5, width // 5 : width - width // 5]
    return cut if cut.size else crop


def _nearest(crop: Image) -> str:
    mean = crop.reshape(-1, 3).mean(axis=0)
    return min(COLOURS, key=lambda name: float(np.abs(mean - np.array(COLOURS[name])).sum()))


def _none() -> Floats:
    return np.zeros((0, DIMENSION), dtype=np.float32)
