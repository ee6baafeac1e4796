"""Choosing the few crops that stand for a track, and the frames they come from.

Two steps, so that one decode is enough: ``plan_crops`` names, from boxes alone, the
moments worth looking at; ``score_crop`` judges the pixels; ``choose_crops`` keeps the best,
spread over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.engine.geometry import clip_norm, coverage_matrix, crop_image, expand
from recognition.engine.runtime import check_image, resize
from recognition.engine.types import Floats, Image, Tracklet

GOOD_HEIGHT_PX = 128
"""Person networks read 128–256 px; a crop this high loses nothing by being enlarged."""
SHARP_AT = 290.0
"""Variance of the Laplacian of a 64×128 grey crop at which it counts as half sharp: the
blurriest twentieth of PKU-Reid's crops lies below, measured (median 980)."""
CONTEXT_SHARE = 0.5
"""Half a body on each side, by eye."""


@dataclass(frozen=True, slots=True)
class CropCandidate:
    """One box of a track with what speaks for it; ``score`` is for ranking only."""

    index: int
    pts: int
    xyxy_norm: Floats
    score: float


def geometry_scores(
    track: Tracklet, others: Sequence[Tracklet], picture_px: tuple[int, int]
) -> Floats:
    """Scores (k,) in 0–1 for every box of a track, from boxes alone.

    Confidence × size × what no other box covers × what the picture's edge does not cut.
    ``others`` are the other tracks of the same shot; ``picture_px`` is (width, height).
    """
    height_px = (track.xyxy_norm[:, 3] - track.xyxy_norm[:, 1]) * picture_px[1]
    size = np.sqrt(np.clip(height_px / GOOD_HEIGHT_PX, 0.0, 1.0))
    free = 1.0 - _covered(track, others)
    return np.asarray(track.confidence * size * free * _inside(track.xyxy_norm), np.float32)


def _covered(track: Tracklet, others: Sequence[Tracklet]) -> Floats:
    """Share (k,) of each box that boxes of other tracks at the same pts cover, at most; a box
    covers as far as it is sure."""
    covered = np.zeros(len(track.pts), dtype=np.float32)
    for other in others:
        if other is track or other.pts[-1] < track.pts[0] or other.pts[0] > track.pts[-1]:
            continue
        _, mine, theirs = np.intersect1d(track.pts, other.pts, return_indices=True)
        for i, j in zip(mine, theirs, strict=True):
            share = coverage_matrix(track.xyxy_norm[i][None], other.xyxy_norm[j][None])[0, 0]
            covered[i] = max(covered[i], share * other.confidence[j])
    return covered


def _inside(xyxy_norm: Floats) -> Floats:
    """1 for boxes clear of the picture's edge, .7 for those that touch left, right or top,
    .85 for the bottom (legs cut off leave a face and a coat). By eye."""
    edge = 0.004
    sides = (xyxy_norm[:, 0] < edge) | (xyxy_norm[:, 2] > 1 - edge) | (xyxy_norm[:, 1] < edge)
    bottom = xyxy_norm[:, 3] > 1 - edge
    return np.where(sides, 0.7, np.where(bottom, 0.85, 1.0)).astype(np.float32)


def plan_crops(
    track: Tracklet,
    others: Sequence[Tracklet],
    picture_px: tuple[int, int],
    *,
    at_most: int = 8,
) -> list[CropCandidate]:
    """The boxes worth cutting out, best first: at most ``at_most``, spread over time."""
    scores = geometry_scores(track, others, picture_px)
    candidates = [
        CropCandidate(i, int(track.pts[i]), track.xyxy_norm[i], float(scores[i]))
        for i in range(len(track.pts))
    ]
    return choose_crops(candidates, at_most=at_most)


def choose_crops(candidates: Sequence[CropCandidate], *, at_most: int = 4) -> list[CropCandidate]:
    """The best few by score, each next one discounted when close in time to one chosen.

    A candidate next to a chosen one keeps half its score; from a distance of
    1 / ``at_most`` of the track's length it keeps all.
    """
    left = sorted(candidates, key=lambda c: (-c.score, c.pts))
    if not left:
        return []
    span = max(c.pts for c in left) - min(c.pts for c in left)
    room = max(span / at_most, 1.0)
    chosen: list[CropCandidate] = []

    def worth(candidate: CropCandidate) -> float:
        gap = min((abs(candidate.pts - other.pts) for other in chosen), default=room)
        return candidate.score * (0.5 + 0.5 * min(gap / room, 1.0))

    while left and len(chosen) < at_most:
        best = max(left, key=worth)
        left.remove(best)
        chosen.append(best)
    return chosen


def score_crop(candidate: CropCandidate, crop: Image) -> CropCandidate:
    """The candidate with its score weighted by how sharp and how well lit its pixels are."""
    quality = sharpness(crop) * exposure(crop)
    return CropCandidate(
        candidate.index, candidate.pts, candidate.xyxy_norm, candidate.score * quality
    )


def sharpness(crop: Image) -> float:
    """0–1 from the variance of the Laplacian of the grey crop at 64×128 (Pech-Pacheco 2000)."""
    check_image(crop)
    grey = resize(crop, 64, 128).astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    inner = grey[1:-1, 1:-1]
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    variance = float(edges.var())
    return variance / (variance + SHARP_AT)


def exposure(crop: Image) -> float:
    """1 for a well lit crop, falling to .3 where nearly all is black or blown out."""
    red, green, blue = (crop[..., i].astype(np.uint16) for i in range(3))
    bright = red + green + blue  # three times the mean, without floats
    lost = float(((bright < 36) | (bright > 750)).mean())
    return 1.0 - 0.7 * lost


def person_context_box(xyxy_norm: Floats, aspect: float = 16 / 9) -> Floats:
    """The box (4,) with half a body around it, clipped: what shows a person somewhere.

    A body's width is taken as at least .4 of its height, so that a narrow box still gets
    room at its sides. ``aspect`` is the picture's width / height.
    """
    box = np.asarray(xyxy_norm, dtype=np.float32).reshape(1, 4)
    grown = expand(box, CONTEXT_SHARE, CONTEXT_SHARE / 2)
    least = 0.4 * (box[0, 3] - box[0, 1]) / aspect * CONTEXT_SHARE
    grown[0, 0] = min(grown[0, 0], box[0, 0] - least)
    grown[0, 2] = max(grown[0, 2], box[0, 2] + least)
    return np.asarray(clip_norm(grown)[0], dtype=np.float32)


def cut_crop(frame: Image, xyxy_norm: Floats, *, height_at_most_px: int = 256) -> Image:
    """A copy of a box's pixels, shrunk when higher than ``height_at_most_px``."""
    return shrink(crop_image(frame, xyxy_norm), height_at_most_px)


def shrink(pixels: Image, height_at_most_px: int) -> Image:
    """A copy of a picture, antialiased and smaller when higher than ``height_at_most_px``."""
    height, width = pixels.shape[:2]
    if height > height_at_most_px:
        width = max(1, round(width * height_at_most_px / height))
        pixels = resize(pixels, width, height_at_most_px)
    return np.array(pixels)
