"""What identifies a file's content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .opening import check_file


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file as 64 hexadecimal digits, read as a stream.

    Raises NotAFile or EmptyFile.
    """
    check_file(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
