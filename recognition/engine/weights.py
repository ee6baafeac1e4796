"""Weights: whether the files keep what manifests and locks promise.

A file is used only when its SHA-256 is the one recorded.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from recognition.engine.errors import WeightsDamaged, WeightsError, WeightsMissing
from recognition.engine.lock import locked
from recognition.engine.manifest import WeightsEntry, WeightsFile

_CHUNK = 1 << 18
_verified: dict[tuple[str, int, int, str], bool] = {}
_verified_lock = threading.Lock()


def verify(entry: WeightsEntry, folder: Path) -> Path:
    """Check every file of an entry under ``folder``; return the path of the main one.

    Checksums that the manifest lacks are those of the folder's lock. A file that was checked
    before and has the same size and time is not read again. Raises ``WeightsMissing`` or
    ``WeightsDamaged``.
    """
    entry = locked(entry, folder)
    if not entry.is_locked:
        raise WeightsMissing(not_pulled(entry))
    if not entry.files:
        return folder
    for file in entry.files:
        _verify_file(entry.name, file, folder / file.path)
    return folder / entry.main.path


def not_pulled(entry: WeightsEntry) -> str:
    """The sentence for weights that are not here yet."""
    return f"“{entry.name}” has not been pulled yet: `manage.py weights pull {entry.name}`."


def is_present(entry: WeightsEntry, folder: Path | None) -> bool:
    """Whether all files of an entry lie under ``folder`` and verify."""
    if folder is None:
        return False
    try:
        verify(entry, folder)
    except WeightsError:
        return False
    return True


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _verify_file(name: str, file: WeightsFile, path: Path) -> None:
    try:
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns, file.sha256)
        with _verified_lock:
            good = _verified.get(key)
        if good is None:
            good = sha256_of(path) == file.sha256
            with _verified_lock:
                _verified[key] = good
    except FileNotFoundError as error:
        raise WeightsMissing(f"The weights file {path} of “{name}” is missing.") from error
    except OSError as error:
        raise WeightsMissing(
            f"The weights file {path} of “{name}” cannot be read: {error.strerror}."
        ) from error
    if not good:
        raise WeightsDamaged(
            f"The weights file {path} of “{name}” does not have the recorded checksum; "
            "delete it and pull it again."
        )
