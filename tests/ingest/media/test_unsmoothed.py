"""Leaving out the deblocking of frames that no other needs changes those frames alone."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from ingest.media.decode import FrameReader
from ingest.media.probe import probe_file


def write_film(path: Path) -> Path:
    """Two seconds of coarse moving blocks, coded roughly, with B-frames."""
    noise = np.random.default_rng(0).integers(0, 255, (24, 40, 3), dtype=np.uint8)
    picture = noise.repeat(6, axis=0).repeat(6, axis=1)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"bf": "3", "crf": "38"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 240, 144, "yuv420p"
        for number in range(50):
            image = np.roll(picture, (number * number // 20, 3 * number), axis=(0, 1))
            output.mux(stream.encode(VideoFrame.from_ndarray(image, format="rgb24")))
        output.mux(stream.encode(None))
    return path


def test_frames_that_others_need_are_the_same(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4")
    info = probe_file(film)
    plain = list(FrameReader(film, info).timed_frames())
    spared = list(FrameReader(film, info, is_unsmoothed=True).timed_frames())
    assert [pts for pts, _ in plain] == [pts for pts, _ in spared]
    changed = 0
    for (_, frame), (_, other) in zip(plain, spared, strict=True):
        is_same = np.array_equal(frame.to_ndarray(), other.to_ndarray())
        assert is_same or frame.pict_type == PictureType.B
        changed += not is_same
    assert 0 < changed < len(plain)
