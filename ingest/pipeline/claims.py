"""Takes runs, gives them back, and finds those whose worker has died.

Every change is a conditional update on state and claim, under the asset's lock, so that of many
who try exactly one succeeds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from ingest import storage
from ingest.models import StageRun
from ingest.pipeline.heartbeat import INTERVAL_S, locked_among
from ingest.pipeline.path import Step
from ingest.pipeline.planning import lock, next_of, runs_on, settle, settle_by_id

State = StageRun.State

MAX_FAILURES = 3
"""Errors that may pass are tried so often before the run fails. By judgement."""

BACKOFF_S = (5, 30)
"""Pauses before the second and the third try. By judgement: a full disk needs a person."""

DEATH_LIMIT = 12
"""A run whose worker died so often fails. Ten kills from outside may all hit one run."""

CRASH_WEIGHT = 4
"""A process that a run itself brought down (segmentation fault) counts as so many deaths."""

LOCKLESS_GRACE_S = 2 * INTERVAL_S
"""A run whose lock has gone is dead after this silence: its thread mends a lost connection
within a tick, so a server that restarts takes no run away from a living worker."""


def claim(run: StageRun, path: tuple[Step, ...], token: UUID, worker: str) -> bool:
    """Make a queued run ours; False where it is not the asset's next, not due or not free."""
    with transaction.atomic():
        asset = lock(run.asset_id)
        if asset is None:
            return False
        runs = [known for known in runs_on(path, asset) if known is not None]
        following = next_of(runs)
        now = timezone.now()
        if following is None or following.pk != run.pk or not is_due(following):
            return False
        following.state = State.RUNNING
        following.claim, following.worker = token, worker[:120]
        following.started_at = following.heartbeat_at = now
        following.finished_at, following.progress = None, 0
        following.attempts += 1
        following.save()
        settle(asset, runs)
    return True


def is_due(run: StageRun) -> bool:
    """Whether a run's back-off has passed."""
    return run.not_before is None or run.not_before <= timezone.now()


def release(run_id: int, token: UUID) -> bool:
    """Queue our run again: it is the worker that stops, not the run that failed."""
    mine = StageRun.objects.filter(pk=run_id, claim=token, state=State.RUNNING)
    return _change(mine, state=State.QUEUED, claim=None, published_at=None, progress=0)


def fail(
    run_id: int, token: UUID | None, *, code: str, sentence: str, detail: str, permanent: bool
) -> State | None:
    """Write down that our run ended in an error: to be tried again, or failed for good.

    ``token`` None: a run that could not even be claimed. None where the run is no longer ours.
    """
    state = State.RUNNING if token else State.QUEUED
    mine = StageRun.objects.filter(pk=run_id, claim=token, state=state)
    run = mine.first()
    if run is None:
        return None
    failures = run.failures + 1
    is_final = permanent or failures >= MAX_FAILURES
    outcome = State.FAILED if is_final else State.QUEUED
    values: dict[str, object] = {
        "state": outcome,
        "failures": failures,
        "claim": None,
        "published_at": None,
        "not_before": None if is_final else _later(BACKOFF_S[failures - 1]),
        "finished_at": timezone.now(),
        "error_code": code[:40],
        "error_sentence": sentence,
        "error_detail": detail,
        "is_permanent": permanent,
    }
    return outcome if _change(mine, **values) else None


def release_dead(*, run_id: int | None = None, obituary: str = "") -> list[int]:
    """Queue runs again whose worker has died; the ids of runs that were taken back.

    With ``obituary``, what is known of the death of the process that ran ``run_id``: that run is
    taken back at once, unless somebody else holds it by now.
    """
    running = StageRun.objects.filter(state=State.RUNNING)
    if run_id is not None:
        running = running.filter(pk=run_id)
    runs = [run for run in running if run.claim is not None]
    locked = locked_among(run.claim for run in runs if run.claim)
    grace = 0.0 if obituary else LOCKLESS_GRACE_S
    dead = [run for run in runs if _is_dead(run, run.claim in locked, grace)]
    return [run.pk for run in dead if _take_back(run, obituary)]


def release_runs_of(worker: str, obituary: str) -> None:
    """Take back what a worker of this name held when it died."""
    runs = StageRun.objects.filter(state=State.RUNNING, worker=worker)
    for run_id in runs.values_list("pk", flat=True):
        release_dead(run_id=run_id, obituary=obituary)


def _is_dead(run: StageRun, is_locked: bool, grace_s: float) -> bool:
    if run.heartbeat_at is None:
        return True
    silence_s = (timezone.now() - run.heartbeat_at).total_seconds()
    return silence_s > (settings.HEARTBEAT_TIMEOUT_S if is_locked else grace_s)


def _take_back(run: StageRun, obituary: str) -> bool:
    deaths = run.deaths + _weight_of(obituary)
    seen = StageRun.objects.filter(
        pk=run.pk, claim=run.claim, state=State.RUNNING, heartbeat_at=run.heartbeat_at
    )
    values: dict[str, object] = {
        "state": State.QUEUED,
        "claim": None,
        "published_at": None,
        "deaths": deaths,
    }
    if deaths >= DEATH_LIMIT:
        values |= _given_up(run, obituary)
    if not _change(seen, **values):
        return False
    if run.claim is not None:
        storage.remove_tree(storage.attempt_dir(run.asset_id, run.stage, run.claim))
    if deaths >= DEATH_LIMIT:
        storage.delete_records(run.asset_id)
    return True


def _weight_of(obituary: str) -> int:
    """A death from outside (kill -9, out of memory, power) counts once."""
    is_from_outside = not obituary or any(name in obituary for name in ("SIGKILL", "SIGTERM"))
    return 1 if is_from_outside else CRASH_WEIGHT


def _given_up(run: StageRun, obituary: str) -> dict[str, object]:
    return {
        "state": State.FAILED,
        "is_permanent": True,
        "finished_at": timezone.now(),
        "error_code": "crashed",
        "error_sentence": (
            "Processing this file crashed repeatedly, so it was given up: convert it with "
            "another program and add the result."
        ),
        "error_detail": obituary or f"The worker died repeatedly; the last was {run.worker}.",
    }


def _change(runs: models.QuerySet[StageRun], **values: object) -> bool:
    """Update one run if it still is what the query says, and its asset's status with it."""
    asset_id = runs.values_list("asset_id", flat=True).first()
    if asset_id is None:
        return False
    with transaction.atomic():
        lock(asset_id)
        if not runs.update(**values):
            return False
        settle_by_id(asset_id)
    return True


def _later(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
