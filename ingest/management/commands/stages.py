"""``manage.py stages``: what the pipeline has done and has to do."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingest import pipeline
from ingest.models import Asset, StageRun
from ingest.selectors import runs_of


class Command(BaseCommand):
    """Lists stage runs, and repeats those that failed or were cancelled."""

    requires_system_checks = []
    help = "List what the pipeline has done for each asset; --retry repeats what failed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and what."""
        parser.add_argument("--asset", type=int, action="append", metavar="ID")
        parser.add_argument("--library", metavar="NAME")
        parser.add_argument("--retry", action="store_true", help="Repeat what failed.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """List, after repeating if asked to."""
        assets = Asset.objects.order_by("pk").prefetch_related("stage_runs")
        if options["asset"]:
            assets = assets.filter(pk__in=options["asset"])
        if options["library"]:
            assets = assets.filter(library__name=options["library"])
        if options["retry"]:
            _retry(assets.filter(status__in=(Asset.Status.FAILED, Asset.Status.CANCELLED)))
        rows = [_asset_row(asset) for asset in assets]
        if options["json"]:
            self.stdout.write(json.dumps({"assets": rows}, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"{row['id']}  {row['name']}  {row['status']}  {row['error'] or ''}")
            for run in row["stages"]:
                self.stdout.write(
                    f"    {run['stage']:<34} {run['state']:<9} {run['seconds'] or '':>8}  "
                    f"{run['error'] or ''}"
                )


def _retry(assets: Any) -> None:
    for asset in assets:
        unfinished = [run for run in runs_of(asset) if run.state in ("failed", "cancelled")]
        if unfinished:
            pipeline.retry(unfinished[0])


def _asset_row(asset: Asset) -> dict[str, Any]:
    duration = asset.duration_s
    return {
        "id": asset.pk,
        "name": asset.name,
        "status": asset.status,
        "error": asset.error_sentence or None,
        "duration_s": float(duration) if duration is not None else None,
        "stages": [_run_row(run) for run in runs_of(asset)],
    }


def _run_row(run: StageRun) -> dict[str, Any]:
    seconds = None
    if run.started_at is not None and run.finished_at is not None:
        seconds = round((run.finished_at - run.started_at).total_seconds(), 3)
    return {
        "id": run.pk,
        "stage": run.stage,
        "state": run.state,
        "attempts": run.attempts,
        "failures": run.failures,
        "deaths": run.deaths,
        "progress": run.progress,
        "seconds": seconds,
        "error": run.error_sentence or None,
        "summary": run.summary,
    }
