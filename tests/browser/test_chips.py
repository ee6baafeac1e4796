"""A question is asked, a part of it taken out, another changed; with JavaScript and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from ingest.models import Asset


@pytest.mark.parametrize("scripts", [True, False], ids=["js", "no-js"])
def test_parts_are_taken_out_and_changed(
    make_page: Any, owner: User, asset: Asset, scripts: bool
) -> None:
    page = make_page(owner, java_script_enabled=scripts)
    page.goto("/")
    page.locator("#q").fill("woman in a red coat, beach, yesterday")
    page.locator("#q").press("Enter")
    chips = page.locator("[data-part]")
    expect(chips).to_have_count(3)
    expect(page.get_by_text("no recording time")).to_be_visible()
    page.get_by_label("Ask without “yesterday”").click()
    expect(chips).to_have_count(2)
    expect(page).to_have_url(re.compile(r"q=woman\+in\+a\+red\+coat%2C\+beach$"))
    expect(page.locator("[data-moment]").first).to_contain_text("walk.mp4")
    page.get_by_label("Change “woman in a red coat”").click()
    page.locator(".part__panel").get_by_role("link", name="blue", exact=True).click()
    expect(chips.first).to_contain_text("woman in a blue coat")
    page.get_by_label("Change “woman in a blue coat”").click()
    page.locator(".part__panel").get_by_role("link", name="two", exact=True).click()
    expect(chips.first).to_contain_text("two women in a blue coat")
    expect(page.locator("#q")).to_have_value("two women in a blue coat, beach")


def test_days_are_chosen_by_a_form(make_page: Any, owner: User, asset: Asset) -> None:
    page = make_page(owner)
    page.goto("/?q=beach+yesterday")
    page.get_by_label("Change “yesterday”").click()
    page.get_by_label("From").fill("2024-06-05")
    page.locator("input[name=last_day]").fill("2024-06-09")
    page.get_by_role("button", name="Use these days").click()
    expect(page.locator("[data-part]").last).to_contain_text("5 Jun 2024 – 9 Jun 2024")
