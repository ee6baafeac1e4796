"""Processor time of process trees, from /proc: what a busy machine cannot distort much."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_TICK_MS = 1_000 / os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)
"""After the name: the parent; own and reaped children's time in user and system mode."""


def processor_ms(*roots: int) -> float:
    """Milliseconds of some processes and all that they started, ended ones included."""
    children: dict[int, list[int]] = defaultdict(list)
    times: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile: its parent has its time
        children[int(fields[_PARENT])].append(int(folder.name))
        times[int(folder.name)] = sum(int(ticks) for ticks in fields[_TIMES]) * _TICK_MS
    total, left = 0.0, list(roots)
    while left:
        pid = left.pop()
        total += times.get(pid, 0.0)
        left += children[pid]
    return total
