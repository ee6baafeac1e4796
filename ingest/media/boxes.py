"""A short look into MP4 boxes (ISO/IEC 14496-12), for what FFmpeg does not tell.

Whether a file is encrypted (``encv`` sample entries, ISO/IEC 23001-7), and whether a file that
cannot be opened is an MP4 without its index (``moov``), as cameras leave it when the power goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MAX_BOXES = 4096
_MAX_MOOV_BYTES = 64 << 20
_FIRST_TYPES = (b"ftyp", b"moov", b"styp", b"wide", b"mdat", b"free", b"skip", b"pnot")


def is_encrypted(path: Path) -> bool:
    """Whether the video of an MP4 is marked as encrypted. False for any other file."""
    with path.open("rb") as file:
        for kind, start, end in _boxes(file):
            if kind != b"moov":
                continue
            file.seek(start)
            moov = file.read(min(end - start, _MAX_MOOV_BYTES))
            if b"encv" in moov and b"sinf" in moov:
                return True
    return False


def is_unfinished(path: Path) -> bool:
    """Whether this begins like an MP4 but has no complete index."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        kinds = {kind: end for kind, _, end in _boxes(file)}
    return bool(kinds) and kinds.get(b"moov", size + 1) > size


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end (of the content, in bytes) of each outermost box."""
    size = file.seek(0, 2)
    position = 0
    for index in range(_MAX_BOXES):
        file.seek(position)
        header = file.read(16)
        if len(header) < 8 or (index == 0 and header[4:8] not in _FIRST_TYPES):
            return
        length, content = int.from_bytes(header[:4], "big"), 8
        if length == 1 and len(header) == 16:
            length, content = int.from_bytes(header[8:], "big"), 16
        elif length == 0:
            length = size - position
        if length < content:
            return
        yield header[4:8], position + content, position + length
        position += length
        if position >= size:
            return
