"""Repair of presentation times: every frame gets a pts greater than the one before.

The rules, in order, for a frame whose pts is

- missing: one nominal frame after the last one;
- equal to or a little before the last one (duplicates, wrong order): one tick after it;
- far before it, or more than ``MAX_GAP_S`` after it (clocks that restart, damaged numbers): one
  nominal frame after it, and all later times are shifted alike.

A healthy stream passes unchanged, which is what makes seeking agree with a full decode.
"""

from __future__ import annotations

from fractions import Fraction

MAX_GAP_S = 3600
"""A longer pause between two frames is damage. By judgement: cameras that record on motion split
their files; containers with wrapped clocks jump by 26.5 h (MPEG-TS, 33 bits at 90 kHz)."""

RESTART_S = 1
"""A step back longer than this is a restarted clock rather than disorder. By judgement."""


class Timeline:
    """Repairs the times of one stream, frame by frame. ``repaired`` counts the repairs."""

    def __init__(self, time_base: Fraction, frame_rate: Fraction | None) -> None:
        rate = frame_rate if frame_rate and frame_rate > 0 else Fraction(25)
        self._step = max(1, round(1 / (rate * time_base)))
        self._max_gap = max(int(MAX_GAP_S / time_base), self._step * 2)
        self._restart = max(int(RESTART_S / time_base), self._step * 2)
        self._last: int | None = None
        self._shift = 0
        self.repaired = 0

    @property
    def step(self) -> int:
        """The nominal distance of two frames, in ticks."""
        return self._step

    def place(self, pts: int | None) -> int:
        """The pts under which the next frame is known, given the one it carries."""
        placed = self._place(pts)
        if pts is None or placed != pts:
            self.repaired += 1
        self._last = placed
        return placed

    def _place(self, pts: int | None) -> int:
        if self._last is None:
            return 0 if pts is None else pts
        if pts is None:
            return self._last + self._step
        placed = pts + self._shift
        ahead = placed - self._last
        if 0 < ahead <= self._max_gap:
            return placed
        if -self._restart <= ahead <= 0:
            return self._last + 1
        self._shift = self._last + self._step - pts
        return self._last + self._step
