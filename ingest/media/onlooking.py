"""Frames shown to somebody else while they are decoded for the walk, shot by shot.

A later stage that looks at the same frames need not decode them again (ADR 17). Cuts are told of
up to three seconds late, so the frames it wants are held back until no cut before them can come any
more: thirty or so, of 3 MB each at 1080p.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from av.video.frame import VideoFrame

from .lazy import PictureTaker
from .types import MediaInfo, Picture, Shot


class Onlooker(Protocol):
    """Who looks on. Never raises: what goes wrong is for the onlooker to say and to do without."""

    @property
    def min_interval_s(self) -> Fraction:
        """How far apart the frames are that it wants to see, about."""
        ...

    @property
    def max_side_px(self) -> int:
        """Larger frames are scaled down to this before it gets them."""
        ...

    def look(self, picture: Picture) -> None:
        """The next frame; may wait until earlier ones have been looked at."""
        ...

    def cut(self, pts: int) -> None:
        """A shot begins at ``pts``: before the first frame from there on is given."""
        ...

    def finish(self, shots: Sequence[Shot]) -> None:
        """That was the film, and these are its shots: leave what was seen behind."""
        ...

    def abandon(self) -> None:
        """Stop and leave nothing behind; after ``finish`` nothing changes."""
        ...


class HeldBack:
    """Frames of one walk on their way to an onlooker. Not for several threads."""

    def __init__(self, info: MediaInfo, onlooker: Onlooker) -> None:
        self._onlooker = onlooker
        self._taker = PictureTaker(info, onlooker.max_side_px, onlooker.min_interval_s)
        self._frames: deque[Picture] = deque()
        self._cuts: deque[int] = deque()

    def add(self, pts: int, frame: VideoFrame) -> None:
        """Hold a decoder frame, if its time has come."""
        picture = self._taker.take(pts, frame)
        if picture is not None:
            self._frames.append(picture)

    def cut(self, pts: int) -> None:
        """A shot begins at ``pts``; told in order."""
        self._cuts.append(pts)

    def settle(self, pts: int) -> None:
        """No cut before ``pts`` will be told of any more: give what is older."""
        while self._frames and self._frames[0].pts < pts:
            self._give()

    def flush(self) -> None:
        """All cuts are told of: give the rest."""
        while self._frames:
            self._give()

    def _give(self) -> None:
        picture = self._frames.popleft()
        while self._cuts and self._cuts[0] <= picture.pts:
            self._onlooker.cut(self._cuts.popleft())
        self._onlooker.look(picture)
