"""Keys lead nowhere else, and what killed processes left is swept up."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from ingest import storage
from ingest.errors import NotAFile


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("key", ["", "..", "../secret_key", "/etc/passwd", "1/../../x"])
def test_keys_lead_nowhere_else(key: str) -> None:
    with pytest.raises(NotAFile):
        storage.derived_path(key)
    with pytest.raises(NotAFile):
        storage.original_path(key)


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.MP4", ".mp4"), ("a.264", ".264"), ("a.sh", ""), ("../../a", "")]
)
def test_of_a_name_only_a_known_ending_is_kept(name: str, suffix: str) -> None:
    key = storage.new_original_key(name)
    assert Path(key).suffix == suffix and ".." not in key
    assert storage.original_path(key).is_relative_to(storage.originals_root())


def test_what_was_abandoned_is_removed_after_a_day() -> None:
    long_ago = time.time() - storage.INCOMING_MAX_AGE_S - 60
    keys = []
    for is_old in (True, False, True):
        path = storage.new_incoming_path("a.mp4")
        path.write_text("film")
        if is_old:
            os.utime(path, (long_ago, long_ago))
        keys.append(storage.keep_incoming(path))
    half = storage.new_incoming_path("b.mp4")
    half.write_text("half a film")
    os.utime(half, (long_ago, long_ago))
    assert storage.remove_abandoned({keys[2]}) == 2
    assert [storage.original_path(key).exists() for key in keys] == [False, True, True]
    assert not half.exists()
