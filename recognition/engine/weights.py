"""Weights: whether the files keep what the manifests promise, and how to get them.

A file is used only when its SHA-256 is the one recorded. A mirror is a folder, a
``file://`` or an ``http(s)://`` address that has the manifest's paths. A pulled file is
written under a temporary name beside its place, checked, and renamed: a pull that is cut
off leaves nothing that could be mistaken for a good file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO, TypeAlias

from recognition.engine.errors import WeightsDamaged, WeightsError, WeightsMissing
from recognition.engine.lock import locked
from recognition.engine.manifest import BUILTIN_DIR as BUILTIN_DIR
from recognition.engine.manifest import WeightsEntry, WeightsFile
from recognition.engine.manifest import builtin_weights as builtin_weights
from recognition.engine.manifest import by_role as by_role
from recognition.engine.manifest import has_role as has_role
from recognition.engine.manifest import light_weights as light_weights
from recognition.engine.manifest import read_manifest as read_manifest

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with (path, bytes so far, bytes in all or 0)."""

_CHUNK = 1 << 18
_TIMEOUT_S = 30.0  # by eye: a server that says nothing for half a minute is down
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


def pull(
    entry: WeightsEntry,
    mirror: str | Path | None,
    into: Path,
    progress: Progress | None = None,
) -> Path:
    """Fetch every file of ``entry`` that ``into`` lacks; return the main file's path.

    ``mirror`` None means each file's own ``url`` in the manifest. Raises
    ``WeightsMissing`` when a file cannot be had, ``WeightsDamaged`` when what came is not
    what the manifest records (nothing is kept then).
    """
    if not is_present(entry, into):
        for file in entry.files:
            _pull_file(entry.name, file, mirror, into / file.path, progress)
    return into / entry.main.path


def _pull_file(
    name: str, file: WeightsFile, mirror: str | Path | None, target: Path, tell: Progress | None
) -> None:
    if target.is_file() and sha256_of(target) == file.sha256:
        return
    address = _address(name, file, mirror)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name_made = tempfile.mkstemp(prefix=".pull-", dir=target.parent)
    temporary = Path(name_made)
    try:
        with os.fdopen(handle, "wb") as sink, closing(_open(name, address)) as stream:
            digest = _copy(name, address, file, stream, sink, tell)
        if digest != file.sha256:
            raise WeightsDamaged(
                f"What {address} holds is not the “{name}” that the manifest records "
                f"(checksum {digest[:12]}…, expected {file.sha256[:12]}…); nothing was kept."
            )
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _address(name: str, file: WeightsFile, mirror: str | Path | None) -> str:
    if mirror is None or str(mirror) == "":
        if not file.url:
            raise WeightsMissing(
                f"No mirror is set and “{name}” has no address of its own for {file.path}; "
                "set EVERYID_WEIGHTS_MIRROR to a folder or address that has it."
            )
        return file.url
    base = str(mirror)
    if "://" not in base:
        return (Path(base).absolute() / file.path).as_uri()
    return base.rstrip("/") + "/" + urllib.parse.quote(file.path)


def _open(name: str, address: str) -> IO[bytes]:
    scheme = urllib.parse.urlsplit(address).scheme
    if scheme not in ("file", "http", "https"):
        raise WeightsError(f"A weights mirror must be a folder, file:// or http(s)://: {address}")
    try:
        stream: IO[bytes] = urllib.request.urlopen(  # noqa: S310 the scheme is checked
            address, timeout=_TIMEOUT_S
        )
        return stream
    except urllib.error.HTTPError as error:
        with error:
            raise WeightsMissing(
                f"“{name}” could not be pulled: {address} answered {error.code}."
            ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise WeightsMissing(
            f"“{name}” could not be pulled from {address}: {reason}. "
            "Is this machine offline, or the mirror's address wrong?"
        ) from error


def _copy(
    name: str,
    address: str,
    file: WeightsFile,
    source: IO[bytes],
    sink: IO[bytes],
    tell: Progress | None,
) -> str:
    digest, done = hashlib.sha256(), 0
    try:
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if tell is not None:
                tell(file.path, done, file.bytes)
    except OSError as error:
        raise WeightsMissing(f"“{name}” broke off while pulling {address}: {error}.") from error
    return digest.hexdigest()
