"""The player by its keys, its bar and its links."""

from __future__ import annotations

import time

from playwright.sync_api import Page, Position, expect

from ingest.models import Asset
from tests.browser.conftest import WAIT_MS


def open_player(page: Page, asset: Asset, query: str = "") -> None:
    page.goto(f"/assets/{asset.pk}/{query}")
    wait_until(page, "v.readyState >= 2")


def time_of(page: Page) -> float:
    seconds: float = page.evaluate("document.querySelector('video').currentTime")
    return seconds


def is_paused(page: Page) -> bool:
    paused: bool = page.evaluate("document.querySelector('video').paused")
    return paused


def wait_until(page: Page, condition: str) -> None:
    """Wait for a condition on the video ``v``. (Playwright's own waiting evaluates strings in the
    page, which its content policy forbids.)"""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not page.evaluate(f"(v => {condition})(document.querySelector('video'))"):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(20)


def test_it_starts_where_the_address_says(page: Page, asset: Asset) -> None:
    open_player(page, asset, "?t=2.5")
    wait_until(page, "Math.abs(v.currentTime - 2.5) < 0.05")
    expect(page.locator("[data-now]")).to_have_text("00:00:02:12")
    expect(page.locator("[data-shot]").nth(1)).to_have_attribute("aria-current", "true")


def test_space_plays_and_k_stops(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    page.keyboard.press("Space")
    wait_until(page, "(!v.paused || v.ended) && v.currentTime > 0.2")
    page.keyboard.press("k")
    wait_until(page, "v.paused")
    expect(page.locator("[data-do=toggle]")).to_have_attribute("aria-label", "Play")


def test_l_shuttles_on_and_j_back(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    page.keyboard.press("l")
    page.keyboard.press("l")
    wait_until(page, "(!v.paused || v.ended) && v.playbackRate === 2")
    expect(page.locator("[data-shuttle]")).to_have_text("2×")
    wait_until(page, "v.currentTime > 1")
    page.keyboard.press("j")
    wait_until(page, "v.paused")
    before = time_of(page)
    wait_until(page, f"v.currentTime < {before}")
    page.keyboard.press("k")
    wait_until(page, "!v.seeking")
    stopped = time_of(page)
    page.wait_for_timeout(300)
    assert abs(time_of(page) - stopped) < 0.2


def test_arrows_step_exactly_one_frame(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    shown = page.locator("[data-now]")
    for frame in range(1, 6):
        page.keyboard.press("ArrowRight")
        expect(shown).to_have_text(f"00:00:00:{frame:02}")
        wait_until(page, "!v.seeking")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_text("00:00:00:04")
    page.keyboard.press("Shift+ArrowRight")
    expect(shown).to_have_text("00:00:01:04")
    assert is_paused(page)


def test_i_and_o_mark_and_x_clears(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("i")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("o")
    marks = page.locator("[data-marks]")
    expect(marks).to_have_text("in 00:00:01:00 – out 00:00:02:00")
    expect(page.locator("[data-marked]")).to_be_visible()
    page.keyboard.press("x")
    expect(marks).to_be_hidden()


def test_t_hides_the_tracks(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    canvas = page.locator("canvas[data-tracks-url]")
    expect(canvas).to_have_attribute("data-tracks-state", "ready")
    expect(canvas).to_be_visible()
    page.keyboard.press("t")
    expect(canvas).to_be_hidden()
    page.keyboard.press("t")
    expect(canvas).to_be_visible()


def test_a_shot_plays_from_its_start(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    page.get_by_label("Play shot 2").click()
    wait_until(page, "v.currentTime >= 1.9 && (!v.paused || v.ended)")
    assert "?t=2" in page.url


def test_the_bar_seeks_and_shows_what_is_there(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    bar = page.locator("[data-scrub]")
    box = bar.bounding_box()
    assert box is not None
    middle = Position(x=box["width"] * 0.75, y=box["height"] / 2)
    bar.hover(position=middle)
    preview = page.locator("[data-preview-picture]")
    expect(preview).to_be_visible()
    assert "sprite.webp" in preview.evaluate("e => e.style.backgroundImage")
    bar.click(position=middle)
    wait_until(page, "Math.abs(v.currentTime - 3) < 0.1")
    expect(bar).to_have_attribute("aria-valuetext", "00:00:03:00")


def test_keys_are_left_to_who_types(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    box = page.get_by_role("searchbox")
    box.fill("")
    box.press_sequentially("jkl")
    expect(box).to_have_value("jkl")
    assert is_paused(page)
    assert time_of(page) == 0
