"""Where a query that begins with "after …" or "before …" goes on with its main clause. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from search.query.lexemes import ARTICLES, Lexeme
from search.query.lexicon import Word

_TURNED = {"after": "then", "before": "after"}
"""How the main clause stands to the clause before it: "after X, Y" is X, then Y."""
_BEFORE_NOUN = (Word.COUNT, Word.AGE, Word.COLOUR)
_PRONOUNS = frozenset({"he", "she", "they"})


def main_clause(lexemes: Sequence[Lexeme], i: int) -> tuple[int, str] | None:
    """Where the main clause begins after the clause at ``i`` ("after the man leaves, …"), and its
    order; None where there is none."""
    turned = _TURNED.get(lexemes[i].value)
    if turned is None:
        return None
    acted = next((k for k in range(i + 1, len(lexemes)) if lexemes[k].word is Word.ACTION), None)
    if acted is None:
        return None
    for k in range(acted + 1, len(lexemes)):
        if lexemes[k].breaks or lexemes[k].typed in _PRONOUNS:
            return k, turned
        if lexemes[k].word is Word.PERSON and _acts(lexemes, k):
            return _start_of_noun(lexemes, k, acted + 1), turned
    return None


def _acts(lexemes: Sequence[Lexeme], i: int) -> bool:
    """Whether an action comes right after a noun."""
    after = i + 1
    return after < len(lexemes) and lexemes[after].word is Word.ACTION


def _start_of_noun(lexemes: Sequence[Lexeme], noun: int, least: int) -> int:
    """Where the phrase of a noun begins: articles, numbers and adjectives before it."""
    k = noun
    while k > least and (lexemes[k - 1].typed in ARTICLES or lexemes[k - 1].word in _BEFORE_NOUN):
        k -= 1
    return k
