"""Dead workers' runs are taken back, and lost messages sent again."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from ingest import storage
from ingest.models import Asset, StageRun, Worker
from ingest.pipeline import (
    Outcome,
    enqueue,
    has_live_worker,
    plan,
    requeue_dead,
    run_asset,
    run_stage,
)
from ingest.pipeline.claims import DEATH_LIMIT, claim, release_dead, release_runs_of
from ingest.pipeline.heartbeat import Heartbeat
from ingest.pipeline.path import steps
from ingest.pipeline.runner import plan_what_changed
from ingest.pipeline_types import StageContext
from tests.ingest.pipeline.path_of_tests import MadeStage

State = StageRun.State
Sent = list[tuple[str, int, str]]
GRACE_S, TIMEOUT_S = 1_000, 3_000
"""How long a worker may be silent without its lock, and with it: far longer than a test takes on
any machine, so that silence is only what a test says of it."""
REPEAT_S = 300


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Limits that no busy machine reaches by itself."""
    monkeypatch.setattr("ingest.pipeline.claims.LOCKLESS_GRACE_S", GRACE_S)
    monkeypatch.setattr("ingest.pipeline.heartbeat.INTERVAL_S", 300)
    settings.HEARTBEAT_TIMEOUT_S = TIMEOUT_S
    monkeypatch.setattr("ingest.pipeline.housekeeping.IDLE_REPEAT_S", REPEAT_S)
    monkeypatch.setattr("ingest.pipeline.housekeeping.SEEN_WITHIN_S", REPEAT_S)


def held_run(asset: Asset, *, silence_s: float = 0.0) -> StageRun:
    """A run that a worker claimed and then said nothing of."""
    run = plan(asset)
    assert run is not None
    token = uuid4()
    assert claim(run, steps(), token, "elsewhere:1")
    storage.attempt_dir(asset.pk, run.stage, token).mkdir(parents=True)
    heard = timezone.now() - timedelta(seconds=silence_s)
    StageRun.objects.filter(pk=run.pk).update(heartbeat_at=heard)
    run.refresh_from_db()
    return run


def test_it_publishes_the_next_run_to_its_queue(asset: Asset, sent: Sent) -> None:
    run = enqueue(asset)
    assert run is not None
    assert sent == [("ingest.tasks.run_stage", run.pk, "media")]
    assert run_stage(run.pk) == Outcome.DONE
    assert [message[1] for message in sent] == [run.pk, plan(asset).pk]  # type: ignore[union-attr]


