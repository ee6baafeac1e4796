"""Chooses the frames that stand for a shot: at least one, and more while the picture changes.

Within a shot, a new segment begins when some part of the picture has changed since the segment's
first frame, at most every ``MIN_DISTANCE_S``; each segment gives the frame that is sharp and near
its middle, not one of a transition. A plain one (black, white) stands for a shot that has no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .shots import Cut
from .tiny import COLUMNS, ROWS, Tiny
from .types import Image

MAX_SIDE_PX = 640
MIN_DISTANCE_S = Fraction(2)
"""At most one keyframe in this time, short shots aside: every one costs an embedding."""

MAX_SEGMENT_S = Fraction(30)
"""A new keyframe at least this often, so that a hit says when and not only where."""

_BLOCK = 6
_CHANGED_BLOCKS = 4
_MIN_CHANGE = 14.0
"""Mean difference of the most changed blocks (6 × 8 samples of 36 × 64; a person at mid
distance covers about four). By eye on surveillance clips: noise stays under 6."""

_PLAIN_CONTRAST = 6.0
_MAX_KEPT = 24


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame that may become a keyframe: its picture, tiny picture and sharpness."""

    pts: int
    image: Image
    tiny: Tiny
    sharpness: float


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A chosen sample and the index of its shot, from 0."""

    sample: Sample
    shot_index: int


class KeyframeChooser:
    """Takes samples and cuts in order and gives keyframes as soon as they are certain."""

    def __init__(self, time_base: Fraction) -> None:
        self._distance = int(MIN_DISTANCE_S / time_base)
        self._longest = int(MAX_SEGMENT_S / time_base)
        self._segment: list[Sample] = []  # certain to be of one segment
        self._reference: Sample | None = None  # the first of it, kept when others are thinned
        self._ahead: list[Sample] = []  # newer, a cut may still fall among them
        self._shot_index = 0
        self._shot_has_keyframe = False
        self._plain: Keyframe | None = None  # of this shot, should nothing else be in it

    def add(self, sample: Sample) -> None:
        """Take the next sample."""
        self._ahead.append(sample)

    def settle(self, settled_pts: int) -> Iterator[Keyframe]:
        """Keyframes certain now that no cut will be found before ``settled_pts``."""
        while self._ahead and self._ahead[0].pts < settled_pts:
            yield from self._advance(self._ahead.pop(0))

    def cut(self, cut: Cut) -> Iterator[Keyframe]:
        """Keyframes of the shot that ends at a cut."""
        yield from self.settle(cut.pts)
        yield from self._close(Cut(cut.pts, cut.mix_start_pts, cut.mix_end_pts))
        yield from self._last_resort()
        if not self._shot_has_keyframe and self._ahead:
            # no sample fell into the shot: the nearest one stands for it
            yield Keyframe(self._ahead[0], self._shot_index)
        self._shot_index += 1
        self._shot_has_keyframe = False
        if cut.is_gradual:
            self._skip_mixes(cut.mix_end_pts)

    def finish(self) -> Iterator[Keyframe]:
        """Keyframes of the last shot."""
        while self._ahead:
            yield from self._advance(self._ahead.pop(0))
        yield from self._close(None)
        yield from self._last_resort()

    def _last_resort(self) -> Iterator[Keyframe]:
        """The plain keyframe of a shot that has no other."""
        if self._plain is not None and not self._shot_has_keyframe:
            self._shot_has_keyframe = True
            yield self._plain
        self._plain = None

    def _skip_mixes(self, mix_end_pts: int) -> None:
        clear = [sample for sample in self._ahead if sample.pts >= mix_end_pts]
        self._ahead = clear or self._ahead

    def _advance(self, sample: Sample) -> Iterator[Keyframe]:
        if self._reference is not None:
            length = sample.pts - self._reference.pts
            is_new = length >= self._distance and change_between(self._reference, sample)
            if is_new or length >= self._longest:
                yield from self._close(None)
        if self._reference is None:
            self._reference = sample
        self._segment.append(sample)
        if len(self._segment) > _MAX_KEPT:
            del self._segment[1::2]

    def _close(self, cut: Cut | None) -> Iterator[Keyframe]:
        samples = self._segment
        if cut is not None and cut.is_gradual:
            samples = [s for s in samples if s.pts < cut.mix_start_pts] or samples
        self._segment, self._reference = [], None
        if not samples:
            return
        chosen = Keyframe(best_of(samples), self._shot_index)
        if chosen.sample.tiny.contrast < _PLAIN_CONTRAST:
            self._plain = self._plain or chosen
            return
        self._shot_has_keyframe = True
        yield chosen


def change_between(a: Sample, b: Sample) -> bool:
    """Whether some part of the picture changed: somebody came, went or moved on."""
    steps = np.abs(a.tiny.luma - b.tiny.luma).reshape(ROWS, COLUMNS)
    blocks = steps.reshape(ROWS // _BLOCK, _BLOCK, COLUMNS // 8, 8).mean(axis=(1, 3))
    largest = np.sort(blocks, axis=None)[-_CHANGED_BLOCKS:]
    return float(largest.mean()) >= _MIN_CHANGE


def best_of(samples: list[Sample]) -> Sample:
    """The sample that is sharp, near the middle and not plain."""
    candidates = [s for s in samples if s.tiny.contrast >= _PLAIN_CONTRAST] or samples
    sharpest = max(sample.sharpness for sample in candidates) or 1.0
    first, last = samples[0].pts, samples[-1].pts
    middle, half = (first + last) / 2, max((last - first) / 2, 1.0)

    def worth(sample: Sample) -> float:
        off_centre = abs(sample.pts - middle) / half
        return (sample.sharpness / sharpest + 1e-6) * (1 - off_centre / 2)

    return max(candidates, key=worth)
