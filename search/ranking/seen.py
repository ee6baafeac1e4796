"""What was seen in a shot, as hits need it: spans, cells of keyframes, pictures. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from search.ranking.facts import Found, ShotFacts, Similar, TrackFacts, VectorList
from search.ranking.scores import CONTEXT_SHARE, Hit, Reason, as_strength, z_score
from search.ranking.spans import Span

PERSON = "person"


@dataclass(slots=True)
class PictureStrengths:
    """Calibrated strengths of pictures and their z-scores: by (part, keyframe), and by (part,
    track) the best. ``floors`` are the lowest z of each list: what is not in it is no higher.
    """

    found: Found
    keyframes: dict[tuple[int, int], float] = field(default_factory=dict)
    tracks: dict[tuple[int, int], float] = field(default_factory=dict)
    keyframe_z: dict[tuple[int, int], float] = field(default_factory=dict)
    track_z: dict[tuple[int, int], float] = field(default_factory=dict)
    floors: dict[tuple[str, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for vectors in self.found.vectors:
            for hit in vectors.hits:
                self._add(vectors, hit)

    def _add(self, vectors: VectorList, hit: Similar) -> None:
        z = z_score(hit.similarity, vectors.spread)
        if hit.context is not None and vectors.kind == "keyframes":
            z += CONTEXT_SHARE * (z_score(hit.context, vectors.spread) - z)
        listed = (vectors.kind, vectors.part)
        self.floors[listed] = min(z, self.floors.get(listed, z))
        if vectors.kind == "keyframes":
            key = (vectors.part, hit.picture_id)
            self.keyframe_z[key], self.keyframes[key] = z, as_strength(z)
            return
        key = (vectors.part, hit.track_id)
        if z >= self.track_z.get(key, z):
            self.track_z[key], self.tracks[key] = z, as_strength(z)

    def has(self, kind: str, part: int) -> bool:
        """Whether pictures of a kind were compared with a part."""
        return (kind, part) in self.floors


def people_in(shot: ShotFacts) -> list[TrackFacts]:
    return [track for track in shot.tracks if track.label == PERSON]


def span_of(track: TrackFacts) -> Span:
    return track.start_pts, track.end_pts


def over_shot(
    index: int, shot: ShotFacts, strength: float, reason: Reason, weight: float = 0.0
) -> Hit:
    """A hit that holds for the whole shot; ``weight`` in log-odds per strength."""
    span = (shot.start_pts, shot.end_pts)
    return Hit(index, shot.shot_id, *span, strength, (reason,), support=weight * strength)
