from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.people import figures
from evaluation.person_labels import (
    NOBODY,
    UNTOLD,
    Labelled,
    PersonPath,
    Shown,
    drawn_labels,
    read_labels,
    whom_it_shows,
)

FILE = Path("evaluation/labels/real_people.json")
STILL = np.array([[0.1, 0.1, 0.3, 0.9]] * 2, dtype=np.float32)


def path(person: str, left: float, start: float = 0.0, end: float = 10.0) -> PersonPath:
    boxes = STILL + np.array([left, 0, left, 0], dtype=np.float32)
    return PersonPath(person, np.array([start, end], dtype=np.float32), boxes)


def shown(*crops: tuple[float, float, float], paths: tuple[PersonPath, ...]) -> Shown:
    """Whom crops (time, left, quality) show."""
    boxes = np.array([STILL[0] + [left, 0, left, 0] for _, left, _ in crops], dtype=np.float32)
    times, qualities = [c[0] for c in crops], [c[2] for c in crops]
    return whom_it_shows(Labelled("a", None, paths), times, boxes, qualities)


def test_a_track_shows_whom_its_crops_show_whatever_tracker_made_it() -> None:
    two = (path("A", 0.0), path("B", 0.4))
    assert shown((1, 0.02, 0.5), (2, 0.0, 0.5), paths=two) == Shown("A", 1.0)
    assert shown((1, 0.42, 0.5), paths=two).person == "B"
    assert shown((1, 0.2, 0.5), paths=two).person == NOBODY, "between the two"
    assert shown((30, 0.0, 0.5), paths=two).person == NOBODY, "long after both"
    assert shown((11, 0.0, 0.5), paths=two).person == "A", "a label holds a little beyond its end"
    both = shown((1, 0.0, 0.6), (2, 0.4, 0.4), paths=two)
    assert both.person == "A" and both.share == pytest.approx(0.6)
    thirds = shown((1, 0.0, 0.4), (2, 0.4, 0.3), (3, 0.2, 0.3), paths=two)
    assert thirds.person == UNTOLD, "no person has most of it"


def test_labels_follow_who_moves() -> None:
    boxes = np.array([[0.0, 0.1, 0.2, 0.9], [0.8, 0.1, 1.0, 0.9]], dtype=np.float32)
    moving = (PersonPath("A", np.array([0, 10], dtype=np.float32), boxes),)
    assert shown((5, 0.3, 0.5), paths=moving).person == "A"
    assert shown((1, 0.3, 0.5), paths=moving).person == NOBODY


def test_figures_leave_out_whom_nobody_could_tell_and_count_chairs_apart() -> None:
    people = ["A", "A", "B", NOBODY, NOBODY, UNTOLD]
    told = figures(np.array([0, 0, 1, 1, 2, 0]), people)
    assert told["people"] == 2 and told["identities"] == 2 and told["mixed"] == 0
    assert told["pairwise"]["f1"] == 1 and told["clicks"] == 0
    assert told["not_people"] == {"tracks": 2, "identities": 2, "in_a_persons_group": 1}
    worse = figures(np.array([0, -1, 0, -1, -1, -1]), people)
    assert worse["mixed"] == 1 and worse["in_none"] == 1 and worse["clicks"] == 2
    assert worse["not_people"]["identities"] == 0
    assert figures(np.array([0]), [NOBODY]) == {"people": 0}


def test_the_labels_that_are_here_can_be_used() -> None:
    labels = read_labels(FILE)
    assert {name for files in labels.sets.values() for name in files} == set(labels.files)
    cameras = {told.camera for told in labels.files.values()}
    assert {camera for pair in labels.overlapping for camera in pair} <= cameras
    for told in labels.files.values():
        for one in told.paths:
            assert (np.diff(one.times) > 0).all() and (one.boxes >= 0).all()
            assert (one.boxes[:, 2:] > one.boxes[:, :2]).all() and (one.boxes <= 1).all()


def test_the_script_of_the_sample_footage_is_the_truth_of_it() -> None:
    labels = drawn_labels()
    beach = labels.files["beach-morning.mp4"].paths
    assert {one.person for one in beach} == {"ada", "ben"}
    ada = next(one for one in beach if one.person == "ada")
    box = ada.at(4.0)
    assert box is not None and (box[0] + box[2]) / 2 == pytest.approx(0.5, abs=0.01)
    assert box[3] == pytest.approx(0.9) and box[1] == pytest.approx(0.38)
    film = labels.files["a-day-out.mp4"].paths
    ends = [one.times[-1] for one in film if one.person == "ada"]
    assert ends == pytest.approx([6.5, 29.0]), "shots follow one another"
