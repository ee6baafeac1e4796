"""``manage.py up`` as a whole: once per state folder, through kills, gone without a trace."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from everyid_site.embedded.postgres import EmbeddedPostgres
from everyid_site.env import BASE_DIR

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(1_800)]


def wait_until(condition: Callable[[], Any], seconds: float = 300.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A running ``manage.py up``."""

    def __init__(self, state_dir: Path, port: int) -> None:
        self.state_dir = state_dir
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def command(self) -> tuple[list[str], dict[str, str]]:
        words = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        return words, {"PATH": os.defpath, "EVERYID_STATE_DIR": str(self.state_dir)}

    def start(self) -> None:
        words, environment = self.command()
        with (self.state_dir / "printed").open("a") as printed:
            self.process = subprocess.Popen(
                words, cwd=BASE_DIR, env=environment, stdout=printed, stderr=printed, text=True
            )
        assert wait_until(self.is_healthy), self.printed()

    def signal(self, number: int, wait_s: float = 300) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(wait_s)

    def printed(self) -> str:
        return (self.state_dir / "printed").read_text()

    def is_healthy(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/healthz"
            with urllib.request.urlopen(url, timeout=30) as answer:
                return bool(json.load(answer)["checks"]["database"]["ok"])
        except (urllib.error.URLError, OSError):
            return False

    def children(self) -> list[int]:
        """All that descend from it, whatever their group."""
        shown = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True)
        parents = {int(a): int(b) for a, b in (line.split() for line in shown.stdout.splitlines())}
        assert self.process is not None
        found = [self.process.pid]
        for parent in found:
            found += [pid for pid, of in parents.items() if of == parent]
        return found[1:]


def is_alive(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    state_dir = tmp_path / "a state"
    state_dir.mkdir()
    running = Up(state_dir, free_port())
    yield running
    if running.process is not None and running.process.poll() is None:
        running.signal(signal.SIGTERM)


def test_it_serves_survives_and_leaves_nothing(up: Up) -> None:
    up.start()
    words, environment = up.command()
    second = subprocess.run(
        words, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert f"already running over {up.state_dir} at http://127.0.0.1:{up.port}" in second.stderr
    assert "Traceback" not in second.stderr

    postgres = EmbeddedPostgres(up.state_dir)
    os.kill(int((postgres.cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert wait_until(lambda: "starting it again" in up.printed())
    assert wait_until(up.is_healthy), up.printed()

    children = up.children()
    assert up.signal(signal.SIGINT) == 0, up.printed()
    assert wait_until(lambda: not any(is_alive(pid) for pid in children))
    assert not postgres.cluster.is_answering()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a parent's death")
def test_killed_it_takes_everything_along_and_starts_again(up: Up) -> None:
    up.start()
    children = up.children()
    assert len(children) >= 4  # the worker and its child, the web server and its own
    up.signal(signal.SIGKILL)
    postgres = EmbeddedPostgres(up.state_dir)
    assert wait_until(lambda: not any(is_alive(pid) for pid in children))
    assert wait_until(lambda: not postgres.cluster.is_answering())
    up.start()
    assert up.signal(signal.SIGTERM) == 0
