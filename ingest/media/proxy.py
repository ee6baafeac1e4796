"""Makes the copy of an asset that browsers play: MP4 with H.264 and AAC, its index in front.

Where the picture is already H.264 that every browser decodes, its packets are copied; otherwise
it is encoded anew, at most 854 px and 30 fps, with a keyframe every second. Time 0 of the proxy is
the asset's first frame: proxy time ``t`` (seconds) is asset pts ``first_pts + t / time_base``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from av.video.stream import VideoStream

from .audio import AudioFeed
from .opening import open_media, storage_errors, video_stream
from .pictures import PictureMaker
from .reading import Tally, read_packets
from .timeline import Timeline
from .types import MediaInfo

MAX_SIDE_PX = 854
"""480 lines of a 16:9 picture: enough to judge a moment, and encoding is what a walk costs most."""

MAX_COPIED_SIDE_PX = 1920
MAX_RATE_FPS = 30
_OPTIONS = {"preset": "ultrafast", "crf": "28", "bf": "0", "x264-params": "cabac=1"}
"""Measured on 720p to 480p: 2.0 ms of processor time a frame against 3.4 for superfast and about
5 for veryfast, for 1.5 times superfast's bytes. The walk has to stay near a bare decode."""

_MAX_REORDER = 16
_COPIED_CONTAINERS = ("mp4", "matroska", "flv", "mpegts")


class CannotCopy(Exception):
    """The packets cannot be copied as they are: encode the frames instead."""


def may_copy(info: MediaInfo) -> bool:
    """Whether the picture's packets can go into the proxy unchanged."""
    return (
        info.video_codec == "h264"
        and info.pixel_format in ("yuv420p", "yuvj420p")
        and max(info.width, info.height) <= MAX_COPIED_SIDE_PX
        and not info.is_interlaced
        and not info.is_mirrored
        and info.has_timestamps
        and any(name in info.container for name in _COPIED_CONTAINERS)
    )


def copy_proxy(path: Path, info: MediaInfo, target: Path, first_pts: int) -> None:
    """Write the proxy by copying packets; ``first_pts`` becomes its time 0.

    Raises CannotCopy, leaving nothing behind, where the times are out of order or cut by an
    edit list; StorageFull.
    """
    step = Timeline(info.time_base, info.frame_rate).step
    with _finished_file(target) as part, open_media(path) as source:
        stream = video_stream(source)
        with _output(part) as output:
            copied = output.add_stream_from_template(stream)
            _turn(copied, info)
            audio = AudioFeed(path, output, first_pts * info.time_base)
            try:
                packets = _with_dts(read_packets(source, stream, Tally()), step)
                _copy_packets(packets, copied, first_pts, audio)
            except (FFmpegError, ValueError) as error:
                if isinstance(error, OSError):
                    raise
                raise CannotCopy from error
            finally:
                audio.close()


def _with_dts(
    packets: Iterator[Packet[VideoStream]], step: int
) -> Iterator[Packet[VideoStream]]:
    """The packets, with decoding times before the first known one (Matroska leaves them out)."""
    waiting: list[Packet[VideoStream]] = []
    for packet in packets:
        if packet.dts is None and len(waiting) < _MAX_REORDER:
            waiting.append(packet)
            continue
        for ahead, early in enumerate(reversed(waiting), start=1):
            early.dts = (packet.dts or 0) - ahead * step
        yield from waiting
        waiting = []
        yield packet
    yield from waiting


def _copy_packets(
    packets: Iterator[Packet[VideoStream]],
    copied: VideoStream,
    first_pts: int,
    audio: AudioFeed,
) -> None:
    output = copied.container
    assert isinstance(output, OutputContainer)
    last: int | None = None
    is_started = False
    for packet in packets:
        if packet.pts is None or packet.dts is None or packet.is_discard or packet.is_corrupt:
            raise CannotCopy
        if not is_started and not packet.is_keyframe:
            raise CannotCopy  # the decoder began later than the packets do
        is_started = True
        packet.pts -= first_pts
        packet.dts -= first_pts
        if packet.pts < 0 or (last is not None and packet.dts <= last):
            raise CannotCopy
        last = packet.dts
        audio.write_until(packet.dts * packet.time_base)
        packet.stream = copied
        output.mux(packet)
    audio.write_until(None)


class ProxyEncoder:
    """Encodes frames into a proxy while they are decoded for something else.

    Use as a context manager: leaving it finishes the file, leaving by an exception removes it.
    """

    def __init__(self, path: Path, info: MediaInfo, target: Path) -> None:
        self._path = path
        self._info = info
        self._file = _finished_file(target)
        self._maker = PictureMaker(info, MAX_SIDE_PX, is_even=True)
        self._step = int(Fraction(1, MAX_RATE_FPS + 1) / info.time_base)
        self._first: int | None = None
        self._last = 0

    def __enter__(self) -> ProxyEncoder:
        self._output_context = _output(self._file.__enter__())
        self._output = self._output_context.__enter__()
        return self

    def add(self, pts: int, frame: VideoFrame) -> None:
        """Take the next decoder frame, with its repaired pts. Raises StorageFull."""
        if self._first is None:
            self._begin(pts)
        elif pts - self._last < self._step:
            return
        self._last = pts
        try:
            picture = self._picture(frame)
        except (FFmpegError, ValueError):
            return
        picture.pts = pts - (self._first or 0)
        picture.time_base = self._info.time_base
        picture.pict_type = 0
        self._audio.write_until(picture.pts * self._info.time_base)
        self._output.mux(self._stream.encode(picture))

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        is_good = error is None and self._first is not None
        try:
            if is_good:
                self._output.mux(self._stream.encode(None))
                self._audio.write_until(None)
        finally:
            if self._first is not None:
                self._audio.close()
            failure = error if error or is_good else CannotCopy()
            self._output_context.__exit__(None, None, None)
            self._file.__exit__(type(failure) if failure else None, failure, None)

    def _begin(self, pts: int) -> None:
        rate = min(self._info.frame_rate or Fraction(25), Fraction(MAX_RATE_FPS))
        self._stream = self._output.add_stream(
            "libx264", rate=rate.limit_denominator(1001), options=dict(_OPTIONS)
        )
        self._stream.width, self._stream.height = self._maker.width, self._maker.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = self._info.time_base
        self._stream.codec_context.gop_size = max(1, round(rate))
        self._stream.codec_context.color_range = 1
        self._audio = AudioFeed(self._path, self._output, pts * self._info.time_base)
        self._first = pts

    def _picture(self, frame: VideoFrame) -> VideoFrame:
        is_hdr = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
        if not (is_hdr or self._info.rotation_deg or self._info.is_mirrored):
            return self._maker.scale(frame, "yuv420p")
        upright = VideoFrame.from_ndarray(self._maker.make(frame), format="rgb24")
        return upright.reformat(format="yuv420p")


def _turn(stream: VideoStream, info: MediaInfo) -> None:
    if info.rotation_deg:
        stream.set_display_rotation(-info.rotation_deg)


@contextmanager
def _output(path: Path) -> Iterator[OutputContainer]:
    name = os.fsdecode(b"file:" + os.fsencode(path.absolute()))
    with av.open(name, "w", format="mp4", options={"movflags": "+faststart"}) as output:
        yield output


@contextmanager
def _finished_file(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when all went well, else is removed."""
    part = target.with_name(target.name + ".part")
    try:
        with storage_errors():
            yield part
            part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
