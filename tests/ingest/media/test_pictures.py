"""Sizes, orientation and high dynamic range."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from ingest.media.pictures import Orientation, display_size, fit_size, tone_map


@pytest.mark.parametrize(
    ("size", "aspect", "turn", "expected"),
    [
        ((704, 576), Fraction(16, 11), 0, (1024, 576)),
        ((640, 480), None, 90, (480, 640)),
        ((640, 480), Fraction(1000, 1), 0, (640, 480)),
        ((1440, 1080), Fraction(4, 3), 270, (1080, 1920)),
    ],
)
def test_display_size(
    size: tuple[int, int], aspect: Fraction | None, turn: int, expected: tuple[int, int]
) -> None:
    assert display_size(*size, aspect, turn) == expected


def test_fit_never_enlarges_and_never_vanishes() -> None:
    assert fit_size(100, 50, 640) == (100, 50)
    assert fit_size(4000, 3, 640) == (640, 1)
    assert fit_size(1080, 1920, 640) == (360, 640)
    assert fit_size(7, 5, None) == (7, 5)


def test_mirrored_pictures_are_turned_back() -> None:
    image = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    upright = Orientation(90, is_mirrored=True).apply(image)
    assert np.array_equal(upright, np.rot90(image[:, ::-1], -1))


@pytest.mark.parametrize("is_pq", [True, False])
def test_tone_mapping_keeps_order_and_grey(is_pq: bool) -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)
    image = np.repeat(ramp[None, :, None], 3, axis=2)
    mapped = tone_map(image, is_pq=is_pq).astype(int)
    assert (np.diff(mapped[0, :, 1]) >= 0).all()
    assert np.ptp(mapped, axis=2).max() <= 3
    assert mapped[0, 0, 0] == 0
    assert mapped[0, -1, 0] == 255
