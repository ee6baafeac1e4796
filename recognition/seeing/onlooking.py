"""Watches frames that another stage decodes, in a thread of its own, and leaves a record.

An ``ingest.media.onlooking.Onlooker``. The record says what ``Watcher`` saw, as if it had decoded
the film itself. Whatever goes wrong is logged and leaves no record: the stage that finds none
looks for itself, and says what is wrong if it goes wrong again.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from queue import Queue

from ingest.media.types import Picture, Shot
from recognition.engine.types import Detector
from recognition.seeing.records import Key, Record, write_record
from recognition.seeing.watching import FAST_FPS, MAX_SIDE_PX, Seen, Span, Watcher

log = logging.getLogger(__name__)

WAITING = 8
"""Frames that wait for the detector, beside a batch of it: 3 MB each at 1080p."""
_FOREVER = 2**62


class WatchingOnlooker:
    """Looks on with a ``Watcher``; ``open_detector`` is called in its thread.

    ``time_base`` and ``aspect`` as for ``Watcher``; ``folder`` is for pictures meanwhile, and goes;
    the record is left at ``path`` under ``key``.
    """

    min_interval_s = Fraction(1, FAST_FPS)
    max_side_px = MAX_SIDE_PX

    def __init__(
        self,
        open_detector: Callable[[], Detector],
        *,
        time_base: Fraction,
        aspect: float,
        folder: Path,
        path: Path,
        key: Key,
    ) -> None:
        self._open_detector = open_detector
        self._time_base = time_base
        self._aspect = aspect
        self._folder = folder
        self._path = path
        self._key = key
        self._given: Queue[Picture | int | None] = Queue(WAITING)
        self._cuts: list[int] = []
        self._is_abandoned = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="onlooker")
        self._watching: Future[tuple[list[Seen], int]] | None = None

    def look(self, picture: Picture) -> None:
        """The next frame; waits while others wait."""
        if self._watching is None:
            self._watching = self._pool.submit(self._work)
        self._given.put(picture)

    def cut(self, pts: int) -> None:
        """A shot begins at ``pts``."""
        self._cuts.append(pts)
        self._given.put(pts)

    def finish(self, shots: Sequence[Shot]) -> None:
        """That was the film: the record is written, if all went well."""
        self._end()
        if self._watching is None:
            return
        if failure := self._watching.exception():
            log.error("nobody looked on: the film is looked at again", exc_info=failure)
        elif self._cuts != [shot.start_pts for shot in shots[1:]]:
            log.warning("cuts came too late for whoever looked on: %s is not written", self._path)
        else:
            self._leave(shots, *self._watching.result())
        shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """Stop soon, and leave nothing."""
        self._is_abandoned.set()
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _leave(self, shots: Sequence[Shot], seen: Sequence[Seen], frames: int) -> None:
        try:
            write_record(self._path, self._key, Record(tuple(shots), tuple(seen), frames))
        except OSError:
            log.exception("%s could not be written: the film is looked at again", self._path)

    def _end(self) -> None:
        """Let the thread come to its end, and wait for it."""
        if self._watching is not None and not self._watching.done():
            self._given.put(None)
        self._pool.shutdown()

    def _work(self) -> tuple[list[Seen], int]:
        items: Iterator[Picture | int | None] = iter(self._given.get, None)
        try:
            return self._watch(items)
        finally:
            for _ in items:  # whoever gives must not wait for ever
                pass

    def _watch(self, items: Iterator[Picture | int | None]) -> tuple[list[Seen], int]:
        first = next(items)
        assert first is not None and not isinstance(first, int)
        watcher = Watcher(
            self._open_detector(),
            [Span(0, first.pts, _FOREVER)],
            time_base=self._time_base,
            aspect=self._aspect,
            folder=self._folder,
        )

        def frames() -> Iterator[Picture]:
            yield first
            for item in items:
                if self._is_abandoned.is_set():
                    return
                if isinstance(item, int):
                    watcher.cut_at(item)
                elif item is not None:
                    yield item

        return list(watcher.watch(frames(), lambda _: None)), watcher.frames_seen
