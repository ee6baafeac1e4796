"""Augmented views for the detector: single pictures and mosaics, with the teacher's boxes carried
along.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.builtin.data import SIDE_PX, U8, Pictures
from training.builtin.teachers import Boxes

T = TypeVar("T")
PAD_GREY = 114


@dataclass(frozen=True, slots=True)
class View:
    """Pixels uint8 [S, S, 3] RGB and the boxes that are in them, in its pixels."""

    pixels: U8
    boxes: Boxes


def crop_boxes(
    boxes: Boxes, window: tuple[float, float, float, float], place: tuple[int, int, int, int]
) -> Boxes:
    """Boxes of a picture after `window` (xyxy) of it has been drawn into `place` (xyxy); cut ones
    lose score.
    """
    x0, y0, x1, y1 = window
    scale = np.array([(place[2] - place[0]) / (x1 - x0), (place[3] - place[1]) / (y1 - y0)] * 2)
    moved = (boxes.xyxy - np.array([x0, y0, x0, y0])) * scale + np.array([place[0], place[1]] * 2)
    cut = moved.clip([place[0], place[1]] * 2, [place[2], place[3]] * 2)
    whole = np.prod(moved[:, 2:] - moved[:, :2], axis=1).clip(1e-6)
    left = np.prod(cut[:, 2:] - cut[:, :2], axis=1)
    kept = (left > 0.25 * whole) & (left > 36)
    worth = np.clip(left / whole * 1.25, 0, 1)[kept]
    return Boxes(
        cut[kept].astype(np.float32),
        (boxes.scores[kept] * worth).astype(np.float32),
        boxes.classes[kept],
    )


def flip(view: View) -> View:
    """The view mirrored left to right."""
    side = view.pixels.shape[1]
    xyxy = view.boxes.xyxy.copy()
    xyxy[:, [0, 2]] = side - xyxy[:, [2, 0]]
    return View(view.pixels[:, ::-1], Boxes(xyxy, view.boxes.scores, view.boxes.classes))


def _splits(random: np.random.Generator, side: int) -> list[tuple[int, int, int, int]]:
    """Places of the tiles: one picture, bars around it, two by two or three by three."""
    kind = random.random()
    if kind < 0.25:
        return [(0, 0, side, side)]
    if kind < 0.5:
        width, height = (int(side * random.uniform(0.6, 1.0)) for _ in range(2))
        x, y = int(random.uniform(0, side - width)), int(random.uniform(0, side - height))
        return [(x, y, x + width, y + height)]
    if kind < 0.92:
        xs, ys = ([0, int(side * random.uniform(0.35, 0.65)), side] for _ in range(2))
    else:
        xs = ys = [0, side // 3, 2 * side // 3, side]
    return [
        (xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(len(xs) - 1) for j in range(len(ys) - 1)
    ]


def _window(
    random: np.random.Generator, place: tuple[int, int, int, int], single: bool
) -> tuple[float, ...]:
    """The part of a picture to draw: its shape follows the place's, give or take a third."""
    aspect = (place[2] - place[0]) / (place[3] - place[1]) * np.exp(random.uniform(-0.35, 0.35))
    share = random.uniform(0.45, 1.0) if single else random.uniform(0.65, 1.0)
    width = SIDE_PX * share * min(1.0, aspect)
    height = SIDE_PX * share * min(1.0, 1 / aspect)
    x, y = random.uniform(0, SIDE_PX - width), random.uniform(0, SIDE_PX - height)
    return x, y, x + width, y + height


def build_view(
    pictures: Pictures, boxes: list[Boxes], rows: list[int], side: int, random: np.random.Generator
) -> View:
    """One augmented view of pictures drawn from `rows`."""
    canvas = np.full((side, side, 3), PAD_GREY, np.uint8)
    places = _splits(random, side)
    found = []
    for place in places:
        row = rows[int(random.integers(len(rows)))]
        x0, y0, x1, y1 = _window(random, place, len(places) == 1)
        size = (place[2] - place[0], place[3] - place[1])
        tile = Image.fromarray(pictures.pixels[row]).resize(
            size, Image.Resampling.BILINEAR, box=(x0, y0, x1, y1)
        )
        canvas[place[1] : place[3], place[0] : place[2]] = np.asarray(tile)
        found.append(crop_boxes(boxes[row], (x0, y0, x1, y1), place))
    merged = Boxes(
        np.concatenate([f.xyxy for f in found]),
        np.concatenate([f.scores for f in found]),
        np.concatenate([f.classes for f in found]),
    )
    view = View(canvas, merged)
    return flip(view) if random.random() < 0.5 else view


def jitter(images: Tensor) -> Tensor:
    """Brightness, contrast, colour gain, saturation and now and then grey, on normalised [B, 3, H,
    W], per view.
    """
    count = len(images)

    def draw(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.empty(count, channels, 1, 1, device=images.device).uniform_(low, high)

    grey = images.mean(1, keepdim=True)
    saturation = draw(0.5, 1.4) * (draw(0, 1) > 0.05)
    images = grey + (images - grey) * saturation
    return images * draw(0.65, 1.25) * draw(0.9, 1.1, 3) + draw(-0.5, 0.4) + draw(-0.12, 0.12, 3)


def prefetch(make: Callable[[], T], ahead: int = 3) -> Iterator[T]:
    """Results of `make`, computed ahead of need in one thread, for ever."""
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(make) for _ in range(ahead))
        while True:
            yield waiting.popleft().result()
            waiting.append(pool.submit(make))
