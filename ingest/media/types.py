"""The values that the media functions take and return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
import PIL.Image
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""A picture: uint8, shape (height, width, 3), RGB, upright, square pixels."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What is known about a media file before it is walked.

    ``width`` and ``height`` are the display size in pixels: after the sample aspect ratio and
    the rotation. ``rotation_deg`` (0, 90, 180, 270) is how far the coded picture is turned
    clockwise to stand upright, ``is_mirrored`` says that it is mirrored left to right before
    that. ``start_pts`` is the pts of the first frame that decodes; ``duration_pts`` is None
    where the container does not say. ``frame_rate`` is the average, in frames per second.
    """

    container: str
    video_codec: str
    width: int
    height: int
    rotation_deg: int
    time_base: Fraction
    start_pts: int
    duration_pts: int | None
    frame_rate: Fraction | None
    is_variable_rate: bool
    pixel_format: str
    bit_depth: int
    is_interlaced: bool
    has_audio: bool
    audio_codec: str | None
    start_timecode: str | None = None
    is_drop_frame: bool = False
    reel: str | None = None
    recorded_at: datetime | None = None
    camera_name: str | None = None
    is_mirrored: bool = False
    has_timestamps: bool = True

    @property
    def duration_s(self) -> Fraction | None:
        """Length in seconds, or None where it is not known."""
        return None if self.duration_pts is None else self.duration_pts * self.time_base


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture with its time: ``image`` is uint8 RGB (height, width, 3)."""

    pts: int
    image: Image

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.image.shape[1], self.image.shape[0]

    def scaled(self, width: int, height: int) -> Image:
        """The whole at another size, antialiased."""
        if self.size_px == (width, height):
            return self.image
        picture = PIL.Image.fromarray(np.ascontiguousarray(self.image))
        small = picture.resize((width, height), PIL.Image.Resampling.BILINEAR, reducing_gap=3.0)
        return np.asarray(small)

    def part(self, left: int, top: int, right: int, bottom: int) -> Image:
        """The pixels from (left, top) to (right, bottom), exclusive; a view."""
        return self.image[top:bottom, left:right]

    def brightness(self) -> tuple[NDArray[np.uint8], float]:
        """Green (height, width), a view, and 1: its steps span 0–255."""
        return self.image[..., 1], 1.0


class Picture(Protocol):
    """A frame that is looked at in pieces: ``Frame``, or ``lazy.LazyFrame`` from a decoder."""

    @property
    def pts(self) -> int:
        """Its time."""
        ...

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the whole."""
        ...

    def scaled(self, width: int, height: int) -> Image:
        """The whole as RGB uint8 (height, width, 3)."""
        ...

    def part(self, left: int, top: int, right: int, bottom: int) -> Image:
        """RGB uint8 of the pixels from (left, top) to (right, bottom), exclusive, all inside."""
        ...

    def brightness(self) -> tuple[NDArray[np.uint8], float]:
        """Brightness (height, width), and the factor that brings its steps to 0–255."""
        ...


@dataclass(frozen=True, slots=True)
class Shot:
    """The frames with ``start_pts <= pts < end_pts``."""

    start_pts: int
    end_pts: int

    def __post_init__(self) -> None:
        if self.end_pts <= self.start_pts:
            raise ValueError(f"a shot ends after it starts: {self.start_pts}, {self.end_pts}")


@dataclass(frozen=True, slots=True)
class KeyframeImage:
    """A frame kept as a picture file; ``shot_index`` counts the shots from 0."""

    pts: int
    shot_index: int
    path: Path


@dataclass(frozen=True, slots=True)
class SpriteLayout:
    """Where each small picture stands on the sprite: row by row, left to right.

    Tile ``i`` shows the frame at ``tile_pts[i]`` and starts at pixel
    ``(i % columns * tile_width, i // columns * tile_height)``.
    """

    columns: int
    rows: int
    tile_width: int
    tile_height: int
    tile_pts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """What happened while decoding: all are counts of frames or packets.

    ``repaired_pts``: frames whose time was missing or out of order; ``bad_packets``: packets
    the decoder refused; ``corrupt_frames``: frames decoded with damage; ``is_truncated``: the
    file ended before its container said.
    """

    frames: int = 0
    yielded: int = 0
    repaired_pts: int = 0
    bad_packets: int = 0
    corrupt_frames: int = 0
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class ShotsResult:
    """All that one walk over an asset gives.

    ``first_pts`` and ``end_pts`` (exclusive) are those of the decoded frames; the shots tile
    this range without gaps. ``proxy`` is None where no proxy could be made; proxy time ``t``
    (seconds) is asset pts ``first_pts + t / time_base``.
    """

    shots: tuple[Shot, ...]
    keyframes: tuple[KeyframeImage, ...]
    proxy: Path | None
    poster: Path
    sprite: Path
    sprite_layout: SpriteLayout
    frame_count: int
    first_pts: int
    end_pts: int
    report: DecodeReport = DecodeReport()
