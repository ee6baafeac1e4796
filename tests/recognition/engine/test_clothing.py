from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine import colors
from recognition.engine.clothing import read_clothing, read_shares
from recognition.engine.types import Floats, Image

CLOTH = {
    "black": (22, 22, 25),
    "white": (240, 240, 238),
    "grey": (128, 128, 130),
    "red": (190, 25, 35),
    "orange": (235, 120, 30),
    "yellow": (240, 210, 40),
    "green": (40, 130, 60),
    "blue": (45, 85, 180),
    "purple": (110, 50, 140),
    "pink": (240, 140, 175),
    "brown": (100, 62, 36),
    "beige": (214, 192, 150),
}
SKIN = (205, 160, 130)
BACKGROUNDS = {"wall": (150, 150, 145), "grass": (95, 125, 70), "sand": (205, 190, 160)}


def figure(
    upper: tuple[int, int, int],
    lower: tuple[int, int, int],
    background: tuple[int, int, int],
    light: tuple[float, float, float] = (1, 1, 1),
    seed: int = 0,
) -> Image:
    """A person of 60×160 px: head, torso with folds, arms, two legs, on plain ground."""
    rng = np.random.default_rng(seed)
    picture = np.empty((160, 60, 3), np.float32)
    picture[:] = background
    picture[6:28, 22:38] = SKIN
    picture[28:80, 16:44] = upper
    picture[30:78, 10:16] = upper
    picture[30:78, 44:50] = upper
    picture[78:88, 10:16] = SKIN
    picture[80:152, 18:29] = lower
    picture[80:152, 31:42] = lower
    folds = 1 + 0.12 * np.sin(np.arange(60) / 3)[None, :, None]
    picture = picture * folds * np.array(light) + rng.normal(0, 5, picture.shape)
    return np.asarray(picture.clip(0, 255), dtype=np.uint8)


def value(crops: list[Image], name: str, gains: list[Floats] | None = None) -> str:
    found = {r.name: r.value for r in read_clothing(crops, gains)}
    return found.get(name, "")


@pytest.mark.parametrize("name", sorted(CLOTH))
@pytest.mark.parametrize("ground", sorted(BACKGROUNDS))
def test_it_names_clothes_on_any_ground(name: str, ground: str) -> None:
    other = "blue" if name != "blue" else "red"
    crops = [figure(CLOTH[name], CLOTH[other], BACKGROUNDS[ground], seed=s) for s in range(3)]
    assert value(crops, "upper_colour") in (name, "navy" if name == "blue" else name)
    assert value(crops, "lower_colour") == other
    swapped = [figure(CLOTH[other], CLOTH[name], BACKGROUNDS[ground])]
    assert value(swapped, "upper_colour") == other


@pytest.mark.parametrize("light", [(0.75, 0.75, 0.75), (1.1, 1.0, 0.85), (0.9, 1.0, 1.1)])
@pytest.mark.parametrize("name", ["red", "blue", "green", "yellow", "black", "pink"])
def test_it_holds_under_varied_light(name: str, light: tuple[float, float, float]) -> None:
    crop = figure(CLOTH[name], CLOTH["grey"], BACKGROUNDS["wall"], light)
    assert value([crop], "upper_colour") in (name, "navy" if name == "blue" else name)


def test_the_light_of_the_frame_is_taken_out() -> None:
    orange_light = (1.06, 1.0, 0.8)
    crop = figure(CLOTH["white"], CLOTH["black"], BACKGROUNDS["wall"], orange_light)
    frame = np.tile(crop, (2, 4, 1))
    gains = colors.estimate_light(frame)
    assert gains[0] < 1 < gains[2]
    assert value([crop], "upper_colour", [gains]) == "white"


def test_shares_sum_to_1_and_confidence_is_a_probability() -> None:
    shares = read_shares(figure(CLOTH["red"], CLOTH["blue"], BACKGROUNDS["wall"]))
    assert shares.upper.sum() == pytest.approx(1, abs=1e-4)
    assert 0 < shares.upper_seen <= 1
    for reading in read_clothing([figure(CLOTH["red"], CLOTH["blue"], BACKGROUNDS["wall"])]):
        assert 0.4 <= reading.confidence <= 1


def test_a_crop_without_legs_says_nothing_of_them() -> None:
    head_and_chest = figure(CLOTH["red"], CLOTH["blue"], BACKGROUNDS["wall"])[:70]
    assert value([head_and_chest], "lower_colour") == ""


def test_no_crops_no_colours() -> None:
    assert read_clothing([]) == []


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_has_a_name(rgb: tuple[int, int, int]) -> None:
    assert colors.name_color(rgb) in colors.NAMES
    shares = colors.name_shares(np.array(rgb, np.uint8))
    assert shares.sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "rgb, name",
    [
        ((255, 0, 0), "red"),
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((0, 0, 255), "blue"),
        ((0, 128, 0), "green"),
        ((255, 255, 0), "yellow"),
        ((128, 128, 128), "grey"),
        ((255, 165, 0), "orange"),
        ((128, 0, 128), "purple"),
        ((255, 192, 203), "pink"),
        ((139, 69, 19), "brown"),
        ((0, 0, 80), "navy"),
        ((245, 222, 179), "beige"),
    ],
)
def test_css_colours_have_their_own_names(rgb: tuple[int, int, int], name: str) -> None:
    assert colors.name_color(rgb) == name


def test_lab_agrees_with_known_values() -> None:
    red = colors.to_lab(np.array([[255, 0, 0]], np.uint8))[0]
    assert red == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
