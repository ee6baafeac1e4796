"""Places: painted backgrounds for sample footage.

Textures come from photographs that scikit-image carries (grass, gravel, brick; public domain or
CC0), colours and perspective are painted. Every place is float32 (height, width, 3), sRGB 0–255.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import data, transform

Floats = npt.NDArray[np.float32]
Rgb = tuple[int, int, int]
Random = np.random.Generator

FACADES: tuple[Rgb, ...] = (
    (168, 110, 92),
    (190, 172, 150),
    (150, 128, 120),
    (120, 128, 140),
)


def _noise(height: int, width: int, cell: float, random: Random) -> Floats:
    """Smooth noise (height, width) of mean 0 and deviation 1; ``cell`` in pixels."""
    rough = random.standard_normal((int(height / cell) + 3, int(width / cell) + 3))
    smooth = transform.resize(rough, (height, width), order=3, mode="reflect")
    return np.asarray((smooth - smooth.mean()) / (smooth.std() + 1e-6), dtype=np.float32)


def _clouds(height: int, width: int, random: Random) -> Floats:
    total = sum(_noise(height, width, c, random) * w for c, w in ((160, 4), (70, 2), (30, 1)))
    return np.clip(np.asarray(total, dtype=np.float32) / 6, 0, 1)


def _ground(height: int, width: int, texture: npt.NDArray[np.uint8], near: float) -> Floats:
    """A photographed texture laid on the ground in perspective: (height, width), mean 1."""
    ys = np.linspace(0.12, 1, height, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    u = (xs / ys * near * 0.5 * texture.shape[1]) % texture.shape[1]
    v = (near * texture.shape[0] / ys + 0 * xs) % texture.shape[0]
    picked = ndimage.map_coordinates(texture.astype(np.float32), [v, u], order=1, mode="wrap")
    return np.asarray(picked / picked.mean(), dtype=np.float32)


def _paint(canvas: Floats, top: int, bottom: int, colour: Rgb, light: Floats | float) -> None:
    plane = np.asarray(light, dtype=np.float32)
    plane = plane[..., None] if plane.ndim == 2 else plane
    canvas[top:bottom] = np.array(colour, dtype=np.float32) * plane


def _sky(canvas: Floats, horizon: int, random: Random, top: Rgb = (92, 150, 214)) -> None:
    part = np.linspace(0, 1, horizon, dtype=np.float32)[:, None, None]
    low = np.array((214, 228, 240), dtype=np.float32)
    blue = np.array(top, dtype=np.float32) * (1 - part) + low * part
    white = _clouds(horizon, canvas.shape[1], random)[..., None]
    canvas[:horizon] = blue * (1 - white) + np.array((246, 246, 248), dtype=np.float32) * white


def beach(height: int, width: int, random: Random) -> Floats:
    """Sky, sea with waves and surf, sand."""
    canvas = np.zeros((height, width, 3), dtype=np.float32)
    horizon, shore = int(height * 0.36), int(height * 0.58)
    _sky(canvas, horizon, random)
    depth = np.linspace(0, 1, shore - horizon, dtype=np.float32)[:, None]
    waves = 0.06 * np.sin(70 * np.sqrt(depth + 0.02) + 2 * _noise(len(depth), width, 60, random))
    sparkle = 0.05 * _noise(len(depth), width, 4, random)
    far, near = np.array((38, 92, 140), np.float32), np.array((92, 168, 178), np.float32)
    water = (far * (1 - depth[..., None]) + near * depth[..., None]) * (1 + waves + sparkle)[
        ..., None
    ]
    canvas[horizon:shore] = water
    edge = shore + 7 * np.sin(np.linspace(0, 9, width)) + 5 * _noise(1, width, 50, random)[0]
    gravel = _ground(height - shore, width, data.gravel(), 2.2)
    sand = 1 + 0.35 * (gravel - 1) + 0.03 * _noise(height - shore, width, 40, random)
    _paint(canvas, shore, height, (222, 198, 154), sand)
    rows = np.arange(height, dtype=np.float32)[:, None]
    foam = np.exp(-(((rows - edge[None, :]) / 5.0) ** 2))[..., None]
    canvas += (np.array((250, 250, 248), dtype=np.float32) - canvas) * foam
    return canvas


def park(height: int, width: int, random: Random) -> Floats:
    """Sky, trees, a lawn and a gravel path."""
    canvas = np.zeros((height, width, 3), dtype=np.float32)
    horizon = int(height * 0.46)
    _sky(canvas, horizon, random)
    grass = _ground(height - horizon, width, data.grass(), 1.6)
    _paint(canvas, horizon, height, (96, 138, 62), 0.45 + 0.55 * grass)
    ys = np.linspace(0, 1, height - horizon, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    path = np.clip(6 - np.abs(xs + 0.25 - 0.5 * ys) / (0.05 + 0.5 * ys) * 6, 0, 1)[..., None]
    gravel = _ground(height - horizon, width, data.gravel(), 2.0)[..., None]
    stone = np.array((196, 180, 150), dtype=np.float32) * (0.6 + 0.4 * gravel)
    canvas[horizon:] += (stone - canvas[horizon:]) * path
    for x in np.linspace(-0.02, 1.02, 9):
        _tree(canvas, int(width * (x + random.normal(0, 0.02))), horizon, random)
    return canvas


def _tree(canvas: Floats, x: int, horizon: int, random: Random) -> None:
    """A trunk and a crown of overlapping leaf clumps, standing on the horizon."""
    size = canvas.shape[0] * random.uniform(0.26, 0.38)
    trunk = slice(max(0, x - int(size * 0.04)), max(0, x + int(size * 0.04)))
    canvas[int(horizon - size * 0.4) : horizon + int(size * 0.08), trunk] = (82, 62, 46)
    ys, xs = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]].astype(np.float32)
    for _ in range(14):
        cx, cy = x + random.normal(0, size * 0.2), horizon - size * random.uniform(0.4, 0.95)
        radius = size * random.uniform(0.1, 0.2)
        cover = np.clip((radius - np.hypot(xs - cx, ys - cy)) / 3, 0, 1)
        light = 0.75 + 0.5 * np.clip((cy - ys) / radius, -0.6, 0.6)
        leaf = np.array((58, 98, 44), dtype=np.float32) * random.uniform(0.8, 1.2)
        canvas += (leaf * light[..., None] - canvas) * (cover * 0.9)[..., None]


def street(height: int, width: int, random: Random) -> Floats:
    """Brick houses with windows and shops, a pavement and a road."""
    canvas = np.zeros((height, width, 3), dtype=np.float32)
    kerb, road = int(height * 0.60), int(height * 0.76)
    _sky(canvas, int(height * 0.2), random)
    brick = transform.resize(data.brick().astype(np.float32), (300, 300), preserve_range=True)
    x = 0
    while x < width:
        span = int(random.uniform(0.16, 0.26) * width)
        roof = int(height * random.uniform(0.03, 0.12))
        tint = FACADES[random.integers(len(FACADES))]
        _house(canvas[roof:kerb, x : x + span], brick, tint, random)
        x += span
    pavement = _ground(road - kerb, width, data.gravel(), 3.0)
    _paint(canvas, kerb, road, (168, 166, 162), 0.75 + 0.25 * pavement)
    tarmac = _ground(height - road, width, data.gravel(), 2.5)
    _paint(canvas, road, height, (84, 86, 90), 0.7 + 0.3 * tarmac)
    canvas[road - 4 : road + 3] = (196, 196, 192)
    middle = (road + height) // 2
    for start in range(0, width, width // 9):
        canvas[middle : middle + 6, start : start + width // 18] = (232, 230, 214)
    return canvas


def _house(wall: Floats, brick: Floats, tint: Rgb, random: Random) -> None:
    """Fill a wall (h, w, 3) with brick, windows and a shop front, in place."""
    height, width = wall.shape[:2]
    tiles = np.tile(brick, (height // 300 + 1, width // 300 + 1))[:height, :width]
    wall[:] = np.array(tint, dtype=np.float32) * (0.6 + 0.4 * tiles / brick.mean())[..., None]
    wall[:, :3] *= 0.6
    shop = int(height * 0.66)
    for y in range(int(height * 0.1), shop - height // 6, height // 4):
        for x in range(width // 10, width - width // 5, max(width // 4, 12)):
            pane = wall[y : y + height // 7, x : x + width // 7]
            pane[:] = np.array((70, 88, 108), np.float32) * random.uniform(0.8, 1.5)
            pane[: max(2, height // 90)] = pane[:, : max(2, width // 60)] = (226, 224, 218)
    wall[shop - height // 18 : shop] = random.integers(40, 200, 3)
    glass = wall[shop : height - height // 12, width // 12 : width - width // 12]
    glass[:] = (96, 112, 122)
    glass[:, :: max(width // 5, 8)] = (52, 54, 58)
    wall[height - height // 40 :] *= 0.7


def office(height: int, width: int, random: Random) -> Floats:
    """A lobby: a pale wall with windows, a wooden floor, a desk, a plant and a picture."""
    canvas = np.zeros((height, width, 3), dtype=np.float32)
    floor = int(height * 0.62)
    falloff = np.linspace(1.03, 0.9, width, dtype=np.float32)[None, :] * np.ones(
        (floor, 1), np.float32
    )
    _paint(canvas, 0, floor, (218, 210, 196), falloff + 0.008 * _noise(floor, width, 3, random))
    for left in (0.08, 0.30):
        _window(
            canvas[int(height * 0.1) : int(height * 0.46), int(width * left) :][
                :, : int(width * 0.17)
            ]
        )
    canvas[floor - 8 : floor] = (150, 138, 122)
    ys = np.linspace(0.15, 1, height - floor, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    planks = (
        1
        - 0.14 * (np.abs((xs / ys * 5) % 1 - 0.5) > 0.47)
        + 0.03 * _noise(height - floor, width, 6, random)
    )
    _paint(canvas, floor, height, (158, 116, 78), planks * (0.8 + 0.25 * ys))
    _desk(canvas, int(width * 0.62), int(height * 0.50), int(width * 0.3), int(height * 0.2))
    frame = canvas[int(height * 0.12) : int(height * 0.36), int(width * 0.6) : int(width * 0.74)]
    frame[:] = (60, 46, 36)
    picture = transform.resize(
        data.coffee(), (frame.shape[0] - 12, frame.shape[1] - 12), preserve_range=True
    )
    frame[6:-6, 6:-6] = picture
    return canvas


def _window(pane: Floats) -> None:
    """A bright window with a white frame, painted in place."""
    height, width = pane.shape[:2]
    pane[:] = np.linspace(250, 214, height, dtype=np.float32)[:, None, None]
    pane[:, :, 2] += 6
    bar = max(3, width // 40)
    for edge in (slice(0, bar), slice(width // 2, width // 2 + bar), slice(width - bar, width)):
        pane[:, edge] = (240, 238, 234)
    pane[:bar] = pane[-bar:] = (196, 190, 182)


def _desk(canvas: Floats, left: int, top: int, width: int, height: int) -> None:
    """A desk with a screen on it, painted in place."""
    canvas[top : top + height, left : left + width] = (120, 84, 56)
    canvas[top : top + height // 9, left - 8 : left + width + 8] = (150, 108, 72)
    screen = slice(left + width // 3, left + width // 3 + width // 4)
    canvas[top - int(height * 0.62) : top - height // 8, screen] = (34, 36, 40)
    canvas[top - int(height * 0.56) : top - height // 5, screen.start + 5 : screen.stop - 5] = (
        74,
        122,
        170,
    )
    stand = (screen.start + screen.stop) // 2
    canvas[top - height // 8 : top, stand - 6 : stand + 6] = (50, 52, 56)


PLACES: dict[str, Callable[[int, int, Random], Floats]] = {
    "beach": beach,
    "park": park,
    "street": street,
    "office": office,
}
