"""What must not be there: when it is, and what speaks for a shot if that alone is asked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from search.query.types import Kind, Part
from search.ranking.carried import PersonMatcher
from search.ranking.facts import Found, ShotFacts
from search.ranking.matching import PartMatcher, is_surely
from search.ranking.scores import Hit, Reason
from search.ranking.seen import is_same_place, over_shot, people_in, span_of, told_of
from search.ranking.spans import Span

SETTING_CONFIDENCE = 0.7
"""Setting and light are stated from .65 upwards and stored without their confidence."""
SEEN_FROM = 0.3
"""Confidence from which a thing or place counts as surely there, for "without"."""
ABSENT_STRENGTH = 0.4
"""What was not seen may still be there."""


def ruled_out_by(part: Part, found: Found) -> Callable[[ShotFacts], Sequence[Span]]:
    """Gives the spans of a shot in which something that a part rules out is known to be."""
    if part.kind is Kind.OBJECT:
        return partial(_things, part, PartMatcher(part))
    if part.kind is Kind.PERSON:
        return partial(_people, PersonMatcher(part))
    if part.kind is Kind.IDENTITY:
        return partial(_identities, frozenset(found.excluded))
    if part.kind is Kind.PLACE:
        return partial(_place, part)
    if part.kind in (Kind.SETTING, Kind.LIGHT):
        return partial(_setting, part)
    if part.kind is Kind.QUOTED:
        return partial(_quoted, part)
    return _nothing


def everybody(shot: ShotFacts) -> list[Span]:
    """When anybody is seen: what "nobody" rules out."""
    return [span_of(track) for track in people_in(shot)]


def _nothing(_: ShotFacts) -> list[Span]:
    return []


def _things(part: Part, matcher: PartMatcher, shot: ShotFacts) -> list[Span]:
    is_any = not part.wants and not part.actions
    return [
        span_of(t)
        for t in shot.tracks
        if part.is_about(t.label)
        and t.confidence >= SEEN_FROM
        and (is_any or is_surely(matcher.of(t)))
    ]


def _people(matcher: PersonMatcher, shot: ShotFacts) -> list[Span]:
    return [span_of(t) for t in people_in(shot) if matcher.is_surely(shot, t)]


def _identities(excluded: frozenset[int], shot: ShotFacts) -> list[Span]:
    return [span_of(t) for t in shot.tracks if t.identity_id in excluded]


def _place(part: Part, shot: ShotFacts) -> list[Span]:
    described = shot.description
    if described is None or not is_same_place(part, described.scene):
        return []
    return [shot.span] if described.scene_confidence >= SEEN_FROM else []


def _setting(part: Part, shot: ShotFacts) -> list[Span]:
    return [shot.span] if told_of(part, shot) == part.value else []


def _quoted(part: Part, shot: ShotFacts) -> list[Span]:
    if shot.description is not None and part.value in shot.description.matched_quotes:
        return [shot.span]
    return [line.span for line in shot.said if part.value in line.quotes]


def absence_hits(part: Part, index: int, shot: ShotFacts) -> list[Hit]:
    """What speaks for a shot when all that was asked is what must not be there."""
    if shot.description is None:
        return []
    told = told_of(part, shot) if part.kind in (Kind.SETTING, Kind.LIGHT) else ""
    strength = SETTING_CONFIDENCE if told else ABSENT_STRENGTH
    return [over_shot(index, shot, strength, Reason("absent", told or "not seen", strength))]
