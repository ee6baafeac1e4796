"""Average linkage among neighbours is average linkage; groups of a graph are HDBSCAN's."""

from __future__ import annotations

import hdbscan
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from recognition.engine.clustering import NOISE, cluster
from recognition.engine.density import density_groups
from recognition.engine.embedding import unit
from recognition.engine.linkage import Known, join, similarity_to_rest, split
from recognition.engine.neighbours import nearest
from recognition.engine.types import Floats, Ints


def made(people: int, tracks: int, seed: int, spread: float = 0.2) -> Floats:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, 16))
    rows = np.repeat(unit(centres.astype(np.float32)), tracks, axis=0)
    return unit((rows + random.normal(0, spread, rows.shape)).astype(np.float32))


def groups(labels: Ints) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == name).tolist()) for name in np.unique(labels)}


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.1, 0.8), st.integers(0, 20))
def test_joining_is_average_linkage(people: int, tracks: int, least: float, seed: int) -> None:
    rows = made(people, tracks, seed)
    ours = join(rows, np.arange(len(rows)), least, Known())
    if len(rows) < 2:
        assert ours.tolist() == [0]
        return
    distance = 1.0 - (rows.astype(np.float64) @ rows.T)[np.triu_indices(len(rows), k=1)]
    tree = linkage(np.maximum(distance, 0), method="average")
    # A merge that hangs on the last digits may fall either way.
    if np.abs(tree[:, 2] - (1 - least)).min() > 1e-5:
        assert groups(ours) == groups(fcluster(tree, 1 - least, criterion="distance"))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 20), st.integers(0, 9), st.data())
def test_what_is_apart_stays_apart(count: int, seed: int, data: st.DataObject) -> None:
    rows = made(1, count, seed)
    row = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(row, row).filter(lambda p: p[0] != p[1]), max_size=15))
    known = Known(apart=np.array(pairs, dtype=np.int64).reshape(-1, 2))
    for parts in (
        join(rows, np.arange(count), 0.1, known),
        split(rows, np.zeros(count, dtype=np.int64), 0.1, known),
    ):
        assert all(parts[a] != parts[b] for a, b in pairs)
        assert sorted(set(parts.tolist())) == list(range(int(parts.max()) + 1))


def test_nudges_tip_the_balance_both_ways() -> None:
    rows = unit(np.array([[1, 0], [0.5, 0.75**0.5]], dtype=np.float32))  # a cosine of .5

    def together(nudge: float, least: float) -> bool:
        known = Known(pairs=np.array([[0, 1]]), nudges=np.array([nudge], dtype=np.float32))
        parts = join(rows, np.arange(2), least, known)
        return bool(parts[0] == parts[1])

    assert together(0.2, 0.6) and not together(0.0, 0.6)
    assert together(0.0, 0.4) and not together(-0.2, 0.4)


def test_a_nudge_counts_for_its_pair_among_all_pairs() -> None:
    rows = np.repeat(unit(np.array([[1, 0], [0.5, 0.75**0.5]], dtype=np.float32)), 2, axis=0)
    known = Known(pairs=np.array([[0, 2]]), nudges=np.array([0.2], dtype=np.float32))
    parts = np.array([0, 0, 1, 1])
    assert len(set(join(rows, parts, 0.54, known).tolist())) == 1  # .5 + .2 / 4
    assert len(set(join(rows, parts, 0.56, known).tolist())) == 2


@pytest.mark.parametrize("seed", range(3))
def test_groups_of_the_graph_are_hdbscans(seed: int) -> None:
    rows = made(12, 10, seed, spread=0.12)
    near = nearest(rows, 24)
    ours = density_groups(near.index, np.sqrt(np.maximum(2 - 2 * near.similarity, 0)))
    model = hdbscan.HDBSCAN(min_cluster_size=2, min_samples=2, core_dist_n_jobs=1)
    theirs = model.fit_predict(rows.astype(np.float64))
    same = (ours[:, None] == ours) == (theirs[:, None] == theirs)
    assert same.mean() > 0.98


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(seed: int, random: np.random.RandomState) -> None:
    rows = made(5, 6, seed, spread=0.25)
    apart = [(0, 1), (7, 20)]
    order = list(range(len(rows)))
    random.shuffle(order)
    place = {row: at for at, row in enumerate(order)}
    plain = cluster(rows, same_person=0.4, cannot_link=apart)
    mixed = cluster(
        rows[order], same_person=0.4, cannot_link=[(place[a], place[b]) for a, b in apart]
    )
    back = mixed[[place[row] for row in range(len(rows))]]
    assert groups(plain) == groups(back)
    assert (plain == NOISE).tolist() == (back == NOISE).tolist()


def test_likeness_to_the_rest() -> None:
    rows = made(2, 3, 0)
    found = similarity_to_rest(rows, np.ones(6, np.float32), np.array([0, 0, 0, 1, 1, 2]))
    assert found[0] == pytest.approx(float(rows[0] @ unit(rows[1] + rows[2])), abs=1e-5)
    assert np.isnan(found[5]) and not np.isnan(found[:5]).any()
