"""Shots of made films: hard cuts to the frame, dissolves within, flashes not at all."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evaluation.shots import compare
from ingest.media.probe import probe_file
from ingest.media.shots import detect_shots
from tests.films import Film, Scene, Way, make_film

from .conftest import ANN, SIZE, three_scenes

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "B-frames": {"b_frames": 3},
    "variable rate": {"variable_rate": True},
    "mpeg4": {"codec": "mpeg4"},
    "ntsc": {"rate": Fraction(30000, 1001)},
    "slow": {"rate": Fraction(10)},
    "4:4:4": {"pixel_format": "yuv444p"},
    "10 bits": {"pixel_format": "yuv420p10le"},
}


def boundaries_of(film: Film) -> list[int]:
    info = probe_file(film.path)
    _, cuts = detect_shots(film.path, info)
    return [round(cut.pts * info.time_base / film.time_base) for cut in cuts]


@pytest.mark.parametrize("name", VARIANTS)
def test_hard_cuts_are_exact_and_flashes_are_none(tmp_path: Path, name: str) -> None:
    film = make_film(tmp_path / "film.mp4", three_scenes(), size=SIZE, **VARIANTS[name])
    assert boundaries_of(film) == list(film.cuts)


def test_shots_tile_the_film(film: Film) -> None:
    info = probe_file(film.path)
    shots, _ = detect_shots(film.path, info)
    assert len(shots) == 3
    assert shots[0].start_pts == info.start_pts
    assert all(a.end_pts == b.start_pts for a, b in pairwise(shots))
    assert (shots[-1].end_pts - shots[0].start_pts) * info.time_base == Fraction(18, 5)


@pytest.mark.parametrize("dissolve_s", [Fraction(1, 2), Fraction(1), Fraction(3, 2)])
def test_a_dissolve_is_one_boundary_inside_it(tmp_path: Path, dissolve_s: Fraction) -> None:
    scenes = [
        Scene("beach", Fraction(2), (Way(ANN),)),
        Scene("street", dissolve_s + 2, dissolve_s=dissolve_s),
    ]
    film = make_film(tmp_path / "film.mp4", scenes, size=SIZE)
    found = boundaries_of(film)
    everything, _ = compare(film, found)
    assert (everything.found, everything.right) == (1, 1)


@pytest.mark.parametrize(
    "scene",
    [
        Scene("room", Fraction(3)),
        Scene("street", Fraction(3), (Way(ANN),), pan=0.6),
        Scene("park", Fraction(3), (Way(ANN, (-0.2, 1.1), (1.2, 1.1), height=1.0),)),
    ],
    ids=["static", "pan", "passer-by"],
)
def test_one_scene_is_one_shot(tmp_path: Path, scene: Scene) -> None:
    assert boundaries_of(make_film(tmp_path / "film.mp4", [scene], size=SIZE)) == []


def test_a_last_blink_is_no_shot(tmp_path: Path) -> None:
    scenes = [Scene("room", Fraction(1)), Scene("beach", Fraction(1, 5))]
    assert boundaries_of(make_film(tmp_path / "film.mp4", scenes, size=SIZE)) == []
