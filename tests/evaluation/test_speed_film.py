"""A film for measuring speed has the size, rate and length that were asked for."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import pytest

from evaluation.speed_film import FilmFormat, film_format, make_film
from ingest.media.probe import probe_file
from tests.films import Scene
from tests.films import make_film as make_scene


def test_a_format_is_read() -> None:
    assert film_format("1920x1080@30") == FilmFormat(1920, 1080, 30)


@pytest.mark.parametrize("text", ["", "1920", "1920x1080", "1921x1080@30", "0x0@0", "00x00@25"])
def test_a_wrong_format_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write it like"):
        film_format(text)


def test_the_film_is_as_asked(tmp_path: Path) -> None:
    source = make_scene(tmp_path / "a.mp4", [Scene("park", Fraction(1))], size=(96, 64))
    made = tmp_path / "made.mp4"
    assert make_film(source.path, made, FilmFormat(128, 72, 30), 2.0) == 60
    info = probe_file(made)
    assert (info.width, info.height, info.frame_rate) == (128, 72, Fraction(30))
    assert info.duration_s is not None
    assert abs(info.duration_s - 2) < Fraction(1, 10)


def test_a_folder_without_films_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no film")
    with pytest.raises(ValueError, match="can be decoded"):
        make_film(tmp_path, tmp_path / "made.mp4", FilmFormat(64, 64, 25), 1.0)
