"""Letting go of what an idle worker holds: networks take gigabytes that others could use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class IdleRelease:
    """Calls ``release`` once, ``after_s`` seconds after the last task of this process ended.

    Not while a task runs, and not at all for ``after_s`` 0.
    """

    def __init__(self, release: Callable[[], None], after_s: float) -> None:
        self._release, self._after_s = release, after_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._running = 0

    def started(self) -> None:
        """A task begins."""
        with self._lock:
            self._running += 1
            self._cancel()

    def ended(self) -> None:
        """A task is over."""
        with self._lock:
            self._running = max(0, self._running - 1)
            self._cancel()
            if self._after_s and not self._running:
                self._timer = threading.Timer(self._after_s, self._let_go)
                self._timer.daemon = True
                self._timer.start()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _let_go(self) -> None:
        with self._lock:
            if self._running or self._timer is None:
                return
            self._timer = None
            log.info("idle for %g s: networks are let go", self._after_s)
            self._release()
