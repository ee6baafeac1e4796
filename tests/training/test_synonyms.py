"""Swapping words for synonyms that training never saw."""

from __future__ import annotations

from training.builtin.synonyms import read_pairs, swap


def test_a_synonym_that_training_saw_is_no_test_of_it() -> None:
    pairs = read_pairs(["a canine on a lawn", "two kids"])
    assert "dog" not in pairs
    assert pairs["red"] == "crimson"


def test_whole_words_are_swapped_and_counted() -> None:
    text, count = swap("A RED dogfight near a red barn", {"red": "crimson", "dog": "canine"})
    assert text == "a crimson dogfight near a crimson barn"
    assert count == 2


def test_pairs_are_of_two_words_each() -> None:
    pairs = read_pairs([])
    assert len(pairs) > 40
    assert all(word and other and word != other for word, other in pairs.items())
