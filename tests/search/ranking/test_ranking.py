"""Calibration, fusion and bands."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.parsing import parse
from search.ranking.calibration import BY_ENCODER, UNMEASURED, Calibration, calibration_of
from search.ranking.facts import WHOLE, Spread
from search.ranking.scores import (
    SUPPORT,
    Band,
    add_up,
    as_strength,
    band,
    band_of_reason,
    combine,
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
    low, high = (z_score(s, spread) for s in sorted((one, other)))
    assert 0 <= as_strength(low) <= as_strength(high) <= 1


@given(COSINE, COSINE, st.floats(0.02, 0.3))
def test_only_the_place_in_the_spread_counts(mean: float, shift: float, deviation: float) -> None:
    """The same z under two encoders means the same: raw cosines never matter."""
    one, other = Spread(5_000, mean, deviation), Spread(5_000, mean + shift, deviation)
    assert z_score(mean + 0.1, one) == pytest.approx(z_score(mean + shift + 0.1, other))


def test_few_pictures_are_not_trusted() -> None:
    few, many = Spread(2, 0.2, 0.001), Spread(2_000, 0.2, 0.001)
    assert z_score(0.21, few) < 1 < z_score(0.21, many)


@given(UNIT, UNIT, UNIT)
def test_scores_lie_in_0_to_1_and_rise_with_evidence(
    person: float, more: float, words: float
) -> None:
    low, high = sorted((person, more))
    scores = [combine(QUERY, {0: p}, {0, 1}, words) for p in (low, high)]
    assert 0 <= scores[0] <= scores[1] + 1e-12 <= 1 + 1e-9


SUPPORTS = st.dictionaries(st.sampled_from([WHOLE, 0, 1]), st.floats(-5, 5))


@given(SUPPORTS, st.sampled_from([WHOLE, 0, 1]), st.floats(0, 5), UNIT)
def test_more_support_is_never_less(
    supports: dict[int, float], part: int, more: float, words: float
) -> None:
    before = add_up(QUERY.alternatives, supports, words)
    after = add_up(QUERY.alternatives, supports | {part: supports.get(part, 0.0) + more}, words)
    assert after >= before - 1e-9
    assert add_up(QUERY.alternatives, supports, 1.0) >= before


def test_of_alternatives_the_best_counts() -> None:
    query = parse("a dog or a cat")
    dog, cat = (i for i, p in enumerate(query.parts) if p.value in ("dog", "cat"))
    assert add_up(query.alternatives, {dog: 0.2, cat: 0.5}) == 0.5
    assert combine(query, {dog: 0.2, cat: 0.9}, {dog, cat}) == pytest.approx(0.9)


def test_readings_cannot_turn_over_what_pictures_tell_apart() -> None:
    """Why evidence is added in log-odds: a clear picture beats any single reading."""
    clear, unclear = 3.5 * SUPPORT["whole"], 2.5 * SUPPORT["whole"]
    for source in ("readings", "object", "scene", "count", "words"):
        assert clear > unclear + SUPPORT[source]


@given(st.floats(0.01, 5), st.floats(-8, 2), st.floats(-20, 20), st.floats(0, 20))
def test_calibrated_scores_rise_with_evidence(
    slope: float, bias: float, evidence: float, more: float
) -> None:
    scale = Calibration(slope, bias)
    assert 0 <= scale.probability(evidence) <= scale.probability(evidence + more) <= 1


def test_among_few_pictures_one_is_likelier_to_be_meant() -> None:
    scale = Calibration(1.0, -3.0, pictures=300)
    assert scale.probability(2.0, 300) == scale.probability(2.0, 10_000) == scale.probability(2.0)
    odds = [p / (1 - p) for p in (scale.probability(2.0, 30), scale.probability(2.0))]
    assert odds[0] == pytest.approx(10 * odds[1])
    assert scale.probability(2.0, 0) < 1


def test_an_encoder_that_nobody_measured_has_a_calibration() -> None:
    assert calibration_of("someone's") is UNMEASURED
    assert all(c.slope > 0 for c in BY_ENCODER.values())


def test_a_part_without_an_answer_lowers_the_score() -> None:
    both = combine(QUERY, {0: 0.8, 1: 0.8}, {0, 1})
    missing = combine(QUERY, {0: 0.8}, {0, 1})
    uncheckable = combine(QUERY, {0: 0.8}, {0})
    assert missing < both == pytest.approx(uncheckable)


def test_nothing_scores_nothing() -> None:
    assert combine(QUERY, {}, set(), 0.0) == 0


def test_bands() -> None:
    assert [band(s) for s in (0.6, 0.2, 0.1)] == [Band.STRONG, Band.POSSIBLE, Band.WEAK]
    found = [band_of_reason(s) for s in (0.9, 0.6, 0.1)]
    assert found == [Band.STRONG, Band.POSSIBLE, Band.WEAK]


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 50)), st.integers(50, 100))
def test_rare_words_weigh_more(counts: dict[str, int], total: int) -> None:
    weights = word_weights(counts, total)
    for one, often in counts.items():
        for other, rarely in counts.items():
            assert (often < rarely) == (weights[one] > weights[other])
    share = share_of_words(list(counts)[:2], weights)
    assert 0 <= share <= 1 and math.isfinite(share)
