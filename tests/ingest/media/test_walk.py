"""One walk gives shots, keyframes, proxy, poster and sprite, for every kind of film."""

from __future__ import annotations

import errno
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import pytest

from ingest.errors import NoFrames, StorageFull
from ingest.media import proxy as proxies
from ingest.media.decode import iter_frames
from ingest.media.probe import probe_file
from ingest.media.proxy import may_copy
from ingest.media.types import ShotsResult
from ingest.media.walk import walk_asset
from tests.films import Film, Scene, make_film

from .conftest import SIZE, three_scenes

COPIED: dict[str, dict[str, Any]] = {
    "film.mp4": {"b_frames": 3, "audio": "aac"},
    "film.mkv": {"b_frames": 2},
    "film.mov": {"rotation_deg": 90, "audio": "aac"},
    "film.ts": {},
}
ENCODED: dict[str, dict[str, Any]] = {
    "film.avi": {"codec": "mpeg4", "audio": "mp3"},
    "film.264": {},
    "film.mp4": {"pixel_format": "yuv444p"},
    "film.mov": {"codec": "mpeg4", "rotation_deg": 270},
    "film.mkv": {"pixel_format": "yuv420p10le", "variable_rate": True},
    "film.gif": {"codec": "gif", "pixel_format": "rgb8"},
}


def check_proxy(path: Path, result: ShotsResult) -> None:
    """The proxy shows the same pictures at the same times, from zero."""
    assert result.proxy is not None
    info, copy = probe_file(path), probe_file(result.proxy)
    assert copy.video_codec == "h264"
    assert copy.pixel_format == "yuv420p"
    data = result.proxy.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    originals = list(iter_frames(path, info, max_side_px=64))
    copies = list(iter_frames(result.proxy, copy, max_side_px=64))
    assert len(originals) == len(copies) == result.frame_count
    assert copies[0].pts == 0
    for original, copied in list(zip(originals, copies, strict=True))[::7]:
        time = (original.pts - result.first_pts) * info.time_base
        assert abs(time - copied.pts * copy.time_base) < Fraction(1, 200)
        assert original.image.shape == copied.image.shape
        assert np.abs(original.image.astype(int) - copied.image).mean() < 14


@pytest.mark.parametrize("name", COPIED)
def test_the_proxy_of_ordinary_films_is_a_copy(tmp_path: Path, name: str) -> None:
    film = make_film(tmp_path / name, three_scenes(), size=SIZE, **COPIED[name])
    info = probe_file(film.path)
    assert may_copy(info)
    result = walk_asset(film.path, info, tmp_path / "out")
    check_proxy(film.path, result)
    assert result.proxy is not None
    with av.open(str(result.proxy)) as copy, av.open(str(film.path)) as source:
        sizes = [[p.size for p in c.demux(video=0) if p.size] for c in (copy, source)]
    assert len(sizes[0]) == len(sizes[1])
    assert probe_file(result.proxy).has_audio == ("audio" in COPIED[name])


@pytest.mark.parametrize("name", ENCODED)
def test_other_films_get_an_encoded_proxy(tmp_path: Path, name: str) -> None:
    film = make_film(tmp_path / name, three_scenes(), size=SIZE, **ENCODED[name])
    info = probe_file(film.path)
    assert not may_copy(info)
    result = walk_asset(film.path, info, tmp_path / "out")
    check_proxy(film.path, result)
    assert result.proxy is not None
    assert probe_file(result.proxy).audio_codec == ("aac" if "audio" in ENCODED[name] else None)


def test_it_gives_everything(film: Film, tmp_path: Path) -> None:
    done: list[float] = []
    info = probe_file(film.path)
    result = walk_asset(film.path, info, tmp_path / "out", progress=done.append)
    assert len(result.shots) == 3
    assert {keyframe.shot_index for keyframe in result.keyframes} == {0, 1, 2}
    for keyframe in result.keyframes:
        shot = result.shots[keyframe.shot_index]
        assert shot.start_pts <= keyframe.pts < shot.end_pts
        with PIL.Image.open(keyframe.path) as picture:
            assert picture.size == SIZE
    assert (result.frame_count, result.first_pts) == (len(film.pts), info.start_pts)
    assert done == sorted(done)
    assert done[-1] == 1.0
    layout = result.sprite_layout
    with PIL.Image.open(result.sprite) as sprite:
        assert sprite.size == (
            layout.columns * layout.tile_width,
            layout.rows * layout.tile_height,
        )
    assert list(layout.tile_pts) == sorted(layout.tile_pts)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["kf-000001.jpg", "kf-000002.jpg", "kf-000003.jpg", "poster.webp",
                     "proxy.mp4", "sprite.webp"]  # fmt: skip


def test_walking_again_gives_the_same(film: Film, tmp_path: Path) -> None:
    info = probe_file(film.path)
    (tmp_path / "kf-000009.jpg").touch()
    assert walk_asset(film.path, info, tmp_path) == walk_asset(film.path, info, tmp_path)
    assert not (tmp_path / "kf-000009.jpg").exists()


def test_one_frame_is_enough(tmp_path: Path) -> None:
    film = make_film(tmp_path / "one.mp4", [Scene("room", Fraction(1, 25))], size=SIZE)
    result = walk_asset(film.path, probe_file(film.path), tmp_path / "out")
    assert (len(result.shots), len(result.keyframes), result.frame_count) == (1, 1, 1)


def test_a_film_that_broke_since_has_no_frames(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", [Scene("room", Fraction(1))], size=SIZE)
    info = probe_file(film.path)
    data = bytearray(film.path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    film.path.write_bytes(data)
    with pytest.raises(NoFrames):
        walk_asset(film.path, info, tmp_path / "out")


def test_a_full_disk_is_named(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    info = probe_file(film.path)
    with monkeypatch.context() as patch:
        patch.setattr(PIL.Image.Image, "save", no_space)
        with pytest.raises(StorageFull):
            walk_asset(film.path, info, tmp_path / "a")
    with monkeypatch.context() as patch:
        patch.setattr(proxies, "_copy_packets", no_space)
        with pytest.raises(StorageFull):
            walk_asset(film.path, info, tmp_path / "b")
    assert not list((tmp_path / "b").glob("proxy*"))
