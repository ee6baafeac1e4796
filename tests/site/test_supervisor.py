"""The supervisor: keeps services up, ends them all, and takes them along when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from everyid_site.embedded import supervisor as supervising
from everyid_site.embedded.errors import PostgresUnavailable, ServiceFailed
from everyid_site.embedded.supervisor import Service, Supervisor
from everyid_site.env import BASE_DIR

SLEEPER = "import os, time; open('pids', 'a').write(f'{os.getpid()}\\n'); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
WITH_CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]]);"
SUPERVISE = """
import sys
from pathlib import Path
from everyid_site.embedded.supervisor import Service, Supervisor
folder = Path(sys.argv[1])
service = Service("sleeper", (sys.executable, "-c", sys.argv[2]), cwd=folder)
Supervisor([service], log_dir=folder / "logs").run()
"""


def make_service(folder: Path, code: str, *words: str, name: str = "service") -> Service:
    return Service(name, (sys.executable, "-c", code, *words), cwd=folder, grace_s=0.5)


def pids_in(folder: Path) -> list[int]:
    path = folder / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_alive(pid: int) -> bool:
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


def wait_until(condition: Callable[[], bool], seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def run_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    """Run the supervisor here; a thread stops it when the condition holds."""

    def stop_then() -> None:
        wait_until(condition)
        supervisor.stop()

    threading.Thread(target=stop_then).start()
    supervisor.run()
    assert condition()


def test_it_starts_a_dead_service_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(
        [make_service(tmp_path, SLEEPER)], log_dir=tmp_path / "logs", say=said.append
    )

    def kill_the_first() -> bool:
        pids = pids_in(tmp_path)
        if len(pids) == 1 and is_alive(pids[0]):
            os.kill(pids[0], signal.SIGKILL)
        return len(pids) >= 2

    run_until(supervisor, kill_the_first)
    assert not any(is_alive(pid) for pid in pids_in(tmp_path))
    assert "service ended (signal 9); starting it again in 0.2 s" in said


def test_it_ends_a_service_that_ignores_it_and_its_children(tmp_path: Path) -> None:
    service = make_service(tmp_path, WITH_CHILD + STUBBORN, SLEEPER)
    supervisor = Supervisor([service], log_dir=tmp_path / "logs")
    run_until(supervisor, lambda: len(pids_in(tmp_path)) == 2)
    assert not any(is_alive(pid) for pid in pids_in(tmp_path))


def test_it_keeps_what_services_print_and_shows_warnings(tmp_path: Path) -> None:
    code = "print('12:00 INFO all is well'); print('12:01 WARNING look here', flush=True);"
    said: list[str] = []
    supervisor = Supervisor(
        [make_service(tmp_path, code + SLEEPER, name="web")],
        log_dir=tmp_path / "logs",
        say=said.append,
    )
    run_until(supervisor, lambda: bool(said))
    assert said == ["web: 12:01 WARNING look here"]
    assert "all is well" in (tmp_path / "logs" / "web.log").read_text()


def test_it_gives_up_on_what_never_comes_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "DELAYS_S", (0.0,))
    service = make_service(tmp_path, "raise SystemExit('no such thing')")
    supervisor = Supervisor([service], log_dir=tmp_path / "logs", say=lambda text: None)
    with pytest.raises(ServiceFailed, match="service does not stay up: no such thing"):
        supervisor.run(is_ready=lambda: False)


def test_it_raises_what_goes_wrong_when_ready(tmp_path: Path) -> None:
    def fail() -> None:
        raise LookupError("in the thread")

    supervisor = Supervisor([make_service(tmp_path, SLEEPER)], log_dir=tmp_path / "logs")
    with pytest.raises(LookupError, match="in the thread"):
        supervisor.run(is_ready=lambda: bool(pids_in(tmp_path)), when_ready=fail)
    assert not any(is_alive(pid) for pid in pids_in(tmp_path))


class Ground:
    """A foundation that gives way once, and once more while it is mended."""

    def __init__(self) -> None:
        self.states = [True, False]
        self.tries = 0

    def is_running(self) -> bool:
        return self.states.pop(0) if self.states else True

    def ensure_running(self) -> bool:
        self.tries += 1
        if self.tries == 1:
            raise PostgresUnavailable("not yet")
        return True


def test_it_mends_the_foundation_and_starts_services_again_if_it_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "DELAYS_S", (0.05, 0.05))
    said: list[str] = []
    ground = Ground()
    supervisor = Supervisor(
        [make_service(tmp_path, SLEEPER)],
        log_dir=tmp_path / "logs",
        foundation=ground,
        say=said.append,
    )
    run_until(supervisor, lambda: ground.tries == 2)
    assert said[:2] == ["Postgres has ended; starting it again", "not yet"]


@pytest.mark.faults
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_its_services_end_with_it(tmp_path: Path, number: signal.Signals) -> None:
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells a process that its parent died")
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(tmp_path), SLEEPER], cwd=BASE_DIR
    )
    assert wait_until(lambda: bool(pids_in(tmp_path)))
    process.send_signal(number)
    process.wait(timeout=120)
    assert wait_until(lambda: not is_alive(pids_in(tmp_path)[0]))
