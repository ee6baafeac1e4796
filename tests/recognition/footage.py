"""Small films of coloured blocks on grey, which the fake networks take for people and cars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from ingest.models import Asset, Library
from ingest.services.assets import add_file
from tests.fakes import COLOURS

RATE_FPS = 25
SIZE = (320, 180)


@dataclass(frozen=True)
class Block:
    """Something of one colour: frames ``first`` to ``last`` (exclusive), from ``start`` to ``end``
    (left edge, 0–1), as wide and tall as ``size`` (0–1)."""

    colour: str
    first: int
    last: int
    start: float = 0.1
    end: float = 0.6
    size: tuple[float, float] = (0.12, 0.7)


def write_film(
    path: Path, frames: int, blocks: Sequence[Block], *, cuts: Sequence[int] = (), level: int = 120
) -> Path:
    """A film with these blocks; at each cut the background changes its brightness."""
    width, height = SIZE
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE_FPS, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        for index in range(frames):
            shade = level - 70 * (sum(cut <= index for cut in cuts) % 2)
            picture = np.full((height, width, 3), shade, dtype=np.uint8)
            for block in blocks:
                if block.first <= index < block.last:
                    _draw(picture, block, index)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def _draw(picture: np.ndarray, block: Block, index: int) -> None:
    width, height = SIZE
    share = (index - block.first) / max(1, block.last - block.first - 1)
    left = round((block.start + (block.end - block.start) * share) * width)
    top = round(0.2 * height)
    right = left + round(block.size[0] * width)
    rows = np.arange(round(block.size[1] * height))[:, None]
    columns = np.arange(right - left)[None]
    # A pattern, so that the crop is sharp; it moves with the block.
    light = 1.0 - 0.25 * ((rows // 6 + columns // 6) % 2)[..., None]
    shown = (light * np.array(COLOURS[block.colour])).astype(np.uint8)
    picture[top : top + len(rows), left:right] = shown[:, : picture.shape[1] - left]


def add_film(library: Library, path: Path) -> Asset:
    """The film as an asset of the library, left in place."""
    added = add_file(library=library, path=path, name=path.name, in_place=True)
    assert added.asset is not None, added.sentence
    return added.asset
