"""Search by example: a picture that is dropped, more like a frame, a box on it, someone in it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from PIL import Image as Pictures
from playwright.sync_api import Page, expect

from everyid_site import context as site_context
from ingest import pipeline
from ingest.models import Asset, Keyframe, Library
from ingest.services.assets import add_file
from recognition.models import Track
from search.models import Example
from search.services.examples import Box, people_on
from tests import fakes
from tests.browser.keeping import Keeper
from tests.browser.knowing import KnowingDetector
from tests.films import Film, Person, Scene, Way, make_film


@pytest.fixture(scope="session")
def second_film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Someone in red on a street: the same colour elsewhere."""
    path = tmp_path_factory.mktemp("film") / "again.mp4"
    return make_film(path, [Scene("street", ways=(Way(Person("ada", coat="red")),))])


@pytest.fixture(scope="session")
def detector(drawn: Film, second_film: Film) -> KnowingDetector:
    """Sees the people of both films whole: in pieces, they are not alike."""
    return KnowingDetector([drawn, second_film])


@pytest.fixture
def networks(detector: KnowingDetector, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(site_context, "_known", None)
    with fakes.install() as loader:
        loader.detector = detector
        yield
    monkeypatch.setattr(site_context, "_known", None)


@pytest.fixture
def again(
    library: Library,
    drawn: Film,
    second_film: Film,
    owner: User,
    networks: None,
    keeper: Keeper,
) -> Asset:
    """The second film, indexed after the first."""

    def index() -> None:
        for path in (drawn.path, second_film.path):
            added = add_file(library=library, path=path, name=path.name, user=owner, in_place=True)
            assert added.asset is not None, added.sentence
            pipeline.run_asset(added.asset.pk)

    keeper.bring("walk and again", index, library, owner)
    return Asset.objects.get(name="again.mp4")


def picture(colour: str) -> bytes:
    written = io.BytesIO()
    Pictures.new("RGB", (160, 120), colour).save(written, "PNG")
    return written.getvalue()


def drop(page: Page, content: bytes) -> None:
    """Drops a file on the page, as from the desktop."""
    carried = page.evaluate_handle(
        """(text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const carrier = new DataTransfer();
            carrier.items.add(new File([bytes], "coat.png", {type: "image/png"}));
            return carrier;
        }""",
        base64.b64encode(content).decode(),
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": carried})
    expect(page.locator("body")).to_have_class(re.compile("is-dropping"))
    page.dispatch_event("body", "drop", {"dataTransfer": carried})


def drag_box(page: Page, box: tuple[float, float, float, float]) -> None:
    """Drags a box over the frame, in shares of its size."""
    frame = page.locator("[data-box-frame] canvas")
    page.wait_for_function("document.querySelector('[data-box-frame] img').complete")
    area = frame.bounding_box()
    assert area is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return area["x"] + x * area["width"], area["y"] + y * area["height"]

    page.mouse.move(*at(box[0], box[1]))
    page.mouse.down()
    page.mouse.move(*at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    page.mouse.move(*at(box[2], box[3]))
    page.mouse.up()


def someone_in(asset: Asset) -> tuple[Keyframe, Track, Box]:
    """A frame of an asset with a person in it, and where."""
    for frame in asset.keyframes.order_by("pts"):
        for track, box in people_on(frame):
            return frame, track, box
    raise AssertionError("Nobody is in a keyframe.")


def expect_elsewhere(page: Page) -> None:
    """The same red coat in the other film is the first answer."""
    expect(page.locator("[data-moment]").first).to_contain_text("walk.mp4")


def test_a_dropped_picture_is_searched_by_with_the_words(page: Page, again: Asset) -> None:
    page.goto("/?q=outdoors")
    drop(page, picture("red"))
    expect(page).to_have_url(re.compile("q=outdoors&like=picture"))
    chips = page.locator("[data-part]")
    expect(chips).to_have_count(2)
    expect(chips.first.locator("img")).to_be_visible()
    expect(page.locator("[data-moment]").first).to_be_visible()
    page.get_by_label("Ask without the example").click()
    expect(chips).to_have_count(1)
    expect(page).not_to_have_url(re.compile("like="))


def test_more_like_a_frame_and_with_words(page: Page, again: Asset) -> None:
    page.goto("/?q=beach")
    page.locator("[data-moment]").first.get_by_role("link", name="More like this").click()
    expect(page.locator(".part--example img")).to_be_visible()
    expect(page.locator("[data-moment]").first).to_be_visible()
    page.locator("#q").fill("street")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile("q=street"))
    expect(page.locator(".part--example img")).to_be_visible()
    expect(page.locator("[data-part]")).to_have_count(2)


def test_a_box_around_nobody_is_a_picture_of_its_own(page: Page, again: Asset) -> None:
    page.goto(f"/frames/{again.keyframes.order_by('pts')[0].pk}/box")
    drag_box(page, (0.02, 0.02, 0.2, 0.2))
    expect(page.locator("#box-right")).to_have_value(re.compile(r"^0\.[12]"))
    page.get_by_label(re.compile("With these words")).fill("beach")
    page.get_by_role("button", name="Find more like this").click()
    expect(page.locator(".part--example")).to_be_visible()
    expect(page.locator("[data-part]")).to_have_count(2)
    assert Example.objects.count() == 1


def test_a_box_around_a_person_finds_the_person(page: Page, again: Asset) -> None:
    frame, track, box = someone_in(again)
    page.goto(f"/frames/{frame.pk}/box")
    drag_box(page, (box.left, box.top, box.right, box.bottom))
    page.get_by_role("button", name="Find more like this").click()
    expect(page).to_have_url(re.compile(f"like=track(%3A|:){track.pk}"))
    expect_elsewhere(page)


def test_someone_in_a_frame_is_one_click_away(page: Page, again: Asset) -> None:
    frame, _, _ = someone_in(again)
    page.goto(f"/frames/{frame.pk}/box")
    page.get_by_role("img", name="Find this person").first.click()
    expect(page.locator(".part--example img")).to_be_visible()
    expect_elsewhere(page)


def test_a_picture_is_sent_without_javascript(
    make_page: Any, owner: User, again: Asset, tmp_path: Path
) -> None:
    page = make_page(owner, java_script_enabled=False)
    page.goto("/")
    page.get_by_text("Search by picture").click()
    file = tmp_path / "coat.png"
    file.write_bytes(picture("red"))
    page.get_by_label("Picture", exact=True).set_input_files(file)
    page.get_by_role("button", name="Search by it").click()
    expect(page.locator(".part--example")).to_be_visible()
    expect(page.locator("[data-moment]").first).to_be_visible()
