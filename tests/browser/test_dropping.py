"""A picture is dropped on the search box and pasted into it, by the browser's own events.

Chromium makes them itself of what comes from the desktop or the clipboard (``Input`` of its
DevTools protocol), so that what a page may read of them, and when, is as it is for people.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures
from playwright.sync_api import Page, expect

from ingest.models import Asset
from search.models import Example

_COPY = """async (numbers) => {
  const picture = new Blob([new Uint8Array(numbers)], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}"""


@pytest.fixture
def coat(tmp_path: Path) -> Path:
    """A picture file that is all red."""
    path = tmp_path / "coat.png"
    Pictures.new("RGB", (160, 120), "red").save(path)
    return path


def drag(page: Page, file: Path, *, ends_by: str) -> None:
    """Drags a file from outside the browser onto the search box, and there lets go or leaves."""
    box = page.locator("#q").bounding_box()
    assert box is not None
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data: dict[str, Any] = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, **middle, "data": data})
    expect(page.locator("body")).to_have_class(re.compile("is-dropping"))
    session.send("Input.dispatchDragEvent", {"type": ends_by, **middle, "data": data})


def test_a_picture_from_the_desktop_is_dropped_on_the_box(
    page: Page, asset: Asset, coat: Path
) -> None:
    page.goto("/?q=beach")
    drag(page, coat, ends_by="drop")
    expect(page).to_have_url(re.compile("q=beach&like=picture"))
    expect(page.locator(".part--example img")).to_be_visible()
    expect(page.locator("[data-moment]").first).to_be_visible()
    expect(page.locator("#q")).to_have_value("beach")
    assert Example.objects.count() == 1


def test_a_picture_that_is_carried_away_again_asks_nothing(
    page: Page, asset: Asset, coat: Path
) -> None:
    page.goto("/?q=beach")
    drag(page, coat, ends_by="dragCancel")
    expect(page.locator("body")).not_to_have_class(re.compile("is-dropping"))
    expect(page).to_have_url(re.compile("q=beach$"))
    assert not Example.objects.exists()


def test_what_is_no_picture_is_said_to_be_none(page: Page, asset: Asset, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture")
    page.goto("/?q=beach")
    drag(page, notes, ends_by="drop")
    expect(page.locator("#toast")).to_contain_text("“notes.txt” is no picture")
    expect(page).to_have_url(re.compile("q=beach$"))
    assert not Example.objects.exists()


def test_a_picture_is_pasted_into_the_box(page: Page, asset: Asset) -> None:
    written = io.BytesIO()
    Pictures.new("RGB", (160, 120), "red").save(written, "PNG")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/?q=beach")
    page.locator("#q").click()
    page.evaluate(_COPY, list(written.getvalue()))
    page.keyboard.press("Control+V")
    expect(page).to_have_url(re.compile("q=beach&like=picture"))
    expect(page.locator(".part--example img")).to_be_visible()
    assert Example.objects.count() == 1


def test_words_are_pasted_as_words(page: Page, asset: Asset) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.locator("#q").click()
    page.evaluate("navigator.clipboard.writeText('beach')")
    page.keyboard.press("Control+V")
    expect(page.locator("#q")).to_have_value("beach")
    expect(page).to_have_url(re.compile("q=beach"))
    assert not Example.objects.exists()
