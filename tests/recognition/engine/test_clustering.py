from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.engine.centres import FEW_PEOPLE
from recognition.engine.clustering import (
    NOISE,
    assign,
    cluster,
    count_proposed,
    crowding,
)
from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
from recognition.engine.reranking import rerank, rerank_within
from recognition.engine.types import Floats, Ints


def people(counts: list[int], spread: float = 0.08, seed: int = 0) -> tuple[Floats, Ints]:
    """Unit vectors of as many tracks per person as ``counts`` says."""
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(64, len(counts))))[0].T
    who = np.repeat(np.arange(len(counts)), counts)
    rows = centres[who] + rng.normal(0, spread, (len(who), 64))
    return unit(rows.astype(np.float32)), who


def groups(labels: Ints) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == x).tolist()) for x in set(labels.tolist()) - {-1}}


@pytest.mark.parametrize("counts", [[5, 5], [2, 2, 2], [3, 9, 4, 2], [40, 30, 2, 2, 2], [6]])
def test_it_finds_the_people(counts: list[int]) -> None:
    rows, who = people(counts)
    assert groups(cluster(rows, same_person=0.5)) == groups(who)


def test_small_numbers() -> None:
    rows, _ = people([2, 1])
    assert cluster(rows[:0].reshape(0, 64)).tolist() == []
    assert cluster(rows[:1]).tolist() == [NOISE]
    assert cluster(rows[:2]).tolist() == [0, 0]
    assert cluster(rows[1:]).tolist() == [NOISE, NOISE]
    assert cluster(rows[:1], min_size=1).tolist() == [0]


@pytest.mark.parametrize("count", [2, 3, 7, 8, 30])
def test_all_the_same_is_one_and_all_different_none(count: int) -> None:
    same = np.tile(np.eye(64, dtype=np.float32)[0], (count, 1))
    assert cluster(same).tolist() == [0] * count
    assert (cluster(np.eye(64, dtype=np.float32)[:count]) == NOISE).all()


def test_two_seen_at_one_time_are_never_one() -> None:
    rows, _ = people([8], spread=0.02)
    pairs = [(0, 1), (2, 3)]
    labels = cluster(rows, cannot_link=pairs)
    assert all(labels[a] != labels[b] or labels[a] == NOISE for a, b in pairs)
    with pytest.raises(BadValue):
        cluster(rows, cannot_link=[(0, 99)])


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 25), st.integers(0, 5), st.data())
def test_cannot_link_always_holds(count: int, seed: int, data: st.DataObject) -> None:
    rows = unit(np.random.default_rng(seed).normal(1, 1, (count, 8)).astype(np.float32))
    row = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(row, row).filter(lambda p: p[0] != p[1]), max_size=20))
    labels = cluster(rows, cannot_link=pairs)
    assert all(labels[a] != labels[b] or labels[a] == NOISE for a, b in pairs)
    assert len(labels) == count


def test_labels_are_numbered_by_size() -> None:
    rows, _ = people([2, 6, 4])
    labels = cluster(rows, same_person=0.5)
    assert [int((labels == k).sum()) for k in range(3)] == [6, 4, 2]


def test_tracks_go_to_the_identity_whose_base_is_nearest() -> None:
    rows, _who = people([4, 4, 4])
    bases, owners = rows[[0, 1, 4]], np.array([7, 7, 9])
    found = assign(rows, bases, owners, threshold=0.5)
    assert [a.identity for a in found] == [7] * 4 + [9] * 4 + [NOISE] * 4
    assert found[0].margin > 0.3 and found[0].similarity == pytest.approx(1)
    assert assign(rows[:1], bases[:0], owners[:0])[0].identity == NOISE
    with pytest.raises(BadValue):
        assign(rows, bases, owners[:1])


def test_reranking_pulls_neighbours_of_neighbours_together() -> None:
    rows, who = people([8] * 12, spread=0.17, seed=3)
    plain = 1 - rows @ rows.T
    better = rerank_within(rows, k1=8, k2=3)

    def mean_precision(distance: Floats) -> float:
        total = []
        for i, row in enumerate(distance):
            order = np.argsort(np.where(np.arange(len(row)) == i, np.inf, row))[:-1]
            ranks = np.flatnonzero(who[order] == who[i]) + 1
            total.append(float((np.arange(1, len(ranks) + 1) / ranks).mean()))
        return float(np.mean(total))

    assert mean_precision(better) > mean_precision(plain) + 0.02
    assert better.min() >= 0 and better.max() <= 1.01


