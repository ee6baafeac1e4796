"""From the catalogue's pts to whole frames and timecode, exactly: integers and fractions only.

A list for an editor counts frames. Frame ``n`` of footage with a steady rate stands ``n / rate``
seconds after the first one, so that a pts is divided back; containers round times to their time
base (milliseconds in Matroska), which is why one tick is forgiven. Footage with a variable rate
has no such grid: it is counted by time on the standard rate next to its average, as editing
programs do when they conform it, and every list says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ingest.media.timecode import frame_number, nominal_rate, parse_timecode, timecode_of

STANDARD_RATES = tuple(
    Fraction(*rate)
    for rate in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48000, 1001), (48, 1),
        (50, 1), (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1),
    )
)  # fmt: skip
"""Rates that cameras and editing programs know (SMPTE ST 2036-1, ST 12-1, ST 12-3)."""

DROP_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
"""The only rates with drop-frame timecode (SMPTE ST 12-1)."""

SNAP = Fraction(1, 100)
"""A steady rate this near to a standard one is it: containers state 29.97, or an average that
its last frame bends. The standard rates lie .1 % apart at least, and the nearest is taken."""


def standard_rate(rate: Fraction, *, is_variable: bool = False) -> Fraction:
    """The rate that an editing program would use: the nearest standard one.

    A steady rate far from all of them (12.5, 15) is kept as it is. Raises ValueError for a rate
    that is not positive.
    """
    if rate <= 0:
        raise ValueError(f"no frame rate: {rate}")
    nearest = min(STANDARD_RATES, key=lambda known: abs(known - rate))
    if is_variable or abs(nearest - rate) <= rate * SNAP:
        return nearest
    return rate.limit_denominator(1001)


def rate_text(rate: Fraction) -> str:
    """A rate as editors write it: 25, 23.976, 29.97."""
    if rate.denominator == 1:
        return str(rate.numerator)
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Footage:
    """A media file as a list refers to it.

    ``rate`` is what the container says; ``edit_rate`` what frames are counted at. ``end_pts`` is
    exclusive. ``start_timecode`` is empty where the file has none, which is then counted from
    00:00:00:00. ``key`` tells footage apart (the asset's id).
    """

    key: int
    name: str
    rate: Fraction
    time_base: Fraction
    first_pts: int
    end_pts: int
    start_timecode: str = ""
    is_drop_frame: bool = False
    is_variable_rate: bool = False
    reel: str = ""
    width: int = 0
    height: int = 0
    has_audio: bool = False
    camera: str = ""

    @cached_property
    def edit_rate(self) -> Fraction:
        """Frames per second that lists count at."""
        return standard_rate(self.rate, is_variable=self.is_variable_rate)

    @cached_property
    def frame_count(self) -> int:
        """How many frames the file has at ``edit_rate``; one at least."""
        return max(1, self.frame_at(self.end_pts))

    @property
    def has_timecode(self) -> bool:
        """Whether the file carries a timecode that its rate can have."""
        return self._first_number is not None

    @cached_property
    def counts_drop(self) -> bool:
        """Whether its timecode is drop-frame."""
        return self.is_drop_frame and self.has_timecode and self.edit_rate in DROP_RATES

    @property
    def first_number(self) -> int:
        """The timecode's frame number of the first frame; 0 without one."""
        return self._first_number or 0

    def frame_at(self, pts: int) -> int:
        """The first frame whose time is ``pts`` or later, from 0: half-open ranges stay so."""
        exact = (pts - self.first_pts) * self.time_base * self.edit_rate
        tick = self.time_base * self.edit_rate
        return math.ceil(exact - min(tick, Fraction(1, 2)))

    def timecode(self, frame: int) -> str:
        """The timecode of a frame, counted from 0."""
        number = self.first_number + frame
        return str(timecode_of(number, self.edit_rate, is_drop_frame=self.counts_drop))

    @cached_property
    def _first_number(self) -> int | None:
        if not self.start_timecode:
            return None
        try:
            nominal_rate(self.edit_rate)
            return frame_number(parse_timecode(self.start_timecode), self.edit_rate)
        except ValueError:  # what the file says is no timecode at its rate
            return None
