"""Two tracks of one body: a tracker may follow someone twice, whole and in part. Pure.

Who is on one camera at one time in two places is two people. Two boxes in one place say nothing:
then looks decide, as for any two tracks of one asset. Nor do two places say much of which one was
only doubtfully seen whenever the other was clear: a tracker that lost a body stays on a chair for a
while, on weak boxes, and that body's next track begins elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.engine.geometry import box_areas, interpolate_boxes, intersections
from recognition.engine.tracking import TrackingConfig
from recognition.engine.types import Floats, Ints

ONE_PLACE = 0.6
"""Share of the smaller box that lies in the larger one, on average while both are there. By eye,
on the sample footage: a body followed twice has .7 and more, people who pass each other less
than .3."""
APART_BELOW = 0.3
"""The same share below which two boxes are in two places. By eye, as above."""
SELDOM = 1 / 3
"""Share of the frames in which both tracks are surely seen: where they are apart in fewer, they are
not surely two. By eye, on labelled tracks of 27 real clips: of one person .27 and less but for
drifts that looked sure, of two people .45 and more."""
SURE_FROM = TrackingConfig().confident
Doubles = frozenset[tuple[int, int]]
"""Pairs of tracks (primary keys, the smaller first) that are in one place when both are there, or
of which it is not sure that they ever are in two."""
NO_DOUBLES: Doubles = frozenset()


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a track is: ``pts`` (k,) rising, ``boxes`` (k, 4) xyxy_norm, ``confidence`` (k,) 0–1;
    from when and up to when (both included) it shows its person, where that is not all of it
    (``main_look``)."""

    pts: Ints
    boxes: Floats
    confidence: Floats
    from_pts: int | None = None
    to_pts: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """First and last pts at which it shows its person."""
        first, last = int(self.pts[0]), int(self.pts[-1])
        return (
            first if self.from_pts is None else max(first, self.from_pts),
            last if self.to_pts is None else min(last, self.to_pts),
        )


def in_one_place(first: Trail, second: Trail) -> bool:
    """Whether two tracks that are there at one time are there in one place."""
    start, end = _shared_span(first, second)
    every = np.union1d(first.pts, second.pts)
    shared = every[(every >= start) & (every <= end)]
    if not len(shared):
        return False
    a = interpolate_boxes(first.pts, first.boxes, shared)
    b = interpolate_boxes(second.pts, second.boxes, shared)
    return float(np.mean(_common(a, b))) >= ONE_PLACE


def seldom_apart(first: Trail, second: Trail) -> bool:
    """Whether two tracks are hardly ever surely seen in two places in one frame."""
    start, end = _shared_span(first, second)
    both, mine, theirs = np.intersect1d(first.pts, second.pts, return_indices=True)
    sure = (both >= start) & (both <= end)
    sure &= np.minimum(first.confidence[mine], second.confidence[theirs]) >= SURE_FROM
    if not sure.any():
        return True
    common = _common(first.boxes[mine][sure], second.boxes[theirs][sure])
    return float(np.mean(common < APART_BELOW)) < SELDOM


def _shared_span(first: Trail, second: Trail) -> tuple[int, int]:
    (start, end), (other_start, other_end) = first.span, second.span
    return max(start, other_start), min(end, other_end)


def _common(a: Floats, b: Floats) -> Floats:
    """Share (k,) of the smaller of two boxes (k, 4) that lies in the other."""
    common = np.array([intersections(x[None], y[None])[0, 0] for x, y in zip(a, b, strict=True)])
    smaller = np.minimum(box_areas(a), box_areas(b))
    return np.asarray(common / np.maximum(smaller, 1e-9), dtype=np.float32)
