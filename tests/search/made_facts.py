"""Facts of made shots, as retrieval would bring them, and the moments that they give. Pure."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from search.query.parsing import parse
from search.ranking.evidence import gather
from search.ranking.facts import (
    WHOLE,
    Described,
    Found,
    ShotFacts,
    Similar,
    Spread,
    TrackFacts,
    VectorList,
)
from search.ranking.filters import Filters
from search.ranking.moment_builder import build_moments
from search.ranking.moments import Moment

SPAN = st.tuples(st.integers(0, 100), st.integers(1, 50)).map(lambda p: (p[0], p[0] + p[1]))
SPREAD = Spread(1_000, 0.2, 0.1)


def person(pk: int, start: int, end: int, **fields: object) -> TrackFacts:
    """A person's track."""
    return TrackFacts(pk, "person", start, end, 0.9, **fields)  # type: ignore[arg-type]


def moments(
    text: str, *shots: ShotFacts, vectors: tuple[VectorList, ...] = (), **kw: object
) -> list[Moment]:
    """What a question finds in some shots; further words are filters."""
    query = parse(text)
    labels = frozenset(t.label for s in shots for t in s.tracks)
    found = Found({s.shot_id: s for s in shots}, vectors, known_labels=labels)
    filters = Filters(**kw)  # type: ignore[arg-type]
    return build_moments(query, found, gather(query, found), filters)


def at_beach(*tracks: TrackFacts, pk: int = 1) -> ShotFacts:
    """A shot of ten seconds on a beach."""
    described = Described("", scene="beach", scene_confidence=0.9)
    base = Fraction(1, 10)
    return ShotFacts(pk, pk, 0, 100, ((10 * pk, 25), (10 * pk + 1, 75)), tracks, described, base)


def all_alike(*shots: ShotFacts) -> VectorList:
    """Keyframes that are all as like the question as another."""
    hits = tuple(Similar(pk, s.shot_id, 0.3) for s in shots for pk, _ in s.keyframes)
    return VectorList("keyframes", WHOLE, hits, SPREAD)
