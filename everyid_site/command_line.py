"""The command line: Django's, with the embedded Postgres around it and sentences for errors.

A command that needs the database takes a share in the embedded Postgres *before* Django is set
up, so that settings see its address, and gives the share back at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from pydantic import ValidationError

from everyid_site.embedded.endpoint import uses_embedded_postgres
from everyid_site.embedded.errors import EmbeddedError
from everyid_site.embedded.postgres import EmbeddedPostgres
from everyid_site.env import choose_settings, environment

# Commands that never ask the database anything.
_WITHOUT_DATABASE = frozenset(
    {
        *("--help", "--version", "-h", "check", "collectstatic", "compilemessages"),
        *("diffsettings", "findstatic", "help", "makemessages", "makemigrations", "spectacular"),
        *("startapp", "version"),
    }
)
# Commands that bring an old or empty database up to date by themselves: any may be the first.
MIGRATING = frozenset(
    {
        *("changepassword", "createsuperuser", "demo", "index", "mcp", "networks", "reindex"),
        *("search", "stages", "up"),
    }
)


def main(argv: Sequence[str]) -> int:
    """Run the command in ``argv`` (program name first); the exit status."""
    choose_settings()
    words = list(argv)
    command = words[1] if len(words) > 1 else "help"
    try:
        with _postgres_for(command, words):
            return _run(command, words)
    except EmbeddedError as error:
        return _say(str(error))
    except ValidationError as error:
        return _say(_sentence_of(error))
    except KeyboardInterrupt:
        return 130


def _postgres_for(command: str, words: list[str]) -> AbstractContextManager[Any]:
    env = environment()
    asks_for_help = "--help" in words or "-h" in words
    if command in _WITHOUT_DATABASE or asks_for_help or not uses_embedded_postgres(env):
        return nullcontext()
    return EmbeddedPostgres(env.state_dir)


def _run(command: str, words: list[str]) -> int:
    """The command inside Django. Imports wait until the database has an address."""
    import django
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from everyid_site.embedded.migrating import apply_pending_migrations
    from everyid_site.errors import DOMAIN_ERRORS

    try:
        if command in MIGRATING and "--help" not in words and "-h" not in words:
            django.setup()
            apply_pending_migrations()
        execute_from_command_line(words)
    except OperationalError as error:
        return _say(f"The database does not answer: {str(error).strip().splitlines()[0]}")
    except DOMAIN_ERRORS as error:
        return _say(str(error))
    return 0


def _sentence_of(error: ValidationError) -> str:
    problems = [
        f"EVERYID_{str(problem['loc'][0]).upper()}: {problem['msg']}"
        for problem in error.errors()
        if problem["loc"]
    ]
    return "A setting cannot be used. " + "; ".join(problems)


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
