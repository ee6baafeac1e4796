"""Other people's files: every one is walked, or refused in one sentence. Absent: skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import IngestError, MediaError
from ingest.media.probe import probe_file
from ingest.media.walk import walk_asset

from .conftest import SHARED

ODD = sorted(SHARED.glob("footage_odd/*"))
SOME = [path for path in sorted(SHARED.glob("footage/*")) if path.stem in ("d01", "d13", "d36")]
pytestmark = pytest.mark.skipif(not ODD, reason="no shared footage here")


@pytest.mark.parametrize("path", ODD, ids=lambda path: path.name)
def test_odd_files_end_well(path: Path, tmp_path: Path) -> None:
    try:
        info = probe_file(path)
    except MediaError as error:
        assert str(error).endswith(".")
        assert path.name not in str(error)
        return
    try:
        result = walk_asset(path, info, tmp_path)
    except IngestError as error:
        assert str(error).endswith(".")
        return
    assert result.shots
    assert result.keyframes
    assert result.proxy is not None
    assert result.proxy.exists()


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.name)
def test_footage_is_walked(path: Path, tmp_path: Path) -> None:
    result = walk_asset(path, probe_file(path), tmp_path)
    assert result.frame_count > 30
    assert result.keyframes
