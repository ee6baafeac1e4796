"""The embedded Postgres: starts anywhere, is shared, survives what kills it, leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from everyid_site.embedded.endpoint import read_endpoint
from everyid_site.embedded.errors import PostgresUnavailable
from everyid_site.embedded.postgres import EmbeddedPostgres
from everyid_site.env import BASE_DIR

pytestmark = [pytest.mark.slow, pytest.mark.faults]

HOLD = """
import sys, time
from everyid_site.embedded.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(sys.argv[1], durable=False).acquire()
print(postgres.dsn, flush=True)
time.sleep(600)
"""

USE = """
import sys
from everyid_site.embedded.postgres import EmbeddedPostgres
with EmbeddedPostgres(sys.argv[1], durable=False) as postgres:
    print(postgres.cluster.data.stat().st_uid)
"""


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path with spaces, quotes and a dollar, longer than a unix socket's may be."""
    folder = tmp_path_factory.mktemp("state") / 'it\'s a $HOME "folder"' / ("long" * 30)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def postgres(state_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(state_dir, durable=False)
    with server:
        yield server


def ask(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def run(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def postmaster_pid(server: EmbeddedPostgres) -> int:
    return int((server.cluster.data / "postmaster.pid").read_text().split()[0])


def wait_until(condition: object, seconds: float = 120.0) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_it_has_the_extensions_and_a_known_collation(postgres: EmbeddedPostgres) -> None:
    for name in ("vector", "pg_trgm", "unaccent"):
        run(postgres, f"CREATE EXTENSION IF NOT EXISTS {name}")
    assert ask(postgres, "SELECT '[1,2]'::halfvec(2) <#> '[1,2]'::halfvec(2)") == -5.0
    assert ask(postgres, "SELECT datlocale FROM pg_database WHERE datname='everyid'") == "C.UTF-8"
    assert ask(postgres, "SELECT upper('é')") == "É"


def test_it_keeps_data_from_one_start_to_the_next(state_dir: Path) -> None:
    with EmbeddedPostgres(state_dir, durable=False) as first:
        run(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert not first.cluster.is_answering()
    with EmbeddedPostgres(state_dir, durable=False) as second:
        assert ask(second, "SELECT answer FROM kept") == 42
        run(second, "DROP TABLE kept")


def test_it_keeps_the_password_to_itself(postgres: EmbeddedPostgres) -> None:
    folder = postgres.cluster.folder
    assert (folder / "password").stat().st_mode & 0o777 == 0o600
    assert "password" not in json.loads((folder / "endpoint.json").read_text())
    wrong = postgres.dsn.replace(postgres.endpoint.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)


def test_the_last_of_two_users_stops_it(postgres: EmbeddedPostgres) -> None:
    other = EmbeddedPostgres(postgres.state_dir, durable=False).acquire()
    pid = postmaster_pid(postgres)
    other.release()
    assert postgres.cluster.is_answering()
    assert postmaster_pid(postgres) == pid
    postgres.release()
    assert not postgres.cluster.is_answering()


def test_it_recovers_from_a_killed_postmaster(postgres: EmbeddedPostgres) -> None:
    run(postgres, "CREATE TABLE IF NOT EXISTS survives AS SELECT 1 AS n")
    os.kill(postmaster_pid(postgres), signal.SIGKILL)
    assert wait_until(lambda: not postgres.cluster.has_postmaster())
    postgres.ensure_running()
    assert ask(postgres, "SELECT n FROM survives") == 1


def test_it_is_not_fooled_by_a_recycled_pid(postgres: EmbeddedPostgres) -> None:
    os.kill(postmaster_pid(postgres), signal.SIGKILL)
    assert wait_until(lambda: not postgres.cluster.has_postmaster())
    stale = postgres.cluster.data / "postmaster.pid"
    _, _, rest = stale.read_text().partition("\n")
    stale.write_text(f"{os.getpid()}\n{rest}")  # a living process, but no postmaster
    assert not postgres.cluster.has_postmaster()
    postgres.ensure_running()
    assert ask(postgres, "SELECT 1") == 1


def test_it_moves_when_its_port_is_taken(state_dir: Path) -> None:
    with EmbeddedPostgres(state_dir, durable=False) as server:
        port = server.endpoint.port
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", port))
        thief.listen()
        with EmbeddedPostgres(state_dir, durable=False) as server:
            assert server.endpoint.port != port
            assert ask(server, "SELECT 1") == 1


def test_a_killed_user_leaves_no_server(state_dir: Path) -> None:
    user = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state_dir)],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    assert user.stdout.readline().startswith("postgresql://")
    server = EmbeddedPostgres(state_dir, durable=False)
    assert server.cluster.is_answering()
    user.kill()
    user.wait()
    user.stdout.close()
    assert wait_until(lambda: not server.cluster.is_answering())


def test_an_ordinary_user_runs_it_too() -> None:
    """Root's own runs, above, are under pytest's folders, which are closed to everyone else."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root, to become somebody else")
    # Twice: setpriv itself may still start what lies in closed folders.
    probe = "import subprocess, sys; subprocess.run([sys.executable, '--version'], check=True)"
    if subprocess.run([*nobody, sys.executable, "-c", probe], check=False).returncode:
        pytest.skip("needs a Python that everyone may run")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        result = subprocess.run(
            [*nobody, sys.executable, "-c", USE, folder],
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.stdout == "65534\n", result.stderr
        server = EmbeddedPostgres(folder)
        with server:  # root takes over what a user made, as that user
            assert ask(server, "SELECT 1") == 1
            assert server.cluster.account.uid == 65534


def test_two_processes_start_it_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    users = [
        subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    addresses = {user.stdout.readline() for user in users if user.stdout}
    for user in users:
        user.kill()
        user.wait()
        assert user.stdout is not None
        user.stdout.close()
    assert len(addresses) == 1
    server = EmbeddedPostgres(tmp_path)
    assert wait_until(lambda: not server.cluster.is_answering())


def test_it_says_when_the_state_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PostgresUnavailable, match="cannot be written"):
        EmbeddedPostgres(tmp_path / "file").acquire()


def test_it_refuses_data_of_another_version(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresUnavailable, match="made by Postgres 12"):
        EmbeddedPostgres(tmp_path).acquire()


def test_nothing_is_recorded_before_the_first_start(tmp_path: Path) -> None:
    assert read_endpoint(tmp_path) is None
    with pytest.raises(PostgresUnavailable, match="ever started"):
        _ = EmbeddedPostgres(tmp_path).dsn
