"""Evidence for things, track by track, with their colour where it was read. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from search.query.types import Part
from search.ranking.counting import as_many
from search.ranking.facts import ShotFacts, TrackFacts
from search.ranking.matching import Judged, Match, PartMatcher, judge, speaks_for
from search.ranking.scores import SUPPORT, Hit, Reason
from search.ranking.seen import span_of
from search.ranking.spans import Span


class ThingEvidence:
    """Evidence for one part that asks for things, in many shots."""

    def __init__(self, part: Part, index: int) -> None:
        self._index, self._count = index, part.count
        self._labels = frozenset(part.labels)
        self._matcher = PartMatcher(part)

    def hits(self, shot: ShotFacts) -> list[Hit]:
        """A hit for each thing of a shot that may be meant; where a number is asked for, over the
        time in which it holds."""
        hits: list[Hit] = []
        fitting: dict[int, Span] = {}
        for track in shot.tracks:
            if track.label not in self._labels:
                continue
            matches = self._matcher.of_thing(track)
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
        """A thing, with its colour where it was read: "red car"."""
        strength = (track.confidence + judged.share * judged.structure) / (1 + judged.share)
        colours = [m.words for m in matches if speaks_for(m)]
        words = " ".join([" and ".join(dict.fromkeys(colours)), track.label]).strip()
        told = SUPPORT["readings"] * judged.weight
        return Hit(
            self._index,
            shot.shot_id,
            track.start_pts,
            track.end_pts,
            strength,
            (Reason("object", words, strength if colours else track.confidence),),
            track.track_id,
            support=SUPPORT["object"] * track.confidence + told,
        )
