"""A scratch installation of EveryID, driven from outside: processes, and reads of its database.

For the commands of ``evaluation`` that measure the whole product. No Django here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

from everyid_site.embedded import leash
from everyid_site.embedded.endpoint import postgres_dir, read_endpoint

ROOT = Path(__file__).resolve().parent.parent


class Installation:
    """A state folder with its own Postgres, kept up by ``manage.py up`` while the block lasts.

    ``settings``: another Django settings module. ``keep_up=False`` starts nothing: each command
    then starts and stops Postgres by itself. ``state_dir``: a folder to use, and to leave as it is.
    """

    def __init__(
        self,
        *,
        profile: str = "builtin",
        settings: str = "everyid_site.settings",
        keep_up: bool = True,
        state_dir: Path | None = None,
    ) -> None:
        self._is_kept = state_dir is not None
        self.state_dir = state_dir or Path(tempfile.mkdtemp(prefix="everyid-evaluation-"))
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **os.environ,
            "EVERYID_STATE_DIR": str(self.state_dir),
            "EVERYID_PROFILE": profile,
            "EVERYID_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        }
        self._keep_up = keep_up
        self._up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._keep_up:
            self._up = self.start("manage.py", "up", "--no-web", "--no-worker")
            self.wait_until(self._is_migrated, 600, "the installation to come up")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._up is not None:
            self._up.send_signal(signal.SIGINT)
            try:
                self._up.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self._up.kill()
                self._up.wait()
        if not self._is_kept:
            shutil.rmtree(self.state_dir, ignore_errors=True)

    @property
    def media_dir(self) -> Path:
        """Where footage and what was made of it lie."""
        return self.state_dir / "media"

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a Python program of the repository, in a group of its own; it dies with us."""
        with (self.state_dir / "evaluation.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-S", leash.__file__, str(os.getpid()), sys.executable, *words],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker for both queues, as ``manage.py up`` starts it."""
        return self.start(
            *("-m", "celery", "-A", "everyid_site.celery", "--skip-checks", "worker"),
            *("--queues", "media,gpu", "--concurrency", "1", "--beat"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )

    def manage(self, *words: str) -> Any:
        """Run a management command with ``--json``; what it printed. Raises RuntimeError."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words, "--json"],
            cwd=ROOT,
            env=self._environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if not done.stdout.strip():
            raise RuntimeError(f"manage.py {words[0]} said nothing: {done.stderr[-2000:]}")
        return json.loads(done.stdout)

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a read. Raises psycopg.Error while the database is away."""
        endpoint = read_endpoint(self.state_dir)
        if endpoint is None:
            raise psycopg.OperationalError("not started yet")
        with psycopg.connect(endpoint.dsn, connect_timeout=5, row_factory=dict_row) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def postmaster_pid(self) -> int:
        """Of the embedded Postgres."""
        text = (postgres_dir(self.state_dir) / "data" / "postmaster.pid").read_text()
        return int(text.split()[0])

    def log_tail(self) -> str:
        """The end of what everything printed."""
        return (self.state_dir / "evaluation.log").read_text(errors="replace")[-4000:]

    def wait_until(self, is_true: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Ask again and again; a database that is away counts as no. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                if is_true():
                    return
            except psycopg.Error:
                pass  # it restarts
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}: {self.log_tail()}")
            time.sleep(0.2)

    def _is_migrated(self) -> bool:
        """Whether every migration file of the rooms was applied, not only the first."""
        rooms = ("ingest", "recognition", "search", "everyid_site")
        files = [path.stem for room in rooms for path in _migrations(room)]
        rows = self.query("SELECT name FROM django_migrations WHERE app = ANY(%s)", [list(rooms)])
        return sorted(row["name"] for row in rows) == sorted(files)


def _migrations(room: str) -> list[Path]:
    return list((ROOT / room / "migrations").glob("[0-9]*.py"))
