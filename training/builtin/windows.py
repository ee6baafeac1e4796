"""Windows of pictures, as augmented views are cut."""

from __future__ import annotations

import numpy as np
from PIL import Image

from training.builtin.data import F32, SIDE_PX, U8


def draw_view(pixels: U8, window: F32, mirrored: bool, side: int) -> U8:
    """One window of a picture at `side` px, squashed: uint8 [side, side, 3]."""
    x0, y0, x1, y1 = (float(v) for v in window)
    bilinear = Image.Resampling.BILINEAR
    drawn = np.asarray(Image.fromarray(pixels).resize((side, side), bilinear, box=(x0, y0, x1, y1)))
    return drawn[:, ::-1] if mirrored else drawn


def random_window(random: np.random.Generator, low: float) -> F32:
    """A window of at least `low` of the area, up to a third wider or higher: xyxy px."""
    area, aspect = random.uniform(low, 1.0), np.exp(random.uniform(-0.35, 0.35))
    width, height = (
        min(SIDE_PX, SIDE_PX * float(np.sqrt(a))) for a in (area * aspect, area / aspect)
    )
    x, y = random.uniform(0, SIDE_PX - width), random.uniform(0, SIDE_PX - height)
    return np.array([x, y, x + width, y + height], np.float32)
