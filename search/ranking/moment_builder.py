"""From evidence to moments: weigh those that grew in each shot, fold them, put them in order. Pure.

Times are half-open pts ranges in the asset's time base.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from search.query.times import Measured
from search.query.types import Part, Query
from search.ranking.counting import brief_pts
from search.ranking.evidence import Evidence
from search.ranking.facts import Found, ShotFacts
from search.ranking.filters import Filters
from search.ranking.growing import Grower
from search.ranking.moments import Joined, Moment, diversify, fold, join_brief, with_seen
from search.ranking.spans import Span, length
from search.ranking.telling import told, tracks_of
from search.ranking.weighing import Chosen, Weigher
from search.ranking.wording import Wording

LEAST_SCORE = 0.01
"""Below, a moment says nothing about the query: one in a hundred would be right."""
ALWAYS = 24
"""What comes closest is shown all the same, a page of it, and said to be weak."""
EXHAUSTED = 0.5
"""Where fewer of the moments say something, those of shots that stand lower say less (by eye)."""


@dataclass(frozen=True, slots=True)
class Built:
    """Moments, best first, with who and what is seen in each; ``tell`` gives one of them with why
    it was found, its poster and its sentence: that is for the page that is shown.

    ``is_exhausted``: so few of the shots answer that those below hardly will."""

    moments: list[Moment]
    tell: Callable[[Moment], Moment]
    is_exhausted: bool = False


def build_moments(query: Query, found: Found, evidence: Evidence, filters: Filters) -> list[Moment]:
    """All moments of the candidate shots, best first, an asset's others a little later."""
    built = build(query, found, evidence, filters)
    return [built.tell(moment) for moment in built.moments]


def build(
    query: Query, found: Found, evidence: Evidence, filters: Filters, always: int = ALWAYS
) -> Built:
    """The same, of which little is told yet; ``always`` moments are kept, however weak."""
    builder = _Builder(query, found, evidence, filters)
    moments: list[Moment] = []
    for shot in found.shots.values():
        moments += builder.in_shot(shot)
    # Where nothing can speak for a moment, not being ruled out is all there is.
    keeps_all = not evidence.checkable and not found.words_matched
    ordered = diversify(moments)
    speak = [keeps_all or moment.score >= LEAST_SCORE for moment in ordered]
    kept = [m for i, m in enumerate(ordered) if speak[i] or i < always]
    return Built(
        [with_seen(found.shots[m.shot_id], m) for m in kept],
        builder.tell,
        is_exhausted=sum(speak) < EXHAUSTED * len(ordered),
    )


class _Builder:
    """Makes the moments of one question; remembers what speaks for each."""

    def __init__(self, query: Query, found: Found, evidence: Evidence, filters: Filters) -> None:
        self._query, self._shots, self._banned = query, found.shots, evidence.banned
        self._wording = Wording(found)
        self._grower = Grower(query, evidence, filters, self._wording)
        self._weigher = Weigher(query, found, evidence)
        self._chosen: dict[tuple[int, Span], Chosen] = {}
        self._measured = [part for part in query.parts if part.length]
        # Where a number or a filter says when something holds, it holds then alone.
        self._is_exact = filters.narrows_tracks or any(part.count for part in query.parts)

    def in_shot(self, shot: ShotFacts) -> list[Moment]:
        """The moments of one shot, folded, that last as long as was asked."""
        best: dict[Span, tuple[float, Chosen]] = {}
        grown: list[Moment] = []
        for span, chosen in self._grower.in_shot(shot):
            score = self._weigher.score(chosen, self._wording.share(shot, span))
            # Of one span the best, and the first of equals, as ``fold`` keeps it.
            if span not in best or score > best[span][0]:
                best[span] = score, chosen
            grown.append(_moment(shot, span, score, tracks_of(chosen)))
        kept: list[Moment] = []
        for moment, span in self._joined(shot, fold(grown)):
            if all(_lasts(part, shot, moment) for part in self._measured):
                kept.append(moment)
                self._chosen[shot.shot_id, moment.span] = best[span][1]
        return kept

    def _joined(self, shot: ShotFacts, folded: Sequence[Moment]) -> list[Joined]:
        """Moments of a shot, brief ones joined."""
        if self._is_exact or len(folded) < 2:
            return [Joined(moment, moment.span) for moment in folded]
        banned = self._banned.get(shot.shot_id, ())
        return join_brief(folded, banned, brief_pts(shot.time_base))

    def tell(self, moment: Moment) -> Moment:
        """One of the moments with why, poster and sentence."""
        chosen = self._chosen[moment.shot_id, moment.span]
        return told(self._query, self._wording, self._shots[moment.shot_id], moment, chosen)


def _moment(shot: ShotFacts, span: Span, score: float, track_ids: tuple[int, ...]) -> Moment:
    return Moment(
        asset_id=shot.asset_id,
        shot_id=shot.shot_id,
        start_pts=span[0],
        end_pts=span[1],
        score=score,
        track_ids=track_ids,
        last_shot_id=shot.shot_id,
    )


def _lasts(part: Part, shot: ShotFacts, moment: Moment) -> bool:
    """Whether what a length was asked of is as long: the moment, its shot, or the whole asset."""
    if part.length is None:
        return True
    seconds = _seconds_of(part.length.of, shot, moment)
    return part.length.agrees(seconds) is not part.negated


def _seconds_of(measured: Measured, shot: ShotFacts, moment: Moment) -> Fraction:
    if measured is Measured.ASSET and shot.asset_pts is not None:
        return shot.asset_pts * shot.time_base
    span = moment.span if measured is Measured.MOMENT else shot.span
    return length(span) * shot.time_base
