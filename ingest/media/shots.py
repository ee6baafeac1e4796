"""Finds the shots of a film while it streams by: hard cuts to the frame, and gradual transitions.

Hard cuts: the difference of neighbouring frames (mean content difference times the root of the
colour histogram's) must be large, and stand out against its neighbours, which is the idea of
PySceneDetect's AdaptiveDetector (ratio 3, two frames either side); a flash is told apart by the
picture from before it coming back. Transitions: see ``transitions``. Times are pts only, so
variable frame rates need no care.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from .decode import FrameReader
from .timeline import Timeline
from .tiny import Tiny, TinyMaker, colour_distance, content_distance
from .transitions import TransitionFinder
from .types import MediaInfo, Shot

MIN_SHOT_S = Fraction(3, 10)
"""No shot is shorter; fast montages reach about this."""

FLASH_S = Fraction(3, 10)
"""A picture that comes back within this was interrupted by a flash, not by a shot."""

_NEIGHBOURS = 2
_MIN_SCORE = 7.5
"""Neighbouring frames of edited clips score at least 8.8 at cuts, and at most 6.5 in motion
(measured on the sample footage at 24 to 30 fps)."""

_SCORE_GROWTH = 4.0
"""Things move further between frames that are further apart: the least score grows by this part
per second of distance, up to half a second."""

_MIN_RATIO = 3.0
_STRONG_SCORE = 30.0
"""So great a difference is a cut even among others (slide shows, time-lapse)."""

_USUAL_ROOT = 0.25
"""Root of the colour distance of neighbouring frames, where it is not worth computing: the
median over the sample clips is 0.2 to 0.3."""

_SAME_SCORE = 0.35
"""A picture counts as come back when it differs by less than this part of the cut's score."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a new shot begins; for a gradual one, the frames ``mix_start_pts`` up to
    ``mix_end_pts`` show both shots."""

    pts: int
    mix_start_pts: int
    mix_end_pts: int

    @property
    def is_gradual(self) -> bool:
        """Whether frames are mixed."""
        return self.mix_end_pts > self.mix_start_pts


@dataclass(frozen=True, slots=True)
class _Seen:
    pts: int
    tiny: Tiny
    score: float
    """Difference from the frame before."""


class ShotDetector:
    """Takes the tiny pictures of all frames in order and tells of cuts, a little later."""

    def __init__(self, time_base: Fraction) -> None:
        self._tick_s = float(time_base)
        self._flash = int(FLASH_S / time_base)
        self._min_shot = max(1, int(MIN_SHOT_S / time_base))
        self._transitions = TransitionFinder(time_base)
        self._seen: deque[_Seen] = deque()
        self._pending = 0  # index in _seen of the first frame not yet judged
        self._last_cut: int | None = None

    @property
    def settled_pts(self) -> int | None:
        """No cut before this pts will be told of any more; None before the first frame."""
        return self._transitions.settled_pts

    def observe(self, pts: int, tiny: Tiny) -> list[Cut]:
        """Take the next frame; the cuts that are now certain, in order."""
        score = difference(self._seen[-1].tiny, tiny) if self._seen else 0.0
        if self._last_cut is None:
            self._last_cut = pts
        self._seen.append(_Seen(pts, tiny, score))
        cuts = self._judge(is_last=False)
        transition = self._transitions.observe(pts, tiny)
        if transition is not None and self._is_far_enough(transition.middle_pts):
            self._last_cut = transition.middle_pts
            cuts.append(Cut(transition.middle_pts, transition.start_pts, transition.end_pts))
        return cuts

    def is_suspicious(self) -> bool:
        """Whether the frame taken last may begin a shot."""
        return self._seen[-1].score >= _MIN_SCORE

    def finish(self, end_pts: int) -> list[Cut]:
        """The cuts among the last frames, given where the film ends (exclusive)."""
        return [cut for cut in self._judge(is_last=True) if end_pts - cut.pts >= self._min_shot]

    def _judge(self, *, is_last: bool) -> list[Cut]:
        cuts = []
        seen = self._seen
        while self._pending < len(seen) and (is_last or self._has_aftermath(self._pending)):
            pts = seen[self._pending].pts
            if self._is_cut(self._pending) and self._is_far_enough(pts):
                cuts.append(Cut(pts, pts, pts))
                self._last_cut = pts
                self._transitions.forget_before(pts)
            self._pending += 1
            self._drop_old()
        return cuts

    def _drop_old(self) -> None:
        oldest = self._seen[min(self._pending, len(self._seen) - 1)].pts - self._flash
        while self._pending > _NEIGHBOURS + 1 and self._seen[1].pts < oldest:
            self._seen.popleft()
            self._pending -= 1

    def _has_aftermath(self, index: int) -> bool:
        """Whether enough frames followed to judge this one."""
        seen = self._seen
        return len(seen) > index + _NEIGHBOURS and seen[-1].pts - seen[index].pts > self._flash

    def _is_far_enough(self, pts: int) -> bool:
        return self._last_cut is None or pts - self._last_cut >= self._min_shot

    def _is_cut(self, index: int) -> bool:
        score = self._seen[index].score
        if index == 0 or score < self._least_score(index):
            return False
        around = [
            self._seen[i].score
            for i in range(max(1, index - _NEIGHBOURS), index + _NEIGHBOURS + 1)
            if i != index and i < len(self._seen)
        ]
        mean = sum(around) / len(around) if around else 0.0
        stands_out = score >= _MIN_RATIO * mean
        return (stands_out or score >= _STRONG_SCORE) and not self._is_flash(index)

    def _least_score(self, index: int) -> float:
        distance = (self._seen[index].pts - self._seen[index - 1].pts) * self._tick_s
        return _MIN_SCORE * (1 + _SCORE_GROWTH * min(distance, 0.5))

    def _is_flash(self, index: int) -> bool:
        """Whether the picture before comes back soon, or this one was there just before."""
        seen, here = self._seen, self._seen[index]
        before = seen[index - 1]
        limit = _SAME_SCORE * here.score
        after = (s for s in islice(seen, index + 1, None) if s.pts - here.pts <= self._flash)
        if any(difference(before.tiny, s.tiny) < limit for s in after):
            return True
        earlier = (s for s in islice(seen, index - 1) if before.pts - s.pts <= self._flash)
        return any(difference(s.tiny, here.tiny) < limit for s in earlier)


def difference(a: Tiny, b: Tiny) -> float:
    """How different two frames are: 0 for the same, motion up to about 5, cuts mostly over 10."""
    content = content_distance(a, b)
    if content < _MIN_SCORE:  # no cut, and the histogram costs as much as all the rest
        return content * _USUAL_ROOT
    return content * math.sqrt(colour_distance(a, b))


def shots_between(first_pts: int, cuts: list[Cut], end_pts: int) -> tuple[Shot, ...]:
    """The shots that tile ``first_pts`` to ``end_pts`` (exclusive), given the cuts in order."""
    starts = [first_pts, *(cut.pts for cut in cuts)]
    ends = [*starts[1:], end_pts]
    return tuple(Shot(start, end) for start, end in zip(starts, ends, strict=True))


def detect_shots(path: Path, info: MediaInfo) -> tuple[tuple[Shot, ...], list[Cut]]:
    """The shots of a file by a decode of its own, and the cuts between them.

    Raises as ``iter_frames`` does, and ValueError where no frame decodes.
    """
    detector, maker = ShotDetector(info.time_base), TinyMaker()
    cuts: list[Cut] = []
    first = last = None
    for pts, frame in FrameReader(path, info).timed_frames():
        first, last = pts if first is None else first, pts
        cuts += detector.observe(pts, maker.make(frame))
    if first is None or last is None:
        raise ValueError("no frame decodes")
    end = last + Timeline(info.time_base, info.frame_rate).step
    cuts += detector.finish(end)
    return shots_between(first, cuts, end), cuts
