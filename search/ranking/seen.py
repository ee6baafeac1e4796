"""What was seen in a shot, as hits need it: spans, cells of keyframes, pictures. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from search.query.types import Kind, Part
from search.query.vocabulary import SCENE_SAME
from search.ranking.facts import Found, ShotFacts, TrackFacts, VectorList
from search.ranking.scores import CONTEXT_SHARE, Hit, Reason, as_strength, usual_deviation
from search.ranking.spans import Span

PERSON = "person"
KEYFRAMES = "keyframes"


class Look(NamedTuple):
    """How alike a picture is: its strength (0–1), and its z-score."""

    strength: float
    z: float


@dataclass(slots=True)
class PictureStrengths:
    """How alike pictures are, by part: keyframes by their id, crops and tracks by the track's, the
    best of it. ``floors`` are the lowest z of each list: what is not in it is no higher.
    """

    keyframes: dict[int, dict[int, Look]]
    tracks: dict[int, dict[int, Look]]
    floors: dict[tuple[str, int], float]

    @classmethod
    def of(cls, found: Found) -> PictureStrengths:
        """Those of all lists that were found."""
        pictures = cls({}, {}, {})
        for vectors in found.vectors:
            pictures._add(vectors)
        return pictures

    def _add(self, vectors: VectorList) -> None:
        if not vectors.hits:
            return
        is_frames = vectors.kind == KEYFRAMES
        looks = (self.keyframes if is_frames else self.tracks).setdefault(vectors.part, {})
        mean, deviation = vectors.spread.mean, usual_deviation(vectors.spread)
        lowest = self.floors.get((vectors.kind, vectors.part), math.inf)
        for hit in vectors.hits:
            z = (hit.similarity - mean) / deviation
            if hit.context is not None and is_frames:
                z += CONTEXT_SHARE * ((hit.context - mean) / deviation - z)
            lowest = min(z, lowest)
            key = hit.picture_id if is_frames else hit.track_id
            if is_frames or key not in looks or z >= looks[key].z:
                looks[key] = Look(as_strength(z), z)
        self.floors[vectors.kind, vectors.part] = lowest


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


def is_same_place(part: Part, scene: str) -> bool:
    """Whether a scene is the place that a part names."""
    return scene == part.value or scene in SCENE_SAME.get(part.value, ())


def told_of(part: Part, shot: ShotFacts) -> str:
    """What a shot's description says of the setting or the light, whichever a part asks for."""
    if shot.description is None:
        return ""
    is_setting = part.kind is Kind.SETTING
    return shot.description.setting if is_setting else shot.description.light
