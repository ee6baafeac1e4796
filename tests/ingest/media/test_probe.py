"""Probing tells what a file holds, and refuses the rest in one sentence each."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from ingest.errors import (
    EmptyFile,
    EncryptedMedia,
    IngestError,
    NoFrames,
    NotAFile,
    NotMedia,
    NoVideoStream,
    TooLarge,
)
from ingest.media.probe import Limits, probe_file
from tests.films import Film, Scene, make_film

from .conftest import SIZE

SHORT = [Scene("park", Fraction(1, 2))]


def test_it_describes_a_film(film: Film) -> None:
    info = probe_file(film.path)
    assert (info.width, info.height) == SIZE
    assert (info.video_codec, info.pixel_format, info.bit_depth) == ("h264", "yuv420p", 8)
    assert info.frame_rate == 25
    assert info.start_pts == 0
    assert info.duration_s == Fraction(18, 5)
    assert info.audio_codec == "aac"
    assert not info.is_variable_rate
    assert not info.is_interlaced


@pytest.mark.parametrize(
    ("turn", "size"), [(0, (192, 108)), (90, (108, 192)), (180, (192, 108)), (270, (108, 192))]
)
def test_it_gives_the_display_size(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    made = make_film(tmp_path / "turned.mp4", SHORT, size=SIZE, rotation_deg=turn)
    info = probe_file(made.path)
    assert info.rotation_deg == turn
    assert (info.width, info.height) == size


@pytest.mark.parametrize("mark", [":", ";"])
def test_it_reads_timecode_date_and_camera(tmp_path: Path, mark: str) -> None:
    tags = {
        "com.apple.quicktime.make": "Fine", "com.apple.quicktime.model": "Camera\n7",
        "creation_time": "2024-05-06T07:08:09Z",
    }  # fmt: skip
    timecode = f"01:02:03{mark}04"
    made = make_film(
        tmp_path / "tagged.mov", SHORT, size=SIZE, rate=Fraction(30000, 1001),
        timecode=timecode, tags=tags, options={"movflags": "use_metadata_tags"},
    )  # fmt: skip
    info = probe_file(made.path)
    assert info.start_timecode == timecode
    assert info.is_drop_frame is (mark == ";")
    assert info.recorded_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_it_sees_variable_rates(tmp_path: Path) -> None:
    scenes = [Scene("park", Fraction(2))]
    assert probe_file(
        make_film(tmp_path / "a.mp4", scenes, size=SIZE, variable_rate=True).path
    ).is_variable_rate
    assert not probe_file(
        make_film(tmp_path / "b.mkv", SHORT, size=SIZE, rate=Fraction(30)).path
    ).is_variable_rate


def test_it_takes_gif_ten_bits_and_raw_streams(tmp_path: Path) -> None:
    gif = make_film(tmp_path / "a.gif", SHORT, size=SIZE, codec="gif", pixel_format="rgb8")
    assert probe_file(gif.path).video_codec == "gif"
    deep = make_film(tmp_path / "deep.mp4", SHORT, size=SIZE, pixel_format="yuv420p10le")
    assert probe_file(deep.path).bit_depth == 10
    raw = probe_file(make_film(tmp_path / "raw.264", SHORT, size=SIZE, rate=Fraction(24)).path)
    assert raw.has_timestamps is False
    assert raw.start_pts == 0
    assert raw.frame_rate == 24


def _sound(path: Path) -> None:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("aac", rate=48000, layout="mono")
        frame = AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _init_segment(path: Path) -> None:
    flags = {"movflags": "frag_keyframe+empty_moov"}
    whole = path.with_name("whole.mp4")
    with av.open(str(whole), "w", options=flags) as output:
        stream = output.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        frame = av.VideoFrame(64, 64, "yuv420p")
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    data = whole.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])


def _unfinished(path: Path) -> None:
    made = make_film(path.with_name("whole.mp4"), SHORT, size=SIZE)
    data = made.path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])


def _scrambled(path: Path) -> None:
    made = make_film(path.with_name("whole.mp4"), SHORT, size=SIZE)
    data = made.path.read_bytes()
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    path.write_bytes(data[:start] + bytes(end - start) + data[end:])


def _encrypted(path: Path) -> None:
    made = make_film(path.with_name("whole.mp4"), SHORT, size=SIZE)
    data = bytearray(made.path.read_bytes())
    entry = data.index(b"avc1", data.index(b"stsd"))
    data[entry : entry + 4] = b"encv"
    data += b"\0\0\0\x10moovsinfencv"
    path.write_bytes(data)


def _playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")


BROKEN: dict[str, tuple[type[IngestError], Callable[[Path], object]]] = {
    "empty": (EmptyFile, Path.touch),
    "text": (NotMedia, lambda path: path.write_text("This is not a film.\n" * 50)),
    "zeros": (NotMedia, lambda path: path.write_bytes(bytes(10_000))),
    "playlist": (NotMedia, _playlist),
    "concat": (NotMedia, lambda path: path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")),
    "unfinished": (NotMedia, _unfinished),
    "sound": (NoVideoStream, _sound),
    "subtitles": (NoVideoStream, lambda p: p.write_text("1\n00:00:01,000 --> 00:00:02,000\nHi\n")),
    "init segment": (NoFrames, _init_segment),
    "scrambled": (NoFrames, _scrambled),
    "encrypted": (EncryptedMedia, _encrypted),
    "folder": (NotAFile, Path.mkdir),
    "missing": (NotAFile, lambda path: None),
    "pipe": (NotAFile, os.mkfifo),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_refuses_in_one_clear_sentence(tmp_path: Path, name: str) -> None:
    error, make = BROKEN[name]
    path = tmp_path / "it.mp4"
    make(path)
    with pytest.raises(error) as caught:
        probe_file(path)
    sentence = str(caught.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert str(tmp_path) not in sentence


def test_an_unfinished_recording_is_named_as_such(tmp_path: Path) -> None:
    _unfinished(tmp_path / "it.mp4")
    with pytest.raises(NotMedia, match="cut off"):
        probe_file(tmp_path / "it.mp4")


@pytest.mark.parametrize(
    "limits", [Limits(max_side_px=100), Limits(max_pixels=1000), Limits(max_duration_s=1)]
)
def test_it_refuses_what_is_too_large(film: Film, limits: Limits) -> None:
    with pytest.raises(TooLarge):
        probe_file(film.path, limits=limits)


@pytest.mark.parametrize("name", ["a b.mp4", "line\nbreak.mp4", "http:x.mp4", "%03d.mp4", "-i.mp4"])
def test_names_are_only_names(film: Film, tmp_path: Path, name: str) -> None:
    odd = tmp_path / name
    odd.write_bytes(film.path.read_bytes())
    assert probe_file(odd).video_codec == "h264"


def test_a_truncated_film_is_still_described(tmp_path: Path) -> None:
    made = make_film(tmp_path / "whole.mkv", [Scene("street", Fraction(2), pan=1.0)], size=SIZE)
    data = made.path.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) * 2 // 3])
    assert probe_file(cut).width == SIZE[0]


def test_a_format_without_decoder_is_named(tmp_path: Path) -> None:
    made = make_film(tmp_path / "film.mp4", SHORT, size=SIZE)
    data = made.path.read_bytes()
    made.path.write_bytes(data.replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC"))
    with pytest.raises(NoFrames, match="cannot be decoded"):
        probe_file(made.path)
