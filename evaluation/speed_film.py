"""One film of a given size and rate, made of whatever footage there is, for measuring speed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

OPTIONS = {"preset": "veryfast", "crf": "23"}
"""x264's default quality; B-frames and references as its presets set them."""


@dataclass(frozen=True, slots=True)
class FilmFormat:
    """Width and height in pixels (even), and whole frames per second."""

    width: int
    height: int
    fps: int


def film_format(text: str) -> FilmFormat:
    """``1920x1080@30`` as a format. Raises argparse.ArgumentTypeError with a sentence."""
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})@(\d{1,3})", text)
    width, height, fps = (int(number) for number in found.groups()) if found else (0, 0, 0)
    if not (width and height and fps) or width % 2 or height % 2:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no format: write it like 1920x1080@30, with an even width and height."
        )
    return FilmFormat(width, height, fps)


def make_film(footage: Path, target: Path, wanted: FilmFormat, seconds: float) -> int:
    """Write ``seconds`` of H.264 made of the files, in order and again; the number of frames.

    A clip's frames are shown one by one at the new rate, whatever theirs was. Raises ValueError
    where no file can be decoded.
    """
    count = max(1, round(seconds * wanted.fps))
    with av.open(str(target), "w") as output:
        stream = output.add_stream("libx264", rate=wanted.fps, options=dict(OPTIONS))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = wanted.width, wanted.height, "yuv420p"
        for number, frame in zip(range(count), _frames_for_ever(footage), strict=False):
            picture = frame.reformat(wanted.width, wanted.height, "yuv420p")
            picture.pts, picture.time_base, picture.pict_type = number, Fraction(1, wanted.fps), 0
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return count


def _frames_for_ever(footage: Path) -> Iterator[VideoFrame]:
    paths = [footage] if footage.is_file() else sorted(p for p in footage.rglob("*") if p.is_file())
    while True:
        given = 0
        for path in paths:
            for frame in _frames(path):
                given += 1
                yield frame
        if not given:
            raise ValueError(f"no file of {footage} can be decoded")


def _frames(path: Path) -> Iterator[VideoFrame]:
    """The frames of a file that decode; none where it is no film."""
    try:
        with av.open(str(path)) as container:
            if container.streams.video:
                yield from container.decode(container.streams.video[0])
    except (FFmpegError, ValueError):
        return
