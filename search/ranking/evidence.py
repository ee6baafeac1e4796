"""Evidence part by part: what in a shot speaks for each part of a query, when, and how much.

Pure: takes the facts that retrieval read and gives hits. Person phrases are judged track by
track, so that "woman in red coat" is one person who is all of it; negation and counts are judged
by structure alone. What does not depend on a shot is worked out once for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from search.query.types import THING_OF, Count, Kind, Part, Query
from search.query.vocabulary import SCENE_KIN
from search.ranking.carried import PersonMatcher
from search.ranking.facts import EXAMPLE, WHOLE, Found, Said, ShotFacts
from search.ranking.matching import PartMatcher, Verdict
from search.ranking.person_evidence import PersonEvidence, nobody_hits
from search.ranking.ruled_out import SETTING_CONFIDENCE, absence_hits, everybody, ruled_out_by
from search.ranking.said import quoted
from search.ranking.scores import SAID, SUPPORT, Hit, Reason
from search.ranking.seen import (
    KEYFRAMES,
    Look,
    PictureStrengths,
    is_same_place,
    over_shot,
    people_in,
    span_of,
    told_of,
)
from search.ranking.spans import Span, length, shared
from search.ranking.thing_evidence import ThingEvidence

KIN_SCENE_SHARE = 0.7
OF_A_LINE = 0.25
"""Subtitles often hang over a cut by some frames: less than this of a line is not in a shot."""
SAID_STRENGTH = 0.95
"""Subtitles are written by people, who err now and then."""


@dataclass(slots=True)
class Evidence:
    """Hits of each shot, what is excluded, and which parts took part.

    ``banned`` are spans of shots that the query rules out; ``checkable`` the parts that some
    shot had evidence for; ``unchecked`` those for which the libraries have nothing at all;
    ``floors`` are of pictures' likenesses, by kind and part (``PictureStrengths``).
    """

    hits: dict[int, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    banned: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    checkable: set[int] = field(default_factory=set)
    unchecked: set[int] = field(default_factory=set)
    floors: Mapping[tuple[str, int], float] = field(default_factory=dict)


_NOBODY = Count(0, 0)
Finder = Callable[[ShotFacts], list[Hit]]
"""Gives the hits of a shot for one part of the query."""


def gather(query: Query, found: Found) -> Evidence:
    """All evidence for a query in the candidate shots."""
    pictures = PictureStrengths.of(found)
    evidence = Evidence(floors=pictures.floors)
    finders = [*_by_pictures(pictures), *_by_parts(query, pictures, found)]
    rulers = [
        ruled_out_by(part, found) if part.negated else everybody
        for part in query.parts
        if part.kind not in _NOT_CHECKED and (part.negated or part.count == _NOBODY)
    ]
    for pk, shot in found.shots.items():
        hits = evidence.hits[pk]
        for finder in finders:
            hits += finder(shot)
        for ruled_out in rulers:
            evidence.banned[pk] += ruled_out(shot)
    _note_unchecked(query, found, evidence)
    return evidence


def _by_pictures(pictures: PictureStrengths) -> list[Finder]:
    """What finds shots by what was compared with the whole query, and with the example."""
    finders: list[Finder] = []
    for part, words in ((WHOLE, "the whole picture"), (EXAMPLE, "the example")):
        if part in pictures.keyframes:
            finders.append(partial(_picture_hits, part, words, pictures.keyframes[part]))
    if EXAMPLE in pictures.tracks:
        finders.append(partial(_like_example, pictures.tracks[EXAMPLE]))
    return finders


def _by_parts(query: Query, pictures: PictureStrengths, found: Found) -> list[Finder]:
    """What finds shots by each part of the query."""
    asked = [(i, part) for i, part in enumerate(query.parts) if part.kind not in _NOT_CHECKED]
    if asked and all(part.negated for _, part in asked):
        return [partial(absence_hits, part, i) for i, part in asked]
    return [_finder(part, i, pictures, found) for i, part in asked if not part.negated]


_NOT_CHECKED = (
    *(Kind.LINK, Kind.FREE, Kind.ORDER),
    *(Kind.CAMERA, Kind.LIBRARY, Kind.WHEN, Kind.LENGTH),  # decided by the scope, or by arithmetic
)


def _note_unchecked(query: Query, found: Found, evidence: Evidence) -> None:
    evidence.checkable = {hit.part for hits in evidence.hits.values() for hit in hits}
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
    if part.kind is Kind.PERSON and any(want.topic == THING_OF for want in part.wants):
        return _is_thing_read(part, found)
    if part.kind is Kind.PERSON and part.negated:
        return bool(part.wants or part.actions)
    if part.kind is not Kind.OBJECT or not part.wants:
        return True
    tracks = (t for shot in found.shots.values() for t in shot.tracks if part.is_about(t.label))
    matcher = PartMatcher(part)
    return any(m.verdict is not Verdict.UNKNOWN for t in tracks for m in matcher.of_thing(t))


def _is_thing_read(part: Part, found: Found) -> bool:
    """Whether any colour of what somebody carries could be confirmed or denied of anybody."""
    matcher = PersonMatcher(part)
    people = ((shot, track) for shot in found.shots.values() for track in people_in(shot))
    told = (match for one in people for match in matcher.of_things(*one))
    return any(match.verdict is not Verdict.UNKNOWN for match in told)


def _picture_hits(part: int, words: str, looks: Mapping[int, Look], shot: ShotFacts) -> list[Hit]:
    return [
        Hit(
            part,
            shot.shot_id,
            start,
            end,
            look.strength,
            (Reason("likeness", words, look.strength),),
            keyframe_id=pk,
            support=SUPPORT["whole"] * look.z,
        )
        for pk, (start, end) in shot.cells
        if (look := looks.get(pk)) is not None
    ]


def _like_example(looks: Mapping[int, Look], shot: ShotFacts) -> list[Hit]:
    """Tracks that look like the example; which of several lists found them does not matter."""
    return [
        Hit(
            EXAMPLE,
            shot.shot_id,
            *span_of(track),
            look.strength,
            (Reason("likeness", f"the {track.label} in the example", look.strength),),
            track.track_id,
            support=SUPPORT["whole"] * look.z,
        )
        for track in shot.tracks
        if (look := looks.get(track.track_id)) is not None
    ]


def _finder(part: Part, index: int, pictures: PictureStrengths, found: Found) -> Finder:
    if part.kind is Kind.PERSON:
        if part.count == _NOBODY:
            return partial(nobody_hits, index)
        return PersonEvidence(part, index, pictures, found).hits
    if part.kind is Kind.OBJECT:
        return ThingEvidence(part, index).hits
    if part.kind is Kind.PLACE:
        return partial(_place_hits, part, index, pictures)
    if part.kind in (Kind.SETTING, Kind.LIGHT):
        return partial(_setting_hits, part, index)
    if part.kind is Kind.IDENTITY:
        return partial(_identity_hits, part, index, _same_people(part, found))
    if part.kind is Kind.QUOTED:
        return partial(_quoted_hits, part, index)
    return _nothing


def _nothing(_: ShotFacts) -> list[Hit]:
    return []


# Places, names, words


def _place_hits(part: Part, index: int, pictures: PictureStrengths, shot: ShotFacts) -> list[Hit]:
    own = pictures.keyframes.get(index)
    looks = pictures.keyframes.get(WHOLE, {}) if own is None else own
    floor = pictures.floors.get((KEYFRAMES, index), 0.0)
    scene = _scene_reason(part, shot)
    told = SUPPORT["scene"] * (scene.strength if scene else 0.0)
    hits = []
    for pk, (start, end) in shot.cells:
        look = looks.get(pk)
        reasons = [scene] if scene else []
        if look is not None and look.strength > 0:
            reasons.insert(0, Reason("likeness", "the place", look.strength))
        if reasons:
            z = floor if own is None or look is None else look.z
            hits.append(
                Hit(
                    index,
                    shot.shot_id,
                    start,
                    end,
                    max([reason.strength for reason in reasons]),
                    tuple(reasons),
                    keyframe_id=pk,
                    support=told + SUPPORT["place"] * z,
                )
            )
    if not hits and scene:
        hits.append(over_shot(index, shot, scene.strength, scene, SUPPORT["scene"]))
    return hits


def _scene_reason(part: Part, shot: ShotFacts) -> Reason | None:
    described = shot.description
    if described is None or not described.scene:
        return None
    if is_same_place(part, described.scene):
        return Reason("scene", described.scene, described.scene_confidence)
    if described.scene in SCENE_KIN.get(part.value, ()):
        return Reason("scene", described.scene, KIN_SCENE_SHARE * described.scene_confidence)
    return None


def _setting_hits(part: Part, index: int, shot: ShotFacts) -> list[Hit]:
    told = told_of(part, shot)
    if not told:
        return []
    strength = SETTING_CONFIDENCE if told == part.value else 0.0
    reason = Reason(str(part.kind), told, strength)
    return [over_shot(index, shot, strength, reason, SUPPORT["scene"])]


def _same_people(part: Part, found: Found) -> frozenset[int]:
    """The ids that stand for who is meant."""
    meant = int(part.value)
    return frozenset((meant, *(pk for group in found.required if meant in group for pk in group)))


def _identity_hits(part: Part, index: int, ids: frozenset[int], shot: ShotFacts) -> list[Hit]:
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
    return Hit(
        index, shot.shot_id, start, end, SAID_STRENGTH, (reason,), support=support, is_said=True
    )
