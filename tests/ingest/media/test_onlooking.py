"""Whoever looks on while a film is walked over sees what a decode of their own would show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import NoFrames
from ingest.media import walk
from ingest.media.lazy import iter_pictures
from ingest.media.probe import probe_file
from ingest.media.types import Image, Picture, Shot
from ingest.media.walk import walk_asset
from tests.films import Film, Scene, make_film

SCENES = [Scene("beach", Fraction(4)), Scene("night", Fraction(3)), Scene("park", Fraction(2))]
SIZE = 192, 108


@dataclass
class Recorder:
    """Writes down what it is told, with each picture made small."""

    min_interval_s: Fraction = Fraction(1, 10)
    max_side_px: int = 1920
    told: list[tuple[str, int]] = field(default_factory=list)
    pictures: list[Image] = field(default_factory=list)
    shots: list[Shot] | None = None
    is_abandoned: bool = False

    def look(self, picture: Picture) -> None:
        self.told.append(("frame", picture.pts))
        self.pictures.append(picture.scaled(48, 27).copy())

    def cut(self, pts: int) -> None:
        self.told.append(("cut", pts))

    def finish(self, shots: Sequence[Shot]) -> None:
        self.shots = list(shots)

    def abandon(self) -> None:
        self.is_abandoned = True


@pytest.fixture(scope="module", params=[{}, {"b_frames": 3}, {"rotation_deg": 90}])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Three scenes, nine seconds: plain, with B-frames, and lying on its side."""
    path = tmp_path_factory.mktemp("onlooking") / "film.mp4"
    return make_film(path, SCENES, size=SIZE, **request.param)


def test_it_sees_what_a_decode_of_its_own_shows(film: Film, tmp_path: Path) -> None:
    recorder, info = Recorder(), probe_file(film.path)
    walk_asset(film.path, info, tmp_path / "out", onlooker=recorder)
    own = list(
        iter_pictures(film.path, info, max_side_px=1920, min_interval_s=recorder.min_interval_s)
    )
    assert [pts for kind, pts in recorder.told if kind == "frame"] == [p.pts for p in own]
    for seen, picture in zip(recorder.pictures, own, strict=True):
        assert np.array_equal(seen, picture.scaled(48, 27))
    steps = np.diff([picture.pts for picture in own]) * float(info.time_base)
    assert steps.min() > 0.05 and np.median(steps) == pytest.approx(0.1, abs=0.03)


def test_every_cut_is_told_of_before_the_first_frame_after_it(film: Film, tmp_path: Path) -> None:
    recorder = Recorder()
    result = walk_asset(film.path, probe_file(film.path), tmp_path, onlooker=recorder)
    assert [pts for _, pts in recorder.told] == sorted(pts for _, pts in recorder.told)
    cuts = [pts for kind, pts in recorder.told if kind == "cut"]
    assert cuts == [shot.start_pts for shot in result.shots[1:]] and len(cuts) == 2
    assert recorder.shots == list(result.shots)
    assert not recorder.is_abandoned


def test_nothing_else_changes_where_somebody_looks_on(film: Film, tmp_path: Path) -> None:
    info = probe_file(film.path)
    alone = walk_asset(film.path, info, tmp_path)
    assert walk_asset(film.path, info, tmp_path, onlooker=Recorder()) == alone


def test_it_is_abandoned_where_the_walk_fails(
    film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()

    def fail(*args: object) -> None:
        raise NoFrames("on purpose")

    monkeypatch.setattr(walk, "save_webp", fail)
    with pytest.raises(NoFrames):
        walk_asset(film.path, probe_file(film.path), tmp_path, onlooker=recorder)
    assert recorder.is_abandoned and recorder.shots is None
