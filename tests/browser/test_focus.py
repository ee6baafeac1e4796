"""The main pages by keyboard alone: what Tab reaches, in which order, and whether it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ingest.models import Asset, Library
from recognition.models import Identity, Track
from search.models import Bin
from tests import factories
from tests.browser.test_corrections import look, make_encoder, make_person
from tests.browser.test_player import open_player

MOST_STEPS = 150
_HERE = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  window.walked ??= [];
  const seen = at.closest("label") ?? at;
  const [style, around] = [getComputedStyle(at), getComputedStyle(seen)];
  const box = (at.clientWidth > 1 ? at : seen).getBoundingClientRect();
  const inside = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const said = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
  const drawn = at.querySelector("svg[aria-label]")?.getAttribute("aria-label") ?? "";
  window.walked.push(at);
  return {
    name: said.replace(/\\s+/g, " ").trim() || drawn,
    again: window.walked.indexOf(at) < window.walked.length - 1,
    ringed: [style, around].some((s) => s.outlineStyle !== "none" && s.outlineWidth !== "0px"),
    shown: seen.checkVisibility({ visibilityProperty: true }),
    uncovered: inside !== null && (seen.contains(inside) || inside.contains(seen)),
    where: ["header.site-header", "main", "footer"].findIndex((part) => at.closest(part)),
  };
}"""
_MISSED = """() => [...document.querySelectorAll(
    "a[href], button, summary, input:not([type=hidden]), select, textarea, [role=slider]")]
  .filter((one) => !one.disabled && !one.closest("[aria-hidden=true], svg.timeline, dialog"))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !window.walked.includes(one))
  .map((one) => one.outerHTML.slice(0, 120))"""
_POSITIVE = "[...document.querySelectorAll('[tabindex]')].filter((e) => e.tabIndex > 0).length"


def walk(page: Page) -> list[dict[str, Any]]:
    """Every stop of Tab from the page's start to its end."""
    page.wait_for_load_state("networkidle")
    page.evaluate("delete window.walked; document.querySelector('a').focus()")
    stops: list[dict[str, Any]] = [page.evaluate(_HERE)]
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_HERE)
        if stop is None or stop["again"]:
            return stops
        stops.append(stop)
    raise AssertionError("Tab comes to no end.")


