"""How far scores can be taken for probabilities, and Platt's scaling to make them so. Pure.

Reliability diagram and expected calibration error as in Guo et al. 2017; the scaling is Platt's
(1999) with his smoothed targets, fitted by Newton's method. What is fitted on one half of the
queries (every other one) is judged on the other half, so that no query judges itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

EDGES = (0.0, 0.02, 0.05, 0.15, 0.3, 0.5, 0.8)
"""Bins of the diagram; .15 and .5 are where "possible" and "strong" begin."""
LEAST = 1e-6
RIDGE = 1e-3
"""Keeps the fit finite where scores part right from wrong entirely."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A clip's best score for a query, and whether the clip is right."""

    score: float
    is_right: bool


def reliability(clips: Sequence[Judged]) -> dict[str, Any]:
    """Bins of scores with the share that was right, and the expected calibration error."""
    bins, error = [], 0.0
    for low, high in zip(EDGES, (*EDGES[1:], 1.1), strict=True):
        held = [clip for clip in clips if low <= clip.score < high]
        if not held:
            continue
        mean = sum(clip.score for clip in held) / len(held)
        right = sum(clip.is_right for clip in held) / len(held)
        error += abs(mean - right) * len(held) / len(clips)
        bins.append(
            {
                "from": low,
                "count": len(held),
                "mean_score": round(mean, 4),
                "right": round(right, 4),
            }
        )
    return {"bins": bins, "ece": round(error, 4)}


def calibrate(rows: Sequence[Sequence[Judged]]) -> dict[str, Any]:
    """The scaling of all queries' scores, and how reliable one half makes the other.

    ``slope`` and ``bias`` apply to the log-odds of the scores as they are now: to be put after the
    calibration in force (slope × slope now, slope × bias now + bias).
    """
    halves = rows[::2], rows[1::2]
    other: list[Judged] = []
    for fitted, held in (halves, halves[::-1]):
        slope, bias = fit([clip for row in fitted for clip in row])
        other += [
            Judged(_sigmoid(slope * log_odds(clip.score) + bias), clip.is_right)
            for row in held
            for clip in row
        ]
    slope, bias = fit([clip for row in rows for clip in row])
    return {
        "slope": round(slope, 3),
        "bias": round(bias, 3),
        "held_back": reliability(other),
    }


def fit(clips: Sequence[Judged]) -> tuple[float, float]:
    """Slope and bias that make the scores' log-odds probabilities."""
    right = sum(clip.is_right for clip in clips)
    high, low = (right + 1) / (right + 2), 1 / (len(clips) - right + 2)
    x = np.array([[log_odds(clip.score), 1.0] for clip in clips])
    y = np.array([high if clip.is_right else low for clip in clips])
    weights = np.array([1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -40, 40)))
        gradient = x.T @ (p - y) + RIDGE * (weights - [1.0, 0.0])
        curvature = (x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(2)
        weights = weights - np.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])


def log_odds(score: float) -> float:
    """Of a probability, kept from 0 and 1."""
    kept = min(max(score, LEAST), 1 - LEAST)
    return math.log(kept / (1 - kept))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(min(x, 40.0), -40.0)))
