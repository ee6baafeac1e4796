from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recognition.engine import geometry as g
from recognition.engine.errors import BadValue
from recognition.engine.types import Floats

unit_floats = st.floats(0, 1, width=32)


@st.composite
def boxes(draw: st.DrawFn, at_most: int = 8) -> Floats:
    raw = draw(hnp.arrays(np.float32, (draw(st.integers(0, at_most)), 4), elements=unit_floats))
    low, high = np.minimum(raw[:, :2], raw[:, 2:]), np.maximum(raw[:, :2], raw[:, 2:])
    return np.concatenate([low, high], axis=1)


@given(boxes(), boxes())
def test_iou_is_symmetric_and_between_0_and_1(a: Floats, b: Floats) -> None:
    iou = g.iou_matrix(a, b)
    assert iou.shape == (len(a), len(b))
    assert np.allclose(iou, g.iou_matrix(b, a).T)
    assert (iou >= 0).all() and (iou <= 1).all()


@given(boxes())
def test_a_box_with_area_covers_itself(a: Floats) -> None:
    solid = a[g.box_areas(a) > 1e-4]
    assert np.allclose(np.diag(g.iou_matrix(solid, solid)), 1, atol=1e-3)
    assert np.allclose(np.diag(g.coverage_matrix(solid, solid)), 1, atol=1e-3)


@given(boxes(), st.floats(0.1, 0.9))
def test_nms_keeps_boxes_that_hardly_overlap_and_drops_only_covered_ones(
    a: Floats, limit: float
) -> None:
    confidence = np.linspace(1, 0.1, len(a)).astype(np.float32)
    kept = g.nms(a, confidence, limit)
    overlap = g.iou_matrix(a, a)
    for i in kept:
        assert all(overlap[i, j] <= limit for j in kept if j != i)
    for i in set(range(len(a))) - set(kept.tolist()):
        assert overlap[i, kept].max() > limit


def test_nms_by_label_leaves_other_labels_alone() -> None:
    same = np.array([[0, 0, 1, 1]] * 3, dtype=np.float32)
    kept = g.nms_by_label(same, np.array([0.9, 0.8, 0.7], np.float32), [0, 1, 0], 0.5)
    assert kept.tolist() == [0, 1]


@given(
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.sampled_from(["squash", "letterbox"]),
    st.sampled_from(["center", "topleft"]),
    boxes(),
)
def test_a_fit_can_be_undone(
    width: int, height: int, mode: g.FitMode, align: g.Align, a: Floats
) -> None:
    fit = g.fit_picture((width, height), (416, 320), mode, align)
    assert np.allclose(fit.to_picture(fit.to_input(a)), a, atol=2e-3)
    inside = fit.to_input(np.array([[0, 0, 1, 1]], np.float32))[0]
    assert (inside[:2] >= -0.01).all() and inside[2] <= 416.01 and inside[3] <= 320.01


@pytest.mark.parametrize("align, top", [("center", 91), ("topleft", 0)])
def test_letterbox_keeps_the_shape(align: g.Align, top: int) -> None:
    fit = g.fit_picture((1920, 1080), (416, 416), "letterbox", align)
    assert (fit.content_px, fit.left, fit.top) == ((416, 234), 0, top)


@given(boxes().filter(len), st.lists(st.integers(-100, 10_000), min_size=1, max_size=9))
def test_interpolated_boxes_lie_between_their_neighbours(a: Floats, at: list[int]) -> None:
    pts = np.arange(len(a), dtype=np.int64) * 1000
    found = g.interpolate_boxes(pts, a, np.array(at, dtype=np.int64))
    assert found.shape == (len(at), 4)
    assert (found >= a.min(axis=0) - 1e-5).all() and (found <= a.max(axis=0) + 1e-5).all()


def test_interpolation_is_linear_and_holds_at_the_ends() -> None:
    a = np.array([[0, 0, 0.2, 0.2], [0.4, 0, 0.6, 0.2]], dtype=np.float32)
    found = g.interpolate_boxes(np.array([0, 100]), a, np.array([-5, 25, 500]))
    assert np.allclose(found[:, 0], [0, 0.1, 0.4])
    with pytest.raises(BadValue):
        g.interpolate_boxes(np.array([0]), a, np.array([1]))


@given(hnp.arrays(np.float32, 4, elements=st.floats(-1, 2, width=32)))
def test_a_crop_always_has_a_pixel(box: Floats) -> None:
    image = np.zeros((7, 11, 3), dtype=np.uint8)
    height, width, channels = g.crop_image(image, box).shape
    assert 1 <= height <= 7 and 1 <= width <= 11 and channels == 3


def test_a_crop_has_the_pixels_of_its_box() -> None:
    image = np.arange(10 * 10 * 3, dtype=np.uint8).reshape(10, 10, 3)
    crop = g.crop_image(image, np.array([0.2, 0.5, 0.6, 0.8], np.float32))
    assert np.array_equal(crop, image[5:8, 2:6])


def test_expand_grows_by_shares() -> None:
    grown = g.expand(np.array([[0.4, 0.4, 0.6, 0.8]], np.float32), 0.5, 0.25)
    assert np.allclose(grown, [[0.3, 0.3, 0.7, 0.9]])


def test_boxes_of_another_shape_are_refused() -> None:
    with pytest.raises(BadValue, match=r"\(n, 4\)"):
        g.iou_matrix(np.zeros((2, 3), np.float32), np.zeros((0, 4), np.float32))
