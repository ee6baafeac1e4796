"""People are asked for by name, with things and with others, by clicks and by their box."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from ingest import storage
from ingest.models import Asset, Library
from recognition.models import Identity
from tests.browser.test_box_people import _somebody, _stand_on
from tests.factories import make_asset, make_crop, make_identity, make_track, write_picture

pytestmark = pytest.mark.django_db(transaction=True)


def show(library: Library, name: str, *people: Identity, thing: str = "") -> Asset:
    """A shot with these people, and a thing."""
    asset = make_asset(library, name=name, shots=1)
    shot = asset.shots.get()
    for keyframe in shot.keyframes.all():
        write_picture(storage.derived_path(keyframe.image_key), (320, 180))
    for person in people:
        make_crop(make_track(shot, identity=person), files=True)
    if thing:
        make_track(shot, label=thing)
    return asset


@pytest.fixture
def people(library: Library) -> tuple[Identity, Identity]:
    anna, ben = make_identity(library, name="Anna"), make_identity(library, name="Ben")
    show(library, "anna-and-dog.mp4", anna, thing="dog")
    show(library, "anna.mp4", anna)
    show(library, "ben-and-dog.mp4", ben, thing="dog")
    show(library, "both.mp4", anna, ben)
    return anna, ben


def found(page: Page) -> list[str]:
    """The assets of the moments that are shown, in order."""
    return page.locator("[data-moment] .moment__title").all_inner_texts()


@pytest.mark.parametrize(
    ("question", "first", "never"),
    [
        ("Anna with a dog", "anna-and-dog.mp4", "ben-and-dog.mp4"),
        ("Anna and Ben", "both.mp4", "anna.mp4"),
        ("Ben without Anna", "ben-and-dog.mp4", "both.mp4"),
    ],
)
def test_somebody_is_asked_for_by_name(
    page: Page, people: tuple[Identity, Identity], question: str, first: str, never: str
) -> None:
    page.goto("/")
    page.locator("#q").fill(question)
    page.locator("#q").press("Enter")
    expect(page.locator("[data-moment] .moment__title").first).to_have_text(first)
    expect(page.locator("[data-part]").first).to_contain_text(question.split(maxsplit=1)[0])
    assert never not in found(page)


def test_two_are_looked_for_together_and_one_is_let_go(
    page: Page, people: tuple[Identity, Identity]
) -> None:
    anna, _ = people
    page.goto(reverse("recognition:company"))
    page.get_by_title("Find the two in one shot").first.click()
    page.wait_for_url(re.compile(r"together=\d+&together=\d+"))
    expect(page.locator("[data-moment]")).to_have_count(1)
    assert found(page) == ["both.mp4"]
    together = page.locator(".filter-group", has_text="Seen together")
    together.get_by_role("link", name="Ben").click()
    page.wait_for_url(re.compile(rf"together={anna.pk}$"))
    expect(page.locator("[data-moment]")).to_have_count(3)
    assert set(found(page)) == {"both.mp4", "anna.mp4", "anna-and-dog.mp4"}


def test_who_was_named_from_a_box_is_found_by_that_name(page: Page, asset: Asset) -> None:
    track = _somebody(asset)
    _stand_on(page, asset, track).click()
    page.get_by_role("link", name="Give a name").click()
    page.get_by_label("Name of").fill("Anna")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna")
    page.locator("header [name=q]").fill("Anna")
    page.locator("header [name=q]").press("Enter")
    expect(page.locator("[data-moment] .moment__title").first).to_have_text("walk.mp4")
    expect(page.locator("[data-part]").first).to_contain_text("Anna")
