"""What was pulled: checksums recorded on first use, in one file of the weights folder.

Others publish most networks without checksums. What first comes is recorded in
``weights.lock.json``, with the revision and, where the hub names it, its commit; from then on a
file is used only if it still is that very file. The lock may be kept with one's configuration and
copied to other machines: then they, too, take nothing else.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from recognition.engine.errors import WeightsError
from recognition.engine.manifest import WeightsEntry, WeightsFile

LOCK_NAME = "weights.lock.json"


def locked(entry: WeightsEntry, folder: Path | None) -> WeightsEntry:
    """The entry with the files that were pulled for it, checksums included.

    As it is where all checksums are known already, or where nothing was pulled in the manifest's
    revision (``is_locked`` is then False). Raises ``WeightsError`` for an unreadable lock.
    """
    if folder is None or entry.is_locked:
        return entry
    noted = read_lock(folder).get(entry.name)
    if noted is None or noted.get("revision", "") != entry.revision:
        return entry
    files = [
        WeightsFile(path, str(facts["sha256"]), int(facts["bytes"]))
        for path, facts in noted["files"].items()
    ]
    main = [file for file in files if file.path == noted["main"]]
    if not main:
        return entry
    others = tuple(file for file in files if file.path != noted["main"])
    return replace(entry, main=main[0], others=others)


def read_lock(folder: Path) -> Mapping[str, Any]:
    """Name of weights → what was recorded; empty where nothing was."""
    path = folder / LOCK_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WeightsError(f"The lock {path} cannot be read: {error.strerror}.") from error
    try:
        weights = json.loads(text)["weights"]
        for noted in weights.values():
            [(facts["sha256"], facts["bytes"]) for facts in noted["files"].values()]
            str(noted["main"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"The lock {path} is damaged ({error!r}): restore it, or delete it and pull again."
        ) from error
    found: Mapping[str, Any] = weights
    return found


def record(
    entry: WeightsEntry, files: Sequence[WeightsFile], folder: Path, *, commit: str = ""
) -> None:
    """Note what was pulled for an entry; ``files`` carry checksums, the main one first."""
    with _editing(folder) as weights:
        weights[entry.name] = {
            "revision": entry.revision,
            "commit": commit,
            "main": files[0].path,
            "files": {file.path: {"sha256": file.sha256, "bytes": file.bytes} for file in files},
        }


def forget(entry: WeightsEntry, folder: Path) -> None:
    """Drop what was recorded for an entry."""
    if entry.name in read_lock(folder):
        with _editing(folder) as weights:
            weights.pop(entry.name, None)


@contextmanager
def _editing(folder: Path) -> Iterator[dict[str, Any]]:
    """The lock's content, written back whole: two pulls at once lose nothing of each other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{LOCK_NAME}.guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        weights = dict(read_lock(folder))
        yield weights
        handle, made = tempfile.mkstemp(prefix=".lock-", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as sink:
            json.dump({"version": 1, "weights": weights}, sink, indent=2, sort_keys=True)
        Path(made).chmod(0o644)
        Path(made).replace(folder / LOCK_NAME)
