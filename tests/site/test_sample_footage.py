"""The sample footage: drawn people are where they are said to be, and films decode."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from everyid_site.demo import footage
from everyid_site.demo.cast import CAST
from everyid_site.demo.figures import Pose, draw_person
from everyid_site.demo.footage import frames_of, make_sample_footage
from everyid_site.demo.script import EDITED, FILMS, RECORDED, Part, Photograph, Scene
from ingest.media.probe import probe_file


@pytest.mark.parametrize("who", sorted(CAST))
@pytest.mark.parametrize("facing", [-1, 0, 1])
def test_it_draws_a_person_inside_the_box_it_reports(who: str, facing: int) -> None:
    blank = np.full((300, 200, 3), 128, dtype=np.float32)
    canvas = blank.copy()
    box = draw_person(canvas, CAST[who], Pose(0.7, facing, 1.0), (100, 280), 240)
    changed = np.argwhere(np.abs(canvas - blank).max(axis=2) > 40)
    top, left = changed.min(axis=0)
    bottom, right = changed.max(axis=0)
    assert box[0] - 2 <= left and box[1] - 2 <= top
    assert right <= box[2] + 2 and bottom <= max(box[3], 280 + 0.035 * 240) + 2
    assert bottom - top > 200


def test_the_red_coat_is_red() -> None:
    canvas = np.full((300, 200, 3), 128, dtype=np.float32)
    draw_person(canvas, CAST["ada"], Pose(0, 1, 0), (100, 280), 240)
    red, green, blue = canvas[150, 100]
    assert red > 2.5 * green and red > 2.5 * blue


def test_people_recur_over_cameras_and_the_edited_film_has_cuts() -> None:
    seen: dict[str, set[str]] = {}
    for name, shots in FILMS.items():
        for shot in shots:
            if isinstance(shot, Scene):
                for part in shot.parts:
                    seen.setdefault(part.who, set()).add(name)
    assert set(seen) == set(CAST)
    assert all(len(films) >= 2 for films in seen.values())
    assert sum(isinstance(shot, Photograph) for shot in FILMS["edited/a-day-out.mp4"]) >= 3


def test_people_pass_between_cameras_on_several_days() -> None:
    assert {name.split("/")[0] for name in FILMS.keys() - RECORDED.keys()} == {EDITED}
    assert len({moment.date() for moment in RECORDED.values()}) >= 3
    visits = sorted(
        (part.who, RECORDED[name], name.split("/")[0])
        for name, shots in FILMS.items()
        for shot in shots
        if name in RECORDED and isinstance(shot, Scene)
        for part in shot.parts
    )
    walks = {
        (before[2], after[2])
        for before, after in pairwise(visits)
        if before[0] == after[0] and after[1] - before[1] < timedelta(minutes=30)
    }
    assert walks == {
        ("beach camera", "street camera"),
        ("street camera", "lobby camera"),
        ("park camera", "lobby camera"),
    }


def test_a_film_says_when_it_was_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILMS, "beach camera/one.mp4", (Photograph("cat", 0.2),))
    monkeypatch.setitem(RECORDED, "beach camera/one.mp4", datetime(2026, 6, 12, 9, 5, tzinfo=UTC))
    footage.make_film(tmp_path / "one.mp4", "beach camera/one.mp4")
    assert probe_file(tmp_path / "one.mp4").recorded_at == datetime(2026, 6, 12, 9, 5, tzinfo=UTC)


def test_it_makes_films_once_and_they_decode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = (Scene("beach", 0.5, (Part("ada", 0.4, 0.5, 0.9, 0.6),)),)
    path = tmp_path / "beach camera" / "short.mp4"
    monkeypatch.setitem(FILMS, "short", short)
    footage.make_film(path, "short")
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == round(0.5 * footage.RATE_FPS)
    assert (frames[0].width, frames[0].height) == (footage.WIDTH_PX, footage.HEIGHT_PX)
    assert not list(tmp_path.rglob("*.part"))


def test_films_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    for name in FILMS:
        path = tmp_path / f"v{footage.VERSION}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"kept")
    paths = make_sample_footage(tmp_path)
    assert [path.read_bytes() for path in paths] == [b"kept"] * len(FILMS)


def test_frames_are_the_same_each_time() -> None:
    shots = FILMS["edited/a-day-out.mp4"]
    first, second = (list(islice(frames_of(shots), 3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
