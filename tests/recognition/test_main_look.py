"""Whom a track shows, and from when to when it surely shows them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.seeing.main_look import MainLook, main_look


def looks(*who: int) -> Floats:
    """A unit vector for each crop: one number is one body, but for a little noise."""
    noise = np.random.default_rng(0).normal(0, 0.03, (len(who), 16)).astype(np.float32)
    return unit(np.eye(16, dtype=np.float32)[list(who)] + noise)


def found(*who: int, quality: tuple[float, ...] | None = None) -> MainLook:
    """Of crops ten pts apart."""
    weights = np.array(quality or [0.5] * len(who), dtype=np.float32)
    return main_look(looks(*who), weights, 10 * np.arange(len(who)))


@pytest.mark.parametrize(
    ("who", "span"),
    [
        ((0, 0, 0), (None, None)),
        ((0,), (None, None)),
        ((0, 0, 0, 1), (None, 25)),
        ((1, 0, 0), (5, None)),
        ((2, 0, 0, 0, 1), (5, 35)),
        ((0, 0, 1, 0), (None, None)),
    ],
    ids=["all one", "one crop", "lost at the end", "came from another", "both", "passed by"],
)
def test_a_look_holds_halfway_to_what_is_another(
    who: tuple[int, ...], span: tuple[int | None, int | None]
) -> None:
    look = found(*who)
    assert (look.from_pts, look.to_pts) == span
    assert look.vector.argmax() == 0


def test_the_clearer_of_two_bodies_is_the_tracks() -> None:
    look = found(1, 1, 0, 0, quality=(0.1, 0.1, 0.8, 0.8))
    assert look.vector.argmax() == 0 and (look.from_pts, look.to_pts) == (15, None)


def test_another_side_of_one_body_ends_nothing() -> None:
    """Looks of a cosine of .5 are two modes, and may well be front and back."""
    front = np.array([1, 0, 0], dtype=np.float32)
    back = np.array([0.5, np.sqrt(0.75), 0], dtype=np.float32)
    rows = np.stack([front, front, front, front, back])
    look = main_look(rows, np.ones(5, dtype=np.float32), np.arange(5))
    assert look.from_pts is None and look.to_pts is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0.01, 1.0)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_of_crops_makes_no_difference_and_spans_hold_the_looks_crops(
    crops: list[tuple[int, float]], random: object
) -> None:
    rows, pts = looks(*(who for who, _ in crops)), 7 * np.arange(len(crops))
    quality = np.array([weight for _, weight in crops], dtype=np.float32)
    look = main_look(rows, quality, pts)
    assert np.linalg.norm(look.vector) == pytest.approx(1.0, abs=1e-4)
    first = -np.inf if look.from_pts is None else look.from_pts
    last = np.inf if look.to_pts is None else look.to_pts
    assert first <= last
    own = pts[rows @ look.vector > 0.9]
    assert ((own >= first) & (own <= last)).all()
    order = np.random.default_rng(len(crops)).permutation(len(crops))
    again = main_look(rows[order], quality[order], pts[order])
    if np.unique(quality).size == len(quality):
        assert (again.from_pts, again.to_pts) == (look.from_pts, look.to_pts)
