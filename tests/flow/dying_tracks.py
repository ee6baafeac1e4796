"""The stage of tracks, whose process dies once, at the place that a test chose.

``EVERYID_TEST_DIE_AT``: ``looking``, when its onlooker is given the tenth frame, or ``reading``,
when the stage begins. ``EVERYID_TEST_DIED``: a file that is made just before.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from ingest.media.types import Picture, Shot
from ingest.models import Asset
from ingest.pipeline_types import StageContext
from recognition.seeing.onlooking import WatchingOnlooker
from recognition.stages import tracks


def die_once(place: str) -> None:
    """As ``kill -9`` does, if the test wants it here."""
    mark = Path(os.environ["EVERYID_TEST_DIED"])
    if os.environ["EVERYID_TEST_DIE_AT"] == place and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class Onlooker:
    """The stage's own, but for its death."""

    def __init__(self, own: WatchingOnlooker) -> None:
        self._own = own
        self._count = 0
        self.min_interval_s: Fraction = own.min_interval_s
        self.max_side_px: int = own.max_side_px

    def look(self, picture: Picture) -> None:
        self._count += 1
        if self._count == 10:
            die_once("looking")
        self._own.look(picture)

    def cut(self, pts: int) -> None:
        self._own.cut(pts)

    def finish(self, shots: Sequence[Shot]) -> None:
        self._own.finish(shots)

    def abandon(self) -> None:
        self._own.abandon()


def run(context: StageContext) -> None:
    """The stage's own, but for its death."""
    die_once("reading")
    tracks.run(context)


def onlooker(asset: Asset, folder: Path, record: Path) -> Onlooker:
    """Of the stage's own, one that may die."""
    return Onlooker(tracks.onlooker(asset, folder, record))


STAGE = replace(tracks.STAGE, name=__name__, run=run, onlooker=onlooker)
