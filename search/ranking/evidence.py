"""Evidence part by part: what in a shot speaks for each part of a query, when, and how much.

Pure: takes the facts that retrieval read and gives hits. Person phrases are judged track by
track, so that "woman in red coat" is one person who is all of it; negation and counts are judged
by structure alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from search.query.types import Count, Kind, Part, Query
from search.query.vocabulary import SCENE_KIN, SCENE_SAME
from search.ranking.counting import count_over, counted_hits
from search.ranking.facts import EXAMPLE, WHOLE, Found, Said, ShotFacts, TrackFacts
from search.ranking.matching import (
    Match,
    Verdict,
    excludes,
    is_other,
    is_surely,
    speaks_for,
    structure_score,
    weight_of_readings,
)
from search.ranking.person_evidence import matches_of, matches_of_thing, nobody_hits, person_hits
from search.ranking.said import quoted
from search.ranking.scores import SAID, SUPPORT, Hit, Reason
from search.ranking.seen import (
    PictureStrengths,
    over_shot,
    people_in,
    span_of,
)
from search.ranking.spans import Span, length, shared

SETTING_CONFIDENCE = 0.7
"""Setting and light are stated from .65 upwards and stored without their confidence."""
KIN_SCENE_SHARE = 0.7
SEEN_FROM = 0.3
"""Confidence from which a thing or place counts as surely there, for "without"."""
OF_A_LINE = 0.25
"""Subtitles often hang over a cut by some frames: less than this of a line is not in a shot."""
SAID_STRENGTH = 0.95
"""Subtitles are written by people, who err now and then."""
ABSENT_STRENGTH = 0.4
"""What was not seen may still be there."""


@dataclass(slots=True)
class Evidence:
    """Hits of each shot, what is excluded, and which parts took part.

    ``banned`` are spans of shots that the query rules out; ``checkable`` the parts that some
    shot had evidence for; ``unchecked`` those for which the libraries have nothing at all.
    """

    hits: dict[int, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    banned: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    checkable: set[int] = field(default_factory=set)
    unchecked: set[int] = field(default_factory=set)


def gather(query: Query, found: Found) -> Evidence:
    """All evidence for a query in the candidate shots."""
    pictures = PictureStrengths(found)
    evidence = Evidence()
    is_only_negative = all(p.negated or p.kind in _NOT_CHECKED for p in query.parts) and any(
        p.negated for p in query.parts
    )
    asked = [(i, p) for i, p in enumerate(query.parts) if p.kind not in _NOT_CHECKED]
    listed = {part for kind, part in pictures.floors if kind == KEYFRAMES}
    for shot in found.shots.values():
        hits, banned = evidence.hits[shot.shot_id], evidence.banned[shot.shot_id]
        if WHOLE in listed:
            hits += _picture_hits(WHOLE, "the whole picture", shot, pictures)
        if EXAMPLE in listed:
            hits += _picture_hits(EXAMPLE, "the example", shot, pictures)
        if pictures.tracks:
            hits += _like_example(shot, pictures)
        for index, part in asked:
            if part.negated:
                banned += _ruled_out(part, shot, found)
                if is_only_negative:
                    hits += _absence_hits(part, index, shot)
                continue
            if part.count == Count(0, 0):
                banned += [span_of(t) for t in people_in(shot)]
            hits += _hits_for(part, index, shot, pictures, found)
    _note_unchecked(query, found, evidence)
    return evidence


KEYFRAMES = "keyframes"
_NOT_CHECKED = (
    *(Kind.LINK, Kind.FREE, Kind.ORDER),
    *(Kind.CAMERA, Kind.LIBRARY, Kind.WHEN, Kind.LENGTH),  # decided by the scope, or by arithmetic
)


def _note_unchecked(query: Query, found: Found, evidence: Evidence) -> None:
    evidence.checkable = {h.part for hits in evidence.hits.values() for h in hits}
    for index, part in enumerate(query.parts):
        is_asked = part.kind not in _NOT_CHECKED or (part.kind is Kind.FREE and part.negated)
        if not is_asked:
            continue
        is_found = part.negated or index in evidence.checkable
        if not is_found or not _is_checkable(part, found):
            evidence.unchecked.add(index)


def _is_checkable(part: Part, found: Found) -> bool:
    """Whether what a part says could be known at all: who is no policeman, or a car no red one,
    only where such things are read; what was not understood and must not be, never."""
    if part.kind is Kind.FREE:
        return False
    if part.kind is Kind.PERSON and part.negated:
        return bool(part.wants or part.actions)
    if part.kind is not Kind.OBJECT or not part.wants:
        return True
    tracks = (t for shot in found.shots.values() for t in shot.tracks if part.is_about(t.label))
    return any(m.verdict is not Verdict.UNKNOWN for t in tracks for m in matches_of_thing(part, t))


def _picture_hits(
    part: int, words: str, shot: ShotFacts, pictures: PictureStrengths
) -> Iterator[Hit]:
    for pk, (start, end) in shot.cells:
        strength = pictures.keyframes.get((part, pk))
        if strength is not None:
            reason = Reason("likeness", words, strength)
            support = SUPPORT["whole"] * pictures.keyframe_z[part, pk]
            yield Hit(
                part,
                shot.shot_id,
                start,
                end,
                strength,
                (reason,),
                keyframe_id=pk,
                support=support,
            )


def _like_example(shot: ShotFacts, pictures: PictureStrengths) -> Iterator[Hit]:
    """Tracks that look like the example; which of several lists found them does not matter."""
    for track in shot.tracks:
        strength = pictures.tracks.get((EXAMPLE, track.track_id))
        if strength is not None:
            yield Hit(
                EXAMPLE,
                shot.shot_id,
                *span_of(track),
                strength,
                (Reason("likeness", f"the {track.label} in the example", strength),),
                track.track_id,
                support=SUPPORT["whole"] * pictures.track_z[EXAMPLE, track.track_id],
            )


def _hits_for(
    part: Part, index: int, shot: ShotFacts, pictures: PictureStrengths, found: Found
) -> list[Hit]:
    if part.kind is Kind.PERSON:
        if part.count == Count(0, 0):
            return nobody_hits(index, shot)
        return person_hits(part, index, shot, pictures, found)
    if part.kind is Kind.OBJECT:
        return _object_hits(part, index, shot)
    if part.kind is Kind.PLACE:
        return _place_hits(part, index, shot, pictures)
    if part.kind in (Kind.SETTING, Kind.LIGHT):
        return _setting_hits(part, index, shot)
    if part.kind is Kind.IDENTITY:
        return _identity_hits(part, index, shot, found)
    if part.kind is Kind.QUOTED:
        return _quoted_hits(part, index, shot)
    return []


# Things, places, names, words


def _object_hits(part: Part, index: int, shot: ShotFacts) -> list[Hit]:
    seen = [(t, matches_of_thing(part, t)) for t in shot.tracks if t.label in part.labels]
    kept = [(track, matches) for track, matches in seen if not excludes(matches)]
    hits = [_object_hit(index, shot, track, matches) for track, matches in kept]
    if part.count is None:
        return hits
    fitting = {track.track_id: span_of(track) for track, matches in kept if not is_other(matches)}
    counted = count_over(part.count, fitting.values(), shot.time_base)
    return counted_hits(hits, counted, frozenset(fitting))


def _object_hit(index: int, shot: ShotFacts, track: TrackFacts, matches: Sequence[Match]) -> Hit:
    """A thing, with its colour where it was read: "red car"."""
    structure, share = structure_score(matches)
    strength = (track.confidence + share * structure) / (1 + share)
    colours = [m.words for m in matches if speaks_for(m)]
    words = " ".join([" and ".join(dict.fromkeys(colours)), track.label]).strip()
    told = SUPPORT["readings"] * weight_of_readings(matches)
    return Hit(
        index,
        shot.shot_id,
        *span_of(track),
        strength,
        (Reason("object", words, strength if colours else track.confidence),),
        track.track_id,
        support=SUPPORT["object"] * track.confidence + told,
    )


def _place_hits(part: Part, index: int, shot: ShotFacts, pictures: PictureStrengths) -> list[Hit]:
    scene = _scene_reason(part, shot)
    asked = index if pictures.has("keyframes", index) else WHOLE
    told = SUPPORT["scene"] * (scene.strength if scene else 0.0)
    hits = []
    for pk, (start, end) in shot.cells:
        looks = pictures.keyframes.get((asked, pk), 0.0)
        reasons = [Reason("likeness", "the place", looks)] if looks > 0 else []
        reasons += [scene] if scene else []
        strength = max((r.strength for r in reasons), default=0.0)
        own_z = pictures.keyframe_z.get((index, pk), pictures.floors.get(("keyframes", index), 0.0))
        if reasons:
            hits.append(
                Hit(
                    index,
                    shot.shot_id,
                    start,
                    end,
                    strength,
                    tuple(reasons),
                    keyframe_id=pk,
                    support=told + SUPPORT["place"] * own_z,
                )
            )
    if not hits and scene:
        hits.append(over_shot(index, shot, scene.strength, scene, SUPPORT["scene"]))
    return hits


def _scene_reason(part: Part, shot: ShotFacts) -> Reason | None:
    described = shot.description
    if described is None or not described.scene:
        return None
    if _is_same_place(part, described.scene):
        return Reason("scene", described.scene, described.scene_confidence)
    if described.scene in SCENE_KIN.get(part.value, ()):
        return Reason("scene", described.scene, KIN_SCENE_SHARE * described.scene_confidence)
    return None


def _is_same_place(part: Part, scene: str) -> bool:
    return scene == part.value or scene in SCENE_SAME.get(part.value, ())


def _setting_hits(part: Part, index: int, shot: ShotFacts) -> list[Hit]:
    told = _told(part, shot)
    if not told:
        return []
    strength = SETTING_CONFIDENCE if told == part.value else 0.0
    reason = Reason(str(part.kind), told, strength)
    return [over_shot(index, shot, strength, reason, SUPPORT["scene"])]


def _told(part: Part, shot: ShotFacts) -> str:
    if shot.description is None:
        return ""
    is_setting = part.kind is Kind.SETTING
    return shot.description.setting if is_setting else shot.description.light


def _identity_hits(part: Part, index: int, shot: ShotFacts, found: Found) -> list[Hit]:
    meant = int(part.value)
    ids = {meant, *(pk for group in found.required if meant in group for pk in group)}
    return [
        Hit(
            index,
            shot.shot_id,
            *span_of(track),
            1.0,
            (Reason("identity", part.text, 1.0),),
            track.track_id,
            support=SUPPORT["identity"],
        )
        for track in shot.tracks
        if track.identity_id in ids
    ]


def _quoted_hits(part: Part, index: int, shot: ShotFacts) -> list[Hit]:
    """The words in the shot's description, and the lines that say them.

    A line that crosses a cut is a hit where a good part of it lies, on either side.
    """
    hits = [_said_hit(part, index, shot, line) for line in _lines_with(part, shot)]
    described = shot.description
    if described is not None and part.value in described.matched_quotes:
        reason = Reason("text", part.value, 0.9)
        hits.append(over_shot(index, shot, 0.9, reason, SUPPORT["quoted"]))
    return hits


def _lines_with(part: Part, shot: ShotFacts) -> list[Said]:
    """The lines with a phrase of which, or of the shot, a quarter lies in the other."""
    whole = (shot.start_pts, shot.end_pts)
    return [
        line
        for line in shot.said
        if part.value in line.quotes
        and shared(line.span, whole) >= OF_A_LINE * min(length(line.span), length(whole))
    ]


def _said_hit(part: Part, index: int, shot: ShotFacts, line: Said) -> Hit:
    start, end = max(line.start_pts, shot.start_pts), min(line.end_pts, shot.end_pts)
    reason = Reason(SAID, quoted(line.text, part.value), SAID_STRENGTH)
    support = SUPPORT["said"] * SAID_STRENGTH
    return Hit(index, shot.shot_id, start, end, SAID_STRENGTH, (reason,), support=support)


# What must not be there


def _ruled_out(part: Part, shot: ShotFacts, found: Found) -> list[Span]:
    """Spans in which something that the query rules out is known to be."""
    whole = [(shot.start_pts, shot.end_pts)]
    described = shot.description
    if part.kind is Kind.OBJECT:
        things = [t for t in shot.tracks if part.is_about(t.label) and t.confidence >= SEEN_FROM]
        is_any = not part.wants and not part.actions
        return [span_of(t) for t in things if is_any or is_surely(matches_of(part, t))]
    if part.kind is Kind.PERSON:
        return [span_of(t) for t in people_in(shot) if is_surely(matches_of(part, t))]
    if part.kind is Kind.IDENTITY:
        return [span_of(t) for t in shot.tracks if t.identity_id in found.excluded]
    if part.kind is Kind.PLACE and described and _is_same_place(part, described.scene):
        return whole if described.scene_confidence >= SEEN_FROM else []
    if part.kind in (Kind.SETTING, Kind.LIGHT):
        return whole if _told(part, shot) == part.value else []
    if part.kind is Kind.QUOTED:
        is_told = described is not None and part.value in described.matched_quotes
        return whole if is_told else [line.span for line in shot.said if part.value in line.quotes]
    return []


def _absence_hits(part: Part, index: int, shot: ShotFacts) -> list[Hit]:
    """What speaks for a shot when all that was asked is what must not be there."""
    if shot.description is None:
        return []
    told = _told(part, shot) if part.kind in (Kind.SETTING, Kind.LIGHT) else ""
    strength = SETTING_CONFIDENCE if told else ABSENT_STRENGTH
    return [over_shot(index, shot, strength, Reason("absent", told or "not seen", strength))]
