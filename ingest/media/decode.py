"""The one way to decode: robust frames with repaired times, upright, at the size asked for.

Frames are skipped cheaply when sampling: only those that are yielded are scaled. Reports count
what went wrong on the way; only a file without any frame is an error.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

from av.codec.context import ThreadType
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .opening import open_media, video_stream
from .pictures import PictureMaker
from .reading import Tally, read_frames
from .timeline import Timeline
from .types import DecodeReport, Frame, Image, MediaInfo

_SEEK_MARGIN_S = 1
"""Seek this much earlier: containers index decoding times, which run ahead of presentation."""

_WITH_NONREF = frozenset({"h264", "hevc"})
"""Codecs whose streams tell which frames no other frame needs."""

_NONREF_STEPS = 8
"""Frames that no other frame needs are not decoded when sampling every this many frames or
fewer: by then at least one reference frame lies in each interval (x264 uses up to 3 B-frames in
a row by default; 16 at most)."""

_LOOSE_STEPS = 2
"""The same when sampling loosely: at 30 fps for ten samples a second. Encoders that leave out more
than the interval allows are noticed, and from there on every frame is decoded."""


class FrameReader:
    """Iterates over the frames of a file, once; ``report`` counts what happened so far.

    Same arguments as ``iter_frames``, and ``is_loose``: frames that no other frame needs may be
    left out wherever ``min_interval_s`` spans two frames, so that a sample may come late, by at
    most that interval. ``is_unsmoothed`` promises that pictures are looked at at half their size or
    less: frames that no other frame needs then keep the edges of their blocks, which costs a
    twentieth less to decode, and no other frame changes by it.
    """

    def __init__(
        self,
        path: Path,
        info: MediaInfo,
        *,
        max_side_px: int | None = None,
        min_interval_s: Fraction | None = None,
        start_pts: int | None = None,
        end_pts: int | None = None,
        is_loose: bool = False,
        is_unsmoothed: bool = False,
    ) -> None:
        self._path = path
        self._info = info
        self._maker = PictureMaker(info, max_side_px)
        self._start = start_pts
        self._end = end_pts
        self._is_loose = is_loose
        self._is_unsmoothed = is_unsmoothed and info.video_codec in _WITH_NONREF
        self._stream: VideoStream | None = None
        self._timeline = Timeline(info.time_base, info.frame_rate)
        self._interval = _interval_in_ticks(info, min_interval_s, self._timeline.step)
        self._tally = Tally()

    @property
    def report(self) -> DecodeReport:
        """Counts up to now; complete after the last frame."""
        return self._tally.report()

    @property
    def interval(self) -> int:
        """The least distance of sampled frames, in ticks."""
        return self._interval

    def __iter__(self) -> Iterator[Frame]:
        due: int | None = None
        for pts, decoded in self.timed_frames():
            if due is not None and pts < due:
                continue
            image = self.picture_of(decoded)
            if image is None:
                continue
            due = pts + self._interval
            yield Frame(pts, image)

    def picture_of(self, decoded: VideoFrame) -> Image | None:
        """The upright RGB picture of a decoder frame, counted; None where none can be made."""
        try:
            image = self._maker.make(decoded)
        except (FFmpegError, ValueError, MemoryError):
            self._tally.bad_packets += 1
            return None
        self._tally.yielded += 1
        return image

    def timed_frames(self) -> Generator[tuple[int, VideoFrame], None, None]:
        """Decoder frames with repaired pts within the range, neither sampled nor scaled.

        Raises as ``open_media`` does when the file has gone or changed.
        """
        may_seek = self._start is not None and self._info.has_timestamps
        for is_seeking in (True, False) if may_seek else (False,):
            with open_media(self._path) as container:
                stream = self._prepare(container)
                if is_seeking and not self._seek(container, stream):
                    continue
                frames = read_frames(container, stream, self._tally)
                first = next(frames, None)
                if is_seeking and not self._is_before_start(first):
                    self._tally = Tally()
                    continue
                yield from self._within_range(chain([first] if first else [], frames))
                return

    def _prepare(self, container: InputContainer) -> VideoStream:
        stream = video_stream(container)
        stream.thread_type = ThreadType.AUTO
        if self._is_unsmoothed:
            stream.codec_context.options = {"skip_loop_filter": "noref"}
        steps = _LOOSE_STEPS if self._is_loose else _NONREF_STEPS
        sparse = self._interval >= steps * self._timeline.step
        if sparse and self._info.has_timestamps and self._info.video_codec in _WITH_NONREF:
            stream.codec_context.skip_frame = "NONREF"
            self._stream = stream if self._is_loose else None
        return stream

    def _seek(self, container: InputContainer, stream: VideoStream) -> bool:
        margin = int(_SEEK_MARGIN_S / self._info.time_base)
        target = (self._start or 0) - margin
        if target <= self._info.start_pts:
            return True  # near the beginning: decode from there
        try:
            container.seek(target, stream=stream)
        except FFmpegError:
            return False
        return True

    def _is_before_start(self, frame: VideoFrame | None) -> bool:
        if frame is None or frame.pts is None:
            return False
        return frame.pts <= max(self._start or 0, self._info.start_pts)

    def _within_range(self, frames: Iterable[VideoFrame]) -> Iterator[tuple[int, VideoFrame]]:
        last: int | None = None
        for frame in frames:
            pts = self._timeline.place(frame.pts)
            self._tally.repaired_pts = self._timeline.repaired
            if self._end is not None and pts >= self._end:
                return
            if self._stream is not None and last is not None and pts - last > 2 * self._interval:
                self._stream.codec_context.skip_frame = "DEFAULT"  # too much was left out
                self._stream = None
            last = pts
            if self._start is None or pts >= self._start:
                yield pts, frame


def iter_frames(
    path: Path,
    info: MediaInfo,
    *,
    max_side_px: int | None = None,
    min_interval_s: Fraction | None = None,
    start_pts: int | None = None,
    end_pts: int | None = None,
) -> Iterator[Frame]:
    """The frames of a file in order, with strictly growing pts (see ``timeline``).

    ``max_side_px`` bounds the longer side of the pictures (never enlarged); ``min_interval_s``
    leaves out frames that follow the last one sooner; ``start_pts`` and ``end_pts`` (exclusive)
    bound the range. Pictures are uint8 RGB (height, width, 3), upright, square pixels, all of
    one size; high bit depth and dynamic range are brought to eight bits. Damaged packets are
    skipped; a truncated file gives what it has. In files whose clock restarts, a range counts
    on the container's own times.

    Raises NotAFile, EmptyFile or NotMedia where the file changed since it was probed.
    """
    return iter(
        FrameReader(
            path,
            info,
            max_side_px=max_side_px,
            min_interval_s=min_interval_s,
            start_pts=start_pts,
            end_pts=end_pts,
        )
    )


def _interval_in_ticks(info: MediaInfo, interval_s: Fraction | None, step: int) -> int:
    """The least distance of sampled frames, less a quarter frame for jitter."""
    if not interval_s:
        return 0
    return max(0, round(interval_s / info.time_base) - step // 4)
