"""Reads the decoded frames of one stream, whatever happens on the way.

A packet that the decoder refuses is counted and skipped; a file that ends early gives what it
has. Frames come in the order of presentation, as the decoder gives them.
"""

from __future__ import annotations

from collections.abc import Iterator

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .types import DecodeReport

_MAX_DEMUX_ERRORS = 16
"""After so many errors of the container itself the rest is given up. By judgement."""


class Tally:
    """Counts while decoding; ``report()`` gives them as a value."""

    def __init__(self) -> None:
        self.frames = 0
        self.yielded = 0
        self.repaired_pts = 0
        self.bad_packets = 0
        self.corrupt_frames = 0
        self.is_truncated = False

    def report(self) -> DecodeReport:
        """The counts so far."""
        return DecodeReport(
            frames=self.frames,
            yielded=self.yielded,
            repaired_pts=self.repaired_pts,
            bad_packets=self.bad_packets,
            corrupt_frames=self.corrupt_frames,
            is_truncated=self.is_truncated,
        )


def read_packets(
    container: InputContainer, stream: VideoStream, tally: Tally
) -> Iterator[Packet[VideoStream]]:
    """The packets of a stream up to its end, or up to where the container cannot be read."""
    for _ in range(_MAX_DEMUX_ERRORS):
        try:
            for packet in container.demux(stream):
                if packet.size:
                    yield packet
            return
        except (FFmpegError, ValueError, OverflowError):
            tally.is_truncated = True


def decode_packet(
    stream: VideoStream, packet: Packet[VideoStream] | None, tally: Tally
) -> list[VideoFrame]:
    """The frames that this packet brings out (None: the last ones); none where it is bad."""
    try:
        frames = stream.codec_context.decode(packet)
    except (FFmpegError, ValueError, MemoryError, OverflowError):
        tally.bad_packets += 1
        return []
    tally.frames += len(frames)
    tally.corrupt_frames += sum(frame.is_corrupt for frame in frames)
    return frames


def read_frames(
    container: InputContainer, stream: VideoStream, tally: Tally
) -> Iterator[VideoFrame]:
    """All frames of a stream that decode."""
    for packet in read_packets(container, stream, tally):
        yield from decode_packet(stream, packet, tally)
    yield from decode_packet(stream, None, tally)
