"""The English words that are no typos: chosen by the spelling that they are kept from."""

from __future__ import annotations

from evaluation.real_words import WIDTH, as_module, real_words
from search.query.lexicon import nearest_word
from search.query.real_words import REAL_WORDS


def test_only_words_that_would_be_changed_are_kept() -> None:
    assert real_words(["Winter", "winter's", "zeppelin", "dog", "naïve", "x"]) == ["winter"]
    assert all(nearest_word(word) for word in REAL_WORDS.split())


def test_the_module_says_the_same_words() -> None:
    words = REAL_WORDS.split()
    written = as_module(words)
    known: dict[str, str] = {}
    exec(compile(written, "real_words.py", "exec"), known)
    assert known["REAL_WORDS"].split() == words
    assert max(map(len, written.splitlines())) <= WIDTH + 2
