"""Decoding gives every frame once, upright, at its time, whatever the file is like."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.media.decode import FrameReader, iter_frames
from ingest.media.probe import probe_file
from tests.films import Film, Scene, make_film

from .conftest import SIZE, three_scenes

SHORT = [Scene("park", Fraction(1))]


def times_of(path: Path, **how: object) -> list[int]:
    info = probe_file(path)
    return [frame.pts for frame in iter_frames(path, info, **how)]  # type: ignore[arg-type]


def test_it_gives_every_frame(film: Film) -> None:
    info = probe_file(film.path)
    reader = FrameReader(film.path, info)
    frames = list(reader)
    assert [frame.pts * info.time_base / film.time_base for frame in frames] == list(film.pts)
    assert frames[0].image.shape == (SIZE[1], SIZE[0], 3)
    assert frames[0].image.dtype == np.uint8
    assert reader.report.frames == reader.report.yielded == len(film.pts)
    assert reader.report.repaired_pts == reader.report.bad_packets == 0


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mov", "ts", "flv", "webm"])
def test_containers_agree(tmp_path: Path, suffix: str) -> None:
    codec = {"avi": "mpeg4", "webm": "libvpx"}.get(suffix, "libx264")
    made = make_film(tmp_path / f"film.{suffix}", SHORT, size=(96, 64), codec=codec)
    info = probe_file(made.path)
    times = times_of(made.path)
    assert len(times) == 25
    steps = np.diff(times) * float(info.time_base)
    assert np.allclose(steps, 0.04, atol=0.0015)
    assert times[0] == info.start_pts


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pictures_stand_upright(tmp_path: Path, turn: int) -> None:
    made = make_film(tmp_path / "t.mp4", SHORT, size=(96, 64), rotation_deg=turn, noise=0)
    plain = make_film(tmp_path / "p.mp4", SHORT, size=(96, 64), noise=0)
    image = next(iter_frames(made.path, probe_file(made.path))).image
    expected = np.rot90(next(iter_frames(plain.path, probe_file(plain.path))).image, -turn // 90)
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 3


def test_it_bounds_the_size(film: Film) -> None:
    frame = next(iter_frames(film.path, probe_file(film.path), max_side_px=64))
    assert frame.image.shape == (36, 64, 3)
    frame = next(iter_frames(film.path, probe_file(film.path), max_side_px=4000))
    assert frame.image.shape == (SIZE[1], SIZE[0], 3)


def test_it_samples(film: Film) -> None:
    info = probe_file(film.path)
    times = times_of(film.path, min_interval_s=Fraction(1, 5))
    seconds = [float(time * info.time_base) for time in times]
    assert seconds == pytest.approx([i * 0.2 for i in range(18)])


def test_a_range_equals_that_part_of_the_whole(film: Film) -> None:
    whole = times_of(film.path)
    start, end = whole[60], whole[75]
    assert times_of(film.path, start_pts=start, end_pts=end) == whole[60:75]
    assert times_of(film.path, start_pts=start + 1) == whole[61:]
    assert times_of(film.path, start_pts=whole[0] - 5, end_pts=whole[2]) == whole[:2]
    assert times_of(film.path, start_pts=whole[-1] + 1) == []


def test_a_range_of_a_raw_stream(tmp_path: Path) -> None:
    made = make_film(tmp_path / "raw.264", SHORT, size=(96, 64))
    whole = times_of(made.path)
    assert len(whole) == 25
    assert times_of(made.path, start_pts=whole[10], end_pts=whole[12]) == whole[10:12]


def test_a_truncated_film_gives_what_it_has(tmp_path: Path) -> None:
    made = make_film(tmp_path / "whole.mkv", three_scenes(), size=SIZE)
    data = made.path.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) // 2])
    assert 10 < len(times_of(cut)) < len(made.pts)


def test_damage_is_counted_and_survived(tmp_path: Path) -> None:
    made = make_film(tmp_path / "film.mp4", three_scenes(), size=SIZE)
    data = bytearray(made.path.read_bytes())
    middle = data.index(b"mdat") + (data.index(b"moov") - data.index(b"mdat")) // 2
    data[middle : middle + 600] = bytes(600)
    made.path.write_bytes(data)
    reader = FrameReader(made.path, probe_file(made.path))
    times = [frame.pts for frame in reader]
    assert len(times) > 40
    assert times == sorted(set(times))
    assert reader.report.bad_packets + reader.report.corrupt_frames > 0


def test_ten_bits_become_eight(tmp_path: Path) -> None:
    deep = make_film(tmp_path / "d.mp4", SHORT, size=(96, 64), pixel_format="yuv420p10le", noise=0)
    plain = make_film(tmp_path / "p.mp4", SHORT, size=(96, 64), noise=0)
    a, b = (next(iter_frames(f.path, probe_file(f.path))).image for f in (deep, plain))
    assert a.dtype == np.uint8
    assert np.abs(a.astype(int) - b).mean() < 3
