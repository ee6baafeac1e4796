"""Whom a track shows, and from when to when it surely shows them. Pure.

A tracker may lose a body to a tree, or to somebody who passes. The vector of such a track is that
of its main look; the rest of it says nothing of where that person was. Without this, a track that
went over from one person to another would be there at one time with the first one's next track,
and the two would be kept apart for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.engine.embedding import find_modes, unit
from recognition.engine.types import Floats, Ints

DRIFTED_BELOW = 0.45
"""Two looks of a track that are less alike are of two bodies: crops of one person on one camera
seldom are, of two people mostly. By eye, on PKU-Reid and both networks."""


@dataclass(frozen=True, slots=True)
class MainLook:
    """The unit vector (d,) of a track's main look, and the pts from which and up to which (both
    included) the track surely shows it; None: from its beginning, up to its end."""

    vector: Floats
    from_pts: int | None = None
    to_pts: int | None = None


def main_look(rows: Floats, quality: Floats, pts: Ints) -> MainLook:
    """From unit rows (k, d), qualities (k,) in 0–1 and pts (k,) of a track's crops.

    Crops of one look are averaged, weighted by quality, unit again: the mean of two bodies would be
    like neither. Where a crop before or after is of another body, the look holds as far as the
    middle between the two; another body in between (somebody passed) ends nothing.
    """
    looks = find_modes(rows, quality)
    whose = (unit(rows) @ looks.T).argmax(axis=1)
    away = np.flatnonzero(looks @ looks[0] < DRIFTED_BELOW)
    others = pts[np.isin(whose, away)]
    own = pts[whose == 0]
    if not len(others) or not len(own):
        return MainLook(looks[0])
    before, after = others[others < own.min()], others[others > own.max()]
    return MainLook(
        looks[0],
        int(before.max() + own.min()) // 2 if len(before) else None,
        int(own.max() + after.min()) // 2 if len(after) else None,
    )
