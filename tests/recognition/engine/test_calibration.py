"""Confidences of a detector are put on one scale, and their order stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.backends.builtin import SURE, calibrated
from recognition.engine.manifest import builtin_weights, by_role


@given(st.lists(st.floats(0, 1, width=32), min_size=2), st.floats(0.05, 0.95))
def test_order_and_range_stay(values: list[float], sure_from: float) -> None:
    raw = np.sort(np.array(values, dtype=np.float32))
    found = calibrated(raw, sure_from)
    assert (np.diff(found) >= -1e-6).all()
    assert found.min() >= 0 and found.max() <= 1 + 1e-6


def test_what_is_four_in_five_right_becomes_what_tracking_takes_for_sure() -> None:
    assert calibrated(np.array([0.6, 0.0, 1.0], dtype=np.float32), 0.6) == pytest.approx(
        [SURE, 0, 1]
    )


def test_the_shipped_detector_and_person_network_are_calibrated() -> None:
    weights = builtin_weights()
    assert 0 < by_role(weights, "detector").calibration["four_in_five_right_from"] < 1
    assert 0 < by_role(weights, "person").calibration["same_person"] < 1
