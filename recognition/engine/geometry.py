"""Boxes: overlap, suppression, fitting pictures into a network's input, and time.

Boxes are float32 ``xyxy`` with ``x1 <= x2`` and ``y1 <= y2``; ``xyxy_norm`` means 0–1 of
the picture's width and height. Nothing here allocates per box in Python but ``nms``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recognition.engine.errors import BadValue
from recognition.engine.types import Floats, Image, Ints

FitMode = Literal["squash", "letterbox"]
Align = Literal["center", "topleft"]


def check_boxes(xyxy: Floats) -> Floats:
    """Return the boxes as float32 (n, 4); raise ``BadValue`` for any other shape."""
    boxes = np.asarray(xyxy, dtype=np.float32)
    if boxes.size == 0:
        return boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise BadValue(f"expected boxes of shape (n, 4), got {boxes.shape}")
    return boxes


def box_areas(xyxy: Floats) -> Floats:
    """Areas (n,) of boxes (n, 4); 0 for a box turned inside out."""
    boxes = check_boxes(xyxy)
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float32)


def intersections(a: Floats, b: Floats) -> Floats:
    """Areas shared by every box of ``a`` (n, 4) and ``b`` (m, 4): (n, m)."""
    a, b = check_boxes(a), check_boxes(b)
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(bottom_right - top_left, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], dtype=np.float32)


def iou_matrix(a: Floats, b: Floats) -> Floats:
    """Intersection over union of every box of ``a`` (n, 4) with ``b`` (m, 4): (n, m), 0–1."""
    shared = intersections(a, b)
    union = box_areas(a)[:, None] + box_areas(b)[None, :] - shared
    out = np.zeros_like(shared)
    np.divide(shared, union, out=out, where=union > 0)
    return np.clip(out, 0.0, 1.0)


def coverage_matrix(a: Floats, b: Floats) -> Floats:
    """Share of each box of ``a`` (n, 4) that each box of ``b`` (m, 4) covers: (n, m), 0–1."""
    shared = intersections(a, b)
    area = np.broadcast_to(box_areas(a)[:, None], shared.shape)
    out = np.zeros_like(shared)
    np.divide(shared, area, out=out, where=area > 0)
    return np.clip(out, 0.0, 1.0)


def nms(xyxy: Floats, confidence: Floats, iou_threshold: float) -> Ints:
    """Indices to keep, most confident first (greedy non-maximum suppression)."""
    boxes = check_boxes(xyxy)
    order = np.argsort(-np.asarray(confidence), kind="stable")
    overlap = iou_matrix(boxes, boxes)
    alive = np.ones(len(boxes), dtype=bool)
    kept: list[int] = []
    for index in order:
        if alive[index]:
            kept.append(int(index))
            alive &= overlap[index] <= iou_threshold
            alive[index] = False
    return np.asarray(kept, dtype=np.int64)


def nms_by_label(
    xyxy: Floats, confidence: Floats, labels: Sequence[int] | Ints, iou_threshold: float
) -> Ints:
    """``nms`` within each label; indices to keep over all labels, most confident first."""
    boxes = check_boxes(xyxy)
    if len(boxes) == 0:
        return np.zeros(0, dtype=np.int64)
    span = float(boxes.max() - boxes.min()) + 1.0
    shift = np.asarray(labels, dtype=np.float32)[:, None] * span
    return nms(boxes + shift, confidence, iou_threshold)


def clip_norm(xyxy_norm: Floats) -> Floats:
    """The part of each box that lies inside the picture."""
    return np.clip(check_boxes(xyxy_norm), 0.0, 1.0)


def expand(xyxy: Floats, share_x: float, share_y: float) -> Floats:
    """Boxes grown on each side by a share of their own width and height; not clipped."""
    boxes = check_boxes(xyxy)
    width = (boxes[:, 2] - boxes[:, 0]) * share_x
    height = (boxes[:, 3] - boxes[:, 1]) * share_y
    return np.asarray(boxes + np.stack([-width, -height, width, height], axis=1), dtype=np.float32)


def crop_image(image: Image, xyxy_norm: Floats) -> Image:
    """The pixels of one box, (4,) in 0–1: at least one pixel, a view into ``image``."""
    left, top, right, bottom = pixels_of(xyxy_norm, (image.shape[1], image.shape[0]))
    return image[top:bottom, left:right]


def pixels_of(xyxy_norm: Floats, picture_px: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom (exclusive) of the pixels that a box, (4,) in 0–1, touches.

    ``picture_px`` is (width, height). At least one pixel, all inside the picture.
    """
    width, height = picture_px
    x1, y1, x2, y2 = (float(v) for v in np.clip(np.asarray(xyxy_norm, dtype=np.float64), 0, 1))
    slack = 1e-3  # of a pixel: what float32 in 0–1 may be off at 8,000 pixels
    left = min(math.floor(x1 * width + slack), width - 1)
    top = min(math.floor(y1 * height + slack), height - 1)
    right = max(min(math.ceil(x2 * width - slack), width), left + 1)
    bottom = max(min(math.ceil(y2 * height - slack), height), top + 1)
    return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture lies in a network's input, and the way back.

    A point of the picture at pixel ``(x, y)`` lies at ``(x * scale_x + left,
    y * scale_y + top)`` of the input; ``content_px`` is the (width, height) it fills.
    """

    picture_px: tuple[int, int]
    input_px: tuple[int, int]
    scale_x: float
    scale_y: float
    left: int
    top: int
    content_px: tuple[int, int]

    def to_input(self, xyxy_norm: Floats) -> Floats:
        """Boxes in 0–1 of the picture, as pixels of the input."""
        width, height = self.picture_px
        step = np.array([width * self.scale_x, height * self.scale_y] * 2, dtype=np.float32)
        shift = np.array([self.left, self.top] * 2, dtype=np.float32)
        return np.asarray(check_boxes(xyxy_norm) * step + shift, dtype=np.float32)

    def to_picture(self, xyxy_px: Floats) -> Floats:
        """Boxes in pixels of the input, as 0–1 of the picture, clipped to it."""
        width, height = self.picture_px
        step = np.array([width * self.scale_x, height * self.scale_y] * 2, dtype=np.float32)
        shift = np.array([self.left, self.top] * 2, dtype=np.float32)
        return clip_norm((check_boxes(xyxy_px) - shift) / step)


def fit_picture(
    picture_px: tuple[int, int],
    input_px: tuple[int, int],
    mode: FitMode = "letterbox",
    align: Align = "center",
) -> Fit:
    """Where a picture (width, height) goes in an input (width, height).

    ``squash`` stretches it to fill; ``letterbox`` keeps its shape and leaves bars, all on
    the right and bottom with ``align="topleft"``, or shared with ``"center"``.
    """
    width, height = picture_px
    if min(width, height, *input_px) < 1:
        raise BadValue(f"a picture needs at least one pixel, got {picture_px} into {input_px}")
    if mode == "squash":
        scale_x, scale_y = input_px[0] / width, input_px[1] / height
        return Fit(picture_px, input_px, scale_x, scale_y, 0, 0, input_px)
    scale = min(input_px[0] / width, input_px[1] / height)
    content = (
        max(1, min(input_px[0], round(width * scale))),
        max(1, min(input_px[1], round(height * scale))),
    )
    left = (input_px[0] - content[0]) // 2 if align == "center" else 0
    top = (input_px[1] - content[1]) // 2 if align == "center" else 0
    return Fit(picture_px, input_px, content[0] / width, content[1] / height, left, top, content)


def interpolate_boxes(pts: Ints, xyxy: Floats, at: Ints) -> Floats:
    """Boxes (m, 4) at the times ``at`` (m,), linear between ``pts`` (k,) rising.

    Before the first and after the last time the nearest box holds.
    """
    boxes = check_boxes(xyxy)
    if len(boxes) == 0 or len(pts) != len(boxes):
        raise BadValue(f"expected a time per box, at least one: {len(pts)}, {len(boxes)}")
    columns = [np.interp(at, pts, boxes[:, i]) for i in range(4)]
    return np.stack(columns, axis=1).astype(np.float32)
