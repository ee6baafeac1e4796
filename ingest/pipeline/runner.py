"""Runs one stage of one asset, or all of them, and says what came of it.

The only place where any exception is caught: a stage may run foreign decoders and networks on
foreign files, and whatever they raise has to end as a sentence in the run's row.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import traceback
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from django.db import Error as AnyDatabaseError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ingest.errors import ClaimLost, IngestError, StageFailed
from ingest.models import Asset, StageRun
from ingest.pipeline.claims import claim, fail, is_due, release, release_dead
from ingest.pipeline.context import RunContext
from ingest.pipeline.heartbeat import Heartbeat
from ingest.pipeline.path import Step, steps
from ingest.pipeline.planning import path_of, plan
from ingest.pipeline.publishing import enqueue
from ingest.pipeline.reconnecting import is_connection_loss, wait_for_database

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What came of running a stage."""

    DONE = "done"
    FAILED = "failed"
    AGAIN = "again"  # an error that may pass: queued again, with a pause
    HELD = "held"  # another worker has it, or it is not due or not next: nothing to do
    LOST = "lost"  # it was cancelled or taken over while it ran; nothing was written
    RELEASED = "released"  # the database or this worker went away; queued again at once
    GONE = "gone"  # the run or its asset was deleted, or the path has changed


