"""What a page does when something goes wrong: a session that ended, a refusal, a silent server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from ingest.models import Asset, Library
from search.models import Bin
from tests import factories

PASSWORD = "open sesame 42"


@pytest.fixture
def made_failures() -> str:
    return " (403|422|500) |ERR_FAILED|htmx:(afterRequest|sendError)"


def sign_in_by_form(page: Page, user: User) -> None:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_question_typed_after_the_session_ended_is_asked_after_the_login(
    page: Page, asset: Asset, owner: User
) -> None:
    page.goto("/?q=beach")
    page.context.clear_cookies(name="sessionid")
    page.locator("#q").fill("red coat")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in_by_form(page, owner)
    expect(page.locator("#q")).to_have_value("red coat")
    expect(page.locator("[data-moment]").first).to_be_visible()


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    page: Page, asset: Asset, owner: User
) -> None:
    page.goto("/bins/?from=here")
    page.get_by_label("New bin").fill("Selects")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Make").click()
    expect(page.get_by_text("what you just did was not done")).to_be_visible()
    sign_in_by_form(page, owner)
    expect(page).to_have_url(re.compile(r"/bins/\?from=here$"))
    assert not Bin.objects.exists()


def test_an_upload_after_the_session_ended_says_so(
    page: Page, library: Library, film: Path
) -> None:
    page.goto(f"/libraries/{library.slug}/upload")
    page.context.clear_cookies(name="sessionid")
    page.locator("input[type=file]").set_input_files(film)
    said = page.locator("[data-uploads]")
    expect(said).to_contain_text("You have been signed out.")
    said.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_ticks_stay_where_adding_failed(page: Page, asset: Asset) -> None:
    page.goto("/")
    ticks = page.locator("[data-moment] input[name=moment]")
    ticks.nth(0).check()
    ticks.nth(1).check()
    page.route("**/bins/add", lambda route: route.abort())
    page.get_by_role("button", name="Add ticked").click()
    expect(page.locator("#toast")).to_contain_text("The server did not answer")
    expect(ticks.nth(0)).to_be_checked()
    expect(ticks.nth(1)).to_be_checked()
    page.unroute("**/bins/add")
    page.get_by_role("button", name="Add ticked").click()
    expect(page.locator("#toast")).to_contain_text("2 moments added")
    expect(ticks.nth(0)).not_to_be_checked()
    expect(ticks.nth(1)).not_to_be_checked()


def test_a_refused_trim_is_said_beside_the_list_and_loses_nothing(
    page: Page, library: Library
) -> None:
    film = factories.make_asset(library, name="a.mp4", files=True)
    bin = factories.make_bin(library, "Selects", film)
    page.goto(f"/bins/{bin.pk}/")
    page.get_by_text("Trim, note, marker").click()
    note = page.get_by_label("Note", exact=True).last
    note.fill("the long one")
    page.get_by_label("In", exact=True).fill("nonsense")
    page.get_by_role("button", name="Save").last.click()
    said = page.locator("#toast").get_by_role("alert")
    expect(said).to_be_visible()
    expect(page.locator("[data-item]")).to_have_count(1)
    expect(note).to_have_value("the long one")
    said.get_by_role("button", name="Close").click()
    expect(said).to_be_hidden()


def test_a_fault_while_searching_leaves_the_answers_standing(page: Page, asset: Asset) -> None:
    def broken(route: Route) -> None:
        headers = {"HX-Retarget": "#toast", "HX-Reswap": "innerHTML"}
        route.fulfill(status=500, headers=headers, body='<p role="alert">Something broke.</p>')

    page.goto("/?q=beach")
    expect(page.locator("[data-moment]").first).to_be_visible()
    page.route("**/?q=red*", broken)
    page.locator("#q").fill("red")
    expect(page.locator("#toast")).to_contain_text("Something broke")
    expect(page.locator("[data-moment]").first).to_be_visible()


def test_a_page_from_before_another_login_says_so(page: Page, library: Library) -> None:
    page.goto("/bins/")
    page.get_by_label("New bin").fill("Selects")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Make").click()
    expect(page.get_by_role("heading", name="Forbidden")).to_be_visible()
    expect(page.get_by_text("Load it again, then repeat what you did.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").first).to_be_visible()