def test_a_broker_that_is_away_loses_nothing(
    asset: Asset, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise BrokerAway("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(current_app, "send_task", away)
        run = enqueue(asset)
        assert run is not None and requeue_dead() == 0
    assert requeue_dead() == 1 and [message[1] for message in sent] == [run.pk]
    assert requeue_dead() == 0


def test_a_lost_message_is_sent_again(asset: Asset, sent: Sent) -> None:
    run = enqueue(asset)
    assert run is not None and requeue_dead() == 0
    long_ago = timezone.now() - timedelta(seconds=REPEAT_S + 1)
    StageRun.objects.filter(pk=run.pk).update(published_at=long_ago)
    assert requeue_dead() == 1 and len(sent) == 2


def test_a_run_in_its_pause_is_not_published(asset: Asset, sent: Sent) -> None:
    run = plan(asset)
    assert run is not None
    later = timezone.now() + timedelta(hours=1)
    StageRun.objects.filter(pk=run.pk).update(not_before=later)
    assert requeue_dead() == 0


@pytest.mark.parametrize(
    ("silence_s", "is_dead"), [(0, False), (GRACE_S * 0.8, False), (GRACE_S + 1, True)]
)
def test_a_silent_worker_without_its_lock_is_dead(
    asset: Asset, sent: Sent, silence_s: float, is_dead: bool
) -> None:
    run = held_run(asset, silence_s=silence_s)
    requeue_dead()
    run.refresh_from_db()
    assert (run.state == State.QUEUED) is is_dead
    assert (run.deaths, len(sent)) == ((1, 1) if is_dead else (0, 0))
    assert bool(list(storage.stage_dir(asset.pk, run.stage).glob("*"))) is not is_dead


def test_a_worker_with_its_lock_is_given_longer(asset: Asset, sent: Sent) -> None:
    run = held_run(asset, silence_s=2 * GRACE_S)
    assert run.claim is not None
    with Heartbeat(run.pk, run.claim):
        assert release_dead(run_id=run.pk, obituary="somebody else died") == []
    deadline = time.monotonic() + 120
    while not (dead := release_dead(run_id=run.pk)) and time.monotonic() < deadline:
        time.sleep(0.05)  # the server takes a moment to end the session that held the lock
    assert dead == [run.pk]


def test_a_worker_that_hangs_is_dead_in_spite_of_its_lock(asset: Asset) -> None:
    run = held_run(asset, silence_s=TIMEOUT_S + 1)
    assert run.claim is not None
    with Heartbeat(run.pk, run.claim):
        assert release_dead() == [run.pk]


def test_a_dead_claim_is_taken_over_by_a_doubled_message(
    asset: Asset, path: list[MadeStage]
) -> None:
    run = held_run(asset, silence_s=TIMEOUT_S + 1)
    assert run_stage(run.pk) == Outcome.DONE
    run.refresh_from_db()
    assert (run.attempts, run.deaths) == (2, 1)


def test_many_deaths_fail_the_run_in_a_sentence(asset: Asset) -> None:
    for number in range(DEATH_LIMIT):
        run = held_run(asset)
        assert run.deaths == number
        release_runs_of("elsewhere:1", "The process was ended by SIGKILL.")
    asset.refresh_from_db()
    assert asset.status == Asset.Status.FAILED and asset.error_code == "crashed"
    assert "crashed repeatedly" in asset.error_sentence


def test_three_crashes_are_enough(asset: Asset) -> None:
    for _ in range(3):
        run = held_run(asset)
        release_dead(run_id=run.pk, obituary="signal 11 (SIGSEGV) Job: 1.")
    asset.refresh_from_db()
    assert asset.error_code == "crashed"


def test_a_database_that_goes_away_is_nobodys_failure(asset: Asset, path: list[MadeStage]) -> None:
    def cut(context: StageContext) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    path[0].before = [cut]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.RELEASED
    run.refresh_from_db()
    assert (run.state, run.failures, run.deaths) == (State.QUEUED, 0, 0)
    assert run_stage(run.pk) == Outcome.DONE


def test_a_database_that_restarts_during_the_work_is_not_noticed(
    asset: Asset, path: list[MadeStage]
) -> None:
    def cut(context: StageContext) -> None:
        with pytest.raises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    path[0].before = [cut]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.DONE


def test_a_database_that_refuses_is_a_failure(asset: Asset, path: list[MadeStage]) -> None:
    def refuse(context: StageContext) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 1; SELECT pg_sleep(1)")

    path[0].before = [refuse]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.AGAIN
    run.refresh_from_db()
    assert run.failures == 1
    connection.close()


def test_workers_are_known_by_what_they_said_last(transactional_db: None) -> None:
    assert not has_live_worker()
    long_ago = timezone.now() - timedelta(seconds=REPEAT_S + 1)
    worker = Worker.objects.create(name="here:1", seen_at=long_ago)
    assert not has_live_worker()
    worker.seen_at = timezone.now()
    worker.save()
    assert has_live_worker()


def test_a_path_that_cannot_be_read_ends_in_a_sentence(
    asset: Asset, path: list[MadeStage], sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.claims.BACKOFF_S", (0, 0))
    assert plan(asset) is not None
    path[2].configuration = {"weights": object()}
    for _ in range(3):
        assert requeue_dead() == 0
    asset.refresh_from_db()
    assert asset.status == Asset.Status.FAILED and "Something went wrong" in asset.error_sentence
    path[2].configuration = {}
    assert enqueue(asset) is not None and len(sent) == 1


def test_a_worker_that_starts_plans_again_what_a_change_has_made_old(
    asset: Asset, path: list[MadeStage], sent: Sent
) -> None:
    run_asset(asset.pk)
    assert plan_what_changed() == 0
    path[-1].raise_version()
    assert plan_what_changed() == 1
    asset.refresh_from_db()
    assert asset.status != Asset.Status.READY
    sent.clear()
    assert requeue_dead() == 1
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY and plan_what_changed() == 0
