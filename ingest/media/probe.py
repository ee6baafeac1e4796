"""Finds out what a media file holds, and refuses what cannot be walked, in one clear sentence.

Reads the container's head, decodes one frame and looks at the times of the first packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ingest.errors import NoFrames, TooLarge

from . import metadata
from .opening import has_decoder, open_media, video_stream
from .pictures import display_size, orientation_of
from .reading import Tally, decode_packet, read_packets
from .types import MediaInfo

_SAMPLED_PACKETS = 240
_MAX_BARREN_PACKETS = 2000
"""So many packets without one frame: there will be none. By judgement: over a minute of video."""

_MAX_INDEX_ENTRIES = 20_000
_MAX_RATE_FPS = 1000
_NO_FRAMES = (
    "No picture in this video can be decoded, it is cut off or damaged: copy it again from where "
    "it was recorded."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these a file is refused, before it can fill the memory or the queue.

    By judgement: 16384 is the largest picture of HEVC level 6.2 and AV1 level 6.3 hardware,
    100 megapixels is 12K; a day is the longest file of a surveillance recorder.
    """

    max_side_px: int = 16384
    max_pixels: int = 100_000_000
    max_duration_s: int = 24 * 3600


def probe_file(path: Path, *, limits: Limits | None = None) -> MediaInfo:
    """What a media file holds.

    Raises NotAFile, EmptyFile, NotMedia, EncryptedMedia, NoVideoStream, NoFrames or TooLarge,
    each with a sentence for a person; nothing else, whatever the file's bytes.
    """
    limits = limits or Limits()
    with open_media(path) as container:
        stream = video_stream(container)
        _check_size(stream.width or 0, stream.height or 0, limits)
        stream.thread_count = 1
        frame, times = _first_frame(container, stream)
        _check_size(frame.width, frame.height, limits)
        info = _describe(container, stream, frame, times)
    _check_size(info.width, info.height, limits)
    if info.duration_s is not None and info.duration_s > limits.max_duration_s:
        hours = limits.max_duration_s // 3600
        raise TooLarge(f"This video is longer than {hours} hours: cut it into shorter files.")
    return info


def _check_size(width: int, height: int, limits: Limits) -> None:
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise TooLarge(
            f"The picture is too large ({width} × {height} pixels): scale it down to at most "
            f"{limits.max_side_px} pixels a side first."
        )


def _first_frame(container: InputContainer, stream: VideoStream) -> tuple[VideoFrame, list[int]]:
    """The first frame that decodes, and the times of the first packets, in order."""
    tally = Tally()
    frames: list[VideoFrame] = []
    times: list[int] = []
    packets = read_packets(container, stream, tally)
    for packet in islice(packets, _MAX_BARREN_PACKETS):
        if not frames:
            frames = decode_packet(stream, packet, tally)
        times += _time_of(packet)
        if frames and len(times) >= _SAMPLED_PACKETS:
            break
    frames = frames or decode_packet(stream, None, tally)
    if not frames or stream.time_base is None:
        raise NoFrames(_NO_FRAMES)
    return frames[0], sorted(times)


def _time_of(packet: Packet[VideoStream]) -> list[int]:
    time = packet.pts if packet.pts is not None else packet.dts
    return [] if time is None or packet.is_discard else [time]


def _describe(
    container: InputContainer, stream: VideoStream, frame: VideoFrame, times: list[int]
) -> MediaInfo:
    assert stream.time_base is not None
    orientation = orientation_of(frame)
    width, height = display_size(
        frame.width, frame.height, stream.sample_aspect_ratio, orientation.rotation_deg
    )
    tags = metadata.merge_tags(
        [stream.metadata, container.metadata, *(s.metadata for s in container.streams)]
    )
    timecode, is_drop = metadata.timecode_from(tags)
    audio = next(filter(has_decoder, container.streams.audio), None)
    return MediaInfo(
        container=container.format.name,
        video_codec=stream.codec_context.codec.canonical_name,
        width=width,
        height=height,
        rotation_deg=orientation.rotation_deg,
        time_base=stream.time_base,
        start_pts=frame.pts or 0,
        duration_pts=_duration(container, stream),
        frame_rate=_frame_rate(stream, has_timestamps=frame.pts is not None),
        is_variable_rate=_is_variable(_decode_times(container, stream) or times),
        pixel_format=frame.format.name,
        bit_depth=max((c.bits for c in frame.format.components), default=8),
        is_interlaced=frame.interlaced_frame,
        has_audio=audio is not None,
        audio_codec=audio.codec_context.codec.canonical_name if audio else None,
        start_timecode=timecode,
        is_drop_frame=is_drop,
        reel=metadata.reel_from(tags),
        recorded_at=metadata.recorded_at_from(tags),
        camera_name=metadata.camera_from(tags),
        is_mirrored=orientation.is_mirrored,
        has_timestamps=frame.pts is not None,
    )


def _duration(container: InputContainer, stream: VideoStream) -> int | None:
    assert stream.time_base is not None
    if stream.duration and stream.duration > 0:
        return stream.duration
    if container.duration and container.duration > 0:
        return round(Fraction(container.duration, 1_000_000) / stream.time_base)
    return None


def _frame_rate(stream: VideoStream, *, has_timestamps: bool) -> Fraction | None:
    rates = [stream.average_rate, stream.guessed_rate, stream.base_rate]
    if not has_timestamps:  # raw streams: the average is FFmpeg's default, the others count fields
        rates.insert(0, stream.codec_context.framerate)
    return next((rate for rate in rates if rate and 0 < rate <= _MAX_RATE_FPS), None)


def _decode_times(container: InputContainer, stream: VideoStream) -> list[int]:
    """Decoding times of all frames where the container has an index of them (MP4)."""
    if "mp4" not in container.format.name:
        return []
    return [entry.timestamp for entry in islice(stream.index_entries, _MAX_INDEX_ENTRIES)]


def _is_variable(times: list[int]) -> bool:
    """Whether steps differ by more than rounding: over 2 ticks and a tenth of the usual step."""
    steps = sorted(b - a for a, b in pairwise(times) if b > a)
    if len(steps) < 2:
        return False
    usual = steps[len(steps) // 2]
    return steps[-1] - steps[0] > max(2, usual / 10)
