"""What workers do, and what a worker's main process does beside it. Ids in, no logic here."""

from __future__ import annotations

import os
import socket
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import shared_task, signals
from django.db import connections

from ingest import pipeline
from ingest.pipeline.claims import release_dead
from ingest.pipeline.housekeeping import Housekeeper
from ingest.pipeline.publishing import RUN_STAGE
from ingest.services import retention
from ingest.worker_pool import PoolWatch

_housekeepers: list[Housekeeper] = []


@shared_task(name=RUN_STAGE, acks_late=True, ignore_result=True)
def run_stage(run_id: int) -> None:
    """Do one stage run, if it is still to be done."""
    pipeline.run_stage(run_id, f"{socket.gethostname()}:{os.getpid()}")


@shared_task(name="ingest.tasks.requeue_dead", ignore_result=True)
def requeue_dead() -> None:
    """Put runs of dead workers and forgotten runs back into the queue."""
    pipeline.requeue_dead()


@shared_task(name="ingest.tasks.erase_expired", ignore_result=True)
def erase_expired() -> None:
    """Erase the footage that is older than its library keeps it."""
    retention.erase_expired()


@signals.worker_ready.connect
def _start_housekeeping(sender: Any = None, **_: Any) -> None:
    """A long stage may hold up the queue; this thread of the main process it does not."""
    keeper = Housekeeper(PoolWatch(sender).look)
    _housekeepers.append(keeper)
    keeper.start()


@signals.worker_shutting_down.connect
def _stop_housekeeping(**_: Any) -> None:
    while _housekeepers:
        _housekeepers.pop().stop()


@signals.task_failure.connect
def _note_crash(sender: Any = None, exception: Any = None, args: Any = None, **_: Any) -> None:
    """A child was brought down by what it ran (the main process is told): take its run back."""
    if isinstance(exception, WorkerLostError) and getattr(sender, "name", "") == RUN_STAGE:
        release_dead(run_id=args[0], obituary=str(exception))
        connections.close_all()  # children are forked from here and must not inherit one
