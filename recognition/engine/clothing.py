"""Colours of the upper and lower body of person crops.

What is person and what is background: a centre prior over each body part, times how much
more a pixel looks like the part's core than like the crop's border (both by a few colours,
in the manner of GrabCut's first step, Rother et al. 2004). Skin counts little, since it is
between clothes. Several crops of one track vote together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.engine.colors import FAMILY, NAMES, name_shares, relight, to_lab
from recognition.engine.runtime import check_image, resize
from recognition.engine.types import Floats, Image, Reading

WIDTH_PX, HEIGHT_PX = 48, 96
UPPER = (0.20, 0.46)
LOWER = (0.54, 0.86)
"""Shares of a standing person's height: shoulders to waist, hips to ankles (Drillis &
Contini 1966: shoulder .82, hip .53 of stature from the ground, head included)."""
SKIN_WEIGHT = 0.3
MIN_CONFIDENCE = 0.4
"""A colour below is not stated: on single people of Flickr8k's training pictures whose
captions name a shirt's colour (665), those stated are the named one in 3 of 5."""
NAMING_POWER = 1.4
NAMING: dict[str, float] = {
    "black": -0.3,
    "white": 1.1,
    "grey": -1.4,
    "red": 0.6,
    "orange": 0.5,
    "yellow": 1.3,
    "green": 0.2,
    "blue": 0.6,
    "purple": 0.0,
    "pink": 0.6,
    "brown": -1.4,
    "beige": -0.6,
}
"""How readily people name a colour that covers some share of a garment:
p(name) ∝ (share + .02)^power · e^weight. Fitted to the same pictures by multinomial
regression (.45 of names right without it, .55 with, cross-validated): shade makes white
cloth grey and everything brownish, and people see through it."""
MIN_ASPECT = 1.3
"""Crops less upright than this show no legs to speak of: height / width."""


@dataclass(frozen=True, slots=True)
class ColorShares:
    """Shares of ``NAMES`` on upper and lower body, each (13,) summing to 1, and how much
    of each part was seen as person (0–1)."""

    upper: Floats
    lower: Floats
    upper_seen: float
    lower_seen: float


def read_shares(crop: Image, gains: Floats | None = None) -> ColorShares:
    """Colours of one RGB crop; ``gains`` from ``colors.estimate_light`` of its frame."""
    check_image(crop)
    upright = crop.shape[0] / crop.shape[1] >= MIN_ASPECT
    small = resize(crop, WIDTH_PX, HEIGHT_PX)
    if gains is not None:
        small = relight(small, gains)
    lab = to_lab(small)
    # A crop that is not upright shows head and chest, or someone seated.
    upper_rows = UPPER if upright else (0.35, 0.85)
    upper, upper_seen = part_shares(small, lab, upper_rows)
    lower, lower_seen = part_shares(small, lab, LOWER)
    return ColorShares(upper, lower, upper_seen, lower_seen if upright else 0.0)


def read_clothing(crops: Sequence[Image], gains: Sequence[Floats] | None = None) -> list[Reading]:
    """``upper_colour`` and ``lower_colour`` from crops of one person, where they can be told."""
    parts = [read_shares(crop, None if gains is None else gains[i]) for i, crop in enumerate(crops)]
    if not parts:
        return []
    upper = vote([p.upper for p in parts], [p.upper_seen for p in parts])
    lower = vote([p.lower for p in parts], [p.lower_seen for p in parts])
    readings = [state("upper_colour", upper), state("lower_colour", lower)]
    return [reading for reading in readings if reading is not None]


def vote(shares: Sequence[Floats], seen: Sequence[float]) -> Floats:
    """The shares (13,) of several crops together, each by how much of it was seen (0–1)."""
    weights = np.asarray(seen, dtype=np.float32)
    if float(weights.sum()) <= 0:
        return np.zeros(len(NAMES), dtype=np.float32)
    return np.asarray((np.stack(shares) * weights[:, None]).sum(axis=0) / weights.sum())


def name_probabilities(shares: Floats, naming: Mapping[str, float] = NAMING) -> dict[str, float]:
    """How probably people would name each colour, from shares (13,); shades are summed.

    ``naming``: how readily each is said, as in ``NAMING``; what is not in it never is."""
    family: dict[str, float] = {}
    for color, share in zip(NAMES, shares, strict=True):
        head = FAMILY.get(color, color)
        family[head] = family.get(head, 0.0) + float(share)
    worth = {
        color: (share + 0.02) ** NAMING_POWER * float(np.exp(naming[color]))
        for color, share in family.items()
        if color in naming
    }
    total = sum(worth.values())
    return {color: value / total for color, value in worth.items()}


