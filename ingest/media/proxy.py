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
from av.video.reformatter import ColorRange, ColorTrc
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


class CopyError(Exception):
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

    Raises CopyError, leaving nothing behind, where the times are out of order or cut by an
    edit list; StorageFull.
    """
    step = Timeline(info.time_base, info.frame_rate).step
    with finished_file(target) as part, open_media(path) as source, _output(part) as output:
        stream = video_stream(source)
        copied = output.add_stream_from_template(stream)
        if info.rotation_deg:
            copied.set_display_rotation(-info.rotation_deg)
        audio = AudioFeed(path, output, first_pts * info.time_base)
        packets = _with_dts(read_packets(source, stream, Tally()), step)
        try:
            _copy_packets(packets, output, copied, first_pts, audio)
        except (FFmpegError, ValueError) as error:
            if isinstance(error, OSError):
                raise
            raise CopyError from error
        finally:
            audio.close()


def _with_dts(packets: Iterator[Packet[VideoStream]], step: int) -> Iterator[Packet[VideoStream]]:
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
    output: OutputContainer,
    copied: VideoStream,
    first_pts: int,
    audio: AudioFeed,
) -> None:
    last: int | None = None
    is_started = False
    for packet in packets:
        if packet.pts is None or packet.dts is None or packet.is_discard or packet.is_corrupt:
            raise CopyError
        if not is_started and not packet.is_keyframe:
            raise CopyError  # the decoder began later than the packets do
        is_started = True
        packet.pts -= first_pts
        packet.dts -= first_pts
        if packet.pts < 0 or (last is not None and packet.dts <= last):
            raise CopyError
        last = packet.dts
        audio.write_until(packet.dts * packet.time_base)
        packet.stream = copied
        output.mux(packet)
    audio.write_until(None)


@contextmanager
def encoded_proxy(path: Path, info: MediaInfo, target: Path) -> Iterator[ProxyEncoder]:
    """An encoder that writes the proxy while frames are decoded for something else.

    Leaving the context finishes the file; leaving it by an exception removes it. Raises
    StorageFull.
    """
    with finished_file(target) as part, _output(part) as output:
        encoder = ProxyEncoder(path, info, output)
        try:
            yield encoder
            encoder.finish()
        finally:
            encoder.close()


class ProxyEncoder:
    """Encodes frames, with the sound of their file, into an open proxy."""

    def __init__(self, path: Path, info: MediaInfo, output: OutputContainer) -> None:
        self._path = path
        self._info = info
        self._output = output
        self._maker = PictureMaker(info, MAX_SIDE_PX, is_even=True)
        self._step = int(Fraction(1, MAX_RATE_FPS + 1) / info.time_base)
        self._begun: tuple[VideoStream, AudioFeed, int] | None = None
        self._last = 0

    def add(self, pts: int, frame: VideoFrame) -> None:
        """Take the next decoder frame, with its repaired pts; frames too close are left out."""
        if self._begun is not None and pts - self._last < self._step:
            return
        stream, audio, first = self._begun or self._begin(pts)
        try:
            picture = self._picture(frame)
        except (FFmpegError, ValueError):
            return
        self._last = pts
        picture.pts, picture.time_base = pts - first, self._info.time_base
        picture.pict_type = 0
        audio.write_until(picture.pts * self._info.time_base)
        self._output.mux(stream.encode(picture))

    def finish(self) -> None:
        """Write what is still on its way."""
        if self._begun is not None:
            stream, audio, _ = self._begun
            self._output.mux(stream.encode(None))
            audio.write_until(None)

    def close(self) -> None:
        """Close the file that the sound is read from."""
        if self._begun is not None:
            self._begun[1].close()

    def _begin(self, pts: int) -> tuple[VideoStream, AudioFeed, int]:
        rate = min(self._info.frame_rate or Fraction(25), Fraction(MAX_RATE_FPS))
        stream = self._output.add_stream(
            "libx264", rate=rate.limit_denominator(1001), options=dict(_OPTIONS)
        )
        stream.width, stream.height = self._maker.width, self._maker.height
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = self._info.time_base
        stream.codec_context.gop_size = max(1, round(rate))
        stream.codec_context.color_range = ColorRange.MPEG
        audio = AudioFeed(self._path, self._output, pts * self._info.time_base)
        self._begun = stream, audio, pts
        return self._begun

    def _picture(self, frame: VideoFrame) -> VideoFrame:
        is_hdr = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
        if not (is_hdr or self._info.rotation_deg or self._info.is_mirrored):
            return self._maker.scale(frame, "yuv420p")
        upright = VideoFrame.from_ndarray(self._maker.make(frame), format="rgb24")
        return upright.reformat(format="yuv420p")


@contextmanager
def _output(path: Path) -> Iterator[OutputContainer]:
    name = os.fsdecode(b"file:" + os.fsencode(path.absolute()))
    with av.open(name, "w", format="mp4", options={"movflags": "+faststart"}) as output:
        yield output


@contextmanager
def finished_file(target: Path) -> Iterator[Path]:
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
