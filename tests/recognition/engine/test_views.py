"""A frame in a few views: which, and what becomes of their vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from recognition.engine import loader
from recognition.engine.types import Floats, Image
from recognition.engine.views import MEASURED, encode_views, in_views


def corners(pictures: Sequence[Image]) -> Floats:
    """Unit rows that say what lies left, right and outermost."""
    rows = [[p[0, 0, 0], p[0, -1, 0], p.shape[0], p.shape[1]] for p in pictures]
    vectors = np.asarray(rows, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def picture(height: int = 10, width: int = 20) -> Image:
    made = np.zeros((height, width, 3), dtype=np.uint8)
    made[:, : width // 2] = 200
    return made


def test_a_mirror_image_has_the_same_vector() -> None:
    seen = picture()
    mirrored = np.ascontiguousarray(seen[:, ::-1])
    both = encode_views(corners, [seen, mirrored])
    assert np.linalg.norm(both, axis=1) == pytest.approx([1, 1], abs=1e-6)
    alone = corners([seen, mirrored])
    assert float(both[0] @ both[1]) > float(alone[0] @ alone[1]) + 0.1


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 2)])
def test_small_pictures_keep_a_middle(size: tuple[int, int]) -> None:
    assert np.isfinite(encode_views(corners, [picture(*size)])).all()


def test_the_built_in_network_is_asked_in_views_and_others_once() -> None:
    images = loader.load_image_encoder("builtin", None)
    assert images.info.name in MEASURED
    seen = picture(40, 60)
    rows = in_views(images.info.name, images.encode_images)([seen])
    turned = in_views(images.info.name, images.encode_images)([np.ascontiguousarray(seen[:, ::-1])])
    assert float(rows[0] @ turned[0]) > float(
        images.encode_images([seen])[0] @ images.encode_images([seen[:, ::-1].copy()])[0]
    )
