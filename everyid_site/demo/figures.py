"""Figures: people rendered as shaded, tapered capsules that walk.

A limb is the set of points within a radius of a segment; the radius runs linearly from one end to
the other. The distance gives a rounded surface normal, which a single light shades (Lambert). That
is cheap enough for numpy and close enough to a person for networks trained on photographs.

Lengths are in parts of the body's height; x to the right, y down, the feet at (0, 0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rgb = tuple[int, int, int]

# Half the width of the shoulders, from the side and from the front.
_SHOULDER = (0.045, 0.118)
LIGHT = np.array((-0.45, -0.55, 0.70), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Look:
    """How a person looks: colours are sRGB 0–255. ``coat`` reaches the knees; ``skirt`` hides
    the thighs; ``girth`` widens the body."""

    skin: Rgb
    hair: Rgb
    upper: Rgb
    lower: Rgb
    shoes: Rgb = (40, 34, 30)
    coat: bool = False
    skirt: bool = False
    long_hair: bool = False
    girth: float = 1.0
    bag: Rgb | None = None
    hat: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Limb:
    """A tapered capsule from (x0, y0) of radius r0 to (x1, y1) of radius r1, in body heights."""

    x0: float
    y0: float
    r0: float
    x1: float
    y1: float
    r1: float
    colour: Rgb
    weave: float = 0.0
    shade: float = 1.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a walking person is: ``phase`` of the gait in radians; ``facing`` is 1 to the right,
    -1 to the left, 0 towards the camera; ``stride`` 0 stands, 1 walks, 1.6 runs."""

    phase: float
    facing: int
    stride: float


def limbs_of(look: Look, pose: Pose) -> list[Limb]:
    """The limbs of a person, from the farthest to the nearest."""
    swing = 0.42 * pose.stride * math.sin(pose.phase)
    side = pose.facing or 1
    spread = 0.075 if pose.facing == 0 else 0.028
    bob = 0.012 * pose.stride * abs(math.cos(pose.phase))
    hip, neck = -0.50 - bob, -0.825 - bob
    far_leg = _leg(look, -spread, hip, side * -swing, 0.78, side)
    near_leg = _leg(look, spread, hip, side * swing, 1.0, side)
    far_arm = _arm(look, -_SHOULDER[pose.facing == 0] * look.girth, neck, side * swing, 0.78, side)
    near_arm = _arm(look, _SHOULDER[pose.facing == 0] * look.girth, neck, side * -swing, 1.0, side)
    far_to_near = [*far_arm, *far_leg, *near_leg, *_torso(look, pose, hip, neck)]
    return [*far_to_near, *_head(look, pose, neck, side), *near_arm, *_carried(look, side, neck)]


def _leg(look: Look, x: float, hip: float, angle: float, shade: float, side: int) -> list[Limb]:
    knee_x, knee_y = x + 0.25 * math.sin(angle), hip + 0.25 * math.cos(angle)
    bend = angle - side * max(0.0, 0.55 * math.sin(abs(angle)) * (1 if angle * side < 0 else 0.25))
    foot_x, foot_y = knee_x + 0.235 * math.sin(bend), knee_y + 0.235 * math.cos(bend)
    shin = look.skin if look.skirt else look.lower
    girth = look.girth
    return [
        Limb(knee_x, knee_y, 0.042 * girth, foot_x, foot_y, 0.028, shin, 0.05, shade),
        Limb(x, hip, 0.062 * girth, knee_x, knee_y, 0.045 * girth, look.lower, 0.05, shade),
        Limb(foot_x, foot_y, 0.026, foot_x + side * 0.055, foot_y + 0.012, 0.019, look.shoes),
    ]


