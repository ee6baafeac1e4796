"""Runs the pipeline without a worker: for ``index --wait`` on a machine where none is running.

The stages run in a child process (``manage.py work``), so that a file that brings a decoder down
brings down a child and not the command; the parent starts another one.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.db.models import QuerySet

from ingest.models import Asset
from ingest.pipeline.claims import is_due, release_dead, release_runs_of
from ingest.pipeline.runner import Outcome, plan_or_record, run_stage

PAUSE_S = 0.3
"""Between two looks at the catalogue while there is nothing to do."""

_INTERRUPTED = 130
"""The status of a child that was told to stop and has given back what it held."""

_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from django.core.management import execute_from_command_line as run; run(sys.argv)"
)
_ROOT = Path(__file__).resolve().parents[2]


def unfinished(asset_ids: Sequence[int] | None = None) -> QuerySet[Asset]:
    """The assets (of these) for which something is still to be done, in the order they came."""
    working = (Asset.Status.PENDING, Asset.Status.PROCESSING)
    found = Asset.objects.filter(status__in=working).order_by("pk")
    return found if asset_ids is None else found.filter(pk__in=asset_ids)


def drain(asset_ids: Sequence[int] | None = None) -> None:
    """Do in this process all that is to be done (for these assets), until nothing is.

    What other workers hold is waited for. Ends early when the parent process has gone.
    """
    parent = os.getppid()
    while os.getppid() == parent and (assets := list(unfinished(asset_ids))):
        release_dead()
        has_run = [_advance(asset) for asset in assets]
        if not any(has_run):
            time.sleep(PAUSE_S)


def _advance(asset: Asset) -> bool:
    """Run an asset's stages as far as they go now; whether any was run."""
    has_run = False
    while (run := plan_or_record(asset)) is not None and is_due(run):
        if run_stage(run.pk, announce=False) == Outcome.HELD:
            break
        has_run = True
    return has_run


class Child:
    """The child process that drains; ended by ``stop``."""

    def __init__(self, asset_ids: Sequence[int]) -> None:
        words = [sys.executable, "-c", _PROGRAM, str(_ROOT), "work", *map(str, asset_ids)]
        # In a session of its own: Ctrl-C reaches it once, through ``stop``, and not twice.
        self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)

    def has_ended(self) -> bool:
        """Whether it is gone; if it died, what it held is taken back."""
        status = self._process.poll()
        if status is None:
            return False
        if status not in (0, _INTERRUPTED):
            release_runs_of(f"{socket.gethostname()}:{self._process.pid}", _obituary(status))
        return True

    @property
    def has_failed(self) -> bool:
        """Whether it ended by itself, with an error of its own rather than of a file."""
        status = self._process.poll()
        return status is not None and status > 0 and status != _INTERRUPTED

    def stop(self) -> None:
        """Have it give back what it holds, and wait for it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.has_ended()


def _obituary(status: int) -> str:
    if status >= 0:
        return f"The process ended with status {status}."
    try:
        return f"The process was ended by {signal.Signals(-status).name}."
    except ValueError:
        return f"The process was ended by signal {-status}."
