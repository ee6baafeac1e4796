"""Where the material of development lies, if it lies here; tests without it are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognition.engine.manifest import BUILTIN_MANIFEST, builtin_weights, has_role

SHARED = Path(__file__).resolve().parents[4] / "shared"


@pytest.fixture
def teachers() -> Path:
    """Others' weights, laid out as a mirror."""
    folder = SHARED / "teachers"
    if not folder.is_dir():
        pytest.skip("others' weights are not on this machine")
    return folder


@pytest.fixture
def need_role() -> object:
    """Skip while the shipped weights of a role are still being trained."""

    def check(role: str) -> None:
        if not BUILTIN_MANIFEST.is_file() or not has_role(builtin_weights(), role):
            pytest.skip(f"no built-in weights for “{role}” yet")

    return check
