"""The processor time of ranking is measured on shots that every kind of question finds."""

from __future__ import annotations

import json

import pytest

from evaluation.ranking import QUERIES, made_shots, main, measure


def test_the_made_shots_are_always_the_same() -> None:
    assert made_shots(5) == made_shots(5)


def test_every_question_has_moments_to_weigh() -> None:
    told = measure(QUERIES, 30, 1)
    assert set(told["queries"]) == set(QUERIES)
    for text, figures in told["queries"].items():
        assert figures["moments"] > 0, text
        assert figures["sum_ms"] >= figures["gather_ms"] > 0, text


def test_a_program_can_read_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--shots", "10", "--repeat", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["shots"] == 10
