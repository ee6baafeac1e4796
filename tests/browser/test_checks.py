"""Moments are looked at for words that no fixed class covers: asked, awaited, answered, refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from ingest.models import Asset
from recognition import networks as networks_at_work
from recognition.engine.errors import NetworkFailed
from recognition.engine.types import Detections, Image, NetworkInfo
from search.models import Check
from search.services import checks

MEMORY = "Not enough memory for a single picture."


class Looker:
    """Sees things where the middle of the picture is blue, and fails while told to."""

    def __init__(self) -> None:
        self.info = NetworkInfo("grounding-dino-tiny", "open_set", "looker-1")
        self.error = ""

    def find(self, images: Sequence[Image], words: Sequence[str]) -> list[Detections]:
        if self.error:
            raise NetworkFailed(self.error)
        return [self._find(image, words) for image in images]

    def _find(self, image: Image, words: Sequence[str]) -> Detections:
        boxes = {"trampoline": (0.1, 0.5, 0.5, 0.9), "ladder": (0.7, 0.05, 0.85, 0.8)}
        red, _, blue = image[len(image) // 2].mean(axis=0)
        named = tuple(word for word in words if word in boxes) if blue > red else ()
        table = np.array([boxes[word] for word in named], np.float32).reshape(-1, 4)
        return Detections(table, np.linspace(0.71, 0.5, len(named), dtype=np.float32), named)


@pytest.fixture
def made_failures() -> str:
    return "(status of|Status Error Code) (422|503) "


@pytest.fixture
def looker(networks: None, monkeypatch: pytest.MonkeyPatch) -> Looker:
    made = Looker()
    monkeypatch.setattr(networks_at_work.loader, "open_set", made)  # type: ignore[attr-defined]
    return made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Checks that the broker was told of."""
    told: list[int] = []

    def publish(ids: Sequence[int]) -> bool:
        told.extend(ids)
        return True

    monkeypatch.setattr(checks, "publish", publish)
    return told


def work(sent: list[int]) -> None:
    """What a worker does with what it was told."""
    checks.look(list(sent))
    sent.clear()


def slots(page: Page) -> Locator:
    return page.locator(".looked")


def test_one_moment_is_looked_at_while_one_waits(
    page: Page, asset: Asset, looker: Looker, sent: list[int]
) -> None:
    page.goto("/?q=trampoline")
    expect(page.locator("#check-count")).to_contain_text("grounding-dino-tiny reads words")
    beach = page.locator("[data-moment]", has_text="0:00–0:02").locator(".looked")
    beach.get_by_role("button", name="Look at this one").click()
    expect(beach).to_contain_text("Looking for trampoline …")
    expect(page.locator("#check-count")).to_have_text("Seen in 0 of 1, 1 to go.")
    work(sent)
    expect(beach.get_by_role("list", name="What was looked for")).to_contain_text("trampoline")
    expect(beach.locator(".why__strength")).to_have_text("0.71")
    expect(page.locator("#check-count")).to_have_text("Seen in 1 of 1.")
    picture, box = beach.locator("img").bounding_box(), beach.locator("rect").bounding_box()
    assert picture is not None and box is not None
    assert box["x"] - picture["x"] == pytest.approx(0.1 * picture["width"], abs=2)
    assert box["height"] == pytest.approx(0.4 * picture["height"], abs=4)


@pytest.mark.parametrize("scripts", [True, False], ids=["js", "no-js"])
def test_a_page_is_looked_at_for_ones_own_words(
    make_page: Any, owner: User, asset: Asset, looker: Looker, sent: list[int], scripts: bool
) -> None:
    page = make_page(owner, java_script_enabled=scripts)
    page.goto("/?q=trampoline")
    words = page.get_by_label("Look in the pictures for")
    words.fill("Trampoline, ladder, somebody's birthday cake")
    page.get_by_role("button", name="Look at these 2").click()
    expect(page).to_have_url(re.compile(r"q=trampoline&look=trampoline%2C\+ladder%2C\+somebody"))
    expect(page.locator("#check-count")).to_have_text("Seen in 0 of 2, 2 to go.")
    work(sent)
    if not scripts:
        page.reload()
    expect(page.locator("#check-count")).to_have_text("Seen in 1 of 2.")
    expect(words).to_have_value("trampoline, ladder, somebody's birthday cake")
    expect(slots(page).get_by_text("not seen")).to_have_count(4)
    expect(slots(page).locator("rect")).to_have_count(2)
    expect(slots(page).locator("text")).to_have_text(["trampoline", "ladder"])


def test_what_is_refused_or_fails_is_said_and_may_be_tried_again(
    page: Page, asset: Asset, looker: Looker, sent: list[int]
) -> None:
    page.goto("/?q=trampoline")
    first, words = slots(page).first, page.get_by_label("Look in the pictures for")
    words.fill("12")
    first.get_by_role("button", name="Look at this one").click()
    expect(first.get_by_role("alert")).to_have_text("“12” is nothing that can be looked for.")
    words.fill("kite")
    first.get_by_role("button", name="Look at this one").click()
    expect(first).to_contain_text("Looking for kite …")
    looker.error = MEMORY
    work(sent)
    expect(first.get_by_role("alert")).to_have_text(f"Could not look for kite: {MEMORY}")
    expect(page.locator("#check-count")).to_have_text("Seen in 0 of 1, 1 failed.")
    looker.error = ""
    first.get_by_role("button", name="Look again").click()
    expect(first).to_contain_text("Looking for kite …")
    work(sent)
    expect(first).to_contain_text("not seen: kite")
    assert Check.objects.get().state == Check.State.DONE


def test_an_outage_while_one_waits_is_survived(
    page: Page, asset: Asset, looker: Looker, sent: list[int]
) -> None:
    page.goto("/?q=trampoline")
    first = slots(page).first
    first.get_by_role("button", name="Look at this one").click()
    expect(first).to_contain_text("Looking for trampoline …")
    page.route("**/search/checks/*", lambda route: route.fulfill(status=503, body="down"))
    with page.expect_response(lambda answer: answer.status == 503):
        pass
    expect(first).to_contain_text("Looking for trampoline …")
    page.unroute("**/search/checks/*")
    work(sent)
    expect(first.get_by_role("list", name="What was looked for")).to_be_visible()


def test_without_a_network_the_page_says_so(page: Page, asset: Asset) -> None:
    page.goto("/?q=trampoline")
    expect(page.get_by_text("none is at work here")).to_be_visible()
    expect(slots(page)).to_have_count(0)
