"""Evidence for person phrases, track by track: one person who is all that was asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from search.query.types import Part
from search.ranking.counting import count_over, counted_hits
from search.ranking.facts import Found, ShotFacts, TrackFacts
from search.ranking.matching import (
    Match,
    excludes,
    is_other,
    is_refuted,
    match,
    match_action,
    speaks_for,
    structure_score,
    weight_of_readings,
)
from search.ranking.scores import SUPPORT, Hit, Reason
from search.ranking.seen import PictureStrengths, over_shot, people_in, span_of
from search.ranking.spans import shared

NOBODY_STRENGTH = 0.7
"""Nobody was seen; somebody may have been missed."""
THINGS_SHARE = 0.5
"""How much a thing that is seen while someone is counts beside what is read off them (by eye)."""


def person_hits(
    part: Part, index: int, shot: ShotFacts, pictures: PictureStrengths, found: Found
) -> list[Hit]:
    judged = [(track, matches_of(part, track)) for track in people_in(shot)]
    kept = [(track, matches) for track, matches in judged if not excludes(matches)]
    hits = [_person_hit(part, index, shot, *one, pictures, found) for one in kept]
    if part.count is None:
        return hits
    fitting = {track.track_id: span_of(track) for track, matches in kept if not is_other(matches)}
    counted = count_over(part.count, fitting.values(), shot.time_base)
    return counted_hits(hits, counted, frozenset(fitting))


def matches_of(part: Part, track: TrackFacts) -> list[Match]:
    found = [match(want, track) for want in part.wants]
    return found + [match_action(action, track) for action in part.actions]


def matches_of_thing(part: Part, track: TrackFacts) -> list[Match]:
    """The same of a thing. Of a red and white bus one colour is read: the other is then no
    contradiction."""
    found = matches_of(part, track)
    is_read = any(speaks_for(m) and m.want.is_colour for m in found)
    return [m for m in found if not (is_read and is_refuted(m) and m.want.is_colour)]


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
    told = weight_of_readings(matches) + THINGS_SHARE * sum(thing.strength for thing in things)
    if things:
        structure = (structure * share + sum(r.strength for r in things)) / (share + len(things))
        share = min(1.0, share + THINGS_SHARE)
    elif not part.actions and all(want.negated for want in part.wants):
        structure, share = track.confidence, 1.0  # somebody: any person will do
        told = structure
    support = SUPPORT["readings"] * told
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


def _things_with(part: Part, shot: ShotFacts, track: TrackFacts, found: Found) -> list[Reason]:
    """Things of the phrase (a dog, a bicycle) that are seen while the person is."""
    wanted = set(part.labels) & found.known_labels
    if not wanted:
        return []
    best = max(
        (t for t in shot.tracks if t.label in wanted and shared(span_of(t), span_of(track)) > 0),
        key=lambda t: t.confidence,
        default=None,
    )
    return [Reason("object", best.label, best.confidence)] if best else []


def nobody_hits(index: int, shot: ShotFacts) -> list[Hit]:
    if people_in(shot) or (shot.description and shot.description.people_count):
        return []
    reason = Reason("count", "nobody seen", NOBODY_STRENGTH)
    return [over_shot(index, shot, NOBODY_STRENGTH, reason, SUPPORT["count"])]
