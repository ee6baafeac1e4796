"""What retrieval found out about shots, as plain values for ranking. Pure, no Django.

Times are half-open pts ranges in the asset's time base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from search.ranking.spans import Span

WHOLE = -1
"""Stands for the whole query where a part's index is meant."""
EXAMPLE = -2
"""Stands for the picture that is searched by."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the similarities of one text are spread over the user's libraries."""

    count: int
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Similar:
    """A picture (keyframe or crop) and its cosine to a text; ``context`` is its asset's mean."""

    picture_id: int
    shot_id: int
    similarity: float
    track_id: int = 0
    context: float | None = None


@dataclass(frozen=True, slots=True)
class VectorList:
    """Answers of one vector search, most similar first.

    ``part`` is the index of the query's part that was asked, or ``WHOLE``; ``kind`` is
    ``keyframes``, ``crops`` or ``tracks``; ``plan`` says how it was searched.
    """

    kind: str
    part: int
    hits: tuple[Similar, ...]
    spread: Spread
    plan: str = "exact"


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """A track; ``attributes`` maps a name to its values with confidences."""

    track_id: int
    label: str
    start_pts: int
    end_pts: int
    confidence: float
    movement: str = ""
    identity_id: int | None = None
    attributes: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Described:
    """A shot's description. Empty strings: cannot be told."""

    sentence: str
    scene: str = ""
    scene_confidence: float = 0.0
    setting: str = ""
    light: str = ""
    people_count: int = 0
    confidence: float = 0.0
    matched: tuple[str, ...] = ()
    matched_quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A line that says something of what was asked, over a half-open range of pts.

    ``words`` are the asked words that it has, ``quotes`` the asked phrases.
    """

    start_pts: int
    end_pts: int
    text: str
    words: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        return self.start_pts, self.end_pts


@dataclass(frozen=True, slots=True)
class ShotFacts:
    """A candidate shot with everything that was seen in it; keyframes are (id, pts) by time.

    ``time_base`` is the asset's: seconds per unit of pts; ``asset_pts`` is how long the asset is,
    if that is known. ``said`` are those lines alone that say something of what was asked; they may
    begin before the shot and end after it. ``cells`` are the part of the shot that each keyframe
    stands for: halfway to its neighbours.
    """

    shot_id: int
    asset_id: int
    start_pts: int
    end_pts: int
    keyframes: tuple[tuple[int, int], ...] = ()
    tracks: tuple[TrackFacts, ...] = ()
    description: Described | None = None
    time_base: Fraction = Fraction(1)
    asset_pts: int | None = None
    said: tuple[Said, ...] = ()
    cells: tuple[tuple[int, Span], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cells = _cells(self.keyframes, self.start_pts, self.end_pts)
        object.__setattr__(self, "cells", cells)

    @property
    def span(self) -> Span:
        return self.start_pts, self.end_pts


def _cells(
    keyframes: Sequence[tuple[int, int]], start: int, end: int
) -> tuple[tuple[int, Span], ...]:
    """The part of a span that each keyframe stands for, empty ones left out."""
    cells: list[tuple[int, Span]] = []
    last = len(keyframes) - 1
    for i, (pk, pts) in enumerate(keyframes):
        edge = (pts + keyframes[i + 1][1]) // 2 if i < last else end
        if edge > start:
            cells.append((pk, (start, edge)))
        start = edge
    return tuple(cells)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that retrieval brings: candidate shots and the vector lists.

    ``words`` are the content words that full text was asked for; ``is_capped`` says that more
    would have been found; ``vector_state`` is ``ok``, ``none`` (nothing to embed), ``indexing``
    (no vectors of this encoder yet) or ``unavailable`` (no text network). ``required`` and
    ``excluded`` are identity ids as in ``Scope``; ``encoder`` is the name of the joint encoder.
    """

    shots: Mapping[int, ShotFacts]
    vectors: tuple[VectorList, ...] = ()
    words: tuple[str, ...] = ()
    is_capped: bool = False
    vector_state: str = "ok"
    known_labels: frozenset[str] = frozenset()
    required: tuple[tuple[int, ...], ...] = ()
    excluded: tuple[int, ...] = ()
    encoder: str = ""

    @property
    def words_matched(self) -> bool:
        """Whether any asked word stands in any description, or is said."""
        shots = self.shots.values()
        return any((s.description and s.description.matched) or s.said for s in shots)
