"""What is typed or chosen while the scripts are still on their way is not lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from ingest.models import Asset, Library
from tests import factories


class Held:
    """Keeps every script but the early one from arriving until it is let go."""

    def __init__(self, page: Page) -> None:
        self._routes: list[Route] = []
        self._is_held = True
        page.route(re.compile(r"\.js($|\?)"), self._hear)

    def _hear(self, route: Route) -> None:
        if self._is_held and "early" not in route.request.url:
            self._routes.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Now they come."""
        self._is_held = False
        for route in self._routes:
            route.continue_()


@pytest.fixture
def held(page: Page) -> Held:
    return Held(page)


def test_a_question_typed_early_is_asked(page: Page, asset: Asset, held: Held) -> None:
    page.goto("/", wait_until="commit")
    page.locator("#q").fill("someone in red")
    held.let_go()
    expect(page).to_have_url(re.compile(r"q=someone"))
    expect(page.get_by_label("How the question was understood")).to_contain_text("in red")
    expect(page.locator("#q")).to_have_value("someone in red")


def test_a_choice_made_early_is_taken(page: Page, asset: Asset, held: Held) -> None:
    page.goto("/people/", wait_until="commit")
    page.get_by_label("First").select_option("new")
    expect(page).to_have_url(re.compile(r"sort=new"))
    held.let_go()
    expect(page.get_by_label("First")).to_have_value("new")


def test_a_role_chosen_early_is_kept(page: Page, library: Library, held: Held) -> None:
    member = factories.add_member(library, factories.make_user("vera"), "viewer")
    page.goto(f"/libraries/{library.slug}/", wait_until="commit")
    page.get_by_label("Role of vera").select_option("editor")
    expect(page.locator(".messages")).to_contain_text("vera")
    held.let_go()
    member.refresh_from_db()
    assert member.role == "editor"
