"""Running an asset's stages: once each, and again exactly where something changed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ingest import storage
from ingest.errors import ClaimLost, NoFrames, StageFailed
from ingest.models import Asset, StageRun
from ingest.pipeline import Outcome, cancel, enqueue, path, plan, retry, run_asset, run_stage
from ingest.pipeline_types import StageContext
from ingest.services.assets import delete_asset
from tests.ingest.pipeline.path_of_tests import MadeStage

State = StageRun.State
Path = list[MadeStage]


def counts(stages: Path) -> list[int]:
    """How often each stage committed."""
    return [len(stage.runs) for stage in stages]


def raising(error: Exception) -> Any:
    """Something for a stage to do."""

    def do(context: StageContext) -> None:
        (context.output_dir / "half.txt").write_text("half")
        raise error

    return do


def test_it_runs_each_stage_once_in_order(asset: Asset, path: Path) -> None:
    run_asset(asset.pk)
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert counts(path) == [1, 1, 1]
    assert asset.status == Asset.Status.READY and asset.ready_at is not None
    runs = list(asset.stage_runs.order_by("pk"))
    assert [run.stage for run in runs] == [stage.stage.name for stage in path]
    assert {(run.state, run.progress, run.attempts) for run in runs} == {(State.DONE, 100, 1)}
    for run in runs:
        assert storage.derived_path(run.summary["key"]).is_file()


def test_it_writes_down_what_is_to_be_done(asset: Asset, path: Path) -> None:
    first = plan(asset)
    assert first is not None and first.stage == "made_stages.a"
    assert asset.stage_runs.count() == 3
    assert plan(asset) == first
    assert asset.status == Asset.Status.PENDING


@pytest.mark.parametrize(("raised", "expected"), [(0, [2, 2, 2]), (1, [1, 2, 2]), (2, [1, 1, 2])])
def test_it_redoes_the_stage_that_changed_and_what_follows(
    asset: Asset, path: Path, raised: int, expected: list[int]
) -> None:
    run_asset(asset.pk)
    path[raised].raise_version()
    run_asset(asset.pk)
    assert counts(path) == expected
    assert asset.stage_runs.count() == 3


def test_it_redoes_what_a_configuration_changed(asset: Asset, path: Path) -> None:
    run_asset(asset.pk)
    path[1].configuration = {"weights": "new"}
    run_asset(asset.pk)
    assert counts(path) == [1, 2, 2]


def test_it_does_not_trust_what_was_overwritten(asset: Asset, path: Path) -> None:
    run_asset(asset.pk)
    path[1].configuration = {"weights": "new"}
    run_asset(asset.pk)
    path[1].configuration = {}
    run_asset(asset.pk)
    assert counts(path) == [1, 3, 3]


def test_it_drops_and_adds_stages(asset: Asset, path: Path, settings: Any) -> None:
    names = settings.PIPELINE
    settings.PIPELINE = names[:2]
    run_asset(asset.pk)
    assert counts(path) == [1, 1, 0]
    settings.PIPELINE = names
    run_asset(asset.pk)
    assert counts(path) == [1, 1, 1]
    settings.PIPELINE = names[:2]
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert counts(path) == [1, 1, 1] and asset.status == Asset.Status.READY


def test_it_keeps_files_of_the_last_commit_only(asset: Asset, path: Path) -> None:
    run_asset(asset.pk)
    path[0].raise_version()
    run_asset(asset.pk)
    files = [file for file in storage.derived_root().glob(f"{asset.pk}/**/*") if file.is_file()]
    assert len(files) == 3


def test_it_fails_for_good_with_the_errors_sentence(asset: Asset, path: Path) -> None:
    path[1].before = [raising(NoFrames("No picture can be decoded."))]
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert (asset.status, asset.error_code) == (Asset.Status.FAILED, "no_frames")
    assert asset.error_sentence == "No picture can be decoded."
    run = asset.stage_runs.get(stage="made_stages.b")
    assert run.is_permanent and run.failures == 1 and "NoFrames" in run.error_detail
    assert not list(storage.stage_dir(asset.pk, "made_stages.b").glob("*"))
    assert counts(path) == [1, 0, 0]
    run_asset(asset.pk)
    assert counts(path) == [1, 0, 0]


def test_it_tries_again_what_may_pass(
    asset: Asset, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.claims.BACKOFF_S", (0.01, 0.01))
    path[0].before = [raising(StageFailed("Not now.", permanent=False))] * 2
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY and counts(path) == [1, 1, 1]
    run = asset.stage_runs.get(stage="made_stages.a")
    assert (run.attempts, run.failures, run.error_sentence) == (3, 2, "")


def test_it_gives_up_after_three_tries_and_says_so(
    asset: Asset, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.claims.BACKOFF_S", (0.01, 0.01))
    path[0].before = [raising(ZeroDivisionError("division by zero"))] * 3
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.FAILED and asset.error_code == "unexpected"
    assert "Something went wrong" in asset.error_sentence
    assert "ZeroDivisionError" in asset.stage_runs.get(stage="made_stages.a").error_detail


def test_it_waits_before_the_next_try(asset: Asset, path: Path) -> None:
    path[0].before = [raising(StageFailed("Not now.", permanent=False))]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.AGAIN
    assert run_stage(run.pk) == Outcome.HELD
    assert counts(path) == [0, 0, 0]


def test_a_stage_that_writes_nothing_has_failed(asset: Asset, path: Path) -> None:
    path[0].stage = path[0].stage.__class__("made_stages.a", 1, "media", dict, lambda context: None)
    path[0].module.STAGE = path[0].stage  # type: ignore[attr-defined]
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert "without writing" in asset.error_sentence


def test_it_retries_a_failed_run_and_what_follows(asset: Asset, path: Path) -> None:
    path[1].before = [raising(NoFrames("No."))]
    run_asset(asset.pk)
    retry(asset.stage_runs.get(stage="made_stages.b"))
    asset.refresh_from_db()
    assert asset.status == Asset.Status.PROCESSING and asset.error_sentence == ""
    run_asset(asset.pk)
    assert counts(path) == [1, 1, 1]


def test_it_repeats_a_done_run_and_what_follows(asset: Asset, path: Path) -> None:
    run_asset(asset.pk)
    retry(asset.stage_runs.get(stage="made_stages.b"))
    run_asset(asset.pk)
    assert counts(path) == [1, 2, 2]


def test_it_cancels_and_goes_on_after_a_retry(asset: Asset, path: Path) -> None:
    enqueue(asset)
    cancel(asset)
    assert asset.status == Asset.Status.CANCELLED
    run_asset(asset.pk)
    assert counts(path) == [0, 0, 0]
    retry(asset.stage_runs.order_by("pk")[0])
    run_asset(asset.pk)
    assert counts(path) == [1, 1, 1]


def test_a_cancelled_stage_writes_nothing(asset: Asset, path: Path) -> None:
    path[0].before = [lambda context: cancel(asset)]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.LOST
    assert counts(path) == [0, 0, 0]
    assert not list(storage.stage_dir(asset.pk, "made_stages.a").glob("*"))


def test_progress_stops_a_stage_that_lost_its_claim(
    asset: Asset, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.heartbeat.TICK_S", 0.01)

    def work(context: StageContext) -> None:
        cancel(asset)
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            context.progress(0.5)
            time.sleep(0.01)
        raise AssertionError("progress did not stop it")

    path[0].before = [work]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.LOST


def test_a_deleted_asset_leaves_nothing(asset: Asset, path: Path) -> None:
    pk = asset.pk

    def delete(context: StageContext) -> None:
        assert context.output_dir.is_dir()
        delete_asset(asset=asset)

    path[0].before = [delete]
    run = plan(asset)
    assert run is not None
    assert run_stage(run.pk) == Outcome.LOST
    assert not (storage.derived_root() / str(pk)).exists()


def test_a_doubled_message_is_harmless(asset: Asset, path: Path) -> None:
    run = plan(asset)
    assert run is not None
    outcomes: list[Outcome] = []
    path[0].before = [lambda context: outcomes.append(run_stage(run.pk))]
    assert run_stage(run.pk) == Outcome.DONE
    assert run_stage(run.pk) == Outcome.HELD
    assert outcomes == [Outcome.HELD] and counts(path)[0] == 1


def test_a_late_message_for_a_later_stage_is_harmless(asset: Asset, path: Path) -> None:
    plan(asset)
    later = asset.stage_runs.get(stage="made_stages.c")
    assert run_stage(later.pk) == Outcome.HELD
    assert run_stage(10**9) == Outcome.GONE


def test_a_message_of_an_older_path_makes_a_new_plan(
    asset: Asset, path: Path, sent: list[tuple[str, int, str]]
) -> None:
    old = plan(asset)
    assert old is not None
    path[0].raise_version()
    assert run_stage(old.pk) == Outcome.GONE
    assert not StageRun.objects.filter(pk=old.pk).exists()
    assert [message[1] for message in sent] == [plan(asset).pk]  # type: ignore[union-attr]


def test_a_path_that_cannot_be_read_is_said_on_the_run(
    asset: Asset, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = plan(asset)
    assert run is not None

    def no_weights(_: Asset) -> Any:
        raise StageFailed("The weights are missing: pull them.", permanent=True)

    monkeypatch.setattr("ingest.pipeline.runner.path_of", no_weights)
    assert run_stage(run.pk) == Outcome.FAILED
    asset.refresh_from_db()
    assert asset.error_sentence == "The weights are missing: pull them."


def test_a_stopped_process_gives_its_run_back(asset: Asset, path: Path) -> None:
    path[0].before = [raising(KeyboardInterrupt())]  # type: ignore[arg-type]
    run = plan(asset)
    assert run is not None
    with pytest.raises(KeyboardInterrupt):
        run_stage(run.pk)
    run.refresh_from_db()
    assert (run.state, run.claim, run.failures, run.deaths) == (State.QUEUED, None, 0, 0)
    assert not list(storage.stage_dir(asset.pk, "made_stages.a").glob("*"))


def test_the_fingerprint_depends_on_the_stage_before() -> None:
    from tests.ingest.pipeline.path_of_tests import make_stage

    stage = make_stage("made_stages.x").stage
    assert path.fingerprint(stage, "") != path.fingerprint(stage, "f")
    assert path.fingerprint(stage, "") == path.fingerprint(stage, "")


def test_claim_lost_is_no_failure() -> None:
    assert ClaimLost.permanent is False
