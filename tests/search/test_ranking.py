"""Calibration, fusion and bands."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.facts import WHOLE, Spread
from search.query import parse
from search.ranking import (
    Band,
    band,
    calibrate,
    combine,
    dense_ranks,
    fuse_ranks,
    share_of_words,
    word_weights,
    z_score,
)

UNIT = st.floats(0, 1)
COSINE = st.floats(-1, 1)
SPREADS = st.builds(Spread, st.integers(0, 10_000), COSINE, st.floats(0, 0.5))
QUERY = parse("woman in red coat near the beach")


@given(COSINE, COSINE, SPREADS)
def test_more_alike_is_never_weaker(one: float, other: float, spread: Spread) -> None:
    low, high = sorted((one, other))
    assert 0 <= calibrate(low, spread) <= calibrate(high, spread) <= 1


@given(COSINE, COSINE, st.floats(0.02, 0.3))
def test_only_the_place_in_the_spread_counts(mean: float, shift: float, deviation: float) -> None:
    """The same z under two encoders means the same: raw cosines never matter."""
    one, other = Spread(5_000, mean, deviation), Spread(5_000, mean + shift, deviation)
    assert calibrate(mean + 0.1, one) == pytest.approx(calibrate(mean + shift + 0.1, other))


def test_few_pictures_are_not_trusted() -> None:
    few, many = Spread(2, 0.2, 0.001), Spread(2_000, 0.2, 0.001)
    assert z_score(0.21, few) < 1 < z_score(0.21, many)


@given(st.lists(UNIT, max_size=30))
def test_ranks_follow_strength(strengths: list[float]) -> None:
    ranks = dense_ranks(strengths)
    for a, ra in zip(strengths, ranks, strict=True):
        for b, rb in zip(strengths, ranks, strict=True):
            assert (a > b) == (ra < rb)


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 200)))
def test_fused_ranks_lie_in_0_to_1(ranks: dict[str, int]) -> None:
    assert 0 <= fuse_ranks(ranks, "abcd") <= 1
    assert fuse_ranks(dict.fromkeys("abcd", 1), "abcd") == pytest.approx(1)
    assert fuse_ranks({}, []) == 0


@given(UNIT, UNIT, UNIT, UNIT, UNIT)
def test_scores_lie_in_0_to_1_and_rise_with_evidence(
    whole: float, person: float, more: float, words: float, fused: float
) -> None:
    low, high = sorted((person, more))
    parts = {0, 1, WHOLE}
    scores = [combine(QUERY, {WHOLE: whole, 0: p}, parts, words, fused) for p in (low, high)]
    assert 0 <= scores[0] <= scores[1] + 1e-12 <= 1 + 1e-9


def test_a_part_without_an_answer_lowers_the_score() -> None:
    both = combine(QUERY, {WHOLE: 0.8, 0: 0.8, 1: 0.8}, {WHOLE, 0, 1})
    missing = combine(QUERY, {WHOLE: 0.8, 0: 0.8}, {WHOLE, 0, 1})
    uncheckable = combine(QUERY, {WHOLE: 0.8, 0: 0.8}, {WHOLE, 0})
    assert missing < both == pytest.approx(uncheckable)


def test_nothing_scores_nothing() -> None:
    assert combine(QUERY, {}, set(), 0.0, 1.0) == 0


def test_bands() -> None:
    assert [band(s) for s in (0.9, 0.6, 0.1)] == [Band.STRONG, Band.POSSIBLE, Band.WEAK]


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 50)), st.integers(50, 100))
def test_rare_words_weigh_more(counts: dict[str, int], total: int) -> None:
    weights = word_weights(counts, total)
    for one, often in counts.items():
        for other, rarely in counts.items():
            assert (often < rarely) == (weights[one] > weights[other])
    share = share_of_words(list(counts)[:2], weights)
    assert 0 <= share <= 1 and math.isfinite(share)
