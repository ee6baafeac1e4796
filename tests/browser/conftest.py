"""A real browser (Debian's chromium) against a live server.

Playwright's sync API keeps an event loop in the test's thread, where Django refuses to touch the
database unless told that it is meant: nothing here is asynchronous, so it is told so. Whatever a
page writes to its console as an error, or throws, or is refused by the content policy, fails the
test.

``EVERYID_SLOW_SCRIPTS_MS=400 pytest tests/browser`` serves every script so much later, as a busy
machine does now and then: whoever clicks before a script is there must lose nothing, and no test
may count on having been slower than the scripts.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from everyid_site import context as site_context
from ingest import pipeline
from ingest.models import Asset, Library
from ingest.services.assets import add_file
from tests import factories, fakes
from tests.browser.keeping import Keeper
from tests.films import Film, Person, Scene, Way, make_film

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
WAIT_MS = 90_000
ABORTED = "net::ERR_ABORTED"
"""Why a request failed whose page was left, or closed at the end of a test, before its answer came:
a busy machine answers late."""
FAILED = r"^htmx:(afterRequest|sendError)\b"
"""What htmx says of every request that failed, without why: those are heard by themselves."""
SLOW_SCRIPTS_MS = int(os.environ.get("EVERYID_SLOW_SCRIPTS_MS", "0"))
expect.set_options(timeout=WAIT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the browser, and leave it out where there is none."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs chromium"))


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """One browser for all tests; gone, and the live server after it, before the database is."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def owner(transactional_db: None) -> User:
    return factories.make_user("anna")


@pytest.fixture
def library(owner: User) -> Library:
    return factories.make_library(owner=owner, name="Harbour")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Four seconds, one cut: someone in red walks over a beach, then someone in blue."""
    path = tmp_path_factory.mktemp("film") / "walk.mp4"
    scenes = [
        Scene("beach", ways=(Way(Person("ada", coat="red")),)),
        Scene("street", ways=(Way(Person("emil", coat="blue")),)),
    ]
    return make_film(path, scenes)


@pytest.fixture(scope="session")
def film(drawn: Film) -> Path:
    """Where that film is."""
    return drawn.path


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fake networks for the pipeline and the server."""
    monkeypatch.setattr(site_context, "_known", None)
    with fakes.install():
        yield
    monkeypatch.setattr(site_context, "_known", None)


@pytest.fixture(scope="session")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    """Keeps what was indexed, for all tests."""
    return Keeper(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def asset(library: Library, film: Path, owner: User, networks: None, keeper: Keeper) -> Asset:
    """The film, indexed by every stage."""

    def index() -> None:
        added = add_file(library=library, path=film, name="walk.mp4", user=owner, in_place=True)
        assert added.asset is not None, added.sentence
        pipeline.run_asset(added.asset.pk)

    keeper.bring("walk", index, library, owner)
    asset = Asset.objects.get()
    assert asset.status == Asset.Status.READY, asset.error_sentence
    return asset


def sign_in(context: BrowserContext, address: str, user: User) -> None:
    """Give the browser a session, without the form."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])


@pytest.fixture
def made_failures() -> str:
    """What the console may say (a regular expression): that the browser, too, saw an outage which
    a test has made. A module whose tests make others says so in a fixture of this name."""
    return " 503 "


@pytest.fixture(autouse=True)
def slow_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every script's request wait in the server, if so asked."""
    served = StaticFilesHandler.serve

    def serve_late(self: Any, request: HttpRequest) -> Any:
        if request.path.endswith(".js"):
            time.sleep(SLOW_SCRIPTS_MS / 1000)
        return served(self, request)

    if SLOW_SCRIPTS_MS:
        monkeypatch.setattr(StaticFilesHandler, "serve", serve_late)


@pytest.fixture
def make_page(
    browser: Browser, live_server: Any, networks: None, made_failures: str
) -> Iterator[Any]:
    """Makes pages (``user``, and options of the browser context) and hears their complaints."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(f"{made_failures}|{FAILED}", message.text):
            complaints.append(message.text)

    def hear_failure(request: Request) -> None:
        text = f"failed {request.url}: {request.failure}"
        if request.failure != ABORTED and not re.search(made_failures, text):
            complaints.append(text)

    def _make(user: User | None = None, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": 1280, "height": 800}, **options
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        if user is not None:
            sign_in(context, live_server.url, user)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"threw {error}"))
        page.on("console", hear)
        page.on("requestfailed", hear_failure)
        return page

    yield _make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(make_page: Any, owner: User) -> Page:
    """A page of the library's owner."""
    made: Page = make_page(owner)
    return made
