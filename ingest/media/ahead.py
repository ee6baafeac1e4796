"""Decodes ahead, in a thread of its own, while what was decoded before is being looked at.

Decoders and networks work outside Python's lock: on two cores the one need not wait for the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

AHEAD = 32
"""Frames held: as many as a batch of eight spans at five a second where half are left out, so that
decoding need not stop while a batch is detected on (16 took a tenth longer by the clock). A 1080p
frame takes 3 MB, larger ones are scaled down before they are held."""


def decode_ahead(frames: Generator[T, None, None], count: int = AHEAD) -> Iterator[T]:
    """The same items in the same order, up to ``count`` of them made before they are asked for.

    Errors of ``frames`` are raised where its next item would have come. Ending early closes it.
    """
    over = object()
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as pool:
        waiting = deque(pool.submit(next, frames, over) for _ in range(count))
        try:
            while (item := waiting.popleft().result()) is not over:
                waiting.append(pool.submit(next, frames, over))
                yield item  # type: ignore[misc]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            frames.close()
