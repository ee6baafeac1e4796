"""Evidence for person phrases, track by track: one person who is all that was asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from search.query.types import THING_OF, Part
from search.ranking.carried import PersonMatcher, colour_words, labels_of_others, weight_of
from search.ranking.counting import as_many
from search.ranking.facts import Found, ShotFacts, TrackFacts
from search.ranking.matching import Judged, Match, judge, speaks_for
from search.ranking.scores import SUPPORT, Hit, Reason
from search.ranking.seen import PictureStrengths, over_shot, people_in, span_of
from search.ranking.spans import Span, shared

NOBODY_STRENGTH = 0.7
"""Nobody was seen; somebody may have been missed."""
THINGS_SHARE = 0.5
"""How much a thing that is seen while someone is counts beside what is read off them (by eye)."""


class PersonEvidence:
    """Evidence for one part that asks for people, in many shots."""

    def __init__(self, part: Part, index: int, pictures: PictureStrengths, found: Found) -> None:
        self._index, self._count = index, part.count
        self._matcher = PersonMatcher(part)
        self._looks = pictures.tracks.get(index, {})
        # None where no crops were compared with the part.
        self._floor = pictures.floors.get(("crops", index))
        self._things = found.known_labels.intersection(part.labels)
        self._is_anybody = not part.actions and all(want.negated for want in part.wants)

    def hits(self, shot: ShotFacts) -> list[Hit]:
        """A hit for each person of a shot who may be meant; where a number is asked for, over the
        time in which it holds."""
        hits: list[Hit] = []
        fitting: dict[int, Span] = {}
        for track in people_in(shot):
            matches = self._matcher.of(shot, track)
            judged = judge(matches)
            if judged.is_excluded:
                continue
            hits.append(self._hit(shot, track, matches, judged))
            if not judged.is_other:
                fitting[track.track_id] = span_of(track)
        return as_many(self._count, hits, fitting, shot.time_base)

    def _hit(
        self, shot: ShotFacts, track: TrackFacts, matches: Sequence[Match], judged: Judged
    ) -> Hit:
        structure, share, told = judged.structure, judged.share, weight_of(matches, judged)
        things = self._things - labels_of_others(matches) if self._things else self._things
        thing = _thing_with(shot, track, things) if things else None
        if thing is not None:
            structure = (structure * share + thing.strength) / (share + 1)
            share = min(1.0, share + THINGS_SHARE)
            told += THINGS_SHARE * thing.strength
        elif self._is_anybody:
            structure, share, told = track.confidence, 1.0, track.confidence
        support = SUPPORT["readings"] * told
        reasons = [reason_of(m) for m in matches if speaks_for(m)]
        if thing is not None and not any(
            words.endswith(f" {thing.words}") for words in colour_words(matches)
        ):
            reasons.append(thing)
        if self._floor is not None:
            looks, z = self._looks.get(track.track_id, (0.0, self._floor))
            support += SUPPORT["crops"] * z
            strength = (looks + share * structure) / (1 + share)
            if looks > 0:
                reasons.insert(0, Reason("likeness", "the person", looks))
        else:
            strength = structure * (0.5 + share / 2)
        return Hit(
            part=self._index,
            shot_id=shot.shot_id,
            start_pts=track.start_pts,
            end_pts=track.end_pts,
            strength=strength,
            reasons=tuple(reasons) or (Reason("track", "a person", track.confidence),),
            track_id=track.track_id,
            support=support,
        )


def _thing_with(shot: ShotFacts, track: TrackFacts, labels: frozenset[str]) -> Reason | None:
    """A thing of the phrase (a dog, a bicycle) that is seen while the person is."""
    own = span_of(track)
    best = max(
        (t for t in shot.tracks if t.label in labels and shared(span_of(t), own)),
        key=lambda t: t.confidence,
        default=None,
    )
    return Reason("object", best.label, best.confidence) if best else None


_SOURCE_OF_TOPIC = {
    "gender": "person",
    "age": "person",
    "action": "movement",
    THING_OF: "object",
}


def reason_of(found: Match) -> Reason:
    source = _SOURCE_OF_TOPIC.get(found.want.topic, "clothes")
    return Reason(source, found.words, found.confidence)


def nobody_hits(index: int, shot: ShotFacts) -> list[Hit]:
    if people_in(shot) or (shot.description and shot.description.people_count):
        return []
    reason = Reason("count", "nobody seen", NOBODY_STRENGTH)
    return [over_shot(index, shot, NOBODY_STRENGTH, reason, SUPPORT["count"])]
