"""Pictures and arguments that the evaluations of networks share: folders or zip files."""

from __future__ import annotations

import argparse
import io
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Self

import numpy as np
from PIL import Image as PillowImage

from everyid_site.env import environment
from recognition.engine.errors import EngineError
from recognition.engine.loader import Setup, load, load_person_encoder
from recognition.engine.manifest import use_own
from recognition.engine.profiles import PROFILES, ROLES
from recognition.engine.types import Image, Networks, PersonEncoder

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


class Pictures:
    """The pictures under a folder or in a zip file, by their path in it.

    ``path`` may go on inside a zip file: ``scenes.zip/intel``.
    """

    def __init__(self, path: Path):
        self._root, self._inside, self._zip = path, "", None
        for parent in (path, *path.parents):
            if parent.suffix == ".zip" and parent.is_file():
                self._zip = zipfile.ZipFile(parent)
                self._inside = path.relative_to(parent).as_posix()
                break
        if self._zip is None and not path.is_dir():
            raise SystemExit(f"There is no folder or zip file {path}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip is not None:
            self._zip.close()

    @property
    def names(self) -> list[str]:
        """Paths of all pictures, sorted."""
        if self._zip is None:
            files = (p.relative_to(self._root) for p in self._root.rglob("*") if p.is_file())
            found = [p.as_posix() for p in files]
        else:
            prefix = "" if self._inside == "." else self._inside + "/"
            names = [n for n in self._zip.namelist() if n.startswith(prefix)]
            found = [n[len(prefix) :] for n in names]
        hidden = {n for n in found if any(p.startswith(".") for p in PurePosixPath(n).parts)}
        return sorted(n for n in found if n.lower().endswith(ENDINGS) and n not in hidden)

    def read_bytes(self, name: str) -> bytes:
        """The bytes of any file by its path."""
        if self._zip is None:
            return (self._root / name).read_bytes()
        return self._zip.read(name if self._inside == "." else f"{self._inside}/{name}")

    def read(self, name: str) -> Image:
        """One picture as RGB uint8."""
        with PillowImage.open(io.BytesIO(self.read_bytes(name))) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.uint8)

    def batches(self, names: Sequence[str], size: int = 64) -> Iterator[list[Image]]:
        """Pictures in the order of ``names``, ``size`` at a time."""
        for start in range(0, len(names), size):
            yield [self.read(name) for name in names[start : start + size]]


def make_parser(about: str | None, data: str, *, role: str = "") -> argparse.ArgumentParser:
    """A parser with what every evaluation takes; ``data`` names the option for pictures.

    ``role``: the one that is evaluated; ``--encoder NAME`` puts another network there.
    """
    parser = argparse.ArgumentParser(description=about)
    if data:
        parser.add_argument(data, type=Path, required=True, help="a folder or zip file")
    parser.add_argument("--profile", default="builtin", choices=PROFILES)
    parser.add_argument(
        "--network",
        action="append",
        default=[],
        type=_role_and_name,
        metavar="ROLE=NAME",
        help=f"another network in a role ({', '.join(ROLES)}); may be given again",
    )
    if role:
        parser.add_argument(
            "--encoder",
            dest="network",
            action="append",
            type=lambda name: (role, name),
            metavar="NAME",
            help=f"the same as --network {role}=NAME",
        )
    parser.add_argument("--weights-dir", type=Path, help="where pulled weights lie (light)")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _role_and_name(text: str) -> tuple[str, str]:
    role, _, name = text.partition("=")
    if role not in ROLES or not name:
        raise argparse.ArgumentTypeError(f"“{text}” is not ROLE=NAME; roles: {', '.join(ROLES)}")
    return role, name


def open_networks(options: argparse.Namespace) -> Networks:
    """The networks that the options name."""
    folder = options.weights_dir or default_weights_dir()
    use_own(environment().networks_file)
    setup = Setup(overrides=tuple(options.network))
    try:
        return load(options.profile, weights_dir=folder, threads=options.threads, setup=setup)
    except EngineError as error:
        raise SystemExit(str(error)) from error


def open_person_encoder(options: argparse.Namespace) -> PersonEncoder:
    """The person network that the options name, alone."""
    folder = options.weights_dir or default_weights_dir()
    use_own(environment().networks_file)
    setup = Setup(overrides=tuple(options.network))
    try:
        return load_person_encoder(options.profile, folder, threads=options.threads, setup=setup)
    except EngineError as error:
        raise SystemExit(str(error)) from error


def default_weights_dir() -> Path | None:
    """``var/weights`` of the working folder, or the material of development beside it."""
    here = Path(os.path.curdir).absolute()
    for folder in (here / "var" / "weights", here.parent / "shared" / "teachers"):
        if (folder / "yolox").is_dir():
            return folder
    return None


def report(figures: dict[str, Any], as_json: bool) -> None:
    """Print figures as one JSON object, or in lines for people."""
    if as_json:
        print(json.dumps(figures))
        return
    for line in _lines(figures, ""):
        print(line)


def _lines(figures: dict[str, Any], indent: str) -> Iterator[str]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield f"{indent}{name}"
            yield from _lines(value, indent + "  ")
        else:
            shown = f"{value:.4f}" if isinstance(value, float) else str(value)
            yield f"{indent}{name:<24} {shown}"
