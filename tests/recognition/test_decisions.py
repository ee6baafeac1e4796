"""Carrying over what was decided on old tracks to new ones."""

from __future__ import annotations

import numpy as np

from recognition.services.decisions import Path, match_paths, overlap


def path(
    left: float, *, first: int = 0, last: int = 50, step: int = 5, label: str = "person",
    speed: float = 0.0,
) -> Path:  # fmt: skip
    """Something .2 wide and .6 tall, moving to the right by ``speed`` per 10 pts."""
    pts = np.arange(first, last, step, dtype=np.int64)
    x = left + speed * (pts - first) / 10
    rows = [x, np.full(len(pts), 0.2), x + 0.2, np.full(len(pts), 0.8)]
    return Path(label, pts, np.stack(rows, axis=1).astype(np.float32))


def test_the_same_path_at_other_times_is_the_same() -> None:
    old, new = path(0.1, speed=0.05), path(0.1, step=3, speed=0.05)
    assert overlap(old, new) > 0.9


def test_paths_side_by_side_are_two() -> None:
    assert overlap(path(0.1), path(0.25)) == 0


def test_paths_at_different_times_are_two() -> None:
    assert overlap(path(0.1, last=30), path(0.1, first=40, last=80)) == 0


def test_a_person_is_no_car() -> None:
    assert overlap(path(0.1), path(0.1, label="car")) == 0
    assert overlap(path(0.1, label="truck"), path(0.1, label="car")) > 0.9


def test_each_new_path_takes_the_best_old_one() -> None:
    assert match_paths([path(0.1), path(0.14)], [path(0.15), path(0.1)]) == {0: 1, 1: 0}


def test_pieces_of_one_old_path_all_take_it() -> None:
    pieces = [path(0.1, last=20), path(0.1, first=25, last=50)]
    assert match_paths([path(0.1)], pieces) == {0: 0, 1: 0}


def test_two_new_paths_at_once_do_not_both_take_one_old() -> None:
    assert match_paths([path(0.1)], [path(0.12), path(0.1)]) == {1: 0}
