"""A table of queries (``corpus.txt``), each with how a careful editor reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.query.parsing import Kind, Names, parse
from tests.search.query.reading import told

NAMES = Names(
    identities=(
        *(("Anna", 3), ("Ben", 7), ("Rose", 8), ("Bill", 9), ("Brown", 10), ("Mum", 11)),
        ("Anna-Lena", 12),
    ),
    cameras=(("Cam North", 6), ("lobby", 5)),
    libraries=(("Sample footage", 1), ("Beach", 2)),
)


def rows() -> list[tuple[str, str]]:
    """Query and expected parts of each line."""
    lines = Path(__file__).with_name("corpus.txt").read_text().splitlines()
    kept = [line for line in lines if line and not line.startswith("# ")]
    return [(query, parts.strip()) for query, _, parts in (line.partition(" =>") for line in kept)]


ROWS = rows()


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_it_reads_as_a_careful_editor_would(text: str, expected: str) -> None:
    assert told(parse(text, NAMES)) == expected


def test_the_table_is_no_smaller_than_was_promised() -> None:
    assert len(ROWS) == len({query for query, _ in ROWS}) >= 200


@pytest.mark.parametrize("text", [text for text, _ in ROWS])
def test_it_holds_while_it_is_typed(text: str) -> None:
    """However far it is typed: parts in order, every word in one of them, a text for vectors."""
    for end in range(len(text) + 1):
        query = parse(text[:end], NAMES)
        left = list(query.text)
        at = 0
        for part in query.parts:
            assert at <= part.span[0] < part.span[1]
            at = part.span[1]
            left[part.span[0] : at] = " " * (at - part.span[0])
        assert not any(c.isalnum() for c in left)
        assert query.steps and isinstance(query.positive_text, str)


@pytest.mark.parametrize("text", [text for text, _ in ROWS])
def test_what_is_not_denied_goes_to_the_vectors(text: str) -> None:
    query = parse(text, NAMES)
    for part in query.of_kind(Kind.FREE):
        assert part.idle or part.phrase in query.positive_text
