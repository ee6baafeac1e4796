"""One real Postgres for a whole test run, shared by every xdist worker.

It starts when the first test asks for the database (or when xdist starts its workers), in a
scratch folder, and is stopped at the end; ``EVERYID_DATABASE_URL`` names another server instead.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest import TestReport

from everyid_site.embedded.endpoint import settings_of_dsn
from everyid_site.embedded.postgres import EmbeddedPostgres
from everyid_site.env import environment
from search.retrieval.side_by_side import close_threads
from tests.emptying import empty_database

pytest_plugins = ["tests.receiver"]

# How long an example takes says how busy the machine is. Set here, so that it holds for all tests.
hypothesis.settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy machine")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


class TestServer:
    """The Postgres of this run: started once, by the controller."""

    def __init__(self) -> None:
        self.dsn = environment().database_url
        self._embedded: EmbeddedPostgres | None = None

    def start(self) -> str:
        """Start it if need be; the address."""
        if not self.dsn:
            folder = tempfile.mkdtemp(prefix="everyid-pg-")
            self._embedded = EmbeddedPostgres(folder, durable=False).acquire()
            self.dsn = self._embedded.dsn
        return self.dsn

    def stop(self) -> None:
        """Stop what ``start`` started."""
        if self._embedded is not None:
            self._embedded.release()
            shutil.rmtree(self._embedded.state_dir, ignore_errors=True)


SERVER = TestServer()


def pytest_configure(config: pytest.Config) -> None:
    """Take the controller's server in an xdist worker."""
    given = getattr(config, "workerinput", {}).get("everyid_dsn")
    if given:
        SERVER.dsn = given


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give xdist's workers the controller's server."""
    node.workerinput["everyid_dsn"] = SERVER.start()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one folder on one worker, which makes what they share once; who has none left takes
    from another, so that no core is idle at the end."""
    if config.getoption("dist") != "load":  # somebody has asked for another way
        return None
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server with the run."""
    if not hasattr(config, "workerinput"):
        SERVER.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, TestReport, TestReport]:
    """Skipping for want of ../shared is a failure where it is there."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and SHARED.is_dir():
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith("needs ../shared"):
            report.outcome = "failed"
            report.longrepr = f"skipped although ../shared is there: {reason}"
    return report


@pytest.fixture(scope="session")
def database_url() -> str:
    """The address of the run's Postgres (its main database, not a test database)."""
    return SERVER.start()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    database_url: str, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Point Django at the run's Postgres before pytest-django makes its test databases."""
    settings.DATABASES["default"].update(
        {name: value for name, value in settings_of_dsn(database_url).items() if name != "OPTIONS"}
    )


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let no test speak to another machine."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise PermissionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect_locally)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tests that commit are emptied away quickly; whoever still asks the test database is sent away
    before it is dropped."""
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", empty_database):
        yield
    close_threads()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A server's thread may be answering what a closed browser asked last.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of development media; tests that need it are skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED
