"""On a phone: what a button opens stays on the screen, and nothing scrolls sideways."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from ingest.models import Asset, Library, Role
from ingest.services.libraries import set_member
from tests import factories

PHONE = {"width": 380, "height": 800}


def is_on_screen(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_menus_open_on_the_screen(page: Page, asset: Asset) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/?q=beach")
    for number in range(2):  # export, keep
        menu = page.locator(".answers__tools details.menu").nth(number)
        menu.locator("summary").click()
        expect(menu.locator(".menu__panel")).to_be_visible()
        assert is_on_screen(page, ".answers__tools details[open] .menu__panel")
        page.keyboard.press("Escape")
    bin = factories.make_bin(asset.library, "Selects", asset)
    page.goto(f"/bins/{bin.pk}/")
    for name in ("Export", "Change"):
        page.locator("main summary", has_text=name).click()
        assert is_on_screen(page, "main details[open] .menu__panel")
        page.keyboard.press("Escape")


def test_the_longest_member_is_removed_by_a_button(page: Page, library: Library) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    name = "vera-" + "w" * 60
    set_member(library=library, user=factories.make_user(name), role=Role.VIEWER)
    page.goto(f"/libraries/{library.slug}/")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert "Remove" not in page.get_by_label(f"Role of {name}").inner_text()
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_text(f"{name} is no longer a member.")).to_be_visible()
    page.locator("summary", has_text="Leave this library").click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("owner")
