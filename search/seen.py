"""What was seen in a shot, as hits need it: spans, cells of keyframes, pictures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from search.facts import Found, ShotFacts, TrackFacts
from search.ranking import Hit, Reason, calibrate
from search.spans import Span

PERSON = "person"


@dataclass(slots=True)
class PictureStrengths:
    """Calibrated strengths of pictures: by (part, keyframe), and by (part, track) the best."""

    found: Found
    keyframes: dict[tuple[int, int], float] = field(default_factory=dict)
    tracks: dict[tuple[int, int], float] = field(default_factory=dict)
    lists: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for vectors in self.found.vectors:
            if vectors.hits:
                self.lists.add((vectors.kind, vectors.part))
            for hit in vectors.hits:
                strength = calibrate(hit.similarity, vectors.spread)
                if vectors.kind == "keyframes":
                    self.keyframes[vectors.part, hit.picture_id] = strength
                else:
                    key = (vectors.part, hit.track_id)
                    self.tracks[key] = max(strength, self.tracks.get(key, 0.0))


def keyframe_cells(shot: ShotFacts) -> list[tuple[int, Span]]:
    """The part of a shot that each keyframe stands for: halfway to its neighbours."""
    times = [pts for _, pts in shot.keyframes]
    edges = [shot.start_pts, *((a + b) // 2 for a, b in pairwise(times))]
    edges.append(shot.end_pts)
    cells = []
    for (pk, _), start, end in zip(shot.keyframes, edges, edges[1:], strict=False):
        if end > start:
            cells.append((pk, (start, end)))
    return cells


def people_in(shot: ShotFacts) -> list[TrackFacts]:
    return [track for track in shot.tracks if track.label == PERSON]


def span_of(track: TrackFacts) -> Span:
    return track.start_pts, track.end_pts


def overlap(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def most_at_once(spans: Sequence[Span]) -> int:
    """The largest number of spans that share a moment."""
    events = sorted([(s, 1) for s, _ in spans] + [(e, -1) for _, e in spans])
    best = now = 0
    for _, change in events:
        now += change
        best = max(best, now)
    return best


def over_shot(index: int, shot: ShotFacts, strength: float, reason: Reason) -> Hit:
    return Hit(index, shot.shot_id, shot.start_pts, shot.end_pts, strength, (reason,))
