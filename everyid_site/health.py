"""How the installation is: database, migrations, worker, networks. Says nothing secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.utils import timezone

from everyid_site.context import networks_at_work
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
        return {"ok": False, "detail": "No networks can be loaded; see the page's footer."}
    names = {info.role: info.name for info in at_work.infos}
    return {"ok": True, "profile": at_work.profile, "networks": names}


def _worker() -> dict[str, Any]:
    """By the runs themselves: someone's heart beats, or nobody has left work waiting."""
    timeout = timedelta(seconds=settings.HEARTBEAT_TIMEOUT_S)
    now = timezone.now()
    running = StageRun.objects.filter(state=StageRun.State.RUNNING)
    beating = running.filter(heartbeat_at__gte=now - timeout).count()
    is_due = Q(not_before=None) | Q(not_before__lt=now - timeout)
    queued = StageRun.objects.filter(state=StageRun.State.QUEUED)
    waiting = queued.filter(is_due, created_at__lt=now - timeout).count()
    if beating:
        return {"ok": True, "detail": "working", "running": beating}
    if waiting:
        return {"ok": False, "detail": "Work waits and no worker takes it.", "waiting": waiting}
    return {"ok": True, "detail": "idle"}
