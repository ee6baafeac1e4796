"""Cuts a piece out of a media file, exactly to the frame: MP4 with H.264 and AAC.

The frames ``start_pts <= pts < end_pts`` are decoded and encoded anew, whole, at the file's own
size, rate and spacing of frames; copying packets could begin at a keyframe only. Sound is cut to
the same time. The file carries the timecode of its first frame. Eight bits, upright pictures.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ingest.errors import NoFrames

from .decode import FrameReader
from .opening import has_decoder, open_media
from .pictures import PictureMaker
from .probe import probe_file
from .proxy import finished_file
from .types import MediaInfo

_OPTIONS = {"preset": "medium", "crf": "16"}
"""Near to what the eye cannot tell from the source (x264's documentation calls 17–18 visually
lossless)."""

_AUDIO_RATE_HZ = 48_000
_AUDIO_BIT_RATE = 192_000
_TELL_EVERY = 25


@dataclass(frozen=True, slots=True)
class CutPiece:
    """What was written: its number of frames, and the pts of the first in the source."""

    frame_count: int
    first_pts: int


def cut_excerpt(
    path: Path,
    target: Path,
    *,
    start_pts: int,
    end_pts: int,
    timecode: str = "",
    progress: Callable[[int], None] = lambda _: None,
) -> CutPiece:
    """Write ``target`` from the frames of ``path`` within the range; nothing is left on failure.

    ``timecode`` is that of the first frame, empty for none. ``progress`` hears how many frames
    are written, and may raise to stop. Times that a container rounded by a tick still count as
    theirs. Raises NoFrames where the range has none, and as ``probe_file`` does.
    """
    info = probe_file(path)
    slack = _slack(info)
    with finished_file(target) as part, _output(part) as output:
        reader = FrameReader(path, info, start_pts=start_pts - slack, end_pts=end_pts - slack)
        writer = _PictureWriter(output, info, timecode)
        sound = _SoundWriter(path, output)
        for pts, frame in reader.timed_frames():
            if writer.first_pts is None:
                sound.begin()
            writer.add(pts, frame)
            if writer.count % _TELL_EVERY == 0:
                progress(writer.count)
        if writer.first_pts is None:
            raise NoFrames("There is no frame between this in and out: set them again.")
        writer.finish()
        length = end_pts - slack - writer.first_pts
        sound.write(writer.first_pts * info.time_base, length * info.time_base)
    return CutPiece(writer.count, writer.first_pts)


def _slack(info: MediaInfo) -> int:
    """One tick, where a tick is much shorter than a frame: how far containers round."""
    rate = info.frame_rate or Fraction(25)
    return 1 if info.time_base * rate < Fraction(1, 4) else 0


class _PictureWriter:
    """Encodes frames, the first one at time zero."""

    def __init__(self, output: OutputContainer, info: MediaInfo, timecode: str) -> None:
        self._output = output
        self._info = info
        self._maker = PictureMaker(info, None, is_even=True)
        rate = (info.frame_rate or Fraction(25)).limit_denominator(1001)
        self._stream: VideoStream = output.add_stream("libx264", rate=rate, options=dict(_OPTIONS))
        self._stream.width, self._stream.height = self._maker.width, self._maker.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = info.time_base
        self._stream.codec_context.gop_size = max(1, math.ceil(rate))
        if timecode:
            self._stream.metadata["timecode"] = timecode
        self.first_pts: int | None = None
        self.count = 0

    def add(self, pts: int, frame: VideoFrame) -> None:
        if self.first_pts is None:
            self.first_pts = pts
        picture = self._picture(frame)
        picture.pts, picture.time_base = pts - self.first_pts, self._info.time_base
        picture.pict_type = 0
        self._output.mux(self._stream.encode(picture))
        self.count += 1

    def finish(self) -> None:
        self._output.mux(self._stream.encode(None))

    def _picture(self, frame: VideoFrame) -> VideoFrame:
        if not (self._info.rotation_deg or self._info.is_mirrored):
            return self._maker.scale(frame, "yuv420p")
        upright = VideoFrame.from_ndarray(self._maker.make(frame), format="rgb24")
        return upright.reformat(format="yuv420p")


class _SoundWriter:
    """Cuts the first sound stream to a range of time, to the sample."""

    def __init__(self, path: Path, output: OutputContainer) -> None:
        self._path = path
        self._output = output
        self._target: AudioStream | None = None

    def begin(self) -> None:
        """Add the stream, if the file has sound that can be decoded."""
        with open_media(self._path) as source:
            if next(filter(has_decoder, source.streams.audio), None) is None:
                return
        self._target = self._output.add_stream("aac", rate=_AUDIO_RATE_HZ, layout="stereo")
        self._target.bit_rate = _AUDIO_BIT_RATE

    def write(self, start_s: Fraction, length_s: Fraction) -> None:
        """Write the sound of the range. What cannot be decoded is left out."""
        if self._target is None:
            return
        wanted = int(length_s * _AUDIO_RATE_HZ)
        try:
            for frame in self._samples(start_s, wanted):
                self._output.mux(self._target.encode(frame))
        except (FFmpegError, ValueError):
            pass
        self._output.mux(self._target.encode(None))

    def _samples(self, start_s: Fraction, wanted: int) -> list[AudioFrame]:
        """Stereo frames at 48 kHz that start at ``start_s``, ``wanted`` samples in all."""
        found: list[AudioFrame] = []
        with open_media(self._path) as source:
            stream = next(filter(has_decoder, source.streams.audio))
            resampler = AudioResampler(format="fltp", layout="stereo", rate=_AUDIO_RATE_HZ)
            if start_s > 2:  # ahead of time, as codecs need a run-up
                source.seek(int((start_s - 1) * 1_000_000))
            written = 0
            for frame in source.decode(stream):
                if frame.pts is None or frame.time_base is None:
                    continue
                begins = int((frame.pts * frame.time_base - start_s) * _AUDIO_RATE_HZ)
                for part in resampler.resample(frame):
                    skip = max(0, written - begins)
                    samples = part.to_ndarray()[:, skip : skip + wanted - max(written, begins)]
                    begins += part.samples
                    if samples.shape[1]:
                        at = max(written, begins - part.samples)
                        found.append(_audio_frame(samples, at))
                        written = at + samples.shape[1]
                if written >= wanted:
                    break
        return found


def _audio_frame(samples: object, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")  # type: ignore[arg-type]
    frame.sample_rate = _AUDIO_RATE_HZ
    frame.pts, frame.time_base = at, Fraction(1, _AUDIO_RATE_HZ)
    return frame


def _output(path: Path) -> OutputContainer:
    name = os.fsdecode(b"file:" + os.fsencode(path.absolute()))
    return av.open(name, "w", format="mp4", options={"movflags": "+faststart"})
