"""Notices the one death of a pool's child that Celery does not survive.

Idle children of a prefork pool wait for work while they hold a lock that they share (billiard's
synchronous pool, used with brokers that have no event loop). A child that is killed just then
takes the lock with it, its successor waits for ever, and the worker does nothing any more. So the
worker ends itself, and whoever supervises it starts it again; the catalogue knows what is to be
done. A child that is killed at work does not hold the lock: that one Celery replaces.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from typing import Any

from ingest.models import StageRun

log = logging.getLogger(__name__)


class PoolWatch:
    """Looks at the children of a worker's pool now and then; ``consumer`` is Celery's."""

    def __init__(self, consumer: Any) -> None:
        self._pool = getattr(getattr(consumer, "pool", None), "_pool", None)
        self._children: list[Any] = []

    def look(self) -> None:
        """End the worker if a child was killed that held no run. Before runs are taken back."""
        killed = [child for child in self._children if (child.exitcode or 0) < 0]
        idle = [child.pid for child in killed if not self._was_at_work(child.pid)]
        if idle:
            log.error("child %s was killed while it waited: the worker starts anew", idle[0])
            os.kill(os.getpid(), signal.SIGKILL)
        self._children = list(getattr(self._pool, "_pool", ()))

    def _was_at_work(self, pid: int) -> bool:
        worker = f"{socket.gethostname()}:{pid}"
        return StageRun.objects.filter(worker=worker, state=StageRun.State.RUNNING).exists()
