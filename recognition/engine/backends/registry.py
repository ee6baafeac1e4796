"""Families of networks: which module opens which entry, and what it needs.

Each family is a module of this package with

    VERSION: str       # raised when its code changes what comes out of the same weights
    def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> object

which gives an object of the entry's role: ``Detector``, ``OpenSetDetector``, ``PersonEncoder``,
``SceneReader``, ``Captioner``, ``BinaryNetwork`` (attributes), or for ``image_text`` a ``Pair``.
A family may also have ``open_texts(entry, files, runtime) -> TextEncoder``: the text tower alone,
for the web process. Vendors are imported inside functions only, so that describing networks loads
none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from recognition.engine.errors import WeightsError
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime
from recognition.engine.types import ImageEncoder, TextEncoder
from recognition.engine.weights import verify


@dataclass(frozen=True, slots=True)
class Family:
    """The packages that a family needs, and whether it can run on a GPU."""

    packages: tuple[str, ...] = ()
    on_gpu: bool = False


FAMILIES: Mapping[str, Family] = {
    "builtin": Family(("onnxruntime",)),
    "yolox": Family(("onnxruntime",)),
    "openvino": Family(("openvino",)),
    "yolo": Family(("torch", "ultralytics"), on_gpu=True),
    "rf_detr": Family(("torch", "transformers"), on_gpu=True),
    "grounding_dino": Family(("torch", "transformers"), on_gpu=True),
    "vit_reid": Family(("torch",), on_gpu=True),
    "osnet": Family(("torch",), on_gpu=True),
    "openclip": Family(("torch", "open_clip"), on_gpu=True),
    "vit_scenes": Family(("torch", "transformers"), on_gpu=True),
    "llava": Family(("torch", "transformers"), on_gpu=True),
    "chat_server": Family(),
}


@dataclass(frozen=True, slots=True)
class WeightsFiles:
    """Verified files of one entry. ``folder``: the one in which the main file lies (for hub
    entries the repository's root); ``paths``: name within it → path."""

    main: Path
    paths: Mapping[str, Path]

    @property
    def folder(self) -> Path:
        """Where ``from_pretrained`` and the like find everything."""
        return self.main.parent


@dataclass(frozen=True, slots=True)
class Pair:
    """What a family gives for ``image_text``: both towers of one joint space."""

    images: ImageEncoder
    texts: TextEncoder


def open_network(entry: WeightsEntry, folder: Path | None, runtime: Runtime) -> Any:
    """An entry's network, from verified files. Raises ``WeightsError`` with one sentence."""
    module = family_module(entry)
    return module.open_network(entry, files_of(entry, folder), runtime)


def open_texts(entry: WeightsEntry, folder: Path | None, runtime: Runtime) -> TextEncoder:
    """The text tower of an ``image_text`` entry, alone where the family can do that."""
    module = family_module(entry)
    alone = getattr(module, "open_texts", None)
    files = files_of(entry, folder)
    texts: TextEncoder = (
        alone(entry, files, runtime) if alone else module.open_network(entry, files, runtime).texts
    )
    return texts


def family_module(entry: WeightsEntry, *, to_run: bool = True) -> Any:
    """The module of an entry's family; ``to_run``: what it needs must be installed."""
    family = FAMILIES.get(entry.backend)
    name = f"{__package__}.{entry.backend}"
    if family is None or find_spec(name) is None:
        raise WeightsError(
            f"“{entry.name}” needs the backend “{entry.backend}”, which is not here."
        )
    if to_run:
        missing = [package for package in family.packages if find_spec(package) is None]
        if missing:
            raise WeightsError(
                f"“{entry.name}” needs {', '.join(missing)}: pip install 'everyid[models]'."
            )
    return import_module(name)


def version_of(entry: WeightsEntry) -> str:
    """The version of the code that runs an entry."""
    return f"{entry.backend}-{family_module(entry, to_run=False).VERSION}"


def runs_on_gpu(entry: WeightsEntry) -> bool:
    """Whether an entry's family can use a GPU."""
    family = FAMILIES.get(entry.backend)
    return family is not None and family.on_gpu


def files_of(entry: WeightsEntry, folder: Path | None) -> WeightsFiles:
    """An entry's files, each verified; of a server there are none."""
    if not entry.files:
        return WeightsFiles(Path(), {})
    if folder is None:
        raise WeightsError(f"“{entry.name}” needs a folder of pulled weights.")
    main = verify(entry, folder)
    root = main.parent
    paths = {
        file.path: folder / file.path
        for file in entry.files
        if not (folder / file.path).is_relative_to(root)
    }
    inside = {
        (folder / file.path).relative_to(root).as_posix(): folder / file.path
        for file in entry.files
        if (folder / file.path).is_relative_to(root)
    }
    return WeightsFiles(main, {**paths, **inside})
