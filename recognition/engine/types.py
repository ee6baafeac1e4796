"""Values that the engine takes and gives.

Conventions: images are RGB ``uint8`` arrays of shape (height, width, 3); boxes are
``xyxy`` and normalised to 0–1 of the picture's width and height (``xyxy_norm``);
``confidence`` is a network's output in 0–1; vectors are float32 and of unit length;
time is an integer ``pts`` in the asset's time base, ``end`` exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from recognition.engine.errors import BadValue

Image: TypeAlias = npt.NDArray[np.uint8]
"""RGB, (height, width, 3)."""
Floats: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Detections:
    """What a detector saw in one picture.

    ``xyxy_norm``: float32 (n, 4) in 0–1; ``confidence``: float32 (n,) in 0–1;
    ``labels``: n names, each one of the detector's ``labels``.
    """

    xyxy_norm: Floats
    confidence: Floats
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.xyxy_norm.shape != (n, 4) or self.confidence.shape != (n,):
            raise BadValue(
                f"expected {n} boxes of shape ({n}, 4) and {n} confidences, got "
                f"{self.xyxy_norm.shape} and {self.confidence.shape}"
            )

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class Tracklet:
    """One object followed within one shot.

    ``pts``: int64 (k,) rising, where it was *detected*; ``xyxy_norm``: float32 (k, 4);
    ``confidence``: float32 (k,). Between two pts the box is interpolated linearly.
    """

    label: str
    pts: Ints
    xyxy_norm: Floats
    confidence: Floats

    def __post_init__(self) -> None:
        k = len(self.pts)
        if k == 0 or self.xyxy_norm.shape != (k, 4) or self.confidence.shape != (k,):
            raise BadValue(
                f"a tracklet needs at least one box and equal lengths, got {self.pts.shape}, "
                f"{self.xyxy_norm.shape}, {self.confidence.shape}"
            )


@dataclass(frozen=True, slots=True)
class Reading:
    """One attribute read off a crop: name, value and confidence in 0–1.

    Names and values are data, e.g. ``("upper_colour", "red", .8)``,
    ``("gender", "woman", .7)``, ``("bag", "backpack", .6)``.
    """

    name: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """Which weights are at work in one role.

    ``fingerprint`` changes whenever the outputs may change: it is part of a stage's
    fingerprint, and vectors of different fingerprints are never compared.
    """

    name: str
    role: str
    fingerprint: str
    dimension: int = 0
    licence: str = ""
    detail: dict[str, str] = field(default_factory=dict)


class Detector(Protocol):
    """Finds objects in pictures."""

    info: NetworkInfo
    labels: tuple[str, ...]

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """One ``Detections`` per image, boxes after non-maximum suppression."""
        ...


@runtime_checkable
class SizedDetector(Protocol):
    """A ``Detector`` that says at which size it reads a picture, so that none is made larger."""

    def content_px(self, picture_px: tuple[int, int]) -> tuple[int, int]:
        """The (width, height) to which a picture of ``picture_px`` is brought before detection."""
        ...


class ImageEncoder(Protocol):
    """Turns pictures (keyframes or crops) into vectors of the joint image-text space."""

    info: NetworkInfo

    def encode_images(self, images: Sequence[Image]) -> Floats:
        """Shape (n, dimension), float32, unit rows; n may be 0."""
        ...


class TextEncoder(Protocol):
    """Turns words into vectors of the same space as the ``ImageEncoder``."""

    info: NetworkInfo

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        """Shape (n, dimension), float32, unit rows; n may be 0."""
        ...


class PersonEncoder(Protocol):
    """Turns person crops into vectors in which the same person lies close (cosine)."""

    info: NetworkInfo

    def encode_people(self, crops: Sequence[Image]) -> Floats:
        """Shape (n, dimension), float32, unit rows; n may be 0."""
        ...


class AttributeReader(Protocol):
    """Reads attributes (clothing colours, garments, …) off person crops."""

    info: NetworkInfo

    def read(self, crops: Sequence[Image]) -> list[list[Reading]]:
        """One list of readings per crop; an attribute that cannot be told is left out."""
        ...


class SceneReader(Protocol):
    """Names the kind of place in keyframes."""

    info: NetworkInfo
    labels: tuple[str, ...]

    def read_scenes(self, images: Sequence[Image], vectors: Floats) -> list[list[Reading]]:
        """Per image, ``Reading('scene', label, p)`` most likely first, then 'setting'
        (indoors/outdoors) and 'light' (day/night) where they can be told.
        ``vectors``: (n, d), the images' own from the ``ImageEncoder``."""
        ...


class OpenSetDetector(Protocol):
    """Finds in pictures what words name, whatever the words."""

    info: NetworkInfo

    def find(self, images: Sequence[Image], words: Sequence[str]) -> list[Detections]:
        """One ``Detections`` per image; every label is one of ``words``."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """What a captioner is asked about one picture: a prompt, and after an answer that was not
    taken that answer and a complaint."""

    image: Image
    prompt: str
    answer: str = ""
    complaint: str = ""


class Captioner(Protocol):
    """Answers prompts about pictures in words (``engine.captioning`` checks the answers)."""

    info: NetworkInfo

    def answer(self, turns: Sequence[Turn]) -> list[str]:
        """One answer per turn, as the network wrote it."""
        ...


@dataclass(frozen=True, slots=True)
class Networks:
    """Everything that one profile brings, ready to run."""

    profile: str
    detector: Detector
    images: ImageEncoder
    texts: TextEncoder
    people: PersonEncoder
    attributes: AttributeReader
    scenes: SceneReader
    open_set: OpenSetDetector | None = None
    captioner: Captioner | None = None
