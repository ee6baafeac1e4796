"""Addresses of many links at once are those of each alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.ranking.filters import Addresses, Filters, address

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
chosen_words = st.lists(words, max_size=3).map(tuple)
chosen_ids = st.lists(st.integers(1, 9), max_size=3).map(tuple)
some_filters = st.builds(
    Filters,
    library=chosen_words,
    camera=chosen_ids,
    scene=chosen_words,
    colour=chosen_words,
    together=chosen_ids,
    like=chosen_words,
)


@given(st.one_of(st.just(""), words), st.one_of(st.just(""), words), some_filters)
def test_another_question_keeps_the_filters(text: str, other: str, filters: Filters) -> None:
    assert Addresses(text, filters).asking(other) == address(other, filters)


@given(st.one_of(st.just(""), words), some_filters, chosen_words, chosen_ids)
def test_each_choice_is_toggled(
    text: str, filters: Filters, values: tuple[str, ...], ids: tuple[int, ...]
) -> None:
    links = Addresses(text, filters)
    for name, asked in (
        ("library", values + filters.library),
        ("scene", values + filters.scene),
        ("colour", values + filters.colour),
        ("camera", ids + filters.camera),
        ("identity", ids),
        ("asset", ids),
        ("together", ids + filters.together),
    ):
        found = links.toggling(name, asked)
        assert found == [address(text, filters.toggled(name, value)) for value in asked]
