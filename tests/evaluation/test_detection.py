"""Detectors side by side: what counts as found."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.detection import average_precision, figures, judge
from recognition.engine.types import Detections


def seen(*boxes: tuple[float, float, float, float, float], label: str = "person") -> Detections:
    rows = np.array(boxes, dtype=np.float32).reshape(-1, 5)
    return Detections(rows[:, :4], rows[:, 4], (label,) * len(rows))


HERE = (0.1, 0.1, 0.3, 0.9)
THERE = (0.6, 0.1, 0.8, 0.9)


def test_a_person_is_found_once() -> None:
    judged = judge(seen((*HERE, 0.9), (*HERE, 0.8)), seen((*HERE, 0.7)))
    assert judged.is_right.tolist() == [1.0, 0.0]
    assert judged.asked == 1


def test_only_trusted_people_of_some_size_are_asked_for() -> None:
    tiny = (0.5, 0.5, 0.51, 0.52, 0.9)
    assert judge(seen(), seen((*HERE, 0.3), tiny, (*THERE, 0.6))).asked == 1
    assert judge(seen(), seen((*HERE, 0.9), label="dog")).asked == 0


def test_recall_and_precision_are_of_sure_boxes() -> None:
    frames = [
        judge(seen((*HERE, 0.9), (*THERE, 0.2)), seen((*HERE, 0.9), (*THERE, 0.9))),
        judge(seen((*HERE, 0.6)), seen()),
    ]
    told = figures(frames)
    assert (told["asked"], told["found"]) == (2, 2)
    assert (told["recall"], told["precision"]) == (0.5, 0.5)
    assert told["ap50"] == pytest.approx(0.5 + 0.5 * 2 / 3, abs=1e-3)


def test_nobody_to_find_has_no_recall() -> None:
    told = figures([judge(seen(), seen())])
    assert told["recall"] is None
    assert told["precision"] is None
    nothing = np.zeros(0, dtype=np.float32)
    assert average_precision(nothing, nothing, 3) == 0.0
