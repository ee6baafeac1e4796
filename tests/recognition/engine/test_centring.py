from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.engine import centres
from recognition.engine.centres import Calibrated, read_centre, weights_digest, write_centre
from recognition.engine.centring import Centre, centre, people_mean
from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
from recognition.engine.manifest import builtin_weights, by_role
from recognition.engine.types import Floats, Ints

D = 32
AROUND = Centre(np.zeros(D, dtype=np.float32), 0.6)


def seen(people: int, tracks: int, shift: float, seed: int = 0) -> tuple[Floats, Ints, Ints]:
    """Vectors of people who all walk past two cameras that move vectors two ways."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 2 * tracks)
    camera = np.tile(np.repeat([0, 1], tracks), people)
    own = unit(random.normal(size=(people, D)).astype(np.float32))
    moved = unit(random.normal(size=(2, D)).astype(np.float32)) * shift
    noise = random.normal(0, 0.05, (len(who), D))
    return unit((own[who] + moved[camera] + noise).astype(np.float32)), who, camera


def found_first(rows: Floats, who: Ints, camera: Ints) -> float:
    """Share of tracks whose nearest on the other camera is the same person."""
    table = np.where(camera[:, None] == camera, -np.inf, rows @ rows.T)
    return float((who[table.argmax(axis=1)] == who).mean())


def test_what_a_camera_does_to_all_is_taken_out() -> None:
    rows, who, camera = seen(30, 3, shift=1.5)
    assert found_first(centre(rows, camera, AROUND), who, camera) > 0.98
    assert found_first(rows, who, camera) < 0.97


@pytest.mark.parametrize("people", [1, 2, 3, 5])
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_with_few_people_they_stay_who_they_are(people: int, shift: float) -> None:
    rows, who, camera = seen(people, 6, shift, seed=people)
    centred = centre(rows, camera, AROUND)
    same = who[:, None] == who
    assert (centred @ centred.T)[same].mean() > 0.6
    assert found_first(centred, who, camera) >= found_first(rows, who, camera)


def test_people_are_counted_and_not_tracks() -> None:
    rows, _, _ = seen(2, 2, 0)
    often = np.concatenate([rows[:1].repeat(400, axis=0), rows[4:5]])
    mean, count = people_mean(often, AROUND.mean, AROUND.alike)
    assert count == pytest.approx(2, abs=0.01)
    assert mean == pytest.approx((rows[0] + rows[4]) / 2, abs=1e-3)


def test_thousands_of_tracks_are_sampled_and_their_order_makes_no_difference() -> None:
    rows, _, _ = seen(20, 80, 0.2)
    _, count = people_mean(rows, AROUND.mean, AROUND.alike)
    mean, again = people_mean(rows[::-1], AROUND.mean, AROUND.alike)
    assert again == pytest.approx(count, rel=1e-4)
    assert count == pytest.approx(20, abs=3) and len(mean) == D


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 9), st.integers(1, 8))
def test_the_order_of_rows_makes_no_difference(seed: int, people: int) -> None:
    rows, _, camera = seen(people, 2, 0.3, seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    mixed = centre(rows[order], camera[order], AROUND)
    assert mixed == pytest.approx(centre(rows, camera, AROUND)[order], abs=1e-5)
    assert np.linalg.norm(mixed, axis=1) == pytest.approx(1, abs=1e-5)


def test_rows_groups_and_mean_must_fit() -> None:
    rows, _, camera = seen(2, 2, 0)
    assert centre(rows[:0], camera[:0], AROUND).shape == (0, D)
    with pytest.raises(BadValue):
        centre(rows, camera[:-1], AROUND)
    with pytest.raises(BadValue):
        centre(rows[:, :-1], camera, AROUND)


def test_a_centre_is_for_the_weights_that_it_was_measured_on(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(centres, "FOLDER", tmp_path)
    read_centre.cache_clear()
    entry = by_role(builtin_weights(), "person")
    assert centres.centre_of(entry) is None
    mean = np.full(entry.dimension, 0.01, dtype=np.float32)
    write_centre(entry.space, Calibrated("others", Centre(mean, 0.5), 0.6, 9.0, {}))
    assert centres.centre_of(entry) is None and read_centre(entry.space) is not None
    own = Calibrated(weights_digest(entry), Centre(mean, 0.5), 0.6, 9.0, {"map": 0.4}, among=40)
    write_centre(entry.space, own)
    found = centres.centre_of(entry)
    assert found is not None and found.among == 40
    assert (found.same_person, found.slope, found.around.alike) == (0.6, 9.0, 0.5)
    assert found.around.mean == pytest.approx(mean) and found.measured == {"map": 0.4}
    read_centre.cache_clear()


def test_every_centre_that_ships_was_better() -> None:
    shipped = [read_centre(path.stem) for path in centres.FOLDER.glob("*.json")]
    assert shipped
    for found in shipped:
        assert found is not None
        assert found.measured["centred"]["map"] > found.measured["plain"]["map"]
        few = found.measured["few"].values()
        assert all(one["map"] >= found.measured["plain"]["map"] for one in few)
