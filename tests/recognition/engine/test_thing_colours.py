from __future__ import annotations

import numpy as np
import pytest

from recognition.engine.colors import estimate_light, relight
from recognition.engine.thing_colours import SURFACES, read_thing
from recognition.engine.types import Image

PAINT = {
    "black": (24, 24, 28),
    "white": (240, 240, 238),
    "red": (190, 25, 35),
    "orange": (235, 120, 30),
    "yellow": (240, 205, 40),
    "green": (40, 130, 60),
    "blue": (45, 85, 180),
}
FUR = {"black": (26, 24, 24), "white": (236, 232, 226), "brown": (110, 70, 40)}
ROAD, GRASS = (128, 128, 130), (95, 135, 70)
DAY, WARM, SHADE = (1.0, 1.0, 1.0), (1.06, 1.0, 0.88), (0.75, 0.76, 0.8)


def car(paint: tuple[int, int, int], light: tuple[float, ...] = DAY, seed: int = 0) -> Image:
    """A car on a road from the side: panes, tyres, a mirrored sky; 70×120 px."""
    rng = np.random.default_rng(seed)
    picture = np.empty((70, 120, 3), np.float32)
    picture[:] = ROAD
    picture[12:56, 10:110] = paint
    picture[14:28, 30:90] = (45, 50, 58)
    picture[50:64, 22:38] = picture[50:64, 82:98] = (28, 28, 30)
    picture[29:33, 10:110] = 0.5 * np.array(paint) + 0.5 * np.array((225, 228, 235))
    picture = picture * np.array(light) + rng.normal(0, 5, picture.shape)
    return np.asarray(picture.clip(0, 255), dtype=np.uint8)


def dog(fur: tuple[int, int, int], seed: int = 0) -> Image:
    """An animal on grass, 80×100 px."""
    rng = np.random.default_rng(seed)
    picture = np.empty((80, 100, 3), np.float32)
    picture[:] = GRASS
    picture[18:60, 14:86] = fur
    picture[60:78, 20:30] = picture[60:78, 70:80] = fur
    picture *= 1 + 0.1 * np.sin(np.arange(100) / 4)[None, :, None]
    return np.asarray((picture + rng.normal(0, 6, picture.shape)).clip(0, 255), dtype=np.uint8)


def said(label: str, *crops: Image) -> str:
    readings = read_thing(label, crops)
    assert all(r.name == "colour" and 0.5 <= r.confidence <= 1 for r in readings)
    return next((r.value for r in readings), "")


@pytest.mark.parametrize("name", sorted(PAINT))
@pytest.mark.parametrize("light", [DAY, WARM, SHADE])
def test_paint_is_named_whatever_the_light_or_not_at_all(
    name: str, light: tuple[float, ...]
) -> None:
    assert said("car", car(PAINT[name], light)) in {name, ""}


@pytest.mark.parametrize("name", sorted(PAINT))
def test_paint_is_named_by_day(name: str) -> None:
    assert said("car", car(PAINT[name])) == name


@pytest.mark.parametrize("name", sorted(FUR))
def test_fur_is_named_on_grass(name: str) -> None:
    assert said("dog", dog(FUR[name])) == name


def test_no_animal_is_green() -> None:
    assert said("horse", np.full((80, 80, 3), GRASS, np.uint8)) not in {"green", "blue"}


def test_light_on_red_paint_is_not_pink() -> None:
    shining = np.array(car(PAINT["red"]))
    shining[28:44, 10:110] = (214, 110, 125)
    assert said("car", shining) == "red"


def test_what_is_half_one_and_half_another_is_not_said() -> None:
    halves = np.array(car(PAINT["red"]))
    halves[12:56, 60:110] = PAINT["blue"]
    assert said("bus", halves) == ""


def test_crops_vote() -> None:
    sure, blown = car(PAINT["red"]), np.full((70, 120, 3), 250, np.uint8)
    assert said("car", sure, sure, sure, blown) == "red"


def test_what_has_no_colour_of_its_own_or_is_too_small_is_not_read() -> None:
    red = car(PAINT["red"])
    assert read_thing("television", [red]) == read_thing("person", [red]) == []
    assert read_thing("car", [red[:12, :20]]) == []
    assert read_thing("car", []) == []


def test_people_are_read_elsewhere() -> None:
    assert "person" not in SURFACES


def test_neutral_light_changes_no_name() -> None:
    red = car(PAINT["red"])
    frame = np.full((200, 200, 3), 128, np.uint8)
    assert said("car", relight(red, estimate_light(frame))) == "red"
