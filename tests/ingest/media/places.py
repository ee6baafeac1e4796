"""Drawn places for the made films of ``tests.films``: beach, street, room, park, night."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFilter

Colour = tuple[int, int, int]

PLACES = ("beach", "street", "room", "park", "night")
SUPERSAMPLING = 2
"""Everything is drawn this many times larger, then averaged down, for smooth edges."""


def draw_background(place: str, size: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """A place (one of ``PLACES``) at ``size`` (width, height) in pixels."""
    width, height = size
    randoms = np.random.default_rng([seed, PLACES.index(place)])
    picture = Pictures.new("RGB", (width * SUPERSAMPLING, height * SUPERSAMPLING))
    pen = ImageDraw.Draw(picture)
    _PLACES[place](picture, pen, randoms)
    picture = picture.resize(size, Pictures.Resampling.BOX)
    grain = randoms.normal(0, 2.5, (height, width, 1))
    return np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)


def shade(colour: Colour, light: float) -> Colour:
    """The colour in more (over 1) or less light."""
    red, green, blue = (max(0, min(255, round(part * light))) for part in colour)
    return red, green, blue


def _fill(picture: Pictures.Image, top: float, bottom: float, above: Colour, below: Colour) -> None:
    """A vertical gradient between two heights, given as parts of the picture."""
    width, height = picture.size
    first, last = round(top * height), round(bottom * height)
    share = np.linspace(0, 1, max(1, last - first))[:, None]
    band = (np.array(above) * (1 - share) + np.array(below) * share).astype(np.uint8)
    block = np.broadcast_to(band[:, None, :], (len(band), width, 3))
    picture.paste(Pictures.fromarray(np.ascontiguousarray(block)), (0, first))


def _beach(picture: Pictures.Image, pen: ImageDraw.ImageDraw, randoms: np.random.Generator) -> None:
    width, height = picture.size
    _fill(picture, 0, 0.4, (110, 172, 228), (204, 228, 242))
    _fill(picture, 0.4, 0.58, (30, 104, 150), (82, 170, 186))
    _fill(picture, 0.58, 1, (232, 214, 168), (206, 178, 126))
    for _ in range(40):
        x, y = randoms.uniform(0, width), randoms.uniform(0.42, 0.6) * height
        pen.line([(x, y), (x + width * 0.06, y)], (226, 240, 242), 2)
    x = randoms.uniform(0.1, 0.8) * width
    pen.polygon([(x, height * 0.42), (x + width * 0.05, height * 0.42),
                 (x + width * 0.02, height * 0.3)], (244, 244, 240))  # fmt: skip


def _street(
    picture: Pictures.Image, pen: ImageDraw.ImageDraw, randoms: np.random.Generator
) -> None:
    width, height = picture.size
    _fill(picture, 0, 0.6, (176, 190, 204), (214, 218, 220))
    _fill(picture, 0.6, 1, (98, 98, 102), (70, 70, 76))
    x = 0.0
    while x < width:
        wide, top = randoms.uniform(0.12, 0.24) * height * 1.6, randoms.uniform(0.05, 0.3) * height
        tone = shade((170, 128, 104), float(randoms.uniform(0.6, 1.15)))
        pen.rectangle([x, top, x + wide, height * 0.6], tone)
        for row in np.arange(top + height * 0.04, height * 0.5, height * 0.1):
            for column in np.arange(x + wide * 0.12, x + wide * 0.85, wide * 0.25):
                glass = shade((120, 150, 176), float(randoms.uniform(0.5, 1.2)))
                pen.rectangle([column, row, column + wide * 0.13, row + height * 0.05], glass)
        x += wide
    pen.rectangle([0, height * 0.6, width, height * 0.66], (150, 150, 148))
    for dash in np.arange(0, width, width * 0.12):
        pen.rectangle([dash, height * 0.84, dash + width * 0.06, height * 0.86], (228, 226, 214))


def _room(picture: Pictures.Image, pen: ImageDraw.ImageDraw, randoms: np.random.Generator) -> None:
    width, height = picture.size
    wall = shade((222, 204, 176), float(randoms.uniform(0.8, 1.05)))
    _fill(picture, 0, 0.68, wall, shade(wall, 0.88))
    _fill(picture, 0.68, 1, (142, 96, 60), (104, 66, 40))
    pen.rectangle([width * 0.08, height * 0.12, width * 0.3, height * 0.46], (240, 240, 236))
    pen.rectangle([width * 0.1, height * 0.15, width * 0.28, height * 0.43], (168, 206, 236))
    sofa = shade((88, 104, 140), float(randoms.uniform(0.7, 1.2)))
    pen.rounded_rectangle([width * 0.55, height * 0.5, width * 0.94, height * 0.78],
                          height * 0.04, sofa)  # fmt: skip
    pen.rectangle([width * 0.6, height * 0.14, width * 0.82, height * 0.36],
                  shade((180, 90, 70), float(randoms.uniform(0.6, 1.2))))  # fmt: skip


def _park(picture: Pictures.Image, pen: ImageDraw.ImageDraw, randoms: np.random.Generator) -> None:
    width, height = picture.size
    _fill(picture, 0, 0.5, (146, 196, 236), (214, 232, 240))
    _fill(picture, 0.5, 1, (112, 164, 74), (70, 120, 48))
    for x in np.arange(0, width, width * 0.09):
        x += randoms.uniform(-0.03, 0.03) * width
        size = randoms.uniform(0.1, 0.2) * height
        pen.rectangle([x - size * 0.1, height * 0.36, x + size * 0.1, height * 0.56], (92, 66, 44))
        leaf = shade((58, 118, 52), float(randoms.uniform(0.7, 1.25)))
        pen.ellipse([x - size, height * 0.36 - size, x + size, height * 0.36 + size * 0.6], leaf)


def _night(picture: Pictures.Image, pen: ImageDraw.ImageDraw, randoms: np.random.Generator) -> None:
    width, height = picture.size
    _fill(picture, 0, 0.6, (14, 18, 40), (34, 36, 62))
    _fill(picture, 0.6, 1, (34, 34, 40), (22, 22, 26))
    for _ in range(7):
        x, y = randoms.uniform(0, width), randoms.uniform(0.15, 0.5) * height
        for radius, light in ((0.09, 0.3), (0.05, 0.6), (0.02, 1.0)):
            r = radius * height
            pen.ellipse([x - r, y - r, x + r, y + r], shade((255, 214, 140), light))
    picture.paste(picture.filter(ImageFilter.GaussianBlur(height / 120)))


_PLACES = {"beach": _beach, "street": _street, "room": _room, "park": _park, "night": _night}