def worker_name() -> str:
    """This process, as the catalogue knows it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run_stage(run_id: int, worker: str = "", *, announce: bool = True) -> Outcome:
    """Claim and run one stage run; never raises because of the stage or its file.

    ``announce``: whether the broker is told of what comes next. Safe to call any number of
    times for the same run, from anywhere.
    """
    wait_for_database()
    run = StageRun.objects.select_related("asset").filter(pk=run_id).first()
    if run is None:
        return Outcome.GONE
    try:
        path = path_of(run.asset)
    except Exception as error:  # noqa: BLE001 a configuration may look at anything
        return _record(run, None, error)
    step = next((step for step in path if step.stage.name == run.stage), None)
    if step is None or step.fingerprint != run.fingerprint:
        enqueue(run.asset)
        return Outcome.GONE
    if run.state == StageRun.State.RUNNING:
        release_dead(run_id=run.pk)
    return _run_claimed(run, step, path, worker or worker_name(), announce=announce)


def plan_or_record(asset: Asset) -> StageRun | None:
    """The next run to do; a path that cannot be read is written down on the run that waits.

    So weights that are missing become a sentence on the asset's page, and whoever looks after
    all assets goes on with the others. Raises django.db.Error where the database is away.
    """
    try:
        return plan(asset)
    except Exception as error:
        if isinstance(error, AnyDatabaseError):
            raise
        waiting = asset.stage_runs.filter(state=StageRun.State.QUEUED).order_by("pk").first()
        if waiting is not None and is_due(waiting):
            _record(waiting, None, error)
        return None


def plan_what_changed() -> int:
    """Plan the ready assets again that today's path would make otherwise; how many.

    After a change of weights, profile or code the worker finds nothing queued: this looks once,
    when it starts. Raises django.db.Error where the database is away.
    """
    try:
        last = {is_on: steps(recognises_people=is_on)[-1] for is_on in (True, False)}
    except Exception:
        log.exception("the pipeline cannot be read, so nothing is planned anew")
        return 0
    done = StageRun.objects.filter(asset=OuterRef("pk"), state=StageRun.State.DONE)
    is_stale = Q()
    for is_on, step in last.items():
        current = done.filter(stage=step.stage.name, fingerprint=step.fingerprint)
        is_stale |= Q(~Exists(current), library__recognises_people=is_on)
    stale = Asset.objects.filter(is_stale, status=Asset.Status.READY).order_by("pk")
    return sum(plan_or_record(asset) is not None for asset in stale.iterator(chunk_size=100))


def run_asset(asset_id: int) -> None:
    """Run all that is to be done for an asset in this process, until it is ready or failed.

    Back-off pauses are slept. Returns early where another worker has the asset.
    """
    while True:
        asset = Asset.objects.filter(pk=asset_id).first()
        run = plan_or_record(asset) if asset is not None else None
        if run is None:
            return
        if run.not_before is not None:
            time.sleep(max(0.0, (run.not_before - timezone.now()).total_seconds()))
        outcome = run_stage(run.pk, announce=False)
        if outcome in (Outcome.HELD, Outcome.LOST):
            return


def _run_claimed(
    run: StageRun, step: Step, path: tuple[Step, ...], worker: str, *, announce: bool
) -> Outcome:
    token = uuid4()
    with Heartbeat(run.pk, token) as heartbeat:
        if not claim(run, path, token, worker):
            return Outcome.HELD
        heartbeat.watch()
        attempt = _Attempt(run, token, RunContext(run, path, token, heartbeat, announce=announce))
        return attempt.go(step)


@dataclass(slots=True)
class _Attempt:
    """One attempt: whatever happens, the run is done, failed, queued again or not ours."""

    run: StageRun
    token: UUID
    context: RunContext

    def go(self, step: Step) -> Outcome:
        outcome: Outcome | None = None
        try:
            outcome = self._try(step)
        finally:
            if outcome is None:  # this process is told to stop: SystemExit, KeyboardInterrupt
                self._give_back()
        return outcome

    def _try(self, step: Step) -> Outcome:
        try:
            step.stage.run(self.context)
            if not self.context.is_committed:
                raise StageFailed("The stage ended without writing anything.", permanent=True)
        except ClaimLost:
            self.context.discard()
            return Outcome.LOST
        except Exception as error:
            if is_connection_loss(error):
                log.warning("the database went away under %s: %s", self.run, error)
                return self._give_back()
            if self.context.is_committed:
                log.exception("%s failed after it had committed", self.run)
                return Outcome.DONE
            outcome = _record(self.run, self.token, error)
            self.context.discard()
            return outcome
        return Outcome.DONE

    def _give_back(self) -> Outcome:
        """Queue the run again, unless its commit arrived after all."""
        try:
            wait_for_database()
            released = release(self.run.pk, self.token)
            self.context.discard()
        except AnyDatabaseError as error:
            log.warning("%s is left to its heartbeat: %s", self.run, error)
            return Outcome.RELEASED
        if released:
            return Outcome.RELEASED
        done = StageRun.objects.filter(pk=self.run.pk, claim=self.token)
        is_done = done.filter(state=StageRun.State.DONE).exists()
        return Outcome.DONE if is_done else Outcome.LOST


def _record(run: StageRun, token: UUID | None, error: Exception) -> Outcome:
    """Write an error down as a sentence for people and a traceback for admins."""
    code, sentence, permanent = _describe(run, error)
    detail = "".join(traceback.format_exception(error))
    log.warning("%s: %s", run, sentence, exc_info=error if code == "unexpected" else None)
    state = fail(
        run.pk, token, code=code, sentence=sentence, detail=_storable(detail), permanent=permanent
    )
    if state is None:
        return Outcome.LOST
    return Outcome.FAILED if state == StageRun.State.FAILED else Outcome.AGAIN


def _describe(run: StageRun, error: Exception) -> tuple[str, str, bool]:
    """Code, sentence and permanence; errors of any room carry the three themselves."""
    code, permanent = getattr(error, "code", None), getattr(error, "permanent", None)
    is_ours = isinstance(error, IngestError) or isinstance(permanent, bool)
    if is_ours and isinstance(code, str) and str(error):
        return code, _storable(str(error)), bool(permanent)
    title = run.stage.rpartition(".")[2]
    sentence = (
        f"Something went wrong in EveryID while it worked on this file (stage “{title}”): "
        "an administrator finds the details in the stage's log."
    )
    return "unexpected", sentence, False


def _storable(text: str) -> str:
    """Text that Postgres takes: without NUL and lone surrogates."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()
