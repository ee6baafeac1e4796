"""One parent for several processes: starts them, keeps them up, ends them together. Django-free.

Every service gets a process group of its own and is leashed (``leash.py``), so that it also dies
when the supervisor is killed. What it prints goes to ``logs/NAME.log``; warnings and errors are
shown too. A service that dies is started again, with a delay that grows while it keeps dying.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType
from typing import Protocol

from everyid_site.embedded import leash
from everyid_site.embedded.errors import EmbeddedError, ServiceFailed

TICK_S = 0.1
# Seconds before a dead service is started again, by how often it died lately; by eye.
DELAYS_S = (0.2, 1.0, 3.0, 10.0, 30.0)
# A service that ran this long starts with the shortest delay again.
STABLE_AFTER_S = 60.0
# Deaths before the first "ready" after which starting is given up.
GIVE_UP_AFTER = 4
LOG_BYTES, LOG_FILES = 5_000_000, 3

_SHOWN = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")


@dataclass(frozen=True, slots=True)
class Service:
    """A program to keep running. ``signals``: what is sent to end it, one after ``grace_s``."""

    name: str
    command: tuple[str, ...]
    cwd: Path
    signals: tuple[int, ...] = (signal.SIGTERM,)
    grace_s: float = 5.0


class Foundation(Protocol):
    """What all services stand on (Postgres): looked at before them, mended first."""

    def is_running(self) -> bool:
        """Whether it runs; cheap, asked ten times a second."""
        ...

    def ensure_running(self) -> bool:
        """Mend it; whether it has moved, so that the services must be started again.
        Raises EmbeddedError with a sentence."""
        ...


class Process:
    """A running or waiting service."""

    def __init__(self, service: Service, log_dir: Path, say: Callable[[str], None]) -> None:
        self.service = service
        self.say = say
        self.deaths = 0
        self.tail: deque[str] = deque(maxlen=8)
        self._popen: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._reader: threading.Thread | None = None
        self._log = _file_logger(log_dir / f"{service.name}.log")

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._popen.pid if self._popen else None

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not been seen to end."""
        return self._popen is not None

    def keep_up(self) -> None:
        """Notice a death; start what is due."""
        now = time.monotonic()
        if self._popen is not None:
            status = self._popen.poll()
            if status is None:
                return
            self._note_death(status, now)
        if now >= self._start_at:
            self._start(now)

    def send(self, number: int) -> None:
        """Send a signal to the process itself."""
        if self._popen is not None and self._popen.poll() is None:
            self._popen.send_signal(number)

    def kill(self) -> None:
        """Kill it and its children; ``keep_up`` starts it again."""
        if self._popen is not None:
            _kill_group(self._popen.pid)

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended within the time."""
        if self._popen is None:
            return True
        try:
            self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def finish(self) -> None:
        """Kill whatever is left of the process group and close the log."""
        if self._popen is not None:
            _kill_group(self._popen.pid)
            self._popen.wait()
            self._drain()
            self._popen = None
        for handler in list(self._log.handlers):
            handler.close()
            self._log.removeHandler(handler)

    def _start(self, now: float) -> None:
        self._popen = subprocess.Popen(
            leash.tied_to_this_process(self.service.command),
            cwd=self.service.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._started_at = now
        self._reader = threading.Thread(target=self._forward, daemon=True)
        self._reader.start()

    def _note_death(self, status: int, now: float) -> None:
        if self._popen is not None:
            _kill_group(self._popen.pid)
            self._drain()
        self._popen = None
        self.deaths = 1 if now - self._started_at > STABLE_AFTER_S else self.deaths + 1
        delay = DELAYS_S[min(self.deaths, len(DELAYS_S)) - 1]
        self._start_at = now + delay
        how = f"signal {-status}" if status < 0 else f"status {status}"
        self.say(f"{self.service.name} ended ({how}); starting it again in {delay:g} s")

    def _drain(self) -> None:
        if self._reader is not None:
            self._reader.join(timeout=2)
        if self._popen is not None and self._popen.stdout is not None:
            self._popen.stdout.close()

    def _forward(self) -> None:
        """Copy what the service prints, line by line, until it ends."""
        popen = self._popen
        if popen is None or popen.stdout is None:
            return
        # ValueError: closed under us, when something else kept the pipe open past the end.
        with contextlib.suppress(ValueError, OSError):
            for line in popen.stdout:
                text = line.rstrip()
                self._log.info("%s", text)
                self.tail.append(text)
                if _SHOWN.search(text[:80]):  # tracebacks stay in the log
                    self.say(f"{self.service.name}: {text}")


class Supervisor:
    """Runs services until it is told to stop (Ctrl-C, SIGTERM, ``stop()``)."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        log_dir: Path,
        foundation: Foundation | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        log_dir.mkdir(parents=True, exist_ok=True)
        self.say = say
        self.foundation = foundation
        self.processes = [Process(service, log_dir, say) for service in services]
        self._stop = threading.Event()
        self._is_ready = False
        self._failure: BaseException | None = None

    def stop(self) -> None:
        """End ``run`` soon; from any thread."""
        self._stop.set()

    @property
    def is_stopping(self) -> bool:
        """Whether the end has begun."""
        return self._stop.is_set()

    def run(
        self,
        *,
        is_ready: Callable[[], bool] | None = None,
        when_ready: Callable[[], None] | None = None,
    ) -> None:
        """Keep everything up until stopped; call from the main thread.

        ``when_ready`` runs once in a thread of its own, as soon as ``is_ready`` says so; an error
        in it stops everything and is raised here. Raises ServiceFailed if a service keeps dying
        before that.
        """
        watcher = threading.Thread(
            target=self._watch, args=(is_ready or _at_once, when_ready), daemon=True
        )
        with self._signals():
            try:
                watcher.start()
                while not self._stop.is_set():
                    self._tick()
                    self._stop.wait(TICK_S)
            finally:
                self._stop.set()
                self.end_all()
                watcher.join(timeout=5)
        if self._failure is not None:
            raise self._failure

    def end_all(self) -> None:
        """End every service: politely, then less so."""
        rounds = max((len(process.service.signals) for process in self.processes), default=0)
        for number in range(rounds):
            alive = [process for process in self.processes if not process.wait(0)]
            for process in alive:
                if number < len(process.service.signals):
                    process.send(process.service.signals[number])
            for process in alive:
                process.wait(process.service.grace_s)
        for process in self.processes:
            process.finish()

    def _tick(self) -> None:
        if self.foundation is not None and not self.foundation.is_running():
            self._mend(self.foundation)
        for process in self.processes:
            process.keep_up()
            if not self._is_ready and process.deaths >= GIVE_UP_AFTER:
                last = " / ".join(process.tail) or "it printed nothing"
                raise ServiceFailed(f"{process.service.name} does not stay up: {last}")

    def _mend(self, foundation: Foundation) -> None:
        """Start Postgres again; raise what keeps it from starting after some tries."""
        self.say("Postgres has ended; starting it again")
        for delay in DELAYS_S:
            try:
                has_moved = foundation.ensure_running()
            except EmbeddedError as error:
                self.say(str(error))
                if self._stop.wait(delay):
                    return
            else:
                break
        else:
            has_moved = foundation.ensure_running()
        if has_moved:
            for process in self.processes:
                process.kill()

    def _watch(self, is_ready: Callable[[], bool], when_ready: Callable[[], None] | None) -> None:
        while not is_ready():
            if self._stop.wait(TICK_S):
                return
        self._is_ready = True
        if when_ready is None:
            return
        try:
            when_ready()
        except BaseException as error:  # noqa: BLE001 - run() raises it in the main thread
            self._failure = error
            self._stop.set()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal stop; a second Ctrl-C kills at once."""

        def on_signal(number: int, frame: FrameType | None) -> None:
            if self._stop.is_set():
                for process in self.processes:
                    process.kill()
            self._stop.set()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, on_signal) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _at_once() -> bool:
    return True


def _kill_group(pid: int) -> None:
    # PermissionError: macOS says so of a group that holds only zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _file_logger(path: Path) -> logging.Logger:
    logger = logging.Logger(path.stem)  # not a child of the root logger: the file alone
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, delay=True)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    return logger
