"""A file's content is its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingest.errors import EmptyFile, NotAFile
from ingest.media.content import sha256_of


def test_it_hashes_the_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"film" * 100_000)
    assert sha256_of(path) == hashlib.sha256(b"film" * 100_000).hexdigest()


def test_it_refuses_nothing_and_folders(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(EmptyFile):
        sha256_of(tmp_path / "empty")
    with pytest.raises(NotAFile):
        sha256_of(tmp_path)
