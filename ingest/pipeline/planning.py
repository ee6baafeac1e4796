"""What is to be done for an asset, and what its status is. Nothing else changes ``Asset.status``.

Locks are always taken in one order: the asset's row, then its runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ingest.models import Asset, Library, StageRun
from ingest.pipeline.path import Step, steps

State = StageRun.State


def lock(asset_id: int) -> Asset | None:
    """The asset's row, locked until the transaction ends; None if it was deleted."""
    return Asset.objects.select_for_update(no_key=True).filter(pk=asset_id).first()


def plan(asset: Asset) -> StageRun | None:
    """Write down as queued runs what is missing for an asset; the next run to do.

    None where nothing is to be done now: all is done, or a run is under way, has failed or was
    cancelled. Runs of an earlier path that never finished are dropped; those that are done stay
    until their results are replaced. Raises what a stage's ``configuration`` raises.
    """
    path = path_of(asset)
    with transaction.atomic():
        locked = lock(asset.pk)
        if locked is None:
            return None
        runs = bring_up_to_date(locked, path)
        settle(locked, runs)
    _copy_status(locked, asset)
    return next_of(runs)


def path_of(asset: Asset) -> tuple[Step, ...]:
    """The path of an asset, as its library's switch stands now. Raises as ``plan``."""
    chosen = Library.objects.filter(assets=asset.pk).values_list("recognises_people", flat=True)
    return steps(recognises_people=bool(chosen.first()))


def runs_on(path: Sequence[Step], asset: Asset) -> list[StageRun | None]:
    """The asset's run of each step, in order; None where there is none yet."""
    known = {(run.stage, run.fingerprint): run for run in asset.stage_runs.all()}
    return [known.get((step.stage.name, step.fingerprint)) for step in path]


def bring_up_to_date(asset: Asset, path: Sequence[Step]) -> list[StageRun]:
    """Make the missing runs and drop the unfinished ones of an earlier path (asset locked)."""
    runs = [
        run or StageRun(asset=asset, stage=step.stage.name, fingerprint=step.fingerprint)
        for run, step in zip(runs_on(path, asset), path, strict=True)
    ]
    StageRun.objects.bulk_create([run for run in runs if run.pk is None])
    stale = asset.stage_runs.exclude(pk__in=[run.pk for run in runs]).exclude(state=State.DONE)
    stale.delete()
    return runs


def next_of(runs: Sequence[StageRun]) -> StageRun | None:
    """The run to do next, if it may be started."""
    first = next((run for run in runs if run.state != State.DONE), None)
    return first if first is not None and first.state == State.QUEUED else None


def finish(run: StageRun, path: Sequence[Step]) -> StageRun | None:
    """Follow up on a run that is done (asset locked); the next run to do.

    What the stage wrote has replaced what it had written before, so its other runs are history,
    and whatever later stages had made of that is to be made anew. Runs of stages that are no
    longer on the path go too: they were made from what is now replaced.
    """
    before = _pks_before(run, path)
    others = run.asset.stage_runs.exclude(pk__in=[*before, run.pk])
    current = [other.pk for other in runs_on(path, run.asset) if other is not None]
    others.exclude(pk__in=current).delete()
    others.filter(state__in=(State.DONE, State.FAILED)).update(**FRESH)
    runs = bring_up_to_date(run.asset, path)
    settle(run.asset, runs)
    return next_of(runs)


FRESH = {
    "state": State.QUEUED,
    "failures": 0,
    "deaths": 0,
    "claim": None,
    "worker": "",
    "progress": 0,
    "published_at": None,
    "not_before": None,
    "finished_at": None,
    "error_code": "",
    "error_sentence": "",
    "error_detail": "",
    "is_permanent": False,
}
"""The fields of a run that is to be done as if for the first time."""


def settle(asset: Asset, runs: Sequence[StageRun]) -> None:
    """Set the asset's status to what its runs say (asset locked)."""
    states = {run.state for run in runs}
    failed = next((run for run in runs if run.state == State.FAILED), None)
    asset.status = _status_of(states)
    asset.error_code = failed.error_code if failed else ""
    asset.error_sentence = failed.error_sentence if failed else ""
    if asset.status == Asset.Status.READY and asset.ready_at is None:
        asset.ready_at = timezone.now()
    asset.save(update_fields=["status", "error_code", "error_sentence", "ready_at"])


def _status_of(states: set[str]) -> Asset.Status:
    if states <= {State.DONE}:
        return Asset.Status.READY
    if State.FAILED in states:
        return Asset.Status.FAILED
    if State.CANCELLED in states:
        return Asset.Status.CANCELLED
    if states == {State.QUEUED}:
        return Asset.Status.PENDING
    return Asset.Status.PROCESSING


def settle_by_id(asset_id: int) -> None:
    """Set an asset's status after its runs were changed (inside a transaction)."""
    asset = lock(asset_id)
    if asset is not None:
        settle(asset, list(asset.stage_runs.order_by("pk")))


def _pks_before(run: StageRun, path: Sequence[Step]) -> list[int]:
    """Runs of the stages before this one: they stay as they are."""
    found: list[int] = []
    for step, known in zip(path, runs_on(path, run.asset), strict=True):
        if step.stage.name == run.stage:
            break
        if known is not None:
            found.append(known.pk)
    return found


def _copy_status(source: Asset, target: Asset) -> None:
    target.status = source.status
    target.error_code = source.error_code
    target.error_sentence = source.error_sentence
    target.ready_at = source.ready_at
