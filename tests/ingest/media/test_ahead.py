"""Decoding ahead changes nothing but when things are made."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from ingest.media.ahead import decode_ahead


class Source:
    """Numbers, with a note of who asked for how many, and whether it was closed."""

    def __init__(self, count: int, fails_at: int | None = None) -> None:
        self.count, self.fails_at = count, fails_at
        self.made = 0
        self.is_closed = False
        self.threads: set[int] = set()

    def items(self) -> Generator[int, None, None]:
        try:
            for number in range(self.count):
                if number == self.fails_at:
                    raise ValueError("a damaged frame")
                self.made += 1
                self.threads.add(threading.get_ident())
                yield number
        finally:
            self.is_closed = True


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 100])
def test_all_come_in_order_from_another_thread(count: int) -> None:
    source = Source(count)
    assert list(decode_ahead(source.items())) == list(range(count))
    assert source.is_closed
    assert threading.get_ident() not in source.threads


def test_an_error_comes_in_its_place() -> None:
    source = Source(100, fails_at=40)
    found = []
    with pytest.raises(ValueError, match="a damaged frame"):
        for number in decode_ahead(source.items()):
            found.append(number)
    assert found == list(range(40))
    assert source.is_closed


def test_ending_early_closes_the_source_and_leaves_no_thread() -> None:
    source = Source(1_000)
    before = threading.active_count()
    frames = decode_ahead(source.items(), count=4)
    assert next(frames) == 0
    frames.close()  # type: ignore[attr-defined]
    assert source.is_closed
    assert source.made <= 6
    assert threading.active_count() == before
