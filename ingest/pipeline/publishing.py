"""Starts, stops and repeats work on an asset, and tells the broker.

A broker that cannot be reached loses nothing: the rows say what is to be done, and housekeeping
tells the broker again.
"""

from __future__ import annotations

import logging
from functools import partial

import psycopg
from celery import current_app
from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError

from ingest import storage
from ingest.models import Asset, StageRun
from ingest.pipeline.path import stages
from ingest.pipeline.planning import FRESH, lock, plan, settle_by_id

log = logging.getLogger(__name__)

RUN_STAGE = "ingest.tasks.run_stage"
"""The task's name; it takes the id of a StageRun."""

State = StageRun.State


def enqueue(asset: Asset) -> StageRun | None:
    """Plan an asset and publish its next run after commit; that run, if there is one.

    What had failed for a reason that may have passed is tried again. Free where nothing changed.
    """
    with transaction.atomic():
        lock(asset.pk)
        asset.stage_runs.filter(state=State.FAILED, is_permanent=False).update(**FRESH)
        run = plan(asset)
        if run is not None:
            transaction.on_commit(partial(publish, run), robust=True)
    return run


def publish(run: StageRun) -> bool:
    """Tell the broker of a queued run; whether it took the message."""
    stage = next((stage for stage in stages() if stage.name == run.stage), None)
    if stage is None:
        return False
    try:
        current_app.send_task(RUN_STAGE, args=[run.pk], queue=stage.queue_now(), retry=False)
    except (KombuError, OSError, psycopg.Error, AnyDatabaseError) as error:
        log.warning("the broker did not take run %s, it is told again later: %s", run.pk, error)
        return False
    StageRun.objects.filter(pk=run.pk).update(published_at=timezone.now())
    return True


def retry(run: StageRun, *, even_under_way: bool = False) -> StageRun | None:
    """Do a run again, and with it all that depends on it; the asset's next run.

    What failed or was cancelled after it is queued again too. A run under way is left alone; with
    ``even_under_way`` it is taken from its worker, which then writes nothing. A run that is no
    longer on the path gives way to what is.
    """
    with transaction.atomic():
        asset = lock(run.asset_id)
        if asset is None:
            return None
        again = asset.stage_runs.filter(pk=run.pk)
        if not even_under_way:
            again = again.exclude(state=State.RUNNING)
        again.update(**FRESH)
        undone = asset.stage_runs.filter(state__in=(State.FAILED, State.CANCELLED))
        undone.update(**FRESH)
        following = plan(asset)
        if following is not None:
            transaction.on_commit(partial(publish, following), robust=True)
    return following


def cancel(asset: Asset) -> None:
    """Stop all work on an asset; what is done stays. A stage under way writes nothing any more."""
    with transaction.atomic():
        lock(asset.pk)
        open_runs = asset.stage_runs.filter(state__in=(State.QUEUED, State.RUNNING))
        open_runs.update(state=State.CANCELLED, claim=None, finished_at=timezone.now())
        settle_by_id(asset.pk)
        transaction.on_commit(partial(storage.delete_records, asset.pk), robust=True)
    asset.refresh_from_db(fields=["status", "error_code", "error_sentence"])
