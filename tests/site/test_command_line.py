"""The command line: sentences instead of tracebacks, migrations by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from everyid_site import command_line
from everyid_site.embedded.migrating import apply_pending_migrations
from everyid_site.env import BASE_DIR


def run(*words: str, state_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    values = {f"EVERYID_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env={"PATH": os.defpath, "EVERYID_STATE_DIR": str(state_dir), **values},
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


def test_commands_that_migrate_exist() -> None:
    from django.core.management import get_commands

    assert set(get_commands()) >= command_line.MIGRATING
