"""A track's vector is of whom most of it shows."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.models import Crop
from recognition.services.vectors import track_vectors


def crops(*qualities: float) -> list[Crop]:
    return [Crop(track_id=7, pts=at, quality=quality) for at, quality in enumerate(qualities)]


def rows(*who: int) -> list[Floats]:
    """A unit vector for each: the same number looks the same, but for a little noise."""
    noise = np.random.default_rng(0).normal(0, 0.03, (len(who), 16)).astype(np.float32)
    return list(unit(np.eye(16, dtype=np.float32)[list(who)] + noise))


def test_crops_of_one_look_are_averaged_by_quality() -> None:
    first, second = unit(np.array([[1, 0.4, 0], [1, -0.4, 0]], dtype=np.float32))
    (found,) = track_vectors(crops(0.9, 0.3), [first, second])
    assert found.track_id == 7
    assert found.quality == pytest.approx(0.9)
    assert found.vector == pytest.approx(unit((0.75 * first + 0.25 * second)[None])[0], abs=1e-5)


def test_what_a_tracker_drifted_to_is_left_out() -> None:
    (found,) = track_vectors(crops(0.5, 0.4, 0.3, 0.2), rows(0, 0, 1, 2))
    assert found.vector[0] > 0.95


def test_many_poor_crops_do_not_outweigh_few_good_ones() -> None:
    (found,) = track_vectors(crops(0.6, 0.05, 0.05, 0.05), rows(3, 1, 1, 1))
    assert found.vector[3] > 0.95


def test_with_the_vector_goes_where_the_track_shows_it() -> None:
    (found,) = track_vectors(crops(0.5, 0.4, 0.4, 0.2), rows(0, 0, 0, 1))
    assert (found.from_pts, found.to_pts) == (None, 2)
    (whole,) = track_vectors(crops(0.5, 0.4), rows(0, 0))
    assert (whole.from_pts, whole.to_pts) == (None, None)