def in_order(names: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether stops whose names begin so come in this order."""
    places = [next(i for i, name in enumerate(names) if name.startswith(one)) for one in wanted]
    return all(a < b for a, b in pairwise(places))


def expect_walkable(page: Page, *wanted: str) -> None:
    """All controls are reached once, are named, and can be seen to have the focus."""
    stops = walk(page)
    names = [stop["name"] for stop in stops]
    assert names[0] == "Skip to the content"
    assert "" not in names
    for key in ("ringed", "shown", "uncovered"):
        assert [stop["name"] for stop in stops if not stop[key]] == [], key
    parts = [stop["where"] for stop in stops[1:]]
    assert parts == sorted(parts)
    assert page.evaluate(_MISSED) == []
    assert page.evaluate(_POSITIVE) == 0
    assert in_order(names, wanted), names


@pytest.fixture
def bin(library: Library, asset: Asset) -> Bin:
    return factories.make_bin(library, "Selects", asset, asset)


@pytest.fixture
def people(library: Library, asset: Asset) -> list[Identity]:
    return list(Identity.objects.filter(library=library).order_by("pk"))


def test_the_search_page_is_walked(page: Page, asset: Asset, bin: Bin) -> None:
    page.goto("/?q=woman in red on the beach")
    expect(page.locator("[data-moment]").first).to_be_visible()
    expect_walkable(
        page,
        "What are you looking for?",
        "Change “",
        "Ask without",
        "Export",
        "walk.mp4",
        "Tick this",
    )


def test_an_assets_page_is_walked(page: Page, asset: Asset, bin: Bin) -> None:
    open_player(page, asset)
    expect(page.locator(".box-person-button").first).to_be_visible()
    expect_walkable(
        page, "Person", "Position", "Play", "Mark in", "Full screen", "Play shot 1", "Add to bin"
    )


def test_a_bin_is_walked(page: Page, bin: Bin) -> None:
    page.goto(f"/bins/{bin.pk}/")
    expect_walkable(page, "Change", "Export", "Share", "1 walk.mp4", "Move walk.mp4 down", "2 walk")


def test_people_are_walked(page: Page, people: list[Identity]) -> None:
    page.goto("/people/")
    expect_walkable(page, "Everyone", "Name", "First", "Choose", people[0].display_name)
    page.get_by_role("checkbox", name="Choose").first.focus()
    page.keyboard.press("Space")
    expect_walkable(page, "Choose", people[0].display_name, "Confirm", "None")
    page.goto(f"/people/{people[0].pk}/")
    expect_walkable(page, "Give a name", "Confirm", "Find this person", "Comment", "Share")


def test_the_review_is_walked(page: Page, library: Library) -> None:
    encoder = make_encoder()
    pair = [make_person(library, 2, number=n) for n in (1, 2)]
    for track in Track.objects.filter(identity__in=pair):
        look(encoder, track, 0)
    page.goto("/people/review")
    expect(page.get_by_role("button", name="Not the same")).to_be_visible()
    expect_walkable(page, "To look at", "Corrections", "Person 1", "One person", "Not the same")


def test_the_skip_link_leads_past_the_header(page: Page, asset: Asset) -> None:
    page.goto("/libraries/")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def opened_by_keys(page: Page, opener: Locator) -> None:
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener.locator("xpath=..")).to_have_attribute("open", "")
    page.keyboard.press("Tab")


@pytest.mark.parametrize(
    "opener", [".site-header .menu summary", ".download summary", ".part__menu summary"]
)
def test_escape_closes_a_menu_and_leads_back(page: Page, asset: Asset, opener: str) -> None:
    page.goto("/?q=woman in red")
    summary = page.locator(opener).first
    menu = summary.locator("xpath=..")
    opened_by_keys(page, summary)
    assert menu.evaluate("menu => menu.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_a_menu_that_is_left_closes(page: Page, asset: Asset) -> None:
    page.goto("/?q=woman in red")
    summary = page.locator(".site-header .menu summary")
    opened_by_keys(page, summary)
    summary.focus()
    page.keyboard.press("Shift+Tab")
    expect(summary.locator("xpath=..")).not_to_have_attribute("open", "")


def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page, asset: Asset) -> None:
    page.goto("/?q=beach")
    opener = page.get_by_role("button", name="Keys")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main :not(dialog) a') === null")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_card_of_a_person_keeps_the_focus(page: Page, asset: Asset) -> None:
    open_player(page, asset)
    box = page.locator(".box-person-button").first
    box.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Who this is")
    first = card.get_by_role("link").first
    expect(first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(card.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()


def test_a_chip_that_is_taken_out_leaves_the_focus_there(page: Page, asset: Asset) -> None:
    page.goto("/?q=woman in red, outdoors")
    page.get_by_label("Ask without “woman in red”").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-part]")).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('#results') !== null")
    page.locator(".filter-choice:visible").first.focus()
    page.keyboard.press("Enter")
    chosen = page.locator(".filter-choice[aria-current]:visible")
    expect(chosen).to_be_focused()


def test_a_moment_that_is_moved_or_taken_out_leaves_the_focus_there(page: Page, bin: Bin) -> None:
    page.goto(f"/bins/{bin.pk}/")
    items = page.locator("[data-item]")
    first = items.nth(0).get_attribute("data-item")
    items.nth(0).get_by_role("button", name="down").focus()
    page.keyboard.press("Enter")
    expect(items.nth(1)).to_have_attribute("data-item", str(first))
    expect(items.nth(1)).to_be_focused()  # it cannot go further down
    items.nth(1).get_by_role("button", name="out of the bin").focus()
    page.keyboard.press("Enter")
    expect(items).to_have_count(1)
    expect(items.get_by_role("button", name="out of the bin")).to_be_focused()
