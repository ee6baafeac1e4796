"""The heartbeat says that a run was taken away only where it was."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from ingest.models import Asset, StageRun
from ingest.pipeline import Outcome, plan, run_asset, run_stage
from ingest.pipeline.planning import lock
from ingest.pipeline_types import StageContext
from tests.ingest.pipeline.path_of_tests import MadeStage


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine so loaded that a stage lasts many ticks."""
    monkeypatch.setattr("ingest.pipeline.heartbeat.TICK_S", 0.01)
    monkeypatch.setattr("ingest.pipeline.heartbeat.INTERVAL_S", 0.05)


def slowly(context: StageContext) -> None:
    """Report progress over many ticks."""
    for number in range(20):
        context.progress(number / 20)
        time.sleep(0.01)


def test_a_run_within_a_transaction_is_not_lost(asset: Asset, path: list[MadeStage]) -> None:
    path[0].before = [slowly]
    with transaction.atomic():
        run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY


def test_a_claim_that_waited_for_its_asset_is_not_lost(asset: Asset, path: list[MadeStage]) -> None:
    path[0].before = [slowly]
    run = plan(asset)
    assert run is not None
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock(asset.pk)
            holds.set()
            time.sleep(0.3)
        connection.close()
        done.set()

    threading.Thread(target=hold).start()
    assert holds.wait(60)
    assert run_stage(run.pk, announce=False) == Outcome.DONE
    assert done.wait(60)


def test_it_beats_while_a_stage_works(asset: Asset, path: list[MadeStage]) -> None:
    runs = StageRun.objects.filter(asset=asset, stage="made_stages.a")
    seen: list[int] = []

    def work(context: StageContext) -> None:
        began = runs.get().heartbeat_at
        assert began is not None
        limit = time.monotonic() + 120
        while not runs.filter(heartbeat_at__gt=began, progress__gt=0).exists():
            assert time.monotonic() < limit, "it does not beat"
            context.progress(0.5)
            time.sleep(0.01)
        seen.append(runs.get().progress)

    path[0].before = [work]
    run_asset(asset.pk)
    assert seen == [50]
