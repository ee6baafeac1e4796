"""Colours of things: the paint of a car, the coat of a dog, the cloth of an umbrella. Pure.

They are read as clothes are (``clothing``): the middle of a crop against its border, several crops
by vote. What differs is which colours there are and how readily people say them. A thing whose
box is mostly something else (a bicycle, a fork), or that has no colour of its own (a television,
a mirror), is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recognition.engine.clothing import HEIGHT_PX, NAMING, WIDTH_PX, part_shares, state, vote
from recognition.engine.colors import FAMILY, NAMES, to_lab
from recognition.engine.runtime import check_image, resize
from recognition.engine.types import Floats, Image, Reading

COLOUR = "colour"
"""The name of the reading; what people wear is ``upper_colour`` and ``lower_colour``."""
ROWS = (0.15, 0.85)
"""Of the crop's height: what is above and below is background and shadow. By eye."""
LEAST_PX = 16
"""The shorter side from which a crop is read: of smaller ones nothing but light and dark is left
after compression. By eye."""
SAY_FROM = 0.5
"""A colour below is not said: it would be more likely wrong than right. Of 416 dogs of Flickr8k's
training pictures that were said from here, the captions have the colour of .94."""
GREY_FROM = 0.65
"""The same for a painted thing's grey: road, haze and panes make that of every paint. By eye, on
vehicles of real clips: of 16 that were grey from .6 up 4 were not."""
LEAST_OWN = 0.3
"""How much of what was seen has to be of colours that the thing may have: of a "sheep" that is
green more is grass, or it is none. By eye."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What a thing is made of: how readily each colour is named (as ``clothing.NAMING``), and
    ``is_glossy``: whether it mirrors, so that red has pink lights and everything is greyish."""

    naming: Mapping[str, float]
    is_glossy: bool = False


PAINT = Surface(
    {
        "black": 0.0,
        "white": 0.5,
        "grey": -0.4,
        "red": 0.6,
        "orange": 0.5,
        "yellow": 1.0,
        "green": 0.2,
        "blue": 0.0,
        "purple": -0.5,
        "pink": 0.6,
        "brown": -1.4,
        "beige": -0.6,
    },
    is_glossy=True,
)
"""Panes and tyres are black and grey, road and sky mirror grey and bluish on every paint, and
silver is grey where white cloth in the shade is white: by eye, on vehicles of real clips."""
COAT = Surface({"black": 0.0, "white": 0.6, "grey": -1.4, "brown": 0.0})
"""Animals are of few colours, and grass and sky shine through. What is beige people call brown or
white, on the same pictures."""
CLOTH = Surface(NAMING)

_PAINTED = "car bus truck train motorcycle boat airplane"
_COATED = "dog cat horse cow sheep bear"
_OTHERS = (
    "umbrella backpack handbag bag suitcase couch chair kite ball frisbee surfboard bird vase cup"
    " bowl bottle tie"
)
SURFACES: Mapping[str, Surface] = {
    **dict.fromkeys(_PAINTED.split(), PAINT),
    **dict.fromkeys(_COATED.split(), COAT),
    **dict.fromkeys(_OTHERS.split(), CLOTH),
}


def read_thing(label: str, crops: Sequence[Image]) -> list[Reading]:
    """The ``colour`` of one thing from its RGB crops, where it can be told; else nothing."""
    surface = SURFACES.get(label)
    seen = [crop for crop in crops if min(crop.shape[:2]) >= LEAST_PX]
    if surface is None or not seen:
        return []
    parts = [_shares(crop) for crop in seen]
    shares = vote([part for part, _ in parts], [share for _, share in parts])
    if surface.is_glossy:
        shares = _without_lights(shares)
    own = sum(float(shares[NAMES.index(name)]) for name in _members(surface))
    reading = state(COLOUR, shares, surface.naming, SAY_FROM) if own >= LEAST_OWN else None
    return [reading] if reading and _may_be_said(reading, surface) else []


def _members(surface: Surface) -> list[str]:
    return [name for name in NAMES if FAMILY.get(name, name) in surface.naming]


def _may_be_said(reading: Reading, surface: Surface) -> bool:
    is_doubtful = surface.is_glossy and reading.value == "grey"
    return not is_doubtful or reading.confidence >= GREY_FROM


def _shares(crop: Image) -> tuple[Floats, float]:
    check_image(crop)
    small = resize(crop, WIDTH_PX, HEIGHT_PX)
    # Fur and hide are as brown as skin, and nobody's skin is in between.
    return part_shares(small, to_lab(small), ROWS, skin_weight=1.0)


def _without_lights(shares: Floats) -> Floats:
    """Shares (13,) where pink beside red is the light on it."""
    red, pink = NAMES.index("red"), NAMES.index("pink")
    if shares[red] * 4 < shares[pink]:
        return shares
    found = np.array(shares)
    found[red] += found[pink]
    found[pink] = 0.0
    return found