def _arm(look: Look, x: float, neck: float, angle: float, shade: float, side: int) -> list[Limb]:
    elbow_x, elbow_y = x + 0.17 * math.sin(angle), neck + 0.055 + 0.17 * math.cos(angle)
    bend = angle + side * 0.28
    hand_x, hand_y = elbow_x + 0.15 * math.sin(bend), elbow_y + 0.15 * math.cos(bend)
    return [
        Limb(hand_x, hand_y, 0.021, hand_x, hand_y + 0.02, 0.019, look.skin, 0.0, shade),
        Limb(elbow_x, elbow_y, 0.033, hand_x, hand_y, 0.025, look.upper, 0.08, shade),
        Limb(x, neck + 0.055, 0.042 * look.girth, elbow_x, elbow_y, 0.034, look.upper, 0.08, shade),
    ]


def _torso(look: Look, pose: Pose, hip: float, neck: float) -> list[Limb]:
    wide = 1.0 if pose.facing == 0 else 0.8
    chest, waist = 0.105 * wide * look.girth, 0.088 * wide * look.girth
    limbs = [Limb(0, hip + 0.01, waist, 0, neck + 0.10, chest, look.upper, 0.08)]
    if look.coat:
        limbs.insert(0, Limb(0, hip + 0.20, 0.118 * wide, 0, hip - 0.05, waist, look.upper, 0.08))
    elif look.skirt:
        limbs.insert(0, Limb(0, hip + 0.17, 0.125 * wide, 0, hip, waist * 0.9, look.lower, 0.06))
    if pose.facing == 0:
        across = 0.085 * look.girth
        limbs.append(Limb(-across, neck + 0.055, 0.045, across, neck + 0.055, 0.045, look.upper))
    limbs.append(Limb(0, neck + 0.04, 0.034, 0, neck - 0.035, 0.032, look.skin, 0.0, 0.92))
    return limbs


def _head(look: Look, pose: Pose, neck: float, side: int) -> list[Limb]:
    top, lean = neck - 0.095, 0.012 * pose.facing
    hair = Limb(lean - 0.014 * pose.facing, top - 0.022, 0.063, lean, top - 0.008, 0.06, look.hair)
    head = Limb(lean, top - 0.008, 0.053, lean + 0.004 * pose.facing, top + 0.034, 0.042, look.skin)
    limbs = [hair, head]
    if look.long_hair:
        back = -0.028 * pose.facing
        limbs.insert(0, Limb(back, top, 0.062, back * 1.3, neck + 0.06, 0.045, look.hair, 0.1))
    limbs.extend(_face(look, pose, lean, top, side))
    fringe = Limb(lean - 0.03, top - 0.05, 0.026, lean + 0.03, top - 0.05, 0.026, look.hair, 0.1)
    limbs.append(fringe)
    if look.hat:
        limbs.append(
            Limb(lean - 0.03, top - 0.062, 0.034, lean + 0.03, top - 0.062, 0.034, look.hat)
        )
        limbs.append(
            Limb(lean - 0.08, top - 0.034, 0.011, lean + 0.08, top - 0.034, 0.011, look.hat)
        )
    return limbs


def _face(look: Look, pose: Pose, lean: float, top: float, side: int) -> list[Limb]:
    dark, lip = (35, 28, 26), (150, 78, 72)
    if pose.facing == 0:
        eyes = [
            Limb(x, top - 0.004, 0.007, x + 0.001, top - 0.004, 0.007, dark) for x in (-0.02, 0.02)
        ]
        return [*eyes, Limb(-0.013, top + 0.032, 0.005, 0.013, top + 0.032, 0.005, lip)]
    edge = lean + side * 0.034
    nose = Limb(
        edge + side * 0.012, top + 0.006, 0.012, edge + side * 0.014, top + 0.012, 0.010, look.skin
    )
    eye = Limb(edge, top - 0.006, 0.007, edge + 0.001, top - 0.006, 0.007, dark)
    return [nose, eye, Limb(edge, top + 0.031, 0.005, edge - side * 0.015, top + 0.031, 0.004, lip)]


