"""What Postgres gets of the machine's memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from everyid_site.embedded import memory


@pytest.mark.parametrize(("machine", "buffers"), [(512, 128), (8_192, 1_024), (131_072, 4_096)])
def test_an_eighth_of_the_memory_is_for_pages_within_bounds(machine: int, buffers: int) -> None:
    assert memory.buffers_mb(machine) == buffers


def test_a_container_has_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = memory.memory_mb()
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_GROUP_LIMITS", (limit, tmp_path / "none"))
    limit.write_text("max\n")
    assert memory.memory_mb() >= machine
    limit.write_text(f"{100 << 20}\n")
    assert memory.memory_mb() == 100
