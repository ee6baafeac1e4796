"""Writes pictures to files, and gathers the small ones of a sprite."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image

from .opening import storage_errors
from .pictures import fit_size
from .types import Image, SpriteLayout

JPEG_QUALITY = 82
TILE_SIDE_PX = 160
COLUMNS = 10
MAX_TILES = 100
_MIN_STEP_S = Fraction(1, 2)


def save_jpeg(image: Image, path: Path) -> None:
    """Write an RGB picture (uint8, height × width × 3) as JPEG. Raises StorageFull."""
    with storage_errors():
        PIL.Image.fromarray(image).save(path, "JPEG", quality=JPEG_QUALITY)


def save_webp(image: Image, path: Path) -> None:
    """Write an RGB picture (uint8, height × width × 3) as WebP. Raises StorageFull."""
    with storage_errors():
        PIL.Image.fromarray(image).save(path, "WEBP", quality=JPEG_QUALITY, method=0)


class SpriteMaker:
    """Gathers up to 100 small pictures, evenly over a film whose length need not be known."""

    def __init__(self, time_base: Fraction, duration_s: Fraction | None) -> None:
        step_s = max(_MIN_STEP_S, (duration_s or Fraction(0)) / MAX_TILES)
        self._step = max(1, int(step_s / time_base))
        self._tiles: list[tuple[int, Image]] = []

    def add(self, pts: int, image: Image) -> None:
        """Take a picture (uint8 RGB), which is kept if it is due."""
        if self._tiles and pts - self._tiles[-1][0] < self._step:
            return
        height, width = image.shape[:2]
        size = fit_size(width, height, TILE_SIDE_PX)
        small = PIL.Image.fromarray(image).resize(
            size, PIL.Image.Resampling.BILINEAR, reducing_gap=1.5
        )
        self._tiles.append((pts, np.asarray(small)))
        if len(self._tiles) > MAX_TILES:
            self._tiles = self._tiles[::2]
            self._step *= 2

    def save(self, path: Path) -> SpriteLayout:
        """Write the sprite as WebP. Raises StorageFull, and ValueError where it is empty."""
        if not self._tiles:
            raise ValueError("a sprite needs at least one picture")
        height, width = self._tiles[0][1].shape[:2]
        columns = min(COLUMNS, len(self._tiles))
        rows = -(-len(self._tiles) // columns)
        sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
        for index, (_, tile) in enumerate(self._tiles):
            top, left = index // columns * height, index % columns * width
            sheet[top : top + height, left : left + width] = tile
        save_webp(sheet, path)
        return SpriteLayout(columns, rows, width, height, tuple(pts for pts, _ in self._tiles))