def state(
    name: str,
    shares: Floats,
    naming: Mapping[str, float] = NAMING,
    least: float = MIN_CONFIDENCE,
) -> Reading | None:
    """The colour that people would most probably name, from ``least`` up; shades by their name."""
    if float(shares.sum()) <= 0:
        return None
    probabilities = name_probabilities(shares, naming)
    best = max(probabilities, key=lambda color: probabilities[color])
    if probabilities[best] < least:
        return None
    members = [c for c in NAMES if FAMILY.get(c, c) == best]
    value = max(members, key=lambda color: float(shares[NAMES.index(color)]))
    return Reading(name, value, round(probabilities[best], 3))


def part_shares(
    small: Image,
    lab: Floats,
    rows: tuple[float, float],
    skin_weight: float = SKIN_WEIGHT,
) -> tuple[Floats, float]:
    """Shares (13,) of colours between two heights (0–1) of a picture of ``WIDTH_PX`` by
    ``HEIGHT_PX``, and how much of that was seen as what is in its middle (0–1)."""
    top, bottom = round(rows[0] * HEIGHT_PX), round(rows[1] * HEIGHT_PX)
    region, pixels = lab[top:bottom], small[top:bottom]
    prior = _centre_prior(bottom - top)
    person = _likeness(region) * prior
    shares = name_shares(pixels)
    weight = person * np.where(_is_skin(region), skin_weight, 1.0)
    total = float(weight.sum())
    if total < 1e-3:
        return np.zeros(len(NAMES), dtype=np.float32), 0.0
    mean = (shares * weight[..., None]).sum(axis=(0, 1)) / total
    return np.asarray(mean, dtype=np.float32), min(1.0, total / float(prior.sum()))


def _centre_prior(height: int) -> Floats:
    """1 in the middle, .6 at a quarter of the width from it, near 0 at the sides."""
    x = (np.arange(WIDTH_PX) + 0.5) / WIDTH_PX - 0.5
    row = np.exp(-((x / 0.24) ** 2) / 2)
    return np.tile(row.astype(np.float32), (height, 1))


def _likeness(region: Floats) -> Floats:
    """0–1 per pixel: does it look like the core of this part rather than like its sides?"""
    middle = region[:, round(WIDTH_PX * 0.36) : round(WIDTH_PX * 0.64)].reshape(-1, 3)
    edge = max(2, round(WIDTH_PX * 0.08))
    sides = np.concatenate([region[:, :edge], region[:, -edge:]], axis=1).reshape(-1, 3)
    near = _distance(region, _few_colors(middle))
    far = _distance(region, _few_colors(sides))
    # Equal likeness leaves the centre prior alone to decide (.5); 8 Lab units tip it.
    return np.asarray(1.0 / (1.0 + np.exp((near - far) / 8.0)), dtype=np.float32)


def _few_colors(pixels: Floats, count: int = 3) -> Floats:
    """Representative colours: k-means from quantiles of lightness, deterministic."""
    order = np.argsort(pixels[:, 0], kind="stable")
    centers = pixels[order[[int((i + 0.5) / count * len(order)) for i in range(count)]]]
    for _ in range(4):
        owner = ((pixels[:, None] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
        centers = np.stack(
            [
                pixels[owner == i].mean(axis=0) if (owner == i).any() else centers[i]
                for i in range(count)
            ]
        )
    return np.asarray(centers, dtype=np.float32)


def _distance(region: Floats, centers: Floats) -> Floats:
    squared = ((region[:, :, None] - centers[None, None]) ** 2).sum(axis=3)
    return np.asarray(np.sqrt(squared.min(axis=2)), dtype=np.float32)


def _is_skin(lab: Floats) -> npt.NDArray[np.bool_]:
    """Hue and chroma of human skin in daylight (Zeng & Luo 2013: hue 40–70°, chroma 14–32)."""
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    found = (hue > 35) & (hue < 72) & (chroma > 13) & (chroma < 34)
    return np.asarray(found & (lab[..., 0] > 30) & (lab[..., 0] < 85))
