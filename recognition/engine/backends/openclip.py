"""Image-text pairs of open_clip, any architecture of it: SigLIP 2, PE-Core, CLIP, …

A folder as its authors hand it out: ``open_clip_config.json`` with the architecture and
preprocessing, ``open_clip_model.safetensors``, and the tokenizer's files where it is not
open_clip's own. Nothing is fetched.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image as PillowImage

from recognition.engine.backends.on_torch import (
    Place,
    as_floats,
    opening,
    place_for,
    running,
    split,
)
from recognition.engine.backends.registry import Pair, WeightsFiles
from recognition.engine.embedding import unit
from recognition.engine.errors import WeightsError
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime, check_image, rows_or_none, shared
from recognition.engine.types import Floats, Image, NetworkInfo

VERSION = "1"


class OpenClipTower:
    """A network of open_clip with its preprocessing and tokenizer; both encoders share it."""

    def __init__(self, name: str, network: Any, prepare: Any, tokenizer: Any, place: Place) -> None:
        self.name = name
        self.place = place
        self._prepare, self._tokenizer = prepare, tokenizer
        self._network: Any = network.to(place.device, place.dtype).eval()
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """How many numbers its vectors have."""
        return int(self._of_texts(["a"])[0].shape[1])

    def images(self, images: Sequence[Image], dimension: int) -> Floats:
        """Unit rows (n, dimension) of RGB pictures."""
        for image in images:
            check_image(image)
        rows = split(images, self.place.batch, self._of_images)
        return unit(rows_or_none(rows, dimension))

    def texts(self, texts: Sequence[str], dimension: int) -> Floats:
        """Unit rows (n, dimension) of texts."""
        rows = split(list(texts), self.place.batch * 2, self._of_texts)
        return unit(rows_or_none(rows, dimension))

    def _of_images(self, images: Sequence[Image]) -> list[Floats]:
        import torch

        batch = torch.stack([self._prepare(PillowImage.fromarray(image)) for image in images])
        with self._lock, running(self.name):
            return [as_floats(self._network.encode_image(self._placed(batch)))]

    def _of_texts(self, texts: Sequence[str]) -> list[Floats]:
        with self._lock, running(self.name):
            tokens = self._tokenizer([text.replace("\x00", " ") for text in texts])
            return [as_floats(self._network.encode_text(tokens.to(self.place.device)))]

    def _placed(self, batch: Any) -> Any:
        return batch.to(self.place.device, self.place.dtype)


class OpenClipImages:
    """The ``ImageEncoder``."""

    def __init__(self, tower: OpenClipTower, info: NetworkInfo) -> None:
        self.info = info
        self._tower = tower

    def encode_images(self, images: Sequence[Image]) -> Floats:
        """Unit rows (n, dimension) of RGB pictures of any size."""
        return self._tower.images(images, self.info.dimension)


class OpenClipTexts:
    """The ``TextEncoder`` of the same space."""

    def __init__(self, tower: OpenClipTower, info: NetworkInfo) -> None:
        self.info = info
        self._tower = tower

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows (n, dimension)."""
        return self._tower.texts(texts, self.info.dimension)


def read_folder(name: str, folder: Path, place: Place) -> OpenClipTower:
    """A tower from its folder. ``WeightsError`` for what cannot be read."""
    with opening(name, folder):
        import open_clip

        network, prepare = open_clip.create_model_from_pretrained(f"local-dir:{folder}")
        tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    return OpenClipTower(name, network, prepare, tokenizer, place)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> Pair:
    """Both towers, which share one network in this process."""
    tower = _tower(entry, files, runtime)
    found = tower.dimension
    if found != runtime.info.dimension:
        raise WeightsError(
            f"The vectors of “{entry.name}” have {found} numbers, the manifest says "
            f"{runtime.info.dimension}."
        )
    texts = replace(runtime.info, role="text")
    return Pair(OpenClipImages(tower, runtime.info), OpenClipTexts(tower, texts))


def open_texts(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> OpenClipTexts:
    """The text tower. Its network comes whole: open_clip has no half of a folder."""
    return OpenClipTexts(_tower(entry, files, runtime), runtime.info)


def _tower(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> OpenClipTower:
    place = place_for(entry, runtime)
    key = ("openclip", str(files.folder.absolute()), entry.fingerprint, place.device)
    return shared(key, lambda: read_folder(entry.name, files.folder, place))
