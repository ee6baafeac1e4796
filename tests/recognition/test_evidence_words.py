"""What speaks for a track's identity, in words."""

from __future__ import annotations

import pytest

from recognition.templatetags.evidence import speaking, times_likelier


def test_the_strongest_comes_first_and_the_total_is_no_reason() -> None:
    told = list(speaking({"looks": 1.5, "travel": -4.0, "scene": 0.4, "clothes": 0, "total": -2.1}))
    assert told == [
        ("seen too soon after another camera", "strong"),
        ("looks like their other pictures", "fair"),
        ("same kind of place", "weak"),
    ]


def test_a_kind_without_words_is_told_by_its_name() -> None:
    assert list(speaking({"gait": 3.5})) == [("gait", "strong")]
    assert list(speaking({"gait": -0.5})) == [("gait against", "weak")]


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (4.21, "about 67 times likelier to be them than not"),
        (-2.0, "about 7 times likelier not to be them"),
        (0.2, "about as likely to be them as not"),
        (9.0, "over 1,000 times likelier to be them than not"),
        (1e9, "over 1,000 times likelier to be them than not"),
    ],
)
def test_a_sum_is_odds(total: float, told: str) -> None:
    assert times_likelier(total) == told
