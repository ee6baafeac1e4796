"""Frames whose pixels are made only where they are looked at.

A 1080p frame in full RGB costs more than decoding it did; a detector reads it at a tenth of the
size, and of most frames nothing else is ever needed. So frames are handed on as the decoder made
them: a small whole is scaled and converted in one step, and crops are cut out of the planes before
they are converted.
"""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from .decode import FrameReader
from .pictures import PictureMaker, colour_range_of, colourspace_of, interpolation_for
from .timeline import Timeline
from .types import Frame, Image, MediaInfo, Picture

_PLANAR = frozenset({"yuv420p", "yuvj420p"})
_LIMITED_TO_FULL = 255 / 219
"""Luma of ordinary video runs from 16 to 235 (ITU-R BT.709)."""


class LazyFrame:
    """A ``Picture`` over a decoder's frame: upright, square pixels, eight-bit 4:2:0."""

    def __init__(self, pts: int, decoded: VideoFrame, reformatter: VideoReformatter) -> None:
        """``reformatter`` is kept by the stream for its small pictures; not for several threads."""
        self.pts = pts
        self.size_px = decoded.width, decoded.height
        self._decoded = decoded
        self._reformatter = reformatter

    def scaled(self, width: int, height: int) -> Image:
        """The whole as RGB uint8 (height, width, 3)."""
        return self._rgb(self._decoded, self._reformatter, width, height)

    def part(self, left: int, top: int, right: int, bottom: int) -> Image:
        """RGB uint8 of the pixels from (left, top) to (right, bottom), exclusive."""
        width, height = self.size_px
        x, y = left & ~1, top & ~1  # chroma has one sample for two pixels each way
        cut = _cut(self._decoded, x, y, min(right + 1 & ~1, width), min(bottom + 1 & ~1, height))
        rgb = self._rgb(cut, VideoReformatter(), cut.width, cut.height)
        return rgb[top - y : bottom - y, left - x : right - x]

    def brightness(self) -> tuple[NDArray[np.uint8], float]:
        """Luma (height, width), a view, and the factor that brings its steps to 0–255."""
        is_full = colour_range_of(self._decoded) or self._decoded.color_range
        return _plane(self._decoded, 0), 1.0 if is_full == ColorRange.JPEG else _LIMITED_TO_FULL

    def _rgb(
        self, frame: VideoFrame, reformatter: VideoReformatter, width: int, height: int
    ) -> Image:
        made = reformatter.reformat(
            frame,
            width,
            height,
            "rgb24",
            src_colorspace=colourspace_of(self._decoded) or self._decoded.colorspace,
            src_color_range=colour_range_of(self._decoded) or self._decoded.color_range,
            interpolation=interpolation_for(frame, width, height),
            threads=1,
        )
        return made.to_ndarray().astype(np.uint8, copy=False)


def is_direct(frame: VideoFrame, info: MediaInfo, max_side_px: int) -> bool:
    """Whether a frame can be looked at as it is: even, upright, square pixels, 4:2:0, not huge."""
    size = frame.width, frame.height
    return (
        frame.format.name in _PLANAR
        and size == (info.width, info.height)
        and max(size) <= max_side_px
        and not (frame.width % 2 or frame.height % 2)
        and not (info.rotation_deg or info.is_mirrored)
    )


class PictureTaker:
    """Takes pictures of a stream evenly, ``min_interval_s`` apart. Not for several threads.

    Which frames are taken depends on the times of those that are offered alone, so that whoever
    takes them from a decode of another's takes the same.
    """

    def __init__(self, info: MediaInfo, max_side_px: int, min_interval_s: Fraction) -> None:
        self._info = info
        self._max_side_px = max_side_px
        self._maker = PictureMaker(info, max_side_px)
        self._reformatter = VideoReformatter()
        self._interval = max(1, int(min_interval_s / info.time_base))
        self._jitter = Timeline(info.time_base, info.frame_rate).step // 4
        self._due: int | None = None

    def take(self, pts: int, decoded: VideoFrame) -> Picture | None:
        """The picture of the next decoder frame; None before its time, or where none can be made.

        Frames that cannot be looked at directly are converted whole, at most ``max_side_px`` long.
        """
        due = pts if self._due is None else self._due
        if pts + self._jitter < due:
            return None
        picture = self._picture(pts, decoded)
        if picture is not None:  # times run on evenly, but for gaps
            self._due = max(due + self._interval, pts + self._interval // 2)
        return picture

    def _picture(self, pts: int, decoded: VideoFrame) -> Picture | None:
        if is_direct(decoded, self._info, self._max_side_px):
            return LazyFrame(pts, decoded, self._reformatter)
        try:
            return Frame(pts, self._maker.make(decoded))
        except (FFmpegError, ValueError, MemoryError):
            return None


def iter_pictures(
    path: Path,
    info: MediaInfo,
    *,
    max_side_px: int,
    min_interval_s: Fraction,
    is_loose: bool = False,
) -> Generator[Picture, None, None]:
    """The frames of a file that ``PictureTaker`` takes, in order.

    ``is_loose``: frames that no other frame needs may be left out, which costs a third less to
    decode, but never so many that neighbours are more than twice ``min_interval_s`` apart (see
    ``FrameReader``). Raises as ``iter_frames`` does.
    """
    interval_s = min_interval_s if is_loose else None
    reader = FrameReader(path, info, min_interval_s=interval_s, is_loose=is_loose)
    taker = PictureTaker(info, max_side_px, min_interval_s)
    for pts, decoded in reader.timed_frames():
        picture = taker.take(pts, decoded)
        if picture is not None:
            yield picture


def _plane(frame: VideoFrame, index: int) -> NDArray[np.uint8]:
    plane = frame.planes[index]
    data = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
    lines: NDArray[np.uint8] = data.reshape(plane.height, plane.line_size)[:, : plane.width]
    return lines


def _cut(frame: VideoFrame, left: int, top: int, right: int, bottom: int) -> VideoFrame:
    """A frame of the pixels between even sides."""
    cut = VideoFrame(right - left, bottom - top, frame.format.name)
    for index in range(3):
        half = 1 if index == 0 else 2
        target = _plane(cut, index)
        target[:] = _plane(frame, index)[top // half : bottom // half, left // half : right // half]
    return cut
