"""Finds gradual transitions (dissolves and fades) in a stream of tiny pictures.

A dissolve from picture A to picture B shows mixes ``A + α(B - A)`` with α growing from 0 to 1
(the linear model of production-based detectors: Hampapur et al. 1994; Truong, Dorai and Venkatesh
2000). Every window of some lengths is fitted to it: camera and object motion leave a residual,
hard cuts a step in α, and lighting changes keep A and B alike in structure.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tiny import Tiny

SAMPLE_S = Fraction(1, 12)
"""Pictures are compared at most this often: a dissolve of 0.3 s still shows three mixes."""

WINDOWS_S = (Fraction(7, 10), Fraction(14, 10), Fraction(28, 10))
"""Lengths of the windows. Transitions of up to about 2.4 s fit. Edited footage keeps most
dissolves between 0.5 and 2 s."""

_MIN_CHANGE = 12.0
"""A and B differ at least by this mean absolute difference. Swept on made films, see
``evaluation.shots``; like all thresholds below."""

_MAX_LIKENESS = 0.6
"""Correlation of luma of A and B above which they show the same place."""

_FLAT_CONTRAST = 6.0
"""Luma deviation below which a picture is plain (black, white): fades have such an end."""

_PLATEAU = 0.12
_LEVEL = 0.11
"""How far α may have moved in the first and last eighth of a window: less than an even rise, so
that a window inside a longer transition does not pass for the whole."""

_MAX_STEP = 0.6
_MAX_FALL = 0.08
_MAX_RESIDUAL = 0.33
_MIN_MIXES = 2


@dataclass(frozen=True, slots=True)
class Transition:
    """A gradual change from ``start_pts`` to ``end_pts``, half way at ``middle_pts``."""

    start_pts: int
    middle_pts: int
    end_pts: int


class TransitionFinder:
    """Watches tiny pictures, in order, and tells of transitions once they are over."""

    def __init__(self, time_base: Fraction) -> None:
        self._sample = int(SAMPLE_S / time_base)
        self._windows = [int(window / time_base) for window in WINDOWS_S]
        self._ring: deque[tuple[int, Tiny]] = deque()

    @property
    def settled_pts(self) -> int | None:
        """No transition before this pts will be told of any more."""
        return self._ring[0][0] if self._ring else None

    def forget_before(self, pts: int) -> None:
        """A cut at ``pts``: nothing reaches across it."""
        while self._ring and self._ring[0][0] < pts:
            self._ring.popleft()

    def observe(self, pts: int, tiny: Tiny) -> Transition | None:
        """Take the next picture; the transition that has just ended, if any."""
        if self._ring and pts - self._ring[-1][0] < self._sample:
            return None
        self._ring.append((pts, tiny))
        while pts - self._ring[0][0] > self._windows[-1] + self._sample:
            self._ring.popleft()
        for window in self._windows:
            entries = [entry for entry in self._ring if pts - entry[0] <= window]
            if len(entries) < 5 or (entry_span := pts - entries[0][0]) * 10 < window * 7:
                continue
            transition = _fit(entries)
            if transition is not None and entry_span > 0:
                self.forget_before(transition.end_pts)
                return transition
        return None


def _fit(entries: list[tuple[int, Tiny]]) -> Transition | None:
    first, last = entries[0][1], entries[-1][1]
    change = last.values - first.values
    if float(np.abs(change).mean()) < _MIN_CHANGE or _is_same_place(first, last):
        return None
    energy = float(change @ change)
    offsets = np.stack([tiny.values for _, tiny in entries]) - first.values
    alphas = offsets @ change / energy
    if not _rises_evenly(alphas):
        return None
    mixes = (alphas > _PLATEAU) & (alphas < 1 - _PLATEAU)
    if int(mixes.sum()) < _MIN_MIXES:
        return None
    rest = offsets[mixes] - alphas[mixes, None] * change
    residual = np.sqrt((rest * rest).sum(axis=1) / energy)
    if float(residual.mean()) > _MAX_RESIDUAL:
        return None
    inside = np.flatnonzero(mixes)
    middle = int(np.argmax(alphas >= 0.5))
    return Transition(
        start_pts=entries[int(inside[0])][0],
        middle_pts=entries[middle][0],
        end_pts=entries[min(int(inside[-1]) + 1, len(entries) - 1)][0],
    )


def _is_same_place(a: Tiny, b: Tiny) -> bool:
    if min(a.contrast, b.contrast) < _FLAT_CONTRAST:
        return False
    likeness = float(np.corrcoef(a.luma, b.luma)[0, 1])
    return likeness > _MAX_LIKENESS


def _rises_evenly(alphas: NDArray[np.floating[Any]]) -> bool:
    """Level, then a rise without leaps or falls, then level."""
    steps = np.diff(alphas)
    eighth = max(1, len(steps) // 8)
    return (
        abs(float(alphas[eighth])) < _LEVEL
        and abs(1 - float(alphas[-1 - eighth])) < _LEVEL
        and float(steps.max()) < _MAX_STEP
        and float(steps.min()) > -_MAX_FALL
    )
