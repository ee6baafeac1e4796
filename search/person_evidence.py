"""Evidence for person phrases, track by track: one person who is all that was asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.facts import Found, ShotFacts, TrackFacts
from search.matching import (
    KNOWN_FROM,
    Match,
    Verdict,
    excludes,
    match,
    match_action,
    structure_score,
)
from search.query_types import Part
from search.ranking import SUPPORT, Hit, Reason
from search.seen import PictureStrengths, most_at_once, over_shot, overlap, people_in, span_of

NEAR_COUNT = 0.4
"""One more or one fewer than asked: detectors miss and double people."""
COUNT_SHARE = 0.4
NOBODY_STRENGTH = 0.7
"""Nobody was seen; somebody may have been missed."""


def person_hits(
    part: Part, index: int, shot: ShotFacts, pictures: PictureStrengths, found: Found
) -> list[Hit]:
    judged = [(track, matches_of(part, track)) for track in people_in(shot)]
    kept = [(track, matches) for track, matches in judged if not excludes(matches)]
    counted = _count_reason(part, kept)
    hits = []
    for track, matches in kept:
        hit = _person_hit(part, index, shot, track, matches, pictures, found)
        if counted is not None:
            strength = (1 - COUNT_SHARE) * hit.strength + COUNT_SHARE * counted.strength
            reasons = (*hit.reasons, counted) if counted.strength >= NEAR_COUNT else hit.reasons
            support = hit.support + SUPPORT["count"] * counted.strength
            hit = replace(hit, strength=strength, reasons=reasons, support=support)
        hits.append(hit)
    return hits


def matches_of(part: Part, track: TrackFacts) -> list[Match]:
    found = [match(want, track) for want in part.wants]
    return found + [match_action(action, track) for action in part.actions]


def _person_hit(
    part: Part,
    index: int,
    shot: ShotFacts,
    track: TrackFacts,
    matches: Sequence[Match],
    pictures: PictureStrengths,
    found: Found,
) -> Hit:
    structure, share = structure_score(matches)
    things = _things_with(part, shot, track, found)
    if things:
        structure = (structure * share + sum(r.strength for r in things)) / (share + len(things))
        share = min(1.0, share + 0.5)
    if not part.wants and not part.actions and not things:
        structure, share = track.confidence, 1.0  # somebody: any person will do
    support = SUPPORT["readings"] * structure * share
    if pictures.has("crops", index):
        z = pictures.track_z.get((index, track.track_id), pictures.floors["crops", index])
        support += SUPPORT["crops"] * z
        looks = pictures.tracks.get((index, track.track_id), 0.0)
        strength = (looks + share * structure) / (1 + share)
    else:
        looks, strength = 0.0, structure * (0.5 + share / 2)
    reasons = [reason_of(m) for m in matches if speaks_for(m)] + things
    if looks > 0:
        reasons.insert(0, Reason("likeness", "the person", looks))
    if not reasons:
        reasons = [Reason("track", "a person", track.confidence)]
    return Hit(
        part=index,
        shot_id=shot.shot_id,
        start_pts=track.start_pts,
        end_pts=track.end_pts,
        strength=strength,
        reasons=tuple(reasons),
        track_id=track.track_id,
        support=support,
    )


_SOURCE_OF_TOPIC = {"gender": "person", "age": "person", "action": "movement"}


def reason_of(found: Match) -> Reason:
    source = _SOURCE_OF_TOPIC.get(found.want.topic, "clothes")
    return Reason(source, found.words, found.confidence)


def speaks_for(found: Match) -> bool:
    return found.verdict is Verdict.YES and not found.want.negated


def _things_with(part: Part, shot: ShotFacts, track: TrackFacts, found: Found) -> list[Reason]:
    """Things of the phrase (a dog, a bicycle) that are seen while the person is."""
    wanted = set(part.labels) & found.known_labels
    if not wanted:
        return []
    best = max(
        (t for t in shot.tracks if t.label in wanted and overlap(span_of(t), span_of(track)) > 0),
        key=lambda t: t.confidence,
        default=None,
    )
    return [Reason("object", best.label, best.confidence)] if best else []


def _count_reason(part: Part, kept: Sequence[tuple[TrackFacts, Sequence[Match]]]) -> Reason | None:
    """How well the number of people at once agrees; those known to be others do not count."""
    if part.count is None:
        return None
    fitting = [
        span_of(track)
        for track, matches in kept
        if not any(m.want.topic in ("gender", "age") and m.verdict is Verdict.NO for m in matches)
    ]
    seen = most_at_once(fitting)
    words = f"{seen} at once"
    if part.count.agrees(seen):
        return Reason("count", words, 1.0)
    near = part.count.agrees(seen + 1) or part.count.agrees(seen - 1)
    return Reason("count", words, NEAR_COUNT if near else 0.0)


def nobody_hits(index: int, shot: ShotFacts) -> list[Hit]:
    if people_in(shot) or (shot.description and shot.description.people_count):
        return []
    reason = Reason("count", "nobody seen", NOBODY_STRENGTH)
    return [over_shot(index, shot, NOBODY_STRENGTH, reason, SUPPORT["count"])]


def is_surely(part: Part, track: TrackFacts) -> bool:
    matches = matches_of(part, track)
    return bool(matches) and all(
        m.verdict is Verdict.YES and m.confidence >= KNOWN_FROM for m in matches
    )
