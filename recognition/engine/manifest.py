"""Manifests: which weights there are, as data.

``builtin/manifest.json`` lists what this project trained and ships; ``light.json`` and
``networks.json`` list others' weights that a user pulls. Each entry carries role, family of
code (``backend``), files, licence and the preprocessing that its network was trained with.

Where others publish without a checksum, the manifest has none: it is recorded when the file is
first pulled (``weights.lock.json``) and holds ever after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.geometry import Align, FitMode

BUILTIN_DIR = Path(__file__).parent / "builtin"
BUILTIN_MANIFEST = BUILTIN_DIR / "manifest.json"
HEADS_DIR = Path(__file__).parent / "heads"
HEADS_MANIFEST = HEADS_DIR / "manifest.json"
LIGHT_MANIFEST = Path(__file__).parent / "light.json"
NETWORKS_MANIFEST = Path(__file__).parent / "networks.json"
CAREFUL_TERMS = frozenset({"agpl", "non-commercial", "research", "restricted", "unstated"})
"""Terms that a pull must agree to by name: they bind whoever uses the network."""

Kind: TypeAlias = Literal["file", "url", "hub", "mirror", "server"]
"""``file``: ships, or has addresses of its own. ``url``: one address. ``hub``: a repository of the
Hugging Face hub. ``mirror``: to be had from a mirror alone. ``server``: nothing to pull."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file: its path inside the weights folder, checksum, size and first home.

    ``sha256`` is empty until it is recorded. ``alternatives``: paths that are tried in turn where
    ``path`` is not to be had; ``….index.json`` names the shards of a large network.
    """

    path: str
    sha256: str
    bytes: int = 0
    url: str = ""
    is_optional: bool = False
    alternatives: tuple[str, ...] = ()


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
    kind: Kind = "file"
    repo: str = ""
    revision: str = ""
    is_gated: bool = False
    terms: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[WeightsFile, ...]:
        """All files, the main one first; none of a server."""
        return (self.main, *self.others) if self.main.path else ()

    @property
    def is_locked(self) -> bool:
        """Whether every file's checksum is known, so that the entry can be verified."""
        return all(file.sha256 for file in self.files)

    @property
    def is_careful(self) -> bool:
        """Whether its terms must be agreed to by name (AGPL, research only, …)."""
        return bool(CAREFUL_TERMS & set(self.terms))

    @property
    def bytes(self) -> int:
        """Size of all files, as far as the manifest says."""
        return sum(file.bytes for file in self.files) or int(self.raw.get("bytes") or 0)

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


_own: Path | None = None


def read_manifest(path: Path) -> tuple[WeightsEntry, ...]:
    """The entries of a manifest file; ``WeightsMissing`` or ``WeightsError`` if unreadable.

    A file that has not changed is not read again: this is asked with every query.
    """
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except FileNotFoundError as error:
        raise WeightsMissing(f"The weights manifest {path} is missing.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"The weights manifest {path} cannot be read: {error!r}.") from error


@lru_cache(maxsize=32)
def _read(path: Path, mtime_ns: int, size: int) -> tuple[WeightsEntry, ...]:
    data = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_entry(item) for item in data["weights"])


def builtin_weights() -> tuple[WeightsEntry, ...]:
    """What ships with the project."""
    return read_manifest(BUILTIN_MANIFEST)


def light_weights() -> tuple[WeightsEntry, ...]:
    """Others' weights that the profile ``light`` pulls."""
    return read_manifest(LIGHT_MANIFEST)


def network_weights() -> tuple[WeightsEntry, ...]:
    """Others' weights of ``standard``, ``full`` and the overrides per role, a deployer's own first:
    one of theirs stands in the place of one of the same name."""
    own = read_manifest(_own) if _own is not None else ()
    named = {entry.name for entry in own}
    return (*own, *(e for e in read_manifest(NETWORKS_MANIFEST) if e.name not in named))


def use_own(path: Path | None) -> None:
    """Take a deployer's own manifest into account in this process; None: no longer."""
    global _own
    _own = path


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


def by_name(entries: Iterable[WeightsEntry], name: str) -> WeightsEntry:
    """The entry of a name; ``WeightsMissing`` when no manifest has it."""
    for entry in entries:
        if entry.name == name:
            return entry
    raise WeightsMissing(f"No weights are called “{name}”: see `manage.py weights list`.")


def _entry(item: Mapping[str, Any]) -> WeightsEntry:
    spec = item.get("preprocessing") or {}
    kind: Kind = item.get("kind", "file")
    prefix = f"{item['repo']}/" if kind == "hub" else ""
    return WeightsEntry(
        name=str(item["name"]),
        role=str(item["role"]),
        main=_main(item, prefix) if kind == "file" else _main({"sha256": "", **item}, prefix),
        others=_others(item, prefix),
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
        kind=kind,
        repo=str(item.get("repo") or ""),
        revision=str(item.get("revision") or ""),
        is_gated=bool(item.get("gated", False)),
        terms=tuple(item.get("terms") or ()),
    )


def _main(item: Mapping[str, Any], prefix: str) -> WeightsFile:
    path = str(item["file"])
    size = 0 if prefix else int(item.get("bytes", 0))  # a hub entry's bytes are those of all files
    return WeightsFile(
        prefix + path if path else "",
        str(item["sha256"]),
        size,
        item.get("url", ""),
        alternatives=_alternatives(item, path, prefix),
    )


def _alternatives(item: Mapping[str, Any], path: str, prefix: str) -> tuple[str, ...]:
    return tuple(prefix + other for other in (item.get("alternatives") or {}).get(path, ()))


def _others(item: Mapping[str, Any], prefix: str) -> tuple[WeightsFile, ...]:
    given = item.get("files") or {}
    if isinstance(given, Mapping):
        return tuple(_other(path, value) for path, value in given.items())
    files = [{"path": one} if isinstance(one, str) else one for one in given]
    return tuple(
        WeightsFile(
            prefix + str(file["path"]),
            str(file.get("sha256", "")),
            int(file.get("bytes", 0)),
            is_optional=bool(file.get("optional", False)),
            alternatives=_alternatives(item, str(file["path"]), prefix),
        )
        for file in files
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
