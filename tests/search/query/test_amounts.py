"""Amounts with bounds are read as counts, of people and of things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.parsing import Kind, parse
from search.query.types import Count

NUMBERS = st.integers(min_value=1, max_value=12)


def count_of(text: str) -> Count | None:
    (part,) = [p for p in parse(text).parts if p.kind in (Kind.PERSON, Kind.OBJECT)]
    assert not part.negated and not any(p.kind is Kind.FREE for p in parse(text).parts)
    return part.count


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("at least three women", 3, None),
        ("no more than two people", 1, 2),
        ("three or four people", 3, 4),
        ("between 2 and 5 men", 2, 5),
        ("more than ten people", 11, None),
        ("fewer than four children", 1, 3),
        ("five or more dogs", 5, None),
        ("exactly two dogs", 2, 2),
        ("half a dozen people", 6, 6),
        ("dozens of people", 12, None),
        ("two people", 2, 2),
    ],
)
def test_amounts(text: str, least: int, most: int | None) -> None:
    assert count_of(text) == Count(least, most)


@given(NUMBERS, st.sampled_from(["people", "women", "cars", "dogs"]))
def test_any_number_at_least(number: int, noun: str) -> None:
    assert count_of(f"at least {number} {noun}") == Count(number, None)


@given(NUMBERS, st.integers(min_value=1, max_value=3))
def test_any_range(least: int, more: int) -> None:
    if least + more <= 12:
        assert count_of(f"{least} to {least + more} people") == Count(least, least + more)


@pytest.mark.parametrize("text", ["police officer on a motorbike", "bride", "a bloke in blue"])
def test_people_are_no_places(text: str) -> None:
    kinds = [part.kind for part in parse(text).parts]
    assert Kind.PERSON in kinds and Kind.PLACE not in kinds
