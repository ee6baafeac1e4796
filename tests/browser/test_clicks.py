"""What people click: signing in, searching, playing, uploading, naming."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from playwright.sync_api import Page, expect

from ingest.models import Asset, Library, Upload
from recognition.models import Identity
from tests import factories


def test_it_signs_in_and_out(make_page: Any, owner: User) -> None:
    page = make_page()
    page.goto("/libraries/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Libraries", exact=True)).to_be_visible()
    page.get_by_label("Menu and account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Username")).to_be_visible()


def test_it_finds_as_one_types_and_goes_back(page: Page, asset: Asset) -> None:
    page.goto("/")
    page.keyboard.press("/")
    box = page.locator("#q")
    expect(box).to_be_focused()
    box.press_sequentially("beach", delay=20)
    expect(page).to_have_url(re.compile(r"[?&]q=beach"))
    first = page.locator("[data-moment]").first
    expect(first).to_contain_text("walk.mp4")
    first.locator("[data-moment-link]").click()
    expect(page).to_have_url(re.compile(rf"/assets/{asset.pk}/\?t="))
    page.go_back()
    expect(page.locator("#q")).to_have_value("beach")
    expect(page.locator("[data-moment]").first).to_contain_text("walk.mp4")


def test_a_slash_leads_to_the_search_box_from_anywhere(page: Page, library: Library) -> None:
    page.goto("/libraries/")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    box.fill("harbour / pier")
    expect(box).to_have_value("harbour / pier")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"q=harbour"))


def test_it_shows_what_was_seen_beside_each_shot(page: Page, asset: Asset) -> None:
    page.goto(f"/assets/{asset.pk}/")
    expect(page.locator("[data-shot]")).to_have_count(asset.shots.count())
    expect(page.locator(".shot__seen").first).not_to_be_empty()
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_it_uploads_many_and_answers_each(
    page: Page, library: Library, film: Path, tmp_path: Path
) -> None:
    nonsense, empty = tmp_path / "<b>notes.mp4", tmp_path / "empty.mp4"
    nonsense.write_text("no film")
    empty.touch()
    page.goto(f"/libraries/{library.slug}/")
    page.get_by_role("link", name="Add footage").first.click()
    page.locator("input[type=file]").set_input_files([film, nonsense, empty, film])
    rows = page.locator("[data-uploads] .upload")
    expect(rows).to_have_count(4)
    expect(page.locator(".upload--accepted")).to_contain_text("Added: it is being looked at.")
    expect(page.locator(".upload--duplicate")).to_have_count(1)
    expect(page.locator(".upload--refused")).to_have_count(2)
    assert Upload.objects.count() == 4
    page.locator(".upload--duplicate a").click()
    expect(page.get_by_role("heading", name="walk.mp4")).to_be_visible()


def test_it_names_a_person(page: Page, asset: Asset) -> None:
    identity = Identity.objects.first()
    assert identity is not None
    page.goto("/people/")
    page.get_by_role("link", name=identity.display_name).first.click()
    page.get_by_role("link", name="Give a name").click()
    page.locator("#person-name-input").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
    identity.refresh_from_db()
    assert (identity.name, identity.is_locked) == ("Ada", True)


def test_it_watches_progress_until_it_is_done(page: Page, library: Library) -> None:
    asset = factories.make_asset(library, shots=0, status="processing", name="new.mp4")
    page.goto(f"/libraries/{library.slug}/")
    expect(page.get_by_text("1 being indexed")).to_be_visible()
    Asset.objects.filter(pk=asset.pk).update(status="failed", error_sentence="No picture in it.")
    expect(page.get_by_text("No picture in it.")).to_be_visible()
    expect(page.get_by_role("button", name="Retry new.mp4")).to_be_visible()
    expect(page.locator("#assets[hx-get]")).to_have_count(0)


def test_it_goes_on_asking_after_an_outage(
    page: Page, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = factories.make_asset(library, shots=0, status="processing", name="new.mp4")
    page.goto(f"/libraries/{library.slug}/")
    expect(page.get_by_text("1 being indexed")).to_be_visible()

    def gone(*_: Any) -> Any:
        raise OperationalError("gone")

    with monkeypatch.context() as outage:
        outage.setattr("ingest.pages.asset_cards", gone)
        with page.expect_response(lambda response: response.status == 503):
            pass
        page.wait_for_timeout(200)
        expect(page.get_by_text("1 being indexed")).to_be_visible()
    Asset.objects.filter(pk=asset.pk).update(status="ready")
    expect(page.get_by_text("1 being indexed")).to_be_hidden()
    expect(page.get_by_text("new.mp4")).to_be_visible()


def test_who_watches_is_not_interrupted_when_the_rest_is_done(page: Page, asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(status="processing")
    page.goto(f"/assets/{asset.pk}/")
    page.evaluate("window.isSamePage = true")
    Asset.objects.filter(pk=asset.pk).update(status="ready")
    with page.expect_response(re.compile(r"/panel$")):
        expect(page.locator("#asset-status")).to_contain_text("Ready")
    assert page.evaluate("window.isSamePage") is True


def test_the_theme_is_kept(page: Page, library: Library) -> None:
    page.goto("/libraries/")
    page.get_by_label("Menu and account").click()
    page.get_by_role("button", name="Switch light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/people/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(17, 21, 20)"


def test_reading_and_searching_need_no_script(
    make_page: Any, owner: User, asset: Asset, tmp_path: Path
) -> None:
    page = make_page(owner, java_script_enabled=False)
    page.goto("/")
    page.locator("#q").fill("beach")
    page.locator("#q").press("Enter")
    expect(page.locator("[data-moment]").first).to_contain_text("walk.mp4")
    page.locator("[data-moment-link]").first.click()
    expect(page.locator("video[controls]")).to_be_visible()
    page.get_by_role("link", name="People and what was seen").click()
    expect(page.get_by_role("heading", name="Shot 1")).to_be_visible()
    page.goto(f"/libraries/{asset.library.slug}/upload")
    nonsense = tmp_path / "notes.mp4"
    nonsense.write_text("no film")
    page.locator("input[type=file]").set_input_files(nonsense)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".upload--refused")).to_have_count(1)


def test_it_folds_on_a_phone_without_script(make_page: Any, owner: User, library: Library) -> None:
    page = make_page(owner, java_script_enabled=False)
    page.set_viewport_size({"width": 380, "height": 700})
    page.goto("/libraries/")
    people = page.locator(".menu__nav a", has_text="People")
    expect(people).to_be_hidden()
    page.get_by_label("Menu and account").click()
    expect(people).to_be_visible()


def test_no_page_is_wider_than_a_phone(page: Page, asset: Asset) -> None:
    page.set_viewport_size({"width": 380, "height": 700})
    slug = asset.library.slug
    for address in (
        "/",
        "/?q=beach",
        "/people/",
        f"/people/{Identity.objects.values_list('pk', flat=True)[0]}/",
        "/libraries/",
        f"/libraries/{slug}/",
        f"/libraries/{slug}/upload",
        f"/assets/{asset.pk}/",
        f"/assets/{asset.pk}/panel",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 380, address
