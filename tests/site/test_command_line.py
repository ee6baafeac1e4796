"""The command line: sentences instead of tracebacks, migrations by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import NotSupportedError, ProgrammingError, connection

from everyid_site import command_line
from everyid_site.embedded import migrating
from everyid_site.embedded.errors import ServiceFailed
from everyid_site.embedded.migrating import apply_pending_migrations
from everyid_site.env import BASE_DIR


def run(
    *words: str, state_dir: Path, extra: Mapping[str, str] | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    values = {f"EVERYID_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env={"PATH": os.defpath, "EVERYID_STATE_DIR": str(state_dir), **values, **(extra or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    result = run("showmigrations", state_dir=tmp_path, port="99999", threads="many")
    assert_one_sentence(result, "EVERYID_PORT", "EVERYID_THREADS")


def test_a_database_url_that_is_none_is_explained(tmp_path: Path) -> None:
    result = run("showmigrations", state_dir=tmp_path, database_url="mysql://host/name")
    assert_one_sentence(result, "EVERYID_DATABASE_URL must look like postgresql://")


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    url = "postgresql://everyid:x@127.0.0.1:9/everyid"
    assert_one_sentence(
        run("search", "a dog", state_dir=tmp_path, database_url=url),
        "The database does not answer",
    )


def test_a_state_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("showmigrations", state_dir=tmp_path / "file")
    assert_one_sentence(result, "The state folder", "cannot be written")


@pytest.mark.parametrize("words", [("version",), ("index", "--help"), ("help",)])
def test_help_needs_no_database(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run(*words, state_dir=tmp_path)
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.django_db(transaction=True)
def test_pending_migrations_are_applied_once() -> None:
    assert apply_pending_migrations() is False
    call_command("migrate", "search", "0001", verbosity=0)
    assert "search_example" not in connection.introspection.table_names()
    assert apply_pending_migrations() is True
    assert "search_example" in connection.introspection.table_names()
    assert apply_pending_migrations() is False


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[str]:
    """The address of a database in which nothing is, beside the tests' own."""
    parts = connection.get_connection_params()
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE first_hour TEMPLATE template0")
    yield (
        f"postgresql://{parts['user']}:{parts.get('password') or ''}@/first_hour"
        f"?host={parts['host']}&port={parts.get('port') or 5432}"
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE first_hour WITH (FORCE)")


def test_the_first_command_may_make_the_admin(empty_database: str, tmp_path: Path) -> None:
    """As the README says to begin: nothing has brought the database up to date before."""
    words = ("createsuperuser", "--noinput", "--username", "anna", "--email", "anna@desk.example")
    secret = {"DJANGO_SUPERUSER_PASSWORD": "a long one 17"}
    result = run(*words, state_dir=tmp_path, extra=secret, database_url=empty_database)
    assert result.returncode == 0, result.stderr
    with psycopg.connect(empty_database) as other:
        assert other.execute("SELECT username FROM auth_user").fetchall() == [("anna",)]


def test_a_server_without_pgvector_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Postgres says it where the package is not installed, and where the user is no admin."""
    for error in (
        NotSupportedError('extension "vector" is not available\nDETAIL: …'),
        ProgrammingError('permission denied to create extension "vector"'),
    ):
        monkeypatch.setattr(migrating, "call_command", raising(error))
        with pytest.raises(ServiceFailed, match=r"vector.*install pgvector 0\.8"):
            migrating._migrate()
    other = ProgrammingError("relation is not there")
    monkeypatch.setattr(migrating, "call_command", raising(other))
    with pytest.raises(ProgrammingError, match="relation"):
        migrating._migrate()


def raising(error: Exception) -> Any:
    def call(*_: Any, **__: Any) -> None:
        raise error

    return call


def test_commands_that_migrate_exist() -> None:
    from django.core.management import get_commands

    assert set(get_commands()) >= command_line.MIGRATING
