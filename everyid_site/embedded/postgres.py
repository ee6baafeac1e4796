"""The embedded Postgres, shared by every process that needs it and stopped by the last.

Each user holds a shared lock on ``users.lock``; starting happens under ``start.lock``. Locks are
flocks: they vanish with their process, however it dies. A small guard process waits for an
exclusive lock on ``users.lock``, that is for the last user to go, and then stops the server, so
that a killed process leaves no server behind.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from everyid_site.embedded.cluster import STOP_TIMEOUT_S, Cluster
from everyid_site.embedded.endpoint import Endpoint, postgres_dir, read_endpoint
from everyid_site.embedded.errors import PostgresUnavailable


class EmbeddedPostgres:
    """A share in the Postgres of ``state_dir``.

    ``acquire`` starts the server unless it runs; ``release`` stops it unless others use it.
    Raises PostgresUnavailable with a sentence when that cannot be done.
    """

    def __init__(self, state_dir: Path | str, *, durable: bool = True) -> None:
        self.state_dir = Path(state_dir).expanduser().resolve()
        self.cluster = Cluster(self.state_dir, durable=durable)
        self._users_lock: int | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The server's address. Raises PostgresUnavailable before the first start."""
        endpoint = read_endpoint(self.state_dir)
        if endpoint is None:
            raise PostgresUnavailable(f"No Postgres was ever started in {self.state_dir}.")
        return endpoint

    @property
    def dsn(self) -> str:
        """``postgresql://user:password@127.0.0.1:port/everyid``."""
        return self.endpoint.dsn

    def acquire(self) -> Self:
        """Take a share; start the server if it does not answer."""
        if self._users_lock is not None:
            return self
        folder = postgres_dir(self.state_dir)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            starting = _open_lock(folder / "start.lock")
        except OSError as error:
            raise PostgresUnavailable(
                f"The state folder {self.state_dir} cannot be written: {error.strerror}."
            ) from error
        try:
            fcntl.flock(starting, fcntl.LOCK_EX)
            users = _open_lock(folder / "users.lock")
            os.register_at_fork(after_in_child=lambda: _close_quietly(users))
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self._ensure_running()
            except BaseException:
                os.close(users)
                raise
            self._users_lock = users
        finally:
            os.close(starting)
        return self

    def ensure_running(self) -> None:
        """Start the server again if it has died; for the holder of a share."""
        starting = _open_lock(postgres_dir(self.state_dir) / "start.lock")
        try:
            fcntl.flock(starting, fcntl.LOCK_EX)
            self._ensure_running()
        finally:
            os.close(starting)

    def release(self) -> None:
        """Give the share back; the last one stops the server and waits until it has stopped."""
        users, self._users_lock = self._users_lock, None
        if users is None:
            return
        try:
            fcntl.flock(users, fcntl.LOCK_UN)
            self._stop_if_last(users)
        finally:
            os.close(users)

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _ensure_running(self) -> None:
        if not self.cluster.is_answering():
            self.cluster.start()
        _start_guard(self.state_dir)

    def _stop_if_last(self, users: int) -> None:
        """Stop the server if nobody holds a share; wait for the guard if that is faster at it."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            if _try_lock(users, fcntl.LOCK_EX):
                self.cluster.stop()
                return
            if _try_lock(users, fcntl.LOCK_SH):  # others hold shares, the guard holds nothing
                fcntl.flock(users, fcntl.LOCK_UN)
                return
            time.sleep(0.02)


def guard(state_dir: Path) -> None:
    """Wait for the last user to go, however it went, then stop the server."""
    os.setsid()
    folder = postgres_dir(state_dir)
    only_guard = _open_lock(folder / "guard.lock")
    if not _try_lock(only_guard, fcntl.LOCK_EX):
        return
    users = _open_lock(folder / "users.lock")
    fcntl.flock(users, fcntl.LOCK_EX)
    if folder.exists():
        Cluster(state_dir).stop()
    os.close(only_guard)  # before users.lock: who starts the server next starts a new guard
    os.close(users)


def _start_guard(state_dir: Path) -> None:
    """Start the guard in a session of its own, unless there is one."""
    probe = _open_lock(postgres_dir(state_dir) / "guard.lock")
    try:
        if not _try_lock(probe, fcntl.LOCK_EX):
            return
    finally:
        os.close(probe)
    code = (
        "import sys; from pathlib import Path; "
        "sys.path.insert(0, sys.argv[2]); "
        "from everyid_site.embedded.postgres import guard; guard(Path(sys.argv[1]))"
    )
    root = Path(__file__).resolve().parent.parent.parent
    # Not a Popen: nobody waits for the guard, it outlives whoever started it.
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", code, str(state_dir), str(root)],
        {"PATH": os.defpath},
        file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)],
    )


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _close_quietly(descriptor: int) -> None:
    """In a forked child: let go of the parent's lock, which stays the parent's."""
    try:
        os.close(descriptor)
    except OSError:
        pass  # the parent had released it before the fork
