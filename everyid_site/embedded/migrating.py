"""Bringing the database up to date, once, however many processes start at the same time."""

from __future__ import annotations

from django.core.management import call_command
from django.db import NotSupportedError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from everyid_site.embedded.errors import ServiceFailed

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
                _migrate()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return True


def _migrate() -> None:
    """Raises ServiceFailed with a sentence where the server lacks an extension that is needed."""
    try:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    except (NotSupportedError, ProgrammingError) as error:
        said = str(error).strip().splitlines()[0]
        if "extension" not in said:
            raise
        raise ServiceFailed(
            f"This Postgres cannot be used yet ({said}): install pgvector 0.8 or later on its "
            "machine, and let an admin of the database run CREATE EXTENSION vector, pg_trgm and "
            "unaccent in it."
        ) from error


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
