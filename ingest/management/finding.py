"""Finds the files that a command line means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# fmt: off
_SIDECARS = frozenset((
    ".aac", ".ale", ".arw", ".bdm", ".bin", ".bmp", ".cpi", ".cr2", ".cr3", ".csv", ".db",
    ".dng", ".doc", ".docx", ".edl", ".gpx", ".heic", ".htm", ".html", ".ini", ".jpeg",
    ".jpg", ".json", ".jsonl", ".log", ".lrf", ".lut", ".md", ".mp3", ".nef", ".pdf", ".png",
    ".py", ".sha256", ".srt", ".thm", ".tif", ".tiff", ".toml", ".txt", ".vtt", ".wav",
    ".webp", ".xls", ".xlsx", ".xml", ".xmp", ".yaml", ".yml", ".zip",
))
# fmt: on
"""What lies beside footage on camera cards and in project folders. Left out of folders, never
when named on the command line."""


@dataclass(frozen=True, slots=True)
class Found:
    """Files in a stable order, and how many were left out by their name."""

    files: tuple[Path, ...]
    skipped: int


def find_files(paths: Sequence[Path]) -> Found:
    """Each path that is not a folder as it is, and the files of each folder, recursively.

    In folders, hidden files and such that are no footage by their ending are left out; folders
    are visited once, whatever symbolic links say; order is by name.
    """
    files: list[Path] = []
    skipped = 0
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        for file in _walk(path, seen):
            if file.suffix.lower() in _SIDECARS:
                skipped += 1
            else:
                files.append(file)
    return Found(tuple(files), skipped)


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, followlinks=True):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(root, name)
