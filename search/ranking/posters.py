"""Which keyframe shows a moment: one in which who was asked for is seen well. Pure.

What the whole picture is like says little about one person in it: it is as alike while they come in
at its edge. The crops that were kept of a track are the best pictures of it, so that a keyframe
near one of them, in time and quality, shows its person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from search.ranking.spans import Span

CropAt = tuple[int, float]
"""A kept crop: its pts and quality (0–1)."""
FADES_S = 1.0
"""Within about a second somebody who walks is where they were (by eye)."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The keyframes of a shot, (id, pts) by time, and its seconds per pts."""

    keyframes: tuple[tuple[int, int], ...]
    time_base: Fraction


def best_poster(
    shot: Frames, span: Span, crops: Sequence[Sequence[CropAt]], fallback: int | None
) -> int | None:
    """The keyframe of a shot, inside a span if there is one, near the best crops of most tracks.

    ``crops`` has the crops of each track that is to be seen; of keyframes that show them alike the
    ``fallback`` is kept.
    """
    crops = [_within(own, span) for own in crops]
    inside = [(pk, pts) for pk, pts in shot.keyframes if span[0] <= pts < span[1]]
    shown = {pk: _shows(pts, crops, shot.time_base) for pk, pts in inside or shot.keyframes}
    if not any(shown.values()):
        return fallback
    return max(shown, key=lambda pk: (round(shown[pk], 3), pk == fallback, -pk))


def _within(crops: Sequence[CropAt], span: Span) -> Sequence[CropAt]:
    """The crops at the time of a moment; all where there are none then."""
    return [crop for crop in crops if span[0] <= crop[0] < span[1]] or crops


def _shows(pts: int, crops: Sequence[Sequence[CropAt]], time_base: Fraction) -> float:
    """How well a time shows some tracks, 0 to their number."""
    return sum(
        max(
            (q * math.exp(-abs(float((at - pts) * time_base)) / FADES_S) for at, q in own),
            default=0,
        )
        for own in crops
    )