def _carried(look: Look, side: int, neck: float) -> list[Limb]:
    if look.bag is None:
        return []
    x = -side * 0.10
    return [Limb(x, neck + 0.10, 0.055, x, neck + 0.24, 0.06, look.bag, 0.1)]


def draw_limb(canvas: Floats, limb: Limb, foot_xy: tuple[float, float], height_px: float) -> None:
    """Paint one limb onto ``canvas`` (h, w, 3), float32 0–255, in place."""
    fx, fy = foot_xy
    x0, y0, r0 = fx + limb.x0 * height_px, fy + limb.y0 * height_px, limb.r0 * height_px
    x1, y1, r1 = fx + limb.x1 * height_px, fy + limb.y1 * height_px, limb.r1 * height_px
    pad = max(r0, r1) + 2
    left, right = int(max(0, min(x0, x1) - pad)), int(min(canvas.shape[1], max(x0, x1) + pad + 1))
    top, bottom = int(max(0, min(y0, y1) - pad)), int(min(canvas.shape[0], max(y0, y1) + pad + 1))
    if left >= right or top >= bottom:
        return
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    along = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-6)
    part = np.clip(((xs - x0) * (x1 - x0) + (ys - y0) * (y1 - y0)) / along, 0, 1)
    dx, dy = xs - (x0 + part * (x1 - x0)), ys - (y0 + part * (y1 - y0))
    radius = r0 + part * (r1 - r0)
    distance = np.sqrt(dx * dx + dy * dy)
    cover = np.clip(radius - distance + 0.5, 0, 1)[..., None]
    nx, ny = dx / np.maximum(radius, 1e-3), dy / np.maximum(radius, 1e-3)
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0.02, 1))
    shade = 0.62 + 0.46 * np.clip(nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2], 0, 1)
    # Folds and weave: fixed to the limb, so that they move with it.
    folds = 0.6 * limb.weave * np.sin(part * 9 + nx * 2.1) * np.sin(nx * 4.0 + part * 5)
    lit = np.array(limb.colour, dtype=np.float32) * ((shade + folds) * limb.shade)[..., None]
    patch = canvas[top:bottom, left:right]
    patch += (np.clip(lit, 0, 255) - patch) * cover


def draw_shadow(canvas: Floats, foot_xy: tuple[float, float], height_px: float) -> None:
    """Darken the ground under a figure, in place."""
    fx, fy = foot_xy
    rx, ry = 0.2 * height_px, 0.035 * height_px
    left, right = int(max(0, fx - rx)), int(min(canvas.shape[1], fx + rx))
    top, bottom = int(max(0, fy - ry)), int(min(canvas.shape[0], fy + ry))
    if left >= right or top >= bottom:
        return
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    away = ((xs - fx) / rx) ** 2 + ((ys - fy) / ry) ** 2
    canvas[top:bottom, left:right] *= (1 - 0.5 * np.clip(1 - away, 0, 1))[..., None]


def draw_person(
    canvas: Floats, look: Look, pose: Pose, foot_xy: tuple[float, float], height_px: float
) -> tuple[float, float, float, float]:
    """Paint a person standing at ``foot_xy`` (pixels) onto ``canvas`` in place.

    Returns the person's box, xyxy in pixels, not clipped to the picture.
    """
    draw_shadow(canvas, foot_xy, height_px)
    limbs = limbs_of(look, pose)
    for limb in limbs:
        draw_limb(canvas, limb, foot_xy, height_px)
    xs = [x + s * r for b in limbs for x, r in ((b.x0, b.r0), (b.x1, b.r1)) for s in (-1, 1)]
    ys = [y + s * r for b in limbs for y, r in ((b.y0, b.r0), (b.y1, b.r1)) for s in (-1, 1)]
    fx, fy = foot_xy
    return (
        fx + min(xs) * height_px,
        fy + min(ys) * height_px,
        fx + max(xs) * height_px,
        fy + max(ys) * height_px,
    )
