"""The thread that proves that a run's worker is alive.

It holds, on a connection of its own, an advisory lock named after the claim, which Postgres lets
go the moment the process dies, and writes ``heartbeat_at`` every few seconds, which tells the
same to anyone, more slowly, where locks do not reach (poolers, half-dead networks).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import Error as AnyDatabaseError
from django.db import connection
from django.utils import timezone

from ingest.models import StageRun

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
"""Between two heartbeats: six of them fit into settings.HEARTBEAT_TIMEOUT_S."""

TICK_S = 1.0
"""Between two looks at whether there is progress to write, or a connection to mend."""

LOCK_CLASS = 0x45764944
"""Advisory locks of this project's runs: "EvID" in ASCII."""


def lock_number(claim: UUID) -> int:
    """The second half of the lock's name: 31 bits of the claim."""
    return claim.int & 0x7FFFFFFF


def locked_among(claims: Iterable[UUID]) -> set[UUID]:
    """Which of these claims belong to a process that is connected now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks "
            "WHERE locktype = 'advisory' AND classid = %s AND granted",
            [LOCK_CLASS],
        )
        numbers = {row[0] for row in cursor.fetchall()}
    return {claim for claim in claims if lock_number(claim) in numbers}


class Heartbeat:
    """Holds the lock while the ``with`` block lasts, and beats from ``watch`` on; ``is_lost`` once
    the claim is no longer ours."""

    def __init__(self, run_id: int, claim: UUID) -> None:
        self._run_id = run_id
        self._claim = claim
        self._stop = threading.Event()
        self._locked = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_stopped, daemon=True)
        self._percent = self._written = 0
        self._is_watching = False
        self.is_lost = False

    def __enter__(self) -> Self:
        self._thread.start()
        self._locked.wait(timeout=INTERVAL_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def watch(self) -> None:
        """The claim stands: beat from now on.

        Not sooner: a claim may wait for its asset's lock, and until then the row is not ours. And
        never within a caller's transaction: nobody else sees that claim, this thread included, so
        nobody can take it either.
        """
        self._is_watching = not connection.in_atomic_block

    def report(self, percent: int) -> None:
        """Progress to write with the next beat."""
        self._percent = percent

    def _beat_until_stopped(self) -> None:
        due = time.monotonic() + INTERVAL_S
        try:
            self._take_lock()
            while not self._stop.wait(TICK_S):
                if not self._is_watching:
                    continue
                if time.monotonic() >= due or self._percent != self._written:
                    due = time.monotonic() + INTERVAL_S
                    self._beat()
        finally:
            connection.close()

    def _take_lock(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, lock_number(self._claim)]
                )
        except AnyDatabaseError as error:
            log.warning("no lock for run %s yet: %s", self._run_id, error)
            connection.close()
        self._locked.set()

    def _beat(self) -> None:
        percent = self._percent
        mine = StageRun.objects.filter(
            pk=self._run_id, claim=self._claim, state=StageRun.State.RUNNING
        )
        try:
            if connection.connection is None:
                self._take_lock()
            if not mine.update(heartbeat_at=timezone.now(), progress=percent):
                self.is_lost = True
            self._written = percent
        except AnyDatabaseError as error:  # the database is away: try again with the next tick
            log.warning("no heartbeat for run %s: %s", self._run_id, error)
            connection.close()
