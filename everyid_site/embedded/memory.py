"""How much memory this machine, or the container on it, lets EveryID have."""

from __future__ import annotations

import os
from pathlib import Path

MB = 1 << 20
LEAST_BUFFERS_MB, MOST_BUFFERS_MB = 128, 4096
BUFFERS_SHARE = 8
"""Postgres keeps an eighth of the memory for its own pages: an index that lies in them is walked
about twice as fast as one that is read from the system's cache (tried once on a busy machine; no
command prints it), and the networks need the rest."""
_GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),  # version 2
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),  # version 1
)


def memory_mb() -> int:
    """Memory of the machine in MB, or of the container where that is less."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for path in _GROUP_LIMITS:
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text.isdigit():  # "max" where there is none
            limits.append(int(text))
    return min(limits) // MB


def buffers_mb(memory: int) -> int:
    """Postgres' ``shared_buffers`` on a machine with so much memory, both in MB."""
    return max(LEAST_BUFFERS_MB, min(MOST_BUFFERS_MB, memory // BUFFERS_SHARE))
