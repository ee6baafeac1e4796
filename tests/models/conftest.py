"""Tests of the networks that need torch: skipped where the extra ``models`` is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recognition.engine import lock
from recognition.engine.manifest import WeightsEntry, WeightsFile
from recognition.engine.weights import sha256_of

collect_ignore_glob: list[str] = []
try:
    import torch  # noqa: F401
except ImportError:
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Everything of this folder carries the mark ``models``."""
    for item in items:
        if Path(__file__).parent in Path(str(item.path)).parents:
            item.add_marker(pytest.mark.models)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No vendor's package asks the network, here as in the product."""
    monkeypatch.setenv("YOLO_OFFLINE", "true")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path_factory.getbasetemp()))


def record_pulled(entry: WeightsEntry, weights: Path) -> WeightsEntry:
    """Record what lies under ``weights`` for an entry, as a pull does; the locked entry."""
    folder = (weights / entry.main.path).parent
    found = sorted(folder.rglob("*")) if entry.kind == "hub" else [weights / entry.main.path]
    paths = [path for path in found if path.is_file()]
    main = weights / entry.main.path
    ordered = [main, *(path for path in paths if path != main)]
    files = [
        WeightsFile(str(path.relative_to(weights)), sha256_of(path), path.stat().st_size)
        for path in ordered
    ]
    lock.record(entry, files, weights)
    locked = lock.locked(replace(entry), weights)
    assert locked.is_locked
    return locked
