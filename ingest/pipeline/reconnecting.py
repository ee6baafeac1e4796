"""Outlives a database that restarts."""

from __future__ import annotations

import time

import psycopg
from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, connection

PATIENCE_S = 60.0
"""How long a worker waits for the database to come back. By judgement: a restart with recovery
takes seconds; longer, and the run is taken back by its heartbeat."""


def wait_for_database(patience_s: float = PATIENCE_S) -> None:
    """Return once the connection works; renew it if it has died.

    Raises django.db.Error if the database does not come back in time. Inside a transaction
    nothing is done: what was begun there can only fail.
    """
    if connection.in_atomic_block:
        return
    deadline = time.monotonic() + patience_s
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return
        except AnyDatabaseError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def is_connection_loss(error: Exception) -> bool:
    """Whether the database went away, rather than refused what was asked of it.

    SQLSTATE classes 08 (connection) and 57P (shutdown, crash), or none at all where the
    connection broke before the server could say anything (Postgres manual, appendix A).
    """
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    cause = error.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    return state is None or state.startswith(("08", "57P"))
