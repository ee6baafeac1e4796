"""From a search to a list for an editor, by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import opentimelineio as otio
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ingest.models import Asset, Library
from search.bins import items_of
from search.exports.formats import FORMATS
from search.models import Bin, ExcerptOrder
from search.services import excerpts
from tests import factories


def test_from_a_search_over_a_bin_to_an_edl(page: Page, asset: Asset, tmp_path: Path) -> None:
    page.goto("/")
    page.locator("[data-to-bin]").nth(0).click()
    expect(page.locator("#toast")).to_contain_text("added to Selects")
    page.goto("/")
    page.locator("[data-moment-link]").nth(1).focus()
    page.keyboard.press("b")
    expect(page.locator("#toast")).to_contain_text("added to Selects")
    page.locator("#toast a").click()
    expect(page.get_by_role("heading", name="Selects", level=1)).to_be_visible()
    items = page.locator("[data-item]")
    expect(items).to_have_count(2)

    bin = Bin.objects.get()
    before = [item.pk for item in items_of(bin)]
    items.nth(0).drag_to(items.nth(1), target_position={"x": 30, "y": 90})
    expect(items.nth(0)).to_have_attribute("data-item", str(before[1]))
    expect(page.locator(".bin-item__number").first).to_have_text("1")
    assert [item.pk for item in items_of(bin)] == before[::-1]

    first = items.nth(0)
    first.get_by_text("Trim, note, marker").click()
    first.get_by_label("In", exact=True).fill("0.4")
    first.get_by_label("Note").fill("wide")
    first.get_by_role("button", name="Save").click()
    expect(items.nth(0)).to_contain_text("wide")

    page.locator(".download summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^EDL")).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    rate = float(asset.frame_rate or 0)
    clips = list(otio.adapters.read_from_file(str(path), rate=rate).find_clips())
    assert path.name == "selects.edl" and len(clips) == 2
    trimmed = items_of(bin)[0]
    assert round(clips[0].source_range.duration.to_seconds(), 3) == pytest.approx(
        float((trimmed.end_pts - trimmed.start_pts) * asset.time_base), abs=0.001
    )


def test_a_bin_is_sorted_by_keyboard(page: Page, library: Library) -> None:
    assets = [factories.make_asset(library, name=f"{name}.mp4", files=True) for name in "abc"]
    bin = factories.make_bin(library, "Order", *assets)
    page.goto(f"/bins/{bin.pk}/")
    first = page.locator("[data-item]").first
    first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-moment-link]")).to_have_text(["b.mp4", "a.mp4", "c.mp4"])
    expect(page.locator(".bin-item__number")).to_have_text(["1", "2", "3"])
    expect(page.locator("[data-item]").nth(1)).to_be_focused()
    page.get_by_role("button", name="Move c.mp4 up").click()
    expect(page.locator("[data-moment-link]")).to_have_text(["b.mp4", "c.mp4", "a.mp4"])
    assert [item.asset.name for item in items_of(bin)] == ["b.mp4", "c.mp4", "a.mp4"]


def test_marks_of_the_player_are_kept_and_trimmed(page: Page, asset: Asset) -> None:
    page.goto(f"/assets/{asset.pk}/")
    expect(page.locator("[data-points]")).to_be_visible()
    page.wait_for_function("document.querySelector('video').readyState >= 1")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("i")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    expect(page.locator("#marks-out")).not_to_have_value("")
    page.keyboard.press("b")
    expect(page.locator("[data-points] .said")).to_contain_text("1 moment added")
    item = items_of(Bin.objects.get())[0]
    rate = asset.frame_rate
    assert rate is not None
    frames = (item.end_pts - item.start_pts) * asset.time_base * rate
    assert round(frames) == 5  # in and out are both kept
    assert round((item.start_pts - (asset.first_pts or 0)) * asset.time_base * rate) == 5

    page.goto(f"/assets/{asset.pk}/?item={item.pk}")
    expect(page.get_by_role("heading", name="Trim in Selects")).to_be_visible()
    expect(page.locator(".player__marks")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("i")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Selects", level=1)).to_be_visible()
    item.refresh_from_db()
    assert round((item.start_pts - (asset.first_pts or 0)) * asset.time_base * rate) == 6


def test_marks_are_set_by_buttons(page: Page, asset: Asset) -> None:
    page.goto(f"/assets/{asset.pk}/")
    expect(page.locator("[data-points]")).to_be_visible()
    page.wait_for_function("document.querySelector('video').readyState >= 1")
    page.get_by_role("button", name="Mark in").click()
    page.get_by_role("button", name="One frame on").click()
    page.get_by_role("button", name="Mark out").click()
    expect(page.locator("#marks-in")).not_to_have_value("")
    expect(page.locator("#marks-out")).not_to_have_value("")
    expect(page.locator(".player__marks")).to_be_visible()


def test_several_ticked_moments_are_added_at_once(page: Page, asset: Asset) -> None:
    page.goto("/")
    add = page.get_by_role("button", name="Add ticked")
    expect(page.locator("#collect-bin")).to_be_visible()
    expect(add).to_be_hidden()
    page.locator("[data-moment-link]").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    add.click()
    expect(page.locator("#toast")).to_contain_text("2 moments added")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.locator("#results.as-list")).to_be_visible()


def download(page: Page, link: str, folder: Path) -> Path:
    """What a link of the menu gives, under the name that it is given."""
    with page.expect_download() as event:
        page.get_by_role("link", name=re.compile(link)).click()
    path = folder / event.value.suggested_filename
    event.value.save_as(path)
    return path


def test_a_bin_is_exported_as_every_format(page: Page, library: Library, tmp_path: Path) -> None:
    assets = [factories.make_asset(library, name=f"{name}.mp4", files=True) for name in "ab"]
    factories.make_line(assets[0], "This is a.mp4.", 0, 10)
    bin = factories.make_bin(library, "Red coats", *assets)
    page.goto(f"/bins/{bin.pk}/")
    page.locator(".download summary").click()
    for chosen in FORMATS.values():
        path = download(page, f"^{chosen.label} ", tmp_path)
        assert path.name == f"red-coats.{chosen.ending}"
        assert "a.mp4" in path.read_text("utf-8-sig")
    timeline = otio.adapters.read_from_file(str(tmp_path / "red-coats.otio"))
    assert [clip.name for clip in timeline.find_clips()] == ["a.mp4", "b.mp4"]


def test_a_bin_of_two_frame_rates_offers_a_list_for_each(
    page: Page, library: Library, tmp_path: Path
) -> None:
    pal = factories.make_asset(library, name="pal.mp4", files=True)
    film = factories.make_asset(
        library, name="film.mp4", files=True, frame_rate_num=24, time_base_den=24
    )
    bin = factories.make_bin(library, "Mixed", pal, film)
    page.goto(f"/bins/{bin.pk}/")
    page.locator(".download summary").click()
    expect(page.get_by_text("this bin has several").first).to_be_visible()
    path = download(page, "^EDL at 24", tmp_path)
    assert "film.mp4" in path.read_text() and "pal.mp4" not in path.read_text()
    assert "pal.mp4" in download(page, "^CSV", tmp_path).read_text("utf-8-sig")


def test_moments_are_cut_into_files(page: Page, asset: Asset, tmp_path: Path) -> None:
    bin = factories.make_bin(asset.library, "Selects", asset)
    page.goto(f"/bins/{bin.pk}/")
    page.get_by_role("button", name="Cut files").click()
    expect(page.get_by_role("heading", name="Excerpts of Selects")).to_be_visible()
    expect(page.get_by_text("0 of 1 cut.")).to_be_visible()
    excerpts.cut(ExcerptOrder.objects.get().pk)
    expect(page.get_by_text("1 of 1 are ready.")).to_be_visible()  # the page asks by itself
    archive = download(page, "All as a zip", tmp_path)
    with ZipFile(archive) as kept:
        assert [name.endswith(".mp4") for name in kept.namelist()] == [True]
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Bins", level=1)).to_be_visible()
    assert not ExcerptOrder.objects.exists()


def test_it_works_without_javascript(make_page: object, owner: User, asset: Asset) -> None:
    page: Page = make_page(owner, java_script_enabled=False)  # type: ignore[operator]
    page.goto("/?q=beach")
    page.locator("[data-moment]").first.get_by_role("button", name="Bin").click()
    expect(page.get_by_text("1 added to “Selects”.")).to_be_visible()
    page.get_by_text("Trim, note, marker").click()
    page.get_by_label("Text").fill("look")
    page.get_by_role("button", name="Add marker").click()
    expect(page.locator(".dot--red")).to_be_visible()
