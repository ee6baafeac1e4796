"""The people in the player's picture: found, looked at and named from their boxes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from ingest.models import Asset, Role
from recognition.models import Track
from tests import factories
from tests.browser.test_player import is_paused, open_player, wait_until


def _somebody(asset: Asset) -> Track:
    track = asset.tracks.filter(label="person").exclude(identity=None).order_by("start_pts").first()
    assert track is not None
    return track


def _stand_on(page: Page, asset: Asset, track: Track) -> Locator:
    middle = (asset.seconds_at(track.start_pts) + asset.seconds_at(track.end_pts)) / 2
    open_player(page, asset, f"?t={float(middle):.2f}")
    return page.locator(f"[data-track='{track.pk}']")


def test_a_box_finds_its_person(page: Page, asset: Asset) -> None:
    track = _somebody(asset)
    assert track.identity is not None
    box = _stand_on(page, asset, track)
    expect(box).to_have_accessible_name(re.compile(track.identity.display_name))
    box.click()
    card = page.get_by_role("dialog", name="Who this is")
    expect(card).to_contain_text(track.identity.display_name)
    assert is_paused(page)
    card.get_by_role("link", name="Find this person").click()
    page.wait_for_url(f"**/?identity={track.identity_id}")
    expect(page.locator("[data-moment], .moment").first).to_be_visible()


def test_a_box_finds_who_looks_like_it(page: Page, asset: Asset) -> None:
    track = _somebody(asset)
    _stand_on(page, asset, track).click()
    page.get_by_role("link", name="Find who looks like this").click()
    page.wait_for_url(f"**/?like=track:{track.pk}")
    expect(page.locator("[data-moment], .moment").first).to_be_visible()


def test_a_box_is_reached_and_left_by_keys(page: Page, asset: Asset) -> None:
    box = _stand_on(page, asset, _somebody(asset))
    box.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Who this is")
    expect(card.get_by_role("link", name="Find this person")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()


def test_a_click_on_somebody_stops_the_film(page: Page, asset: Asset) -> None:
    track = _somebody(asset)
    box = _stand_on(page, asset, track)
    place = box.bounding_box()
    assert place is not None
    # Slowly, so that a busy machine clicks while the person is still there; the player begins at 1.
    page.evaluate(
        "(v => v.addEventListener('play', () => { v.playbackRate = 0.0625; }))"
        "(document.querySelector('video'))"
    )
    page.keyboard.press("Space")
    wait_until(page, "!v.paused")
    expect(page.locator("[data-track]")).to_have_count(0)
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    wait_until(page, "v.paused")
    expect(page.get_by_role("dialog", name="Who this is")).to_contain_text("Find this person")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("[data-track]")).to_have_count(0)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_who_may_correct_names_from_the_box(make_page: Any, asset: Asset, role: Role) -> None:
    mate: User = factories.make_user("mate")
    factories.add_member(asset.library, mate, role)
    page: Page = make_page(mate)
    _stand_on(page, asset, _somebody(asset)).click()
    card = page.get_by_role("dialog", name="Who this is")
    expect(card.get_by_role("link", name="Find this person")).to_be_visible()
    naming = card.get_by_role("link", name="Give a name")
    if role == Role.VIEWER:
        expect(naming).to_have_count(0)
        return
    naming.click()
    page.get_by_label("Name of").fill("Anna")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna")


def test_nobody_is_found_where_people_are_not_recognised(page: Page, asset: Asset) -> None:
    track = _somebody(asset)
    asset.library.recognises_people = False
    asset.library.save()
    _stand_on(page, asset, track).click()
    card = page.get_by_role("dialog", name="Who this is")
    expect(card).to_contain_text("People are not recognised here.")
    expect(card.get_by_role("link")).to_have_count(0)
