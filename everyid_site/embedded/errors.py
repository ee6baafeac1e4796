"""What can go wrong with the embedded services. Django-free.

EmbeddedError
├── PostgresUnavailable    the embedded Postgres cannot be made, started or reached
├── BadSetting             a value from outside that cannot be used
├── AlreadyRunning         another ``up`` serves the same state folder
└── ServiceFailed          a supervised process does not stay up
"""

from __future__ import annotations


class EmbeddedError(Exception):
    """Base of all errors of the embedded services; its ``str`` is a sentence for a person."""

    code = "embedded"
    permanent = False


class PostgresUnavailable(EmbeddedError):
    code = "postgres_unavailable"


class BadSetting(EmbeddedError):
    code = "bad_setting"
    permanent = True


class AlreadyRunning(EmbeddedError):
    code = "already_running"
    permanent = True


class ServiceFailed(EmbeddedError):
    code = "service_failed"
