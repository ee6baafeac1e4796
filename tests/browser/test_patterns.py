"""The picture of who is with whom is walked, by mouse and by keys; cameras likewise."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from ingest import storage
from ingest.models import Camera, Library
from recognition.models import Identity
from tests.factories import (
    make_asset,
    make_camera,
    make_crop,
    make_identity,
    make_track,
    write_picture,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def see(library: Library, camera: Camera, minute: float, *people: Identity) -> None:
    at = NOON + timedelta(minutes=minute)
    shot = make_asset(library, shots=1, camera=camera, recorded_at=at).shots.get()
    for keyframe in shot.keyframes.all():
        write_picture(storage.derived_path(keyframe.image_key), (320, 180))
    for person in people:
        make_crop(make_track(shot, identity=person), files=True)


@pytest.fixture
def people(library: Library) -> list[Identity]:
    """Ada is often with Ben and once with Cy; Cy is with Dot, too."""
    people = [make_identity(library, name=name) for name in ("Ada", "Ben", "Cy", "Dot")]
    ada, ben, cy, dot = people
    gate, lawn = make_camera(library, "Gate"), make_camera(library, "Lawn")
    for day in range(3):
        see(library, gate, 1440 * day, ada, ben)
        see(library, lawn, 1440 * day + 3, ada)
    see(library, lawn, 60, ada, cy)
    see(library, gate, 120, cy, dot)
    return people


def node(page: Page, name: str) -> Any:
    return page.locator(f'.graph__node[aria-label^="{name}"]')


def test_the_picture_is_walked_from_person_to_person(
    page: Page, library: Library, people: list[Identity]
) -> None:
    page.goto(reverse("recognition:company"))
    expect(page.locator(".graph__node")).to_have_count(4)
    expect(page.locator(".graph__line")).to_have_count(3)
    node(page, "Cy").click()
    expect(page.get_by_role("heading", name="With Cy")).to_be_visible()
    expect(page.locator(".graph__node")).to_have_count(3)
    expect(page).to_have_url(re.compile(f"around={people[2].pk}$"))
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody").get_by_role("link", name="Dot").click()
    expect(page.get_by_role("heading", name="With Dot")).to_be_visible()
    expect(page.locator(".graph__node")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", name="With Cy")).to_be_visible()
    page.get_by_role("link", name="Everyone").last.click()
    expect(page.locator(".graph__node")).to_have_count(4)


def test_the_picture_is_walked_by_keys(
    page: Page, library: Library, people: list[Identity]
) -> None:
    page.goto(reverse("recognition:company") + f"?around={people[0].pk}")
    node(page, "Ada").focus()
    for key in ("ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    found = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert found in {"Ada", "Ben", "Cy"}
    node(page, "Ada").focus()
    page.keyboard.press("ArrowUp")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name in {"Ben", "Cy"}
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"With {name}")).to_be_visible()
    # One stands in the middle of the picture, where the next arrow begins.
    expect(node(page, name)).to_be_focused()


def test_cameras_are_walked_too(page: Page, library: Library, people: list[Identity]) -> None:
    page.goto(reverse("recognition:passages"))
    expect(page.locator(".graph__node")).to_have_count(2)
    node(page, "Gate").click()
    expect(page.get_by_role("heading", name="Who just left Gate is likely next")).to_be_visible()
    expect(page.locator("#pattern-camera")).to_have_value(str(Camera.objects.get(name="Gate").pk))
    expect(page.locator(".outlook__list")).to_contain_text("Lawn")


def test_a_persons_page_leads_there(page: Page, library: Library, people: list[Identity]) -> None:
    page.goto(reverse("recognition:identity", args=[people[0].pk]))
    expect(page.get_by_text("Last at Lawn")).to_be_visible()
    page.get_by_role("link", name="as a picture").click()
    expect(page.get_by_role("heading", name="With Ada")).to_be_visible()


def test_without_javascript_there_is_the_table(
    make_page: Any, owner: Any, library: Library, people: list[Identity]
) -> None:
    page = make_page(owner, java_script_enabled=False)
    page.goto(reverse("recognition:company"))
    expect(page.locator("figure.graph")).to_be_hidden()
    page.locator("tbody").get_by_role("link", name="Cy").first.click()
    expect(page.get_by_role("heading", name="With Cy")).to_be_visible()
    page.goto(reverse("recognition:passages"))
    expect(page.locator("tbody")).to_contain_text("Lawn")
