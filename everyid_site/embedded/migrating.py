"""Bringing the database up to date, once, however many processes start at the same time."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# Any number that nothing else in the database uses as an advisory lock.
_LOCK = 0x65764964


def apply_pending_migrations() -> bool:
    """Apply what is pending; whether there was anything. Waits for a process that is at it."""
    if not _pending():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            if _pending():
                call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return True


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
