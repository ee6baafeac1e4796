"""The embedded broker, and the others by a setting alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from kombu import Connection, Queue

from everyid_site.embedded import broker
from everyid_site.env import BASE_DIR

QUEUE = "test-broker"
BROKERS = ("", "redis://127.0.0.1:6379/9", "amqp://guest:guest@127.0.0.1:5672//")


def wait_until(condition: Callable[[], Any], seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Peer:
    """One connection that sends to and receives from the queue."""

    def __init__(self, dsn: str, prefetch: int = 1) -> None:
        broker.register()
        self.connection = Connection("everyid+postgres://", transport_options={"dsn": dsn})
        self.queue = Queue(QUEUE, routing_key=QUEUE)
        self.received: list[Any] = []
        self.consumer = self.connection.Consumer([self.queue], callbacks=[self._on_message])
        self.consumer.qos(prefetch_count=prefetch)

    def _on_message(self, body: Any, message: Any) -> None:
        self.received.append((body, message))

    def send(self, body: Any) -> None:
        self.connection.Producer().publish(body, routing_key=QUEUE)

    def receive(self, seconds: float = 120.0) -> Any:
        """The next body and message; raises TimeoutError if there is none."""
        self.consumer.consume()
        self.connection.drain_events(timeout=seconds)
        return self.received.pop()

    def die(self) -> None:
        """As a killed worker does: the database session ends, nothing is given back."""
        self.connection.transport.session.close()


@pytest.fixture
def peers(database_url: str) -> Iterator[Callable[[], Peer]]:
    made: list[Peer] = []

    def make() -> Peer:
        made.append(Peer(database_url))
        return made[-1]

    yield make
    for peer in made:
        peer.connection.release()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM broker_message WHERE queue = %s", (QUEUE,))


def test_a_consumer_notices_that_its_session_was_lost(peers: Any) -> None:
    """Even if it could not acknowledge: it must not wait for ever for room in its prefetch."""
    peer = peers()
    peer.send("task")
    _, message = peer.receive()
    transport = peer.connection.transport
    peer.die()
    with pytest.raises(transport.connection_errors):
        message.ack()
    with pytest.raises(psycopg.OperationalError):
        transport.drain_events(transport, timeout=60)


def count_messages(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM broker_message WHERE queue = %s", (QUEUE,)
        ).fetchone()
    return int(row[0]) if row else -1


def test_a_message_arrives_once_and_in_order(peers: Any, database_url: str) -> None:
    sender, receiver = peers(), peers()
    for number in range(5):
        sender.send({"n": number})
    for number in range(5):
        body, message = receiver.receive()
        assert body == {"n": number}
        message.ack()
    assert count_messages(database_url) == 0
    with pytest.raises(TimeoutError):
        receiver.receive(0.3)


def test_it_is_picked_up_at_once(peers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits sleeps for a tenth of a second between two looks, and no longer."""
    sender, receiver = peers(), peers()
    slept: list[float] = []

    def send_late(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            sender.send("task")

    monkeypatch.setattr("kombu.transport.virtual.base.sleep", send_late)
    body, message = receiver.receive()
    message.ack()
    assert (body, slept) == ("task", [0.1] * 3)


def test_nobody_else_gets_a_message_that_is_held(peers: Any) -> None:
    sender, holder, other = peers(), peers(), peers()
    sender.send("task")
    holder.receive()
    with pytest.raises(TimeoutError):
        other.receive(0.3)


def test_no_more_than_the_prefetch_is_taken(peers: Any) -> None:
    sender, receiver = peers(), peers()
    sender.send(1)
    sender.send(2)
    _, message = receiver.receive()
    with pytest.raises(TimeoutError):
        receiver.receive(0.3)
    message.ack()
    assert receiver.receive()[0] == 2


def test_a_dead_workers_message_comes_back(peers: Any) -> None:
    sender, victim, other = peers(), peers(), peers()
    sender.send("task")
    victim.receive()
    victim.die()
    body, message = other.receive()
    assert body == "task"
    message.ack()


def test_a_closed_connection_gives_its_messages_back(peers: Any) -> None:
    sender, first, other = peers(), peers(), peers()
    sender.send("task")
    first.receive()
    first.connection.release()
    assert other.receive()[0] == "task"


def test_a_rejected_message_is_dropped_or_given_back(peers: Any, database_url: str) -> None:
    sender, receiver = peers(), peers()
    sender.send("task")
    _, message = receiver.receive()
    message.reject(requeue=True)
    _, message = receiver.receive()
    message.reject(requeue=False)
    assert count_messages(database_url) == 0


def test_it_connects_again_after_its_session_was_lost(peers: Any) -> None:
    sender, receiver = peers(), peers()
    sender.send("first")
    sender.die()
    sender.send("second")
    assert [receiver.receive()[0], receiver.received] == ["first", []]


def test_a_session_lost_in_between_is_a_connection_error(peers: Any) -> None:
    peer = peers()
    peer.send("task")
    channel = peer.connection.default_channel
    peer.die()
    with pytest.raises(peer.connection.connection_errors):
        channel.queue_purge(QUEUE)


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The product's worker, with the task of ``echo.py``."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "tests.site.echo", "--skip-checks", "worker"),
            *("-Q", "media,gpu", "-c", "1", "--without-gossip", "--without-mingle"),
        ],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def publish(environment: dict[str, str], folder: Path, name: str, patience_s: float = 0.0) -> None:
    code = (
        "import sys; from tests.site.echo import echo; "
        "echo.apply_async(sys.argv[1:3] + [float(sys.argv[3])], queue='gpu')"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(folder), name, str(patience_s)],
        cwd=BASE_DIR,
        env=environment,
        check=True,
    )


def worker_environment(dsn: str, broker_url: str, state_dir: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "EVERYID_DATABASE_URL": dsn,
        "EVERYID_BROKER_URL": broker_url,
        "EVERYID_STATE_DIR": str(state_dir),
    }


def is_listening(url: str) -> bool:
    if not url:
        return True
    port = urlsplit(url).port or 0
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("url", BROKERS, ids=["embedded", "redis", "rabbitmq"])
def test_a_task_makes_the_round_trip(url: str, database_url: str, tmp_path: Path) -> None:
    if not is_listening(url):
        pytest.skip(f"no server at {url}")
    environment = worker_environment(database_url, url, tmp_path)
    with worker(environment):
        publish(environment, tmp_path, "task")
        assert wait_until((tmp_path / "task.done").exists)


@pytest.mark.slow
@pytest.mark.faults
def test_a_killed_workers_task_is_done_by_another(database_url: str, tmp_path: Path) -> None:
    environment = worker_environment(database_url, "", tmp_path)
    publish(environment, tmp_path, "task", patience_s=600)
    with worker(environment) as first:
        assert wait_until((tmp_path / "task.started").exists)
        child = int((tmp_path / "task.started").read_text().split()[0])
        first.kill()
        first.wait()
        if sys.platform == "linux":
            assert wait_until(lambda: not is_alive(child)), "the child outlived its parent"
    (tmp_path / "task.go").touch()
    assert not (tmp_path / "task.done").exists()
    with worker(environment):
        assert wait_until((tmp_path / "task.done").exists)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
