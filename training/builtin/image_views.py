"""Views of pictures for the image tower: whole ones, crops round objects, and their batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.builtin import data, prepare
from training.builtin.data import F32, SIDE_PX, U8
from training.builtin.teachers import Boxes
from training.builtin.windows import draw_view, random_window

CROPS = 1
"""Teacher-seen crops of each picture, round an object where there is one, made with `--crops`."""


@dataclass(frozen=True, slots=True)
class Views:
    """Views: picture row [V], window xyxy px [V, 4], mirrored [V], MobileNetV1 features uint8
    [V, 1024], and `exact` [V]: whether the teacher saw this very window. Where it did not, it saw
    the whole picture, and a nearly whole window is drawn afresh each time.
    """

    rows: np.ndarray[tuple[int], np.dtype[np.int64]]
    windows: F32
    mirrored: np.ndarray[tuple[int], np.dtype[np.bool_]]
    features: U8
    exact: np.ndarray[tuple[int], np.dtype[np.bool_]]


def window_round(random: np.random.Generator, boxes: Boxes) -> F32:
    """A window round one box of the teacher with up to half its size more on each side."""
    large = np.flatnonzero(
        (boxes.scores > 0.4) & (np.prod(boxes.xyxy[:, 2:] - boxes.xyxy[:, :2], axis=1) > 40**2)
    )
    if not len(large):
        return random_window(random, 0.2)
    box = boxes.xyxy[int(random.choice(large))]
    size = np.tile(box[2:] - box[:2], 2)
    grown = box + size * np.array([-1, -1, 1, 1]) * random.uniform(0.1, 0.6, 4)
    clipped: F32 = grown.clip(0, SIDE_PX).astype(np.float32)
    return clipped


def whole_views(rows: list[int], features: prepare.Features) -> Views:
    """One view of each whole picture, with the features that are cached already."""
    windows = np.tile(np.array([0, 0, SIDE_PX, SIDE_PX], np.float32), (len(rows), 1))
    never = np.zeros(len(rows), bool)
    return Views(np.array(rows), windows, never, features.mobilenet[rows].astype(np.uint8), never)


def make_crops(
    pictures: data.Pictures, boxes: list[Boxes], teachers: Path, rows: list[int], seed: int
) -> Views:
    """`CROPS` crops of each picture with the teacher's features of each."""
    random = np.random.default_rng(seed)
    where = np.array([row for row in rows for _ in range(CROPS)])
    windows = np.stack([window_round(random, boxes[row]) for row in where])
    mirrored = random.random(len(where)) < 0.5
    exact = np.ones(len(where), bool)
    drawn = ViewPixels(pictures, Views(where, windows, mirrored, np.empty((0, 0), np.uint8), exact))
    features = prepare.mobilenet_features(drawn, teachers).astype(np.uint8)
    return Views(where, windows, mirrored, features, exact)


class ViewPixels(Sequence[U8]):
    """The views' pixels at 224 px, drawn one by one as they are asked for."""

    def __init__(self, pictures: data.Pictures, found: Views) -> None:
        self.pictures, self.views = pictures, found

    def __len__(self) -> int:
        return len(self.views.rows)

    def __getitem__(self, number: Any) -> Any:
        if number >= len(self):
            raise IndexError(number)
        v = self.views
        return np.ascontiguousarray(
            draw_view(
                self.pictures.pixels[v.rows[number]],
                v.windows[number],
                bool(v.mirrored[number]),
                SIDE_PX,
            )
        )


def open_views(
    pictures: data.Pictures, teachers: Path, work: Path, seed: int, crops: bool
) -> Views:
    """Whole pictures, and with `crops` the cached crops, made the first time (some minutes)."""
    rows = np.flatnonzero(data.training_mask(pictures.names)).tolist()
    whole = whole_views(rows, prepare.open_features(pictures, teachers, work))
    file = work / "views.npz"
    if crops and not file.exists():
        boxes = prepare.open_boxes(pictures, teachers, work)
        made = make_crops(pictures, boxes, teachers, rows, seed)
        np.savez(file, **{f.name: getattr(made, f.name) for f in fields(made)})
    if not file.exists():
        return whole
    found = np.load(file)
    return Views(*(np.concatenate([getattr(whole, f.name), found[f.name]]) for f in fields(whole)))


@dataclass(frozen=True, slots=True)
class Batch:
    """View numbers [B], pixels uint8 [B, S, S, 3], picture rows [B], and which views are nearly
    whole [B].
    """

    numbers: Tensor
    pixels: Tensor
    rows: Tensor
    whole: Tensor


def make_batch(
    pictures: data.Pictures, found: Views, size: int, side: int, random: np.random.Generator
) -> Batch:
    """`size` views drawn at random, at `side` px."""
    numbers = random.choice(len(found.rows), size, replace=False)
    rows, windows, mirrored = found.rows[numbers], found.windows[numbers], found.mirrored[numbers]
    windows = np.stack(
        [
            window if exact else random_window(random, 0.55)
            for window, exact in zip(windows, found.exact[numbers], strict=True)
        ]
    )
    drawn = [
        draw_view(pictures.pixels[r], w, bool(m), side)
        for r, w, m in zip(rows, windows, mirrored, strict=True)
    ]
    areas = np.prod(windows[:, 2:] - windows[:, :2], axis=1) / SIDE_PX**2
    pixels = np.stack(drawn)
    turned = random.random(size) < 0.5
    pixels[turned] = pixels[turned][:, :, ::-1]
    return Batch(*(torch.from_numpy(v) for v in (numbers, pixels, rows, areas > 0.7)))