def naive_rerank(queries: Floats, gallery: Floats, k1: int, k2: int, share: float) -> Floats:
    """The published reference, dense (github.com/zhunzhong07/person-re-ranking), rewritten."""
    rows = np.concatenate([queries, gallery]).astype(np.float64)
    distance = np.maximum(2 - 2 * rows @ rows.T, 0)
    distance = distance / distance.max(axis=1, keepdims=True)
    rank = np.argsort(distance, axis=1, kind="stable")
    count = len(rows)
    v = np.zeros((count, count))
    for i in range(count):
        near = rank[i, : k1 + 1]
        first = np.array([j for j in near if i in rank[j, : k1 + 1]])
        expanded = list(first)
        for j in first:
            half = rank[j, : round(k1 / 2) + 1]
            mine = np.array([x for x in half if j in rank[x, : round(k1 / 2) + 1]])
            if len(np.intersect1d(mine, first)) > 2 / 3 * len(mine):
                expanded += list(mine)
        members = np.unique(expanded)
        weight = np.exp(-distance[i, members])
        v[i, members] = weight / weight.sum()
    if k2 > 1:
        v = np.stack([v[rank[i, :k2]].mean(axis=0) for i in range(count)])
    asked = len(queries)
    out = np.empty((asked, count - asked))
    for i in range(asked):
        for j in range(asked, count):
            out[i, j - asked] = 1 - np.minimum(v[i], v[j]).sum() / np.maximum(v[i], v[j]).sum()
    mixed = (1 - share) * out + share * distance[:asked, asked:]
    return np.asarray(mixed, dtype=np.float32)


def test_reranking_is_exact() -> None:
    rows, _ = people([5] * 8, spread=0.2, seed=1)
    queries, gallery = rows[::4], np.delete(rows, np.s_[::4], axis=0)
    expected = naive_rerank(queries, gallery, 6, 3, 0.3)
    assert rerank(queries, gallery, k1=6, k2=3) == pytest.approx(expected, abs=1e-3)


def test_reranking_of_little_or_nothing() -> None:
    rows, _ = people([2])
    assert rerank(rows[:1], rows[1:]).shape == (1, 1)
    assert rerank(rows[:0].reshape(0, 64), rows).shape == (0, 2)
    assert rerank_within(rows[:0].reshape(0, 64)).shape == (0, 0)


def test_a_crowd_raises_the_threshold_by_the_librarys_own_spread() -> None:
    random = np.random.default_rng(0)
    wide = unit(random.normal(size=(4000, 24)).astype(np.float32))
    narrow = unit(random.normal(size=(4000, 200)).astype(np.float32))
    assert crowding(wide, FEW_PEOPLE) == 0
    steps = [crowding(wide, people) for people in (1000, 10_000, 100_000)]
    assert 0 < steps[0] < steps[1] < steps[2] < 0.5
    assert crowding(narrow, 10_000) < steps[1] / 2


def test_a_crowd_begins_where_the_threshold_was_measured() -> None:
    rows = unit(np.random.default_rng(0).normal(size=(4000, 24)).astype(np.float32))
    assert crowding(rows, 32, 32) == 0
    steps = [crowding(rows, 500, among) for among in (32, 81, 256)]
    assert steps[0] > steps[1] > steps[2] > 0
    assert crowding(rows, 500, 32) == pytest.approx(
        crowding(rows, 500, 81) + crowding(rows, 81, 32), abs=1e-4
    )
    table, who = people([4] * 6)
    assert count_proposed(table) == len(set(who))


def test_fewer_strangers_of_a_crowd_are_put_together() -> None:
    random = np.random.default_rng(1)
    strangers = unit(random.normal(size=(3000, 64)).astype(np.float32))
    paired = np.repeat(strangers, 2, axis=0)
    paired = unit(paired + random.normal(0, 0.06, paired.shape).astype(np.float32))

    def mixed(among: int) -> int:
        labels = cluster(paired, same_person=0.4, among=among)
        people = [set((np.flatnonzero(labels == name) // 2).tolist()) for name in set(labels)]
        assert sum(len(who) == 1 for who in people) > 100
        return sum(len(who) > 1 for who in people)

    assert 0 < mixed(FEW_PEOPLE) < mixed(10_000) / 5
