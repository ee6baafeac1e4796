"""Where footage and what stages made of it lie on disk.

``MEDIA_ROOT/originals`` holds uploaded files under generated keys; ``MEDIA_ROOT/incoming`` holds
files that are still arriving; ``MEDIA_ROOT/derived/ASSET/STAGE/CLAIM`` holds what one attempt of
one stage made, and ``MEDIA_ROOT/derived/ASSET/records`` what onlookers saw, until their stage has
gone by it. Keys are paths relative to ``originals`` or ``derived`` and never come from a user.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings

from ingest.errors import NotAFile
from ingest.media.sidecars import find_sidecars

if TYPE_CHECKING:
    from ingest.models import Asset

log = logging.getLogger(__name__)

# fmt: off
SUFFIXES = frozenset((
    ".264", ".265", ".3g2", ".3gp", ".asf", ".av1", ".avi", ".dv", ".flv", ".gif", ".h264",
    ".h265", ".hevc", ".ivf", ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4",
    ".mpeg", ".mpg", ".mts", ".mxf", ".obu", ".ogv", ".ts", ".vob", ".webm", ".wmv", ".y4m",
))
# fmt: on
"""Endings that a stored file may keep: some raw streams are recognised by nothing else."""

INCOMING_MAX_AGE_S = 24 * 3600
"""An arriving file that was not written to for a day was abandoned. By judgement."""


def derived_root() -> Path:
    """The folder of everything that stages made."""
    return Path(settings.MEDIA_ROOT) / "derived"


def originals_root() -> Path:
    """The folder of uploaded files."""
    return Path(settings.MEDIA_ROOT) / "originals"


def incoming_root() -> Path:
    """The folder of files that are still arriving; on the same file system as originals."""
    return Path(settings.MEDIA_ROOT) / "incoming"


def derived_path(key: str) -> Path:
    """The file of a key that a stage wrote. Raises NotAFile for a key that leads elsewhere."""
    return _inside(derived_root(), key)


def original_path(key: str) -> Path:
    """The uploaded file of a key. Raises NotAFile for a key that leads elsewhere."""
    return _inside(originals_root(), key)


def source_path(asset: Asset) -> Path:
    """The media file of an asset. Raises NotAFile with a sentence if it has gone."""
    in_place = bool(asset.external_path)
    path = Path(asset.external_path) if in_place else original_path(asset.original_key)
    if path.is_file():
        return path
    if in_place:
        raise NotAFile(
            "The footage is no longer where it was added from: put the file back, or add it again."
        )
    raise NotAFile("The stored file has gone from the server's disk: add the footage again.")


def new_original_key(name: str) -> str:
    """A fresh key for an upload; of the name only a well-known ending is kept."""
    suffix = "." + name.rpartition(".")[2].lower()
    token = uuid4().hex
    return f"{token[:2]}/{token}{suffix if suffix in SUFFIXES else ''}"


def new_incoming_path(name: str) -> Path:
    """Where to write a file while it arrives; the folder is made."""
    path = incoming_root() / Path(new_original_key(name)).name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def keep_incoming(path: Path) -> str:
    """Move an arrived file among the originals, at once or not at all; its key."""
    key = f"{path.name[:2]}/{path.name}"
    target = original_path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    return key


def stage_dir(asset_id: int, stage: str) -> Path:
    """The folder of all attempts of one stage for one asset."""
    return derived_root() / str(asset_id) / stage.rpartition(".")[2]


def attempt_dir(asset_id: int, stage: str, claim: UUID) -> Path:
    """The folder of one attempt of one stage for one asset."""
    return stage_dir(asset_id, stage) / claim.hex


def record_path(asset_id: int, stage: str) -> Path:
    """Where the onlooker of a stage leaves what it saw of an asset."""
    return _records_dir(asset_id) / f"{stage.rpartition('.')[2]}.zip"


def delete_records(asset_id: int) -> None:
    """Remove what onlookers saw of an asset; stages then look for themselves."""
    remove_tree(_records_dir(asset_id))


def _records_dir(asset_id: int) -> Path:
    return derived_root() / str(asset_id) / "records"


def derived_key(path: Path) -> str:
    """The key of a file under ``derived``. Raises ValueError for any other path."""
    return path.relative_to(derived_root()).as_posix()


def delete_asset_files(asset_id: int, *, original_key: str = "") -> None:
    """Remove what stages made of an asset and, given its key, the uploaded file."""
    remove_tree(derived_root() / str(asset_id))
    if original_key:
        delete_original(original_key)


def delete_original(key: str) -> None:
    """Remove an uploaded file and the subtitles that were sent to it, as far as they are there."""
    path = original_path(key)
    if path.parent.is_dir():
        for sidecar in find_sidecars(path):
            sidecar.path.unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def sidecar_path(key: str, ending: str) -> Path:
    """Where subtitles of an uploaded file are kept: beside it, under its generated name.

    ``ending`` as ``ingest.media.sidecars`` reads it. Raises NotAFile for one that leads elsewhere.
    """
    path = original_path(key)
    return _inside(originals_root(), f"{path.parent.name}/{path.stem}{ending}")


def remove_tree(path: Path) -> None:
    """Remove a folder and all in it; what cannot be removed is logged."""
    shutil.rmtree(path, onerror=_log_failure)


def remove_abandoned(known_keys: Iterable[str]) -> int:
    """Remove old arriving files whose sender has gone, and originals that no asset refers to.

    ``known_keys``: those of all assets, whose subtitles are kept with them. Both are left by a
    process that was killed between storing a file and giving it a row. Returns how many.
    """
    oldest = time.time() - INCOMING_MAX_AGE_S
    originals = originals_root()
    known = {_head_of(key) for key in known_keys}
    found = [path for path in incoming_root().glob("*") if path.is_file()]
    found += [
        path
        for path in originals.glob("*/*")
        if _head_of(path.relative_to(originals).as_posix()) not in known
    ]
    abandoned = [path for path in found if path.stat().st_mtime < oldest]
    for path in abandoned:
        path.unlink(missing_ok=True)
    return len(abandoned)


def _head_of(key: str) -> str:
    """A key without endings: the same for an uploaded file and its subtitles."""
    return key.partition(".")[0]


def _inside(root: Path, key: str) -> Path:
    path = (root / key).resolve()
    if not key or not path.is_relative_to(root.resolve()):
        raise NotAFile("There is no such file.")
    return path


def _log_failure(function: Any, path: str, failure: Any) -> None:
    error = failure[1]
    if not isinstance(error, FileNotFoundError):
        log.warning("could not remove %s: %s", path, error)
