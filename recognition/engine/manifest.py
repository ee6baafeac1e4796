"""Manifests: which weights there are, as data.

``builtin/manifest.json`` lists what this project trained and ships; ``light.json`` lists
others' weights that a user pulls. Each entry carries role, files with checksums, licence
and the preprocessing that its network was trained with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.geometry import Align, FitMode

BUILTIN_DIR = Path(__file__).parent / "builtin"
BUILTIN_MANIFEST = BUILTIN_DIR / "manifest.json"
HEADS_DIR = Path(__file__).parent / "heads"
HEADS_MANIFEST = HEADS_DIR / "manifest.json"
LIGHT_MANIFEST = Path(__file__).parent / "light.json"


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file: its path inside the weights folder, checksum, size and first home."""

    path: str
    sha256: str
    bytes: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What is done to a picture before a network sees it: ``(pixel * scale - mean) / std``.

    Pixels are 0–255. ``resize`` squashes, or letterboxes with bars of ``pad``.
    """

    width: int
    height: int
    resize: FitMode = "squash"
    pad: int = 114
    align: Align = "center"
    color: Literal["rgb", "bgr"] = "rgb"
    scale: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    layout: Literal["nchw", "nhwc"] = "nchw"
    dtype: Literal["float32", "uint8"] = "float32"


@dataclass(frozen=True, slots=True)
class TextPreprocessing:
    """What is done to words before a text tower sees them."""

    tokenizer: str = "vocab.txt"
    lowercase: bool = True
    max_tokens: int = 32


@dataclass(frozen=True, slots=True)
class WeightsEntry:
    """One network of a manifest."""

    name: str
    role: str
    main: WeightsFile
    others: tuple[WeightsFile, ...]
    licence: str
    source: str
    backend: str
    dimension: int
    space: str
    picture: Preprocessing | None
    text: TextPreprocessing | None
    labels: tuple[str, ...]
    card: str
    raw: Mapping[str, Any]

    @property
    def files(self) -> tuple[WeightsFile, ...]:
        """All files, the main one first."""
        return (self.main, *self.others)

    @property
    def bytes(self) -> int:
        """Size of all files, as far as the manifest says."""
        return sum(file.bytes for file in self.files)

    @property
    def calibration(self) -> Mapping[str, float]:
        """What was measured of the outputs on pictures kept apart; the card says how.

        Detectors: ``four_in_five_right_from``, the confidence from which four of five people are
        right. Person networks: ``same_person``, the mean cosine from which two groups of tracks
        are one person.
        """
        return dict(self.raw.get("calibration", {}))

    @property
    def fingerprint(self) -> str:
        """Digest of every checksum, preprocessing and calibration: what outputs depend on."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(file.sha256.encode())
        digest.update(json.dumps(self.raw.get("preprocessing", {}), sort_keys=True).encode())
        digest.update("\n".join(self.labels).encode())
        digest.update("\n".join(self.raw.get("told_labels", ())).encode())
        if self.calibration:
            digest.update(json.dumps(dict(self.calibration), sort_keys=True).encode())
        return digest.hexdigest()[:16]


def read_manifest(path: Path) -> tuple[WeightsEntry, ...]:
    """The entries of a manifest file; ``WeightsMissing`` or ``WeightsError`` if unreadable."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_entry(item) for item in data["weights"])
    except FileNotFoundError as error:
        raise WeightsMissing(f"The weights manifest {path} is missing.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"The weights manifest {path} cannot be read: {error!r}.") from error


def builtin_weights() -> tuple[WeightsEntry, ...]:
    """What ships with the project."""
    return read_manifest(BUILTIN_MANIFEST)


def light_weights() -> tuple[WeightsEntry, ...]:
    """Others' weights that the profile ``light`` pulls."""
    return read_manifest(LIGHT_MANIFEST)


def head_weights() -> tuple[WeightsEntry, ...]:
    """Small layers of this project's own over the encoders' vectors; none before any is fit."""
    return read_manifest(HEADS_MANIFEST) if HEADS_MANIFEST.is_file() else ()


def by_role(entries: tuple[WeightsEntry, ...], role: str) -> WeightsEntry:
    """The entry of a role; ``WeightsMissing`` when the manifest has none."""
    for entry in entries:
        if entry.role == role:
            return entry
    raise WeightsMissing(f"No weights for the role “{role}” are listed in the manifest.")


def has_role(entries: tuple[WeightsEntry, ...], role: str) -> bool:
    """Whether the manifest lists weights for a role."""
    return any(entry.role == role for entry in entries)


def _entry(item: Mapping[str, Any]) -> WeightsEntry:
    spec = item.get("preprocessing") or {}
    return WeightsEntry(
        name=str(item["name"]),
        role=str(item["role"]),
        main=WeightsFile(
            str(item["file"]), str(item["sha256"]), int(item.get("bytes", 0)), item.get("url", "")
        ),
        others=tuple(_other(path, value) for path, value in (item.get("files") or {}).items()),
        licence=str(item.get("licence", "")),
        source=str(item.get("source", "")),
        backend=str(item.get("backend", "builtin")),
        dimension=int(item.get("dimension") or 0),
        space=str(item.get("space") or ""),
        picture=_picture(spec) if "width" in spec else None,
        text=_text(spec) if "tokenizer" in spec else None,
        labels=tuple(item.get("labels") or ()),
        card=str(item.get("card") or ""),
        raw=item,
    )


def _other(path: str, value: str | Mapping[str, Any]) -> WeightsFile:
    if isinstance(value, str):
        return WeightsFile(path, value)
    return WeightsFile(path, str(value["sha256"]), int(value.get("bytes", 0)), value.get("url", ""))


def _picture(spec: Mapping[str, Any]) -> Preprocessing:
    known = {key: spec[key] for key in Preprocessing.__dataclass_fields__ if key in spec}
    for key in ("mean", "std"):
        if key in known:
            first, second, third = known[key]
            known[key] = (float(first), float(second), float(third))
    if known.get("align") == "centre":
        known["align"] = "center"
    return Preprocessing(**known)


def _text(spec: Mapping[str, Any]) -> TextPreprocessing:
    known = {key: spec[key] for key in TextPreprocessing.__dataclass_fields__ if key in spec}
    return TextPreprocessing(**known)
