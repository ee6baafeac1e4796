"""A record of what was seen is whole, or it is not gone by."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.media.types import Shot
from recognition.engine.movement import read_movement
from recognition.engine.types import Tracklet
from recognition.seeing.crop_pool import KeptCrop
from recognition.seeing.records import INDEX, NotWhole, Record, read_record, write_record
from recognition.seeing.watching import Seen

KEY = {"content": "abc", "fps": [5, 10]}
TIME_BASE, ASPECT = Fraction(1, 100), 16 / 9


def made(folder: Path) -> Record:
    """Two tracks in two shots; the first with two pictures."""
    rng = np.random.default_rng(3)
    folder.mkdir()
    image, context = folder / "000000.webp", folder / "000000-context.webp"
    image.write_bytes(rng.bytes(900))
    context.write_bytes(rng.bytes(700))
    found = []
    for shot in range(2):
        pts = np.arange(5, dtype=np.int64) * 20 + shot * 100
        corners = np.sort(rng.random((5, 2, 2), dtype=np.float32), axis=1).reshape(5, 4)
        track = Tracklet("person", pts, corners, rng.random(5, dtype=np.float32))
        crops = (KeptCrop(20, corners[1], 0.75, image, context),) if shot == 0 else ()
        found.append(Seen(shot, track, read_movement(track, float(TIME_BASE), ASPECT), crops))
    return Record((Shot(0, 100), Shot(100, 200)), tuple(found), 11)


def read(path: Path, folder: Path, key: dict[str, object] | None = None) -> Record:
    return read_record(path, key or KEY, folder, time_base=TIME_BASE, aspect=ASPECT)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return made(tmp_path / "made")


@pytest.fixture
def path(record: Record, tmp_path: Path) -> Path:
    """The record, written into a folder that was not there."""
    path = tmp_path / "records" / "tracks.zip"
    write_record(path, KEY, record)
    return path


def test_it_comes_back_as_it_was(record: Record, path: Path, tmp_path: Path) -> None:
    found = read(path, tmp_path / "crops")
    assert (found.shots, found.frames) == (record.shots, record.frames)
    for one, other in zip(found.seen, record.seen, strict=True):
        assert (one.shot, one.track.label, one.movement.gait) == (
            other.shot,
            other.track.label,
            other.movement.gait,
        )
        for name in ("pts", "xyxy_norm", "confidence"):
            assert np.array_equal(getattr(one.track, name), getattr(other.track, name))
    [crop], [before] = found.seen[0].crops, record.seen[0].crops
    assert np.array_equal(crop.xyxy_norm, before.xyxy_norm)
    assert (crop.pts, crop.quality) == (before.pts, before.quality)
    assert crop.image.parent == tmp_path / "crops" and crop.context and before.context
    assert crop.image.read_bytes() == before.image.read_bytes()
    assert crop.context.read_bytes() == before.context.read_bytes()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_one_that_was_cut_off_is_not_whole(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    for length in {*range(0, len(whole), 37), len(whole) - 1}:
        path.write_bytes(whole[:length])
        with pytest.raises(NotWhole):
            read(path, tmp_path / "crops")


def test_one_that_was_altered_is_not_whole_or_the_same(
    record: Record, path: Path, tmp_path: Path
) -> None:
    """A ZIP has bytes that say nothing (times, permissions); no other may pass."""
    whole = path.read_bytes()
    passed = 0
    for place in range(0, len(whole), 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            found = read(path, tmp_path / "crops")
        except NotWhole:
            continue
        passed += 1
        for one, other in zip(found.seen, record.seen, strict=True):
            assert np.array_equal(one.track.xyxy_norm, other.track.xyxy_norm)
            for crop, before in zip(one.crops, other.crops, strict=True):
                assert crop.image.read_bytes() == before.image.read_bytes()
    assert passed < 30


def test_one_of_something_else_is_not_gone_by(path: Path, tmp_path: Path) -> None:
    with pytest.raises(NotWhole, match="something else"):
        read(path, tmp_path / "crops", {**KEY, "content": "abd"})
    assert not (tmp_path / "crops").exists()


def test_none_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "tracks.zip", tmp_path / "crops")


@pytest.mark.parametrize("name", ["../000000.webp", "/tmp/000000.webp", "a.webp", "000000.webp/x"])
def test_pictures_are_unpacked_nowhere_else(path: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as file:
        index = file.read(INDEX).decode().replace('"000000.webp"', f'"{name}"')
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, b"picture")
        file.writestr(INDEX, index)
    with pytest.raises(NotWhole):
        read(path, tmp_path / "crops")
    assert not list((tmp_path / "crops").iterdir())


def test_what_could_not_be_written_leaves_what_was_there(path: Path, tmp_path: Path) -> None:
    lost = made(tmp_path / "lost")
    lost.seen[0].crops[0].image.unlink()
    before = path.read_bytes()
    with pytest.raises(FileNotFoundError):
        write_record(path, KEY, lost)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
