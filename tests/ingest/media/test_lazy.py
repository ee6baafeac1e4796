"""Frames looked at in pieces show the same as frames converted whole."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.media.decode import iter_frames
from ingest.media.lazy import LazyFrame, iter_pictures
from ingest.media.probe import probe_file
from ingest.media.types import Frame, Picture
from tests.films import Scene, make_film

SIZE = 192, 108
TENTH_S = Fraction(1, 10)


def pictures(path: Path, *, max_side_px: int = 1920) -> list[Picture]:
    info = probe_file(path)
    return list(iter_pictures(path, info, max_side_px=max_side_px, min_interval_s=TENTH_S))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    film = make_film(
        tmp_path_factory.mktemp("lazy") / "f.mp4", [Scene("park", Fraction(2))], size=SIZE
    )
    return film.path


def test_every_frame_has_an_exact_time(path: Path) -> None:
    whole = {frame.pts for frame in iter_frames(path, probe_file(path))}
    found = [picture.pts for picture in pictures(path)]
    assert found[0] == min(whole)
    assert set(found) <= whole
    assert (np.diff(found) > 0).all()


def test_neighbours_are_never_far_apart(path: Path) -> None:
    info = probe_file(path)
    gaps = np.diff([picture.pts for picture in pictures(path)]) * float(info.time_base)
    assert gaps.max() <= 2 * float(TENTH_S) + 1e-6


@pytest.mark.parametrize("box", [(0, 0, 192, 108), (31, 17, 90, 66), (190, 107, 192, 108)])
def test_a_part_is_what_the_whole_picture_has_there(
    path: Path, box: tuple[int, int, int, int]
) -> None:
    wholes = {frame.pts: frame.image for frame in iter_frames(path, probe_file(path))}
    for picture in pictures(path)[:3]:
        assert isinstance(picture, LazyFrame)
        left, top, right, bottom = box
        part = picture.part(*box)
        expected = wholes[picture.pts][top:bottom, left:right]
        assert part.shape == expected.shape
        assert np.abs(part.astype(int) - expected).mean() < 3


def test_a_scaled_picture_is_like_the_whole_one_scaled(path: Path) -> None:
    wholes = {frame.pts: frame for frame in iter_frames(path, probe_file(path))}
    picture = pictures(path)[0]
    expected = wholes[picture.pts].scaled(64, 36)
    assert picture.scaled(64, 36).shape == (36, 64, 3)
    assert np.abs(picture.scaled(64, 36).astype(int) - expected).mean() < 4


def test_brightness_spans_the_same_range(path: Path) -> None:
    picture = pictures(path)[0]
    whole = next(iter(iter_frames(path, probe_file(path)))).image
    grey, factor = picture.brightness()
    expected = (whole @ np.array([0.299, 0.587, 0.114])).std()
    assert grey.shape == (SIZE[1], SIZE[0])
    assert abs(grey.std() * factor - expected) < 0.1 * expected


@pytest.mark.parametrize("turn", [90, 270])
def test_turned_films_come_upright_and_thinned(tmp_path: Path, turn: int) -> None:
    made = make_film(tmp_path / "t.mp4", [Scene("park", Fraction(1))], size=SIZE, rotation_deg=turn)
    found = pictures(made.path)
    assert all(isinstance(picture, Frame) for picture in found)
    assert found[0].size_px == (SIZE[1], SIZE[0])
    assert len(found) <= 11


def test_large_films_are_bounded(path: Path) -> None:
    found = pictures(path, max_side_px=96)
    assert max(found[0].size_px) == 96
