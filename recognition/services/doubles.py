"""Finds tracks of a library that follow one body twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recognition.engine.context import overlapping_pairs
from recognition.engine.neighbours import dots
from recognition.engine.types import Floats
from recognition.models import Encoder, TrackEmbedding
from recognition.seeing.doubles import Doubles, Trail, in_one_place, seldom_apart
from recognition.seeing.track_facts import TrackFact

ALIKE_FROM = 0.35
"""Tracks of one asset that are less alike are joined by no network that is here."""
CLEARLY_ALIKE_FROM = 0.85
"""So alike tracks of one asset may be one though they are in two places, unless they surely are
there (``seldom_apart``). By eye, on labelled tracks of 27 real clips, either network: of two
people whom the detector never saw surely at once .79 at most, of one person up to .89."""
_DAY_S = 1e6  # longer than any footage: assets do not touch each other on one axis


def doubles_in(facts: Sequence[TrackFact], vectors: Floats, encoder: Encoder) -> Doubles:
    """Pairs of alike tracks that are in one asset at one time, and in one place; or so alike that
    they are kept apart only where both are surely seen in two."""
    if not facts:
        return frozenset()
    asset = np.unique([fact.asset_id for fact in facts], return_inverse=True)[1] * _DAY_S
    starts = asset + np.array([fact.start_s for fact in facts])
    ends = asset + np.array([max(fact.start_s, fact.end_s) for fact in facts])
    pairs = overlapping_pairs(starts, ends)
    alike = dots(vectors, pairs[:, 0], pairs[:, 1])
    pairs, alike = pairs[alike >= ALIKE_FROM], alike[alike >= ALIKE_FROM]
    trails = _trails(sorted({facts[at].id for at in pairs.ravel().tolist()}), encoder)
    named = [(facts[a].id, facts[b].id) for a, b in pairs.tolist()]
    return frozenset(
        (min(a, b), max(a, b))
        for (a, b), cosine in zip(named, alike.tolist(), strict=True)
        if in_one_place(trails[a], trails[b])
        or (cosine >= CLEARLY_ALIKE_FROM and seldom_apart(trails[a], trails[b]))
    )


def _trails(tracks: Sequence[int], encoder: Encoder) -> dict[int, Trail]:
    seen = TrackEmbedding.objects.filter(encoder=encoder, track__in=tracks)
    rows = seen.values_list(
        "track_id",
        "track__pts_packed",
        "track__boxes_packed",
        "track__confidence_packed",
        "from_pts",
        "to_pts",
    )
    return {
        pk: Trail(
            np.frombuffer(bytes(pts), dtype="<i8").astype(np.int64),
            np.frombuffer(bytes(boxes), dtype="<f4").astype(np.float32).reshape(-1, 4),
            np.frombuffer(bytes(confidence), dtype="<f4").astype(np.float32),
            from_pts,
            to_pts,
        )
        for pk, pts, boxes, confidence, from_pts, to_pts in rows
    }
