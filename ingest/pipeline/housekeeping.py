"""Puts dead and forgotten runs back into the queue, and knows whether a worker is there.

Every worker runs this in a thread of its main process, which a long stage does not hold up; a
beat may call ``requeue_dead`` as well.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from ingest import storage
from ingest.models import Asset, StageRun, Worker
from ingest.pipeline.claims import is_due, release_dead
from ingest.pipeline.publishing import publish
from ingest.pipeline.runner import plan_or_record, plan_what_changed, worker_name

log = logging.getLogger(__name__)

INTERVAL_S = 3.0
"""Between two rounds. By judgement: cheap queries, and soon enough for a person who waits."""

IDLE_REPEAT_S = 15
"""A message is repeated after this time while no worker is at work: it must have been lost."""

BUSY_REPEAT_S = 600
"""… and after this time while workers are at work: it may just be waiting its turn."""

BATCH = 200
"""Messages repeated per round at most, so that a long backlog does not flood the broker."""

SEEN_WITHIN_S = 4 * INTERVAL_S
"""A worker that was seen within this time is taken to be alive."""

State = StageRun.State


def requeue_dead() -> int:
    """Take back the runs of dead workers and publish what the broker does not know; how many."""
    release_dead()
    count = 0
    for asset in _waiting_assets()[:BATCH]:
        run = plan_or_record(asset)
        if run is not None and is_due(run) and publish(run):
            count += 1
    return count


def has_live_worker() -> bool:
    """Whether a worker was seen within the last seconds."""
    return Worker.objects.filter(seen_at__gte=_ago(SEEN_WITHIN_S)).exists()


class Housekeeper(threading.Thread):
    """The thread of a worker's main process; ``look`` is called first in every round."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__(name="housekeeper", daemon=True)
        self._look = look
        self._stop_event = threading.Event()
        self._worker = worker_name()

    def run(self) -> None:
        """Do a round every few seconds until stopped, whatever the database does."""
        try:
            self._round(_remove_abandoned)
            self._round(plan_what_changed)
            while True:
                self._round(self._look)
                self._round(self._say_alive)
                self._round(requeue_dead)
                if self._stop_event.wait(INTERVAL_S):
                    break
            self._round(Worker.objects.filter(name=self._worker).delete)
        finally:
            connection.close()

    def stop(self) -> None:
        """End after the present round; the worker is no longer listed."""
        self._stop_event.set()
        self.join(timeout=10)

    def _say_alive(self) -> None:
        Worker.objects.update_or_create(name=self._worker, defaults={"seen_at": timezone.now()})
        Worker.objects.filter(seen_at__lt=_ago(3600)).delete()

    def _round(self, do: Callable[[], object]) -> None:
        try:
            do()
        except (AnyDatabaseError, OSError) as error:
            log.warning("housekeeping is put off: %s", error)
            connection.close()


def _remove_abandoned() -> None:
    keys = Asset.objects.exclude(original_key="").values_list("original_key", flat=True)
    storage.remove_abandoned(set(keys))


def _waiting_assets() -> QuerySet[Asset]:
    """Assets with work that nobody does and that the broker may not know of, oldest first."""
    runs = StageRun.objects.filter(asset=OuterRef("pk"))
    is_busy = StageRun.objects.filter(state=State.RUNNING).exists()
    oldest = _ago(BUSY_REPEAT_S if is_busy else IDLE_REPEAT_S)
    queued = Q(stage_runs__state=State.QUEUED)
    waiting = Asset.objects.annotate(
        told_at=Max("stage_runs__published_at", filter=queued),
        pause=Max("stage_runs__not_before", filter=queued),
    ).filter(status__in=(Asset.Status.PENDING, Asset.Status.PROCESSING))
    return (
        waiting.filter(~Exists(runs.filter(state__in=_BLOCKING)))
        .filter(Q(told_at=None) | Q(told_at__lt=oldest))
        .filter(Q(pause=None) | Q(pause__lte=timezone.now()))
        .order_by("pk")
    )


_BLOCKING = (State.RUNNING, State.FAILED, State.CANCELLED)


def _ago(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)
