"""The whole installation as one command: Postgres, worker with its clock, and web server."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from everyid_site.embedded.endpoint import uses_embedded_postgres
from everyid_site.embedded.errors import AlreadyRunning, ServiceFailed
from everyid_site.embedded.postgres import EmbeddedPostgres
from everyid_site.embedded.supervisor import Foundation, Service, Supervisor
from everyid_site.env import BASE_DIR, environment

# How many ports after the wanted one are tried.
PORTS_TRIED = 50
Say = Callable[[str], None]


def say_now(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to serve, and where."""

    host: str
    port: int
    with_web: bool = True
    with_worker: bool = True
    say: Say = field(default=say_now)

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def serve(plan: Plan, when_ready: Callable[[Plan, Supervisor], None]) -> None:
    """Serve until stopped. ``when_ready`` runs in a thread once ``/healthz`` answers.

    The database is up and migrated already (``command_line.main`` sees to both).
    Raises AlreadyRunning if another process serves pages from the same state folder.
    """
    with _only_one(settings.STATE_DIR) if plan.with_web else nullcontext(_keep_silent) as note:
        _make_folders()
        logs = settings.STATE_DIR / "logs"
        if plan.with_web:
            plan = _with_free_port(plan)
            note(plan.url)
            collect_static(plan.say)
        else:  # of workers there may be many, also on other machines over the same folder
            logs /= f"{socket.gethostname()}-{os.getpid()}"
        embedded = uses_embedded_postgres(environment())
        supervisor = Supervisor(
            services(plan),
            log_dir=logs,
            foundation=KeptPostgres(settings.STATE_DIR) if embedded else None,
            say=plan.say,
        )
        supervisor.run(
            is_ready=lambda: not plan.with_web or is_healthy(plan.url),
            when_ready=lambda: when_ready(plan, supervisor),
        )


def services(plan: Plan) -> list[Service]:
    """The processes to keep up."""
    concurrency = str(environment().worker_concurrency)
    worker = Service(
        "worker",
        (
            *(sys.executable, "-m", "celery", "-A", "everyid_site.celery"),
            *("--skip-checks", "worker"),
            *("--queues", environment().worker_queues, "--concurrency", concurrency, "--beat"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            *("--hostname", f"everyid-{os.getpid()}@%h", "--loglevel", environment().log_level),
        ),
        cwd=BASE_DIR,
        # Warm: let the stage end, if it ends soon. Cold: drop it, the database knows.
        signals=(signal.SIGTERM, signal.SIGQUIT),
        grace_s=2.0,
    )
    web = Service(
        "web",
        (sys.executable, "-m", "everyid_site.embedded.web_process", plan.host, str(plan.port)),
        cwd=BASE_DIR,
        grace_s=4.0,
    )
    return [*([worker] if plan.with_worker else []), *([web] if plan.with_web else [])]


class KeptPostgres(Foundation):
    """The embedded Postgres as the supervisor sees it."""

    def __init__(self, state_dir: Path) -> None:
        self._postgres = EmbeddedPostgres(state_dir)

    def is_running(self) -> bool:
        """Whether the postmaster lives."""
        return self._postgres.cluster.has_postmaster()

    def ensure_running(self) -> bool:
        """Start it again. True if its port was taken in between: services read it at start."""
        before = self._postgres.endpoint
        self._postgres.ensure_running()
        after = self._postgres.endpoint
        settings.DATABASES["default"]["PORT"] = str(after.port)
        return after != before


def is_healthy(url: str) -> bool:
    """Whether the web server answers ``/healthz``."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def collect_static(say: Say) -> None:
    """collectstatic, unless nothing changed since the last time."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say("Collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


def _keep_silent(url: str) -> None:
    """A worker alone has no address to note."""


def _make_folders() -> None:
    for folder in (settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR, settings.WEIGHTS_DIR):
        Path(folder).mkdir(parents=True, exist_ok=True)


@contextmanager
def _only_one(state_dir: Path) -> Iterator[Callable[[str], None]]:
    """Hold the state folder's lock; gives a function that notes the address in it."""
    state_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state_dir / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            text = lock.read()
            known = json.loads(text) if text else {}
            where = f" at {known['url']}" if known.get("url") else ""
            raise AlreadyRunning(
                f"EveryID is already running over {state_dir}{where} "
                f"(process {known.get('pid', 'unknown')})."
            ) from error

        def note(url: str) -> None:
            lock.seek(0)
            lock.truncate()
            json.dump({"pid": os.getpid(), "url": url}, lock)
            lock.flush()

        yield note


def _with_free_port(plan: Plan) -> Plan:
    for port in range(plan.port, min(plan.port + PORTS_TRIED, 65536)):
        if _is_free(plan.host, port):
            if port != plan.port:
                plan.say(f"Port {plan.port} is taken; using {port}")
            return Plan(plan.host, port, plan.with_web, plan.with_worker, plan.say)
    raise ServiceFailed(
        f"No free port on {plan.host} from {plan.port} on; choose another with --port."
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
