"""Cuts the excerpt of a shared moment out of its asset's proxy: those frames and no other.

Encoded anew, frame by frame, because copying packets would have to begin at a keyframe and show
what came before the moment. Without sound: what is said around a person is not what was shared.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import av
from av.video.frame import VideoFrame

from ingest import storage
from recognition.models import SharedMoment
from recognition.services.sharing import excerpt_key

_OPTIONS = {"preset": "veryfast", "crf": "26", "movflags": "+faststart"}
_CLOCK = 90_000


def excerpt_path(moment: SharedMoment) -> Path:
    """The file of a moment's excerpt, made when it is first asked for. Raises NotAFile."""
    target = storage.derived_path(excerpt_key(moment))
    if target.is_file():
        return target
    source = storage.derived_path(moment.asset.proxy_key)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{uuid4().hex}.part")
    try:
        start = moment.asset.seconds_at(moment.start_pts)
        _cut(source, part, start, moment.asset.seconds_at(moment.end_pts))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _cut(source: Path, target: Path, start_s: Fraction, end_s: Fraction) -> None:
    with av.open(os.fspath(source)) as film, av.open(os.fspath(target), "w", format="mp4") as out:
        stream = film.streams.video[0]
        time_base = stream.time_base or Fraction(1, _CLOCK)
        film.seek(int(start_s / time_base), stream=stream)
        made = out.add_stream("libx264", rate=stream.average_rate or 25, options=_OPTIONS)
        made.width, made.height = stream.width - stream.width % 2, stream.height - stream.height % 2
        made.pix_fmt, made.time_base = "yuv420p", Fraction(1, _CLOCK)
        for frame in film.decode(stream):
            at = Fraction(frame.pts or 0) * time_base
            if at >= end_s:
                break
            if at >= start_s:
                out.mux(made.encode(_at(frame, at - start_s)))
        out.mux(made.encode())


def _at(frame: VideoFrame, seconds: Fraction) -> VideoFrame:
    frame.pts, frame.time_base = int(seconds * _CLOCK), Fraction(1, _CLOCK)
    return frame
