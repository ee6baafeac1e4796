"""Turns decoded frames into upright RGB pictures with square pixels.

Scaling and the change of colour space are done by libswscale in one step, at the size that is
asked for. High dynamic range (PQ, HLG; ITU-R BT.2100) is brought to ordinary range: to light,
then BT.2020 to BT.709 primaries (BT.2087), a roll-off above reference white (203 cd/m², BT.2408)
after Reinhard et al. 2002, and back through the sRGB curve.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from numpy.typing import NDArray

from .types import Image, MediaInfo

_UNSPECIFIED = 2
_HD_HEIGHT_PX = 720
"""Untagged pictures at least this high are BT.709, smaller ones BT.601, as players assume."""

_REFERENCE_WHITE_NITS = 203.0
_HLG_PEAK_NITS = 1000.0
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    dtype=np.float32,
)


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a coded picture is brought upright: first mirrored, then turned clockwise."""

    rotation_deg: int
    is_mirrored: bool

    def apply(self, image: Image) -> Image:
        """The upright picture of a coded one; both uint8 (height, width, 3)."""
        if self.is_mirrored:
            image = image[:, ::-1]
        if self.rotation_deg:
            image = np.rot90(image, k=-self.rotation_deg // 90)
        return np.ascontiguousarray(image)


def orientation_of(frame: VideoFrame) -> Orientation:
    """The orientation that the display matrix of a frame asks for, to the nearest 90 degrees."""
    sides = cast("Mapping[SideDataType, SideData]", frame.side_data)
    data = sides.get(SideDataType.DISPLAYMATRIX)
    if data is None or data.buffer_size < 36:
        return Orientation(0, is_mirrored=False)
    a, b, _, c, d = struct.unpack("<5i", bytes(data)[:20])
    return _orientation(a, b, c, d)


def _orientation(a: int, b: int, c: int, d: int) -> Orientation:
    """x' = a·x + c·y and y' = b·x + d·y, y downwards (ISO/IEC 14496-12, 8.3.2)."""
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    if abs(a) >= abs(b):
        return Orientation(180 if a < 0 else 0, mirrored)
    return Orientation(90 if b > 0 else 270, mirrored)


def display_size(
    width: int, height: int, aspect: Fraction | None, rotation_deg: int
) -> tuple[int, int]:
    """Width and height in pixels after sample aspect ratio and rotation.

    Aspect ratios outside 1/8 to 8 are taken for damage and ignored.
    """
    if aspect and Fraction(1, 8) <= aspect <= 8:
        width = max(1, round(width * aspect))
    return (height, width) if rotation_deg % 180 else (width, height)


def fit_size(width: int, height: int, max_side_px: int | None) -> tuple[int, int]:
    """The size, at most ``max_side_px`` on the longer side, never enlarged, at least 1 × 1."""
    longest = max(width, height)
    if max_side_px is None or longest <= max_side_px:
        return width, height
    scale = max_side_px / longest
    return max(1, round(width * scale)), max(1, round(height * scale))


class PictureMaker:
    """Makes pictures of one size from the frames of one stream. Not for several threads."""

    def __init__(self, info: MediaInfo, max_side_px: int | None, *, is_even: bool = False) -> None:
        """``is_even`` rounds the size to even numbers of pixels, as video encoders want."""
        self._orientation = Orientation(info.rotation_deg, info.is_mirrored)
        self.width, self.height = fit_size(info.width, info.height, max_side_px)
        if is_even:
            self.width, self.height = max(2, self.width & ~1), max(2, self.height & ~1)
        turned = info.rotation_deg % 180 != 0
        self._coded_size = (self.height, self.width) if turned else (self.width, self.height)
        self._reformatter = VideoReformatter()

    def make(self, frame: VideoFrame) -> Image:
        """The upright picture of a frame: uint8 RGB of shape (height, width, 3).

        Raises av.error.FFmpegError or ValueError for pixel formats that cannot be read.
        """
        is_hdr = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
        scaled = self.scale(frame, "rgb48le" if is_hdr else "rgb24")
        image = scaled.to_ndarray()
        if is_hdr:
            image = tone_map(image.astype(np.uint16), is_pq=frame.color_trc == ColorTrc.SMPTE2084)
        return self._orientation.apply(image.astype(np.uint8, copy=False))

    def scale(self, frame: VideoFrame, pixel_format: str) -> VideoFrame:
        """The frame in another pixel format at this maker's size, not yet turned upright."""
        width, height = self._coded_size
        return self._reformatter.reformat(
            frame,
            width,
            height,
            pixel_format,
            src_colorspace=colourspace_of(frame),
            src_color_range=colour_range_of(frame),
            interpolation=interpolation_for(frame, width, height),
            threads=1,
        )


def interpolation_for(frame: VideoFrame, width: int, height: int) -> int:
    """libswscale's way from a frame to a size: means of areas where it shrinks to half or less.

    They keep what a bilinear filter as wide keeps, in half the time or two thirds of it.
    """
    is_half = 2 * width <= frame.width and 2 * height <= frame.height
    return int(Interpolation.AREA if is_half else Interpolation.BILINEAR)


def colourspace_of(frame: VideoFrame) -> int | None:
    """The colour space to take a frame for that does not say; None where it does."""
    if frame.colorspace != _UNSPECIFIED or frame.format.is_rgb:
        return None
    return Colorspace.ITU709 if frame.height >= _HD_HEIGHT_PX else Colorspace.ITU601


def colour_range_of(frame: VideoFrame) -> int | None:
    """Full range, for a frame that says so by its range or its format; else None."""
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    return ColorRange.JPEG if full else None


def tone_map(image: NDArray[np.uint16], *, is_pq: bool) -> Image:
    """Ordinary-range RGB of a high-dynamic-range one.

    Takes uint16 (height, width, 3) in BT.2020 with the PQ curve, or HLG; gives uint8 sRGB.
    """
    light = _light_table(is_pq)[image] @ _BT2020_TO_BT709.T
    np.clip(light, 0, None, out=light)
    white = _HLG_PEAK_NITS / _REFERENCE_WHITE_NITS
    light = light * (1 + light / white**2) / (1 + 0.25 * light)  # Reinhard, gentle below white
    index = np.clip(light * 4095, 0, 4095).astype(np.uint16)
    mapped: Image = _srgb_table()[index]
    return mapped


@cache
def _light_table(is_pq: bool) -> NDArray[np.float32]:
    """Light relative to reference white of each 16-bit code (SMPTE ST 2084; ARIB STD-B67)."""
    code = np.linspace(0, 1, 65536)
    if is_pq:
        power = code ** (1 / 78.84375)
        nits = 10000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (
            1 / 0.1593017578125
        )
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        nits = _HLG_PEAK_NITS * scene**1.2  # the system gamma, on each channel for simplicity
    return (nits / _REFERENCE_WHITE_NITS).astype(np.float32)


@cache
def _srgb_table() -> NDArray[np.uint8]:
    light = np.linspace(0, 1, 4096)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    table: NDArray[np.uint8] = np.round(code * 255).astype(np.uint8)
    return table
