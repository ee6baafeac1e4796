"""What a running stage may use: the asset, a folder of its own, progress, and the commit."""

from __future__ import annotations

import logging
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ingest import storage
from ingest.errors import ClaimLost
from ingest.media.onlooking import Onlooker
from ingest.models import Asset, StageRun
from ingest.pipeline.heartbeat import Heartbeat
from ingest.pipeline.path import Step
from ingest.pipeline.planning import finish, lock
from ingest.pipeline.publishing import publish
from ingest.pipeline.reconnecting import wait_for_database

log = logging.getLogger(__name__)


class RunContext:
    """The ``StageContext`` of one attempt of one run."""

    def __init__(
        self,
        run: StageRun,
        path: tuple[Step, ...],
        token: UUID,
        heartbeat: Heartbeat,
        *,
        announce: bool,
    ) -> None:
        self.asset: Asset = run.asset
        self.is_committed = False
        self._run_id = run.pk
        self._is_marred = run.deaths > 0 or run.failures > 0
        self._left: Path | None = None
        self._stage = run.stage
        self._path = path
        self._token = token
        self._heartbeat = heartbeat
        self._announce = announce
        self._cpu_s = _cpu_seconds()

    @property
    def source_path(self) -> Path:
        """The asset's media file; raises NotAFile with a sentence if it has gone."""
        return storage.source_path(self.asset)

    @property
    def output_dir(self) -> Path:
        """The folder of this attempt alone; made when first asked for."""
        folder = self._folder
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def record_path(self) -> Path:
        """Where this stage's onlooker left what it saw, if there was one."""
        return storage.record_path(self.asset.pk, self._stage)

    def onlooker(self) -> Onlooker | None:
        """Who looks on for a later stage, if one of the same queue has somebody who does.

        Nobody after a death or an error: if looking on was what did it, then this stage is done
        without, and the later one comes to its own end.
        """
        if self._is_marred:
            return None
        names = [step.stage.name for step in self._path]
        here, *later = (step.stage for step in self._path[names.index(self._stage) :])
        for stage in later:
            if stage.onlooker is not None and stage.queue_now() == here.queue_now():
                self._left = storage.record_path(self.asset.pk, stage.name)
                return stage.onlooker(self.asset, self.output_dir, self._left)
        return None

    def key_of(self, path: Path) -> str:
        """The key by which rows refer to a file in ``output_dir``."""
        return storage.derived_key(path)

    def progress(self, fraction: float) -> None:
        """Report 0–1; raises ClaimLost if the run was cancelled or taken over."""
        self._heartbeat.report(round(min(max(fraction, 0.0), 1.0) * 100))
        if self._heartbeat.is_lost:
            raise ClaimLost("This run was cancelled or taken over by another worker.")

    @contextmanager
    def commit(self) -> Iterator[dict[str, Any]]:
        """The one transaction that writes all results and marks the run done.

        Raises ClaimLost, with nothing written, if the run is no longer ours. A database that
        restarted while the stage was at work is waited for.
        """
        wait_for_database()
        summary: dict[str, Any] = {}
        with transaction.atomic():
            run = self._claimed_run()
            yield summary
            spent = round(_cpu_seconds() - self._cpu_s, 3)
            run.summary = {**summary, "cpu_seconds": spent, "peak_mb": _peak_mb()}
            following = self._mark_done(run)
            transaction.on_commit(self._remove_superseded, robust=True)
            if following is not None and self._announce:
                transaction.on_commit(partial(publish, following), robust=True)
        self.is_committed = True

    def discard(self) -> None:
        """Remove this attempt's folder, and what was seen on the way, unless its results were
        committed after all."""
        if not Asset.objects.filter(pk=self.asset.pk).exists():
            storage.delete_asset_files(self.asset.pk)
        mine = StageRun.objects.filter(pk=self._run_id)
        if mine.filter(state=StageRun.State.FAILED).exists():
            self.record_path.unlink(missing_ok=True)  # nobody goes by it any more
        if not self._folder.exists() and self._left is None:
            return
        if not mine.filter(claim=self._token, state=StageRun.State.DONE).exists():
            storage.remove_tree(self._folder)
            if self._left is not None:
                self._left.unlink(missing_ok=True)

    @property
    def _folder(self) -> Path:
        return storage.attempt_dir(self.asset.pk, self._stage, self._token)

    def _claimed_run(self) -> StageRun:
        asset = lock(self.asset.pk)
        run = (
            StageRun.objects.select_for_update()
            .filter(pk=self._run_id, claim=self._token, state=StageRun.State.RUNNING)
            .first()
        )
        if asset is None or run is None:
            raise ClaimLost("This run was cancelled or taken over by another worker.")
        return run

    def _mark_done(self, run: StageRun) -> StageRun | None:
        run.state = StageRun.State.DONE
        run.progress = 100
        run.finished_at = run.heartbeat_at = timezone.now()
        run.error_code = run.error_sentence = run.error_detail = ""
        run.not_before = None
        run.save()
        run.asset = Asset.objects.get(pk=run.asset_id)
        return finish(run, self._path)

    def _remove_superseded(self) -> None:
        """Remove the folders of every other attempt of this stage: nothing refers to them.

        And what onlookers saw, for this stage and those before it, which have gone by it.
        """
        for folder in storage.stage_dir(self.asset.pk, self._stage).glob("*"):
            if folder != self._folder:
                storage.remove_tree(folder)
        for step in self._path:
            storage.record_path(self.asset.pk, step.stage.name).unlink(missing_ok=True)
            if step.stage.name == self._stage:
                break


def _cpu_seconds() -> float:
    """Processor seconds that this process has used, all its threads together."""
    times = os.times()
    return times.user + times.system


def _peak_mb() -> int:
    """The most memory that this process has held since it began, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)
