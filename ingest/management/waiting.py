"""Waits for assets and says how far they are."""

from __future__ import annotations

import time
from typing import TypedDict

from django.core.management.base import OutputWrapper

from ingest.models import Asset, StageRun, Upload
from ingest.pipeline import has_live_worker
from ingest.pipeline.inline import PAUSE_S, Child, drain, unfinished
from ingest.services.assets import Added

_MAX_FAILED_STARTS = 3

_STATUS = {
    Asset.Status.READY: "ready",
    Asset.Status.FAILED: "failed",
    Asset.Status.CANCELLED: "failed",
}


class Row(TypedDict):
    """One line of the outcome."""

    name: str
    status: str
    error: str | None


class Results:
    """What became of each file, in the order given."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._added: list[Added] = []
        self._rows: list[Row] | None = None

    def take(self, name: str, added: Added) -> None:
        """Note one file."""
        self.names.append(name)
        self._added.append(added)
        self._rows = None

    def asset_ids(self) -> list[int]:
        """All assets that are concerned, each once."""
        return list({added.asset.pk: None for added in self._added if added.asset is not None})

    def rows(self) -> list[Row]:
        """Name, status and sentence of each file, by what the catalogue says now."""
        if self._rows is None:
            known = Asset.objects.in_bulk(self.asset_ids())
            pairs = zip(self.names, self._added, strict=True)
            self._rows = [_row(name, added, known) for name, added in pairs]
        return self._rows

    def has_trouble(self) -> bool:
        """Whether any file failed or was refused."""
        return any(row["status"] in ("failed", "refused") for row in self.rows())


def _row(name: str, added: Added, known: dict[int, Asset]) -> Row:
    if added.outcome == Upload.Outcome.REFUSED or added.asset is None:
        return {"name": name, "status": "refused", "error": added.sentence}
    asset = known.get(added.asset.pk)
    if added.outcome == Upload.Outcome.DUPLICATE:
        failure = f" {asset.error_sentence}" if asset and asset.error_sentence else ""
        return {"name": name, "status": "duplicate", "error": added.sentence + failure}
    if asset is None:
        return {"name": name, "status": "failed", "error": "It was deleted meanwhile."}
    status = _STATUS.get(Asset.Status(asset.status), "queued")
    error = asset.error_sentence or None
    if asset.status == Asset.Status.CANCELLED:
        error = "Indexing was cancelled."
    return {"name": name, "status": status, "error": error}


def wait_for(results: Results, out: OutputWrapper, *, in_process: bool) -> None:
    """Return when every asset is ready or failed; do the work here where no worker is there."""
    ids = results.asset_ids()
    progress = _Progress(ids, out)
    if in_process:
        drain(ids)
        progress.tell()
        return
    child: Child | None = None
    failed_starts = 0
    try:
        while unfinished(ids).exists() and failed_starts < _MAX_FAILED_STARTS:
            if child is not None and child.has_ended():
                failed_starts += child.has_failed
                child = None
            if child is None and not has_live_worker():
                child = Child(ids)
            time.sleep(PAUSE_S)
            progress.tell()
    finally:
        if child is not None:
            child.stop()
    progress.tell()


class _Progress:
    """Tells on standard error when an asset changes its state or its stage."""

    def __init__(self, asset_ids: list[int], out: OutputWrapper) -> None:
        self._ids = asset_ids
        self._out = out
        self._told: dict[int, str] = {}

    def tell(self) -> None:
        """Write a line for each asset of which there is news."""
        assets = Asset.objects.filter(pk__in=self._ids).order_by("pk")
        running = dict(
            StageRun.objects.filter(asset__in=self._ids, state=StageRun.State.RUNNING).values_list(
                "asset_id", "stage"
            )
        )
        ready = 0
        for asset in assets:
            stage = running.get(asset.pk, "").rpartition(".")[2]
            ready += asset.status == Asset.Status.READY
            news = asset.error_sentence or (stage if stage else asset.status)
            is_waiting = asset.status == Asset.Status.PROCESSING and not stage
            if is_waiting or self._told.get(asset.pk) == news:
                continue
            self._told[asset.pk] = news
            if asset.status != Asset.Status.PENDING:
                self._out.write(f"{ready}/{len(self._ids)} ready · {asset.name}: {news}")
