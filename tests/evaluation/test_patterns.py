"""The next camera, predicted on a made network whose truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation.patterns import evaluate


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return evaluate(people=100, seed=1)


def test_it_predicts_nearly_as_well_as_who_knows_the_network(figures: dict[str, Any]) -> None:
    learned, base, truth = figures["learned"], figures["base_rate"], figures["truth"]
    for measure in ("log_loss", "brier"):
        assert learned[measure] < base[measure] * 0.8
        assert learned[measure] < truth[measure] * 1.05
        # Whoever knows the network is beaten by luck alone.
        assert learned[measure] > truth[measure] * 0.97
    assert figures["grouped"]["log_loss"] < base["log_loss"] * 0.8


def test_its_probabilities_can_be_taken_at_their_word(figures: dict[str, Any]) -> None:
    assert figures["learned"]["ece"] < 0.03
    table = [row for row in figures["learned"]["reliability"] if row["count"] >= 100]
    assert len(table) >= 4
    for row in table:
        assert row["right"] == pytest.approx(row["mean_score"], abs=0.1)
