"""How the installation is: database, migrations, worker, networks. Says nothing secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count

from everyid_site.context import networks_at_work
from ingest import pipeline
from ingest.models import StageRun


@dataclass(frozen=True, slots=True)
class Report:
    """``ok``; ``degraded``: pages work, but indexing stands still; ``failing``: pages do not."""

    status: str
    checks: dict[str, dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """What /healthz answers."""
        version = settings.SPECTACULAR_SETTINGS["VERSION"]
        return {"status": self.status, "version": version, "checks": self.checks}


def report() -> Report:
    """Look at every part once; a few milliseconds."""
    checks: dict[str, dict[str, Any]] = {"networks": _networks()}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = {"ok": True}
        checks["migrations"] = {"ok": _is_migrated()}
        if checks["migrations"]["ok"]:
            checks["worker"] = _worker()
    except (OperationalError, InterfaceError):
        checks["database"] = {"ok": False, "detail": "The database cannot be reached."}
    serves = checks["database"]["ok"] and checks["migrations"]["ok"]
    is_whole = all(check["ok"] for check in checks.values())
    return Report("ok" if is_whole else "degraded" if serves else "failing", checks)


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _networks() -> dict[str, Any]:
    at_work = networks_at_work()
    if at_work.problem:
        return {"ok": False, "detail": at_work.problem}
    names = {info.role: info.name for info in at_work.infos}
    return {"ok": True, "profile": at_work.profile, "networks": names}


def _worker() -> dict[str, Any]:
    """By its sign of life in the database; how much waits for it."""
    states = StageRun.objects.order_by().values_list("state").annotate(Count("id"))
    numbers = dict(states.filter(state__in=("queued", "running")))
    report = {"queued": numbers.get("queued", 0), "running": numbers.get("running", 0)}
    if pipeline.has_live_worker():
        return {"ok": True, **report}
    return {"ok": False, "detail": "No worker is running: nothing is indexed.", **report}
