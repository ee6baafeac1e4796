"""Figures of search: ranks, kinds, reliability, calibration; on values whose answer is known."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.parsing import QUERIES, measure
from evaluation.query_kinds import kinds_of
from evaluation.reliability import Judged, calibrate, fit, log_odds, reliability
from evaluation.search import as_table, figures, judge
from search.query.parsing import parse


def answer(text: str, *names: str) -> dict[str, Any]:
    return {
        "parsed": [part.as_dict() for part in parse(text).understood],
        "elapsed_ms": 1.0,
        "moments": [{"asset": {"name": name}, "score": 0.5} for name in names],
    }


def test_ranks_are_of_distinct_clips() -> None:
    queries = [{"query": "a dog", "relevant": ["b"]}, {"query": "two men", "relevant": ["z"]}]
    told = judge(queries, [answer("a dog", "a", "a", "b"), answer("two men", "a")])
    assert [row["rank"] for row in told["queries"]] == [2, None]
    assert (told["r_at_1"], told["r_at_5"], told["mrr"]) == (0.0, 0.5, 0.25)
    assert told["kinds"]["object"]["mrr"] == 0.5 and told["kinds"]["count"]["mrr"] == 0.0
    told["reliability"] = reliability([Judged(0.4, True)])
    assert "two men" in as_table(told)


def test_figures_of_nothing_are_nothing() -> None:
    assert figures([]) == {"count": 0, "r_at_1": 0.0, "r_at_5": 0.0, "mrr": 0.0}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("woman in a red coat", ["person+clothes"]),
        ("two men walking", ["person", "action", "count"]),
        ("a beach without cars", ["place", "object", "negation"]),
        ("man without a hat", ["person+clothes", "negation"]),
        ("zeppelin", ["free"]),
    ],
)
def test_kinds_are_read_off_the_parse(text: str, kinds: list[str]) -> None:
    assert kinds_of(answer(text)["parsed"]) == kinds


def drawn(slope: float, bias: float, count: int) -> list[Judged]:
    """Clips whose scores are right as often as their scaled scores say."""
    chance = random.Random(7)
    found = []
    for _ in range(count):
        score = chance.random()
        p = Judged(score, False).score
        odds = slope * log_odds(p) + bias
        found.append(Judged(score, chance.random() < 1 / (1 + 2.718281828**-odds)))
    return found


def test_scaling_finds_what_the_scores_mean() -> None:
    slope, bias = fit(drawn(0.5, -1.0, 6_000))
    assert slope == pytest.approx(0.5, abs=0.08) and bias == pytest.approx(-1.0, abs=0.12)


def test_calibration_makes_held_back_scores_reliable() -> None:
    clips = drawn(0.5, -1.0, 6_000)
    rows = [clips[i : i + 40] for i in range(0, len(clips), 40)]
    told = calibrate(rows)
    assert told["held_back"]["ece"] < 0.03 < reliability(clips)["ece"]


@given(st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_every_clip_is_in_one_bin(clips: list[Judged]) -> None:
    told = reliability(clips)
    assert sum(row["count"] for row in told["bins"]) == len(clips)
    assert 0 <= told["ece"] <= 1


def test_parsing_is_quick() -> None:
    assert measure(QUERIES, 5)["longest_best_ms"] < 2
