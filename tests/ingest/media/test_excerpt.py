"""Excerpts begin and end at the frames that were asked for: numbered frames are counted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from ingest.errors import NoFrames
from ingest.media.excerpt import cut_excerpt
from ingest.media.probe import probe_file

BITS = 8
SIDE = 32
NTSC = Fraction(30000, 1001)


def numbered_film(
    path: Path, rate: Fraction, *, frames: int = 90, sound: bool = False, **options: str
) -> Path:
    """A film whose frames carry their number as eight black and white squares, with B-frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"bf": "3", "g": "48"})
        stream.width, stream.height, stream.pix_fmt = SIDE * BITS, SIDE, "yuv420p"
        stream.metadata.update(options)
        audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(frames):
            image = np.zeros((SIDE, SIDE * BITS, 3), np.uint8)
            for bit in range(BITS):
                image[:, bit * SIDE : (bit + 1) * SIDE] = 235 * (number >> bit & 1)
            picture = VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if audio is not None:
            # Silence but for a click at each whole second.
            count = int(frames / rate * 48_000)
            wave = np.zeros((1, count), np.float32)
            for second in range(int(frames / rate) + 1):
                wave[0, second * 48_000 : second * 48_000 + 200] = 0.9
            sounded = AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            sounded.sample_rate = 48_000
            container.mux(audio.encode(sounded))
            container.mux(audio.encode(None))
    return path


def numbers_in(path: Path) -> list[int]:
    """The number of each frame, read off its squares."""
    with av.open(str(path)) as container:
        found = []
        for frame in container.decode(video=0):
            grey = frame.to_ndarray(format="gray")
            squares = grey[4:-4].reshape(SIDE - 8, BITS, SIDE)[:, :, 4:-4].mean(axis=(0, 2))
            found.append(sum(1 << bit for bit in range(BITS) if squares[bit] > 110))
    return found


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "ts"])
@pytest.mark.parametrize("rate", [Fraction(25), NTSC])
@pytest.mark.parametrize(("start", "end"), [(0, 1), (31, 64), (89, 90), (0, 90)])
def test_it_cuts_to_the_frame(
    tmp_path: Path, ending: str, rate: Fraction, start: int, end: int
) -> None:
    film = numbered_film(tmp_path / f"film.{ending}", rate)
    info = probe_file(film)

    def pts_of(frame: int) -> int:
        return info.start_pts + round(frame / rate / info.time_base)

    cut = cut_excerpt(film, tmp_path / "cut.mp4", start_pts=pts_of(start), end_pts=pts_of(end))
    assert numbers_in(tmp_path / "cut.mp4") == list(range(start, end))
    assert cut.frame_count == end - start
    made = probe_file(tmp_path / "cut.mp4")
    assert (made.video_codec, made.width, made.height) == ("h264", SIDE * BITS, SIDE)
    if end - start > 1:
        assert made.frame_rate is not None and abs(made.frame_rate - rate) < rate / 500


def test_it_keeps_the_timecode(tmp_path: Path) -> None:
    film = numbered_film(tmp_path / "film.mov", NTSC)
    cut_excerpt(film, tmp_path / "cut.mp4", start_pts=0, end_pts=30_030, timecode="01:00:59;28")
    made = probe_file(tmp_path / "cut.mp4")
    assert (made.start_timecode, made.is_drop_frame) == ("01:00:59;28", True)


def test_it_cuts_the_sound_with_the_picture(tmp_path: Path) -> None:
    film = numbered_film(tmp_path / "film.mp4", Fraction(25), sound=True)
    base = probe_file(film).time_base
    cut_excerpt(
        film, tmp_path / "cut.mp4", start_pts=int(Fraction(1, 2) / base), end_pts=int(3 / base)
    )
    with av.open(str(tmp_path / "cut.mp4")) as container:
        frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    wave = np.abs(np.concatenate(frames))
    loud = np.flatnonzero(wave > 0.3)
    clicks = loud[np.insert(np.diff(loud) > 4_800, 0, True)] / 48_000
    # Within 2 ms of where they are in the source (aac's windows ring ahead of an attack).
    assert clicks == pytest.approx([0.5, 1.5], abs=0.03)
    assert len(wave) / 48_000 == pytest.approx(2.5, abs=0.05)


def test_a_range_without_frames_is_said(tmp_path: Path) -> None:
    film = numbered_film(tmp_path / "film.mp4", Fraction(25), frames=10)
    with pytest.raises(NoFrames, match="set them again"):
        cut_excerpt(film, tmp_path / "cut.mp4", start_pts=10**9, end_pts=10**9 + 5)
    assert not list(tmp_path.glob("cut*"))


def test_it_can_be_stopped(tmp_path: Path) -> None:
    film = numbered_film(tmp_path / "film.mp4", Fraction(25))

    def stop(frames: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        cut_excerpt(film, tmp_path / "cut.mp4", start_pts=0, end_pts=10**9, progress=stop)
    assert not list(tmp_path.glob("cut*"))
