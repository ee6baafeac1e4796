"""From hits to moments: join evidence at the same time, trim to it, fold, put in order. Pure.

A moment is grown from a seed: a track that answers the query's foremost person or thing, or a run
of keyframes that look like it. Evidence for the other parts is joined where it overlaps, and the
moment is trimmed to where all of it is there. What is told of a moment costs more than its score,
so it is told of those alone that are kept. Times are half-open pts ranges in the asset's time base.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from search.query.times import Measured
from search.query.types import Count, Kind, Query
from search.ranking.calibration import calibration_of
from search.ranking.counting import BRIEF_S
from search.ranking.evidence import Evidence
from search.ranking.facts import EXAMPLE, WHOLE, Found, ShotFacts
from search.ranking.filters import Filters
from search.ranking.moments import (
    Joined,
    Moment,
    Why,
    allowed_tracks,
    colours_of,
    diversify,
    fold,
    join_brief,
)
from search.ranking.scores import (
    SUPPORT,
    Hit,
    add_up,
    combine,
)
from search.ranking.seen import PictureStrengths
from search.ranking.spans import Span, length, longest_of, shared, subtract
from search.ranking.wording import Wording

_NOBODY = Count(0, 0)
_SEEDS = (Kind.IDENTITY, Kind.PERSON, Kind.OBJECT)
KEPT_OF_BANNED = 0.25
"""A moment of which less than this is left without what was ruled out is dropped (by eye)."""
CELLS_FROM = 0.6
"""Neighbouring keyframes join a run down to this share of its best strength (by eye)."""
LEAST_SCORE = 0.01
"""Below, a moment says nothing about the query: one in a hundred would be right."""
ALWAYS = 24
"""What comes closest is shown all the same, a page of it, and said to be weak."""
EXHAUSTED = 0.5
"""Where fewer of the moments say something, those of shots that stand lower say less (by eye)."""

Chosen = Mapping[int, Hit]
"""The best hit of each part, by part."""


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
    chosen: dict[tuple[int, Span], Chosen] = {}
    moments: list[Moment] = []
    for shot in found.shots.values():
        grown = builder.in_shot(shot)
        told = _best_of_each_span(grown)
        for whole, best in builder.joined(shot, fold(m for m, _ in grown)):
            if _lasts(query, shot, whole):
                moments.append(whole)
                chosen[shot.shot_id, whole.span] = told[shot.shot_id, best]
    # Where nothing can speak for a moment, not being ruled out is all there is.
    keeps_all = not evidence.checkable and not found.words_matched
    ordered = diversify(moments)
    speak = [keeps_all or moment.score >= LEAST_SCORE for moment in ordered]
    kept = [m for i, m in enumerate(ordered) if speak[i] or i < always]

    def tell(moment: Moment) -> Moment:
        return builder.told(
            found.shots[moment.shot_id], moment, chosen[moment.shot_id, moment.span]
        )

    return Built(
        [_with_seen(found.shots[m.shot_id], m) for m in kept],
        tell,
        is_exhausted=sum(speak) < EXHAUSTED * len(ordered),
    )


def _with_seen(shot: ShotFacts, moment: Moment) -> Moment:
    """The moment with who and what is seen in it, by which filters count."""
    seen = [t for t in shot.tracks if shared(moment.span, (t.start_pts, t.end_pts))]
    people = dict.fromkeys(t.identity_id for t in seen if t.identity_id is not None)
    return replace(
        moment,
        identity_ids=tuple(people),
        scene=shot.description.scene if shot.description else "",
        colours=tuple(dict.fromkeys(c for t in seen for c in colours_of(t))),
    )


def _best_of_each_span(
    grown: Sequence[tuple[Moment, Chosen]],
) -> dict[tuple[int, Span], Chosen]:
    """What speaks for the best moment of each span, as ``fold`` keeps it: the first of equals."""
    best: dict[tuple[int, Span], tuple[float, Chosen]] = {}
    for moment, chosen in grown:
        key = moment.shot_id, moment.span
        if key not in best or moment.score > best[key][0]:
            best[key] = moment.score, chosen
    return {key: chosen for key, (_, chosen) in best.items()}


def _lasts(query: Query, shot: ShotFacts, moment: Moment) -> bool:
    """Whether what a length was asked of is as long: the moment, its shot, or the whole asset."""
    return all(
        part.length.agrees(_seconds_of(part.length.of, shot, moment)) is not part.negated
        for part in query.parts
        if part.length
    )


def _seconds_of(measured: Measured, shot: ShotFacts, moment: Moment) -> Fraction:
    if measured is Measured.ASSET and shot.asset_s is not None:
        return shot.asset_s
    span = moment.span if measured is Measured.MOMENT else (shot.start_pts, shot.end_pts)
    return length(span) * shot.time_base


class _Builder:
    def __init__(self, query: Query, found: Found, evidence: Evidence, filters: Filters) -> None:
        self._query, self._evidence, self._filters = query, evidence, filters
        self._wording = Wording(found)
        self._calibration = calibration_of(found.encoder)
        # Whatever the filters: what is usual is that of the user's libraries.
        counts = [v.spread.count for v in found.vectors if v.part < 0]
        self._pictures = max(counts, default=None)
        floors = PictureStrengths(found).floors
        self._floors = {part: z for (_, part), z in floors.items() if part < 0}
        self._people = [
            i
            for i in evidence.checkable
            if i >= 0 and query.parts[i].kind is Kind.PERSON and query.parts[i].count != _NOBODY
        ]
        self._needed = [
            group
            for group in query.alternatives
            if all(query.parts[i].kind is Kind.IDENTITY for i in group)
            and not query.parts[group[0]].negated
        ]

    def in_shot(self, shot: ShotFacts) -> list[tuple[Moment, Chosen]]:
        """The moments of one shot, not folded, with what speaks for each."""
        hits = self._evidence.hits.get(shot.shot_id, [])
        seeds = [*(hit for hit in hits if hit.is_said), *self._track_seeds(hits)]
        spans: list[tuple[Span, Hit | None]] = [((h.start_pts, h.end_pts), h) for h in seeds]
        if not seeds:
            spans = [(span, None) for span in self._wording.seeds(shot)]
        taken = [span for span, _ in spans]
        spans += [(run, None) for run in self._runs(shot, hits, taken)]
        if not spans:
            spans = [((shot.start_pts, shot.end_pts), None)]
        by_part: dict[int, list[Hit]] = defaultdict(list)
        for hit in hits:
            by_part[hit.part].append(hit)
        listed = sorted(by_part.items(), key=lambda item: self._track_parts_first(item[0]))
        grown = [self._grow(shot, start, seed, listed) for start, seed in spans]
        return [(self._scored(shot, *found), found[1]) for found in grown if found]

    def joined(self, shot: ShotFacts, folded: Sequence[Moment]) -> list[Joined]:
        """Moments of a shot, brief ones joined; where a number or a filter says when something
        holds, it holds then alone."""
        is_exact = self._filters.narrows_tracks or any(p.count for p in self._query.parts)
        if is_exact or len(folded) < 2:
            return [Joined(moment, moment.span) for moment in folded]
        brief = max(1, round(BRIEF_S / shot.time_base))
        return join_brief(folded, self._evidence.banned.get(shot.shot_id, ()), brief)

    def _track_seeds(self, hits: Sequence[Hit]) -> list[Hit]:
        alike = [h for h in hits if h.part == EXAMPLE and h.track_id is not None]
        if alike:
            return alike
        parts = {hit.part for hit in hits if hit.track_id is not None and hit.part >= 0}
        for kind in _SEEDS:
            of_kind = sorted(p for p in parts if self._query.parts[p].kind is kind)
            if of_kind:
                return [h for h in hits if h.part == of_kind[0] and h.track_id is not None]
        return []

    def _runs(self, shot: ShotFacts, hits: Sequence[Hit], taken: Sequence[Span]) -> list[Span]:
        """Runs of neighbouring keyframes that answer alike, away from the seeds."""
        strength: dict[int, float] = {}
        for hit in hits:
            if hit.keyframe_id is not None:
                strength[hit.keyframe_id] = max(hit.strength, strength.get(hit.keyframe_id, 0.0))
        cells = [(span, strength[pk]) for pk, span in shot.cells if pk in strength]
        free = [c for c in cells if not any(shared(c[0], t) for t in taken)]
        runs: list[Span] = []
        while free:
            best = max(range(len(free)), key=lambda i: free[i][1])
            low = high = best
            floor = free[best][1] * CELLS_FROM
            while low > 0 and free[low - 1][1] >= floor and free[low - 1][0][1] == free[low][0][0]:
                low -= 1
            while (
                high + 1 < len(free)
                and free[high + 1][1] >= floor
                and free[high + 1][0][0] == free[high][0][1]
            ):
                high += 1
            runs.append((free[low][0][0], free[high][0][1]))
            del free[low : high + 1]
        return runs

    def _grow(
        self,
        shot: ShotFacts,
        span: Span,
        seed: Hit | None,
        listed: Sequence[tuple[int, Sequence[Hit]]],
    ) -> tuple[Span, Chosen] | None:
        """Where a seed's moment is, and the best of each part's hits there."""
        chosen: dict[int, Hit] = {seed.part: seed} if seed else {}
        trimmed = self._trim(shot, span)
        if trimmed is None:
            return None
        span = trimmed
        for part, hits in listed:
            if part in chosen:
                continue
            best = _best_over(span, self._fitting(part, hits, chosen))
            if best is None:
                continue
            chosen[part] = best
            if best.track_id is not None or best.is_said:
                span = max(span[0], best.start_pts), min(span[1], best.end_pts)
        if any(chosen.keys().isdisjoint(group) for group in self._needed):
            return None
        return span, chosen

    def _fitting(self, part: int, hits: Sequence[Hit], chosen: Chosen) -> Sequence[Hit]:
        """Hits of a part; "Anna in a red coat" is about one track."""
        if part < 0:
            return hits
        asked = self._query.parts[part]
        if asked.kind is not Kind.PERSON or asked.value:
            return hits
        named = {h.track_id for p, h in chosen.items() if h.track_id and self._is_named(p)}
        return [h for h in hits if h.track_id in named] if named else hits

    def _is_named(self, part: int) -> bool:
        return part == EXAMPLE or (part >= 0 and self._query.parts[part].kind is Kind.IDENTITY)

    def _track_parts_first(self, part: int) -> tuple[bool, int]:
        is_track = part >= 0 and self._query.parts[part].kind in _SEEDS
        return not is_track, part

    def _trim(self, shot: ShotFacts, span: Span) -> Span | None:
        """The span inside what filters allow and without what the query rules out."""
        if self._filters.narrows_tracks:
            allowed = [
                (max(span[0], t.start_pts), min(span[1], t.end_pts))
                for t in allowed_tracks(shot, self._filters)
                if shared(span, (t.start_pts, t.end_pts))
            ]
            longest = longest_of(allowed)
            if longest is None:
                return None
            span = longest
        banned = self._evidence.banned.get(shot.shot_id)
        if not banned:
            return span
        left = longest_of(subtract(span, banned))
        if left is None or length(left) < KEPT_OF_BANNED * length(span):
            return None
        return left

    def _scored(self, shot: ShotFacts, span: Span, chosen: Chosen) -> Moment:
        words = self._wording.share(shot, span)
        if not self._floors:
            strengths = {part: hit.strength for part, hit in chosen.items()}
            score = combine(self._query, strengths, self._evidence.checkable, words)
        else:
            supports = {part: hit.support for part, hit in chosen.items()}
            for part, z in self._floors.items():
                supports.setdefault(part, SUPPORT["whole"] * z)
            for part in self._people:
                supports.setdefault(part, SUPPORT["no person"])
            evidence = add_up(self._query, supports, words)
            score = self._calibration.probability(evidence, self._pictures)
        return Moment(
            asset_id=shot.asset_id,
            shot_id=shot.shot_id,
            start_pts=span[0],
            end_pts=span[1],
            score=round(score, 6),
            track_ids=_tracks_of(chosen),
            last_shot_id=shot.shot_id,
        )

    def told(self, shot: ShotFacts, moment: Moment, chosen: Chosen) -> Moment:
        """The moment with why, poster and sentence."""
        poster = _poster(shot, moment.span, chosen)
        return replace(
            moment,
            why=self._why(chosen, shot, moment.span),
            keyframe_id=poster,
            last_keyframe_id=poster,
            asked_track_ids=_tracks_of(chosen),
            sentence=shot.description.sentence if shot.description else "",
        )

    def _why(self, chosen: Chosen, shot: ShotFacts, span: Span) -> tuple[Why, ...]:
        found = [
            Why(part, self._text_of(part), reason)
            for part, hit in sorted(chosen.items(), key=lambda item: (item[0] < 0, item[0]))
            for reason in hit.reasons
            if reason.strength > 0
        ]
        known = {(why.reason.source, why.reason.words) for why in found}
        worded = (
            Why(WHOLE, self._query.text, reason)
            for reason in self._wording.reasons(shot, span)
            if (reason.source, reason.words) not in known
        )
        return (*found, *worded)

    def _text_of(self, part: int) -> str:
        if part == EXAMPLE:
            return "the example"
        return self._query.text if part == WHOLE else self._query.parts[part].text


def _tracks_of(chosen: Chosen) -> tuple[int, ...]:
    return tuple(dict.fromkeys(h.track_id for h in chosen.values() if h.track_id is not None))


def _best_over(span: Span, hits: Sequence[Hit]) -> Hit | None:
    over = [h for h in hits if shared(span, (h.start_pts, h.end_pts)) > 0]
    if len(over) < 2:
        return over[0] if over else None
    key: Callable[[Hit], tuple[float, float, int]] = lambda h: (  # noqa: E731
        h.support,
        h.strength,
        shared(span, (h.start_pts, h.end_pts)),
    )
    return max(over, key=key)


def _poster(shot: ShotFacts, span: Span, chosen: Chosen) -> int | None:
    """The keyframe that shows the moment: the most alike inside it, else the nearest."""
    times = dict(shot.keyframes)
    alike = sorted(
        (h for h in chosen.values() if h.keyframe_id in times), key=lambda h: -h.strength
    )
    for hit in alike:
        if hit.keyframe_id is not None and span[0] <= times[hit.keyframe_id] < span[1]:
            return hit.keyframe_id
    middle = (span[0] + span[1]) // 2
    return min(times, key=lambda pk: (abs(times[pk] - middle), pk), default=None)
