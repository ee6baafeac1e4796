from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recognition.engine import crops as c
from recognition.engine.types import Floats, Tracklet

PICTURE = (1280, 720)


def track(boxes: list[list[float]], confidence: list[float] | None = None) -> Tracklet:
    count = len(boxes)
    return Tracklet(
        "person",
        np.arange(count, dtype=np.int64) * 100,
        np.array(boxes, np.float32),
        np.array(confidence or [0.8] * count, np.float32),
    )


STANDING = [0.4, 0.3, 0.5, 0.7]


def test_bigger_surer_freer_and_whole_is_better() -> None:
    small, cut = [0.4, 0.3, 0.42, 0.36], [0.0, 0.3, 0.1, 0.7]
    scores = c.geometry_scores(
        track([STANDING, small, cut, STANDING], [0.8, 0.8, 0.8, 0.4]), [], PICTURE
    )
    assert scores.argmax() == 0
    assert scores[0] > scores[2] > scores[1]
    assert scores[3] == pytest.approx(scores[0] / 2)


def test_a_box_behind_another_is_worth_less() -> None:
    mine = track([STANDING, STANDING])
    other = track([[0.4, 0.3, 0.48, 0.7], [0.8, 0.3, 0.9, 0.7]], [1.0, 1.0])
    scores = c.geometry_scores(mine, [mine, other], PICTURE)
    assert scores[0] == pytest.approx(scores[1] * 0.2, rel=0.01)


def test_a_doubtful_box_hardly_covers() -> None:
    doubtful = track([STANDING], [0.1])
    scores = c.geometry_scores(track([STANDING]), [doubtful], PICTURE)
    assert scores[0] == pytest.approx(0.9 * c.geometry_scores(track([STANDING]), [], PICTURE)[0])


def test_crops_are_spread_over_time() -> None:
    chosen = c.plan_crops(track([STANDING] * 100), [], PICTURE, at_most=4)
    pts = sorted(candidate.pts for candidate in chosen)
    assert len(pts) == 4 and pts[-1] - pts[0] > 5000
    assert min(b - a for a, b in itertools.pairwise(pts)) > 1000


@given(st.integers(1, 30), st.integers(1, 9))
def test_never_more_than_asked_and_never_twice(count: int, at_most: int) -> None:
    chosen = c.plan_crops(track([STANDING] * count), [], PICTURE, at_most=at_most)
    assert len(chosen) == min(count, at_most)
    assert len({x.index for x in chosen}) == len(chosen)


def test_sharp_and_lit_beats_blurred_and_black() -> None:
    rng = np.random.default_rng(0)
    noisy = rng.integers(40, 220, (128, 64, 3), dtype=np.uint8)
    flat = np.full((128, 64, 3), 120, np.uint8)
    candidate = c.CropCandidate(0, 0, np.array(STANDING, np.float32), 0.8)
    assert c.sharpness(noisy) > 0.9 > 0.1 > c.sharpness(flat)
    assert c.score_crop(candidate, noisy).score > c.score_crop(candidate, flat).score
    assert c.exposure(np.zeros_like(flat)) == pytest.approx(0.3)
    assert c.exposure(flat) == 1


@given(hnp.arrays(np.float32, 4, elements=st.floats(0, 1, width=32)))
def test_context_holds_the_person_and_stays_inside(raw: Floats) -> None:
    box = np.concatenate([np.minimum(raw[:2], raw[2:]), np.maximum(raw[:2], raw[2:])])
    grown = c.person_context_box(box)
    assert (grown >= 0).all() and (grown <= 1).all()
    assert (grown[:2] <= box[:2] + 1e-6).all() and (grown[2:] >= box[2:] - 1e-6).all()


def test_context_is_half_a_body_around() -> None:
    grown = c.person_context_box(np.array([0.4, 0.4, 0.5, 0.6], np.float32))
    assert grown == pytest.approx([0.35, 0.35, 0.55, 0.65], abs=1e-5)


def test_a_cut_crop_is_a_small_copy() -> None:
    frame = np.zeros((1000, 1000, 3), np.uint8)
    crop = c.cut_crop(frame, np.array([0.2, 0.1, 0.4, 0.9], np.float32))
    assert crop.shape == (256, 64, 3)
    assert not np.shares_memory(crop, frame)
