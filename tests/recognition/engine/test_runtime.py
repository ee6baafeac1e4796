from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine import runtime
from recognition.engine.errors import BadValue, NetworkFailed
from recognition.engine.geometry import FitMode
from recognition.engine.manifest import Preprocessing
from recognition.engine.runtime import in_halving_batches
from recognition.engine.types import Image


def picture(height: int, width: int, value: tuple[int, int, int] = (200, 100, 50)) -> Image:
    return np.broadcast_to(np.array(value, np.uint8), (height, width, 3)).copy()


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from(["squash", "letterbox"]))
def test_any_size_becomes_the_networks_size(height: int, width: int, mode: FitMode) -> None:
    spec = Preprocessing(32, 24, mode)
    batch, fits = runtime.preprocess([picture(height, width)] * 2, spec)
    assert batch.shape == (2, 3, 24, 32) and batch.dtype == np.float32 and len(fits) == 2


def test_values_follow_the_specification() -> None:
    spec = Preprocessing(
        4, 4, color="bgr", scale=1 / 255, mean=(0.5, 0.25, 0.0), std=(0.5, 0.5, 2.0)
    )
    batch, _ = runtime.preprocess([picture(4, 4)], spec)
    expected = [(50 / 255 - 0.5) / 0.5, (100 / 255 - 0.25) / 0.5, 200 / 255 / 2]
    assert batch[0, :, 0, 0] == pytest.approx(expected, abs=1e-5)


def test_letterbox_pads_and_keeps_the_picture() -> None:
    spec = Preprocessing(8, 8, "letterbox", pad=7, align="topleft", layout="nhwc", dtype="uint8")
    batch, _ = runtime.preprocess([picture(4, 8)], spec)
    assert batch.dtype == np.uint8 and batch.shape == (1, 8, 8, 3)
    assert (batch[0, :4] == [200, 100, 50]).all() and (batch[0, 4:] == 7).all()


def test_what_is_no_rgb_picture_is_refused() -> None:
    bad: Any
    for bad in (
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ):
        with pytest.raises(BadValue):
            runtime.preprocess([bad], Preprocessing(8, 8))


def test_batches_are_bounded() -> None:
    sizes = [len(b) for b, _ in runtime.in_batches([picture(4, 4)] * 37, Preprocessing(4, 4), 16)]
    assert sizes == [16, 16, 5]


def test_a_session_is_shared_and_made_once() -> None:
    made: list[int] = []

    class Session:
        def close(self) -> None:
            made.append(-1)

    def make() -> Session:
        made.append(1)
        return Session()

    key = ("test", "shared")
    assert runtime.shared(key, make) is runtime.shared(key, make)
    assert made == [1]
    runtime._shared.pop(key)


def test_the_machine_has_a_thread() -> None:
    assert runtime.machine_threads() >= 1


def test_batches_are_halved_until_they_fit_and_stay_small() -> None:
    sizes: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 3:
            raise MemoryError
        return [-item for item in items]

    assert in_halving_batches(range(10), 8, run) == [-n for n in range(10)]
    assert sizes == [8, 4, 2, 2, 2, 2, 2]


def test_what_does_not_fit_alone_is_a_failure_that_may_pass() -> None:
    def run(items: Sequence[int]) -> list[int]:
        raise MemoryError

    with pytest.raises(NetworkFailed, match="single picture") as caught:
        in_halving_batches([1, 2], 2, run)
    assert not caught.value.permanent
    assert in_halving_batches([], 4, run) == []


def test_other_errors_are_not_taken_for_want_of_memory() -> None:
    def run(items: Sequence[int]) -> list[int]:
        raise ValueError("else")

    with pytest.raises(ValueError, match="else"):
        in_halving_batches([1], 4, run)
