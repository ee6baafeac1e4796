"""From hits to moments: join evidence at the same time, trim to it, fold, diversify. Pure.

A moment is grown from a seed: a track that answers the query's foremost person or thing, or a run
of keyframes that look like it. Evidence for the other parts is joined where it overlaps, and the
moment is trimmed to where all of it is there. Times are half-open pts ranges in the asset's
time base.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from search.calibration import calibration_of
from search.evidence import Evidence
from search.facts import EXAMPLE, WHOLE, Found, ShotFacts, TrackFacts
from search.filters import Filters
from search.query_types import Kind, Query
from search.ranking import (
    SUPPORT,
    Band,
    Hit,
    Reason,
    add_up,
    band,
    band_of_reason,
    combine,
    share_of_words,
    word_weights,
)
from search.seen import PictureStrengths, keyframe_cells
from search.spans import Span, length, longest_of, shared, subtract

_SEEDS = (Kind.IDENTITY, Kind.PERSON, Kind.OBJECT)
COLOUR_NAMES = ("upper_colour", "lower_colour")
SAME_FROM = 0.5
"""Moments of one shot that share this much of the shorter one are one moment (by eye)."""
KEPT_OF_BANNED = 0.25
"""A moment of which less than this is left without what was ruled out is dropped (by eye)."""
CELLS_FROM = 0.6
"""Neighbouring keyframes join a run down to this share of its best strength (by eye)."""
LEAST_SCORE = 0.01
"""Below, a moment says nothing about the query: one in a hundred would be right."""
ALWAYS = 24
"""What comes closest is shown all the same, a page of it, and said to be weak."""


@dataclass(frozen=True, slots=True)
class Why:
    """Evidence of a moment for one part of the query (``part`` −1: the query as a whole)."""

    part: int
    text: str
    reason: Reason

    @property
    def band(self) -> Band:
        """How well it matched, in a word."""
        return band_of_reason(self.reason.strength)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time range of an asset that answers a query.

    ``last_shot_id`` and ``last_keyframe_id`` are where the last of several steps was seen; the
    same as ``shot_id`` and ``keyframe_id`` but in answers to questions with an order.
    """

    asset_id: int
    shot_id: int
    start_pts: int
    end_pts: int
    score: float
    why: tuple[Why, ...] = ()
    keyframe_id: int | None = None
    track_ids: tuple[int, ...] = ()
    identity_ids: tuple[int, ...] = ()
    scene: str = ""
    colours: tuple[str, ...] = ()
    folded: int = 0
    sentence: str = ""
    last_shot_id: int = 0
    last_keyframe_id: int | None = None

    @property
    def band(self) -> Band:
        """The score's word."""
        return band(self.score)

    @property
    def span(self) -> Span:
        return self.start_pts, self.end_pts


def build_moments(query: Query, found: Found, evidence: Evidence, filters: Filters) -> list[Moment]:
    """All moments of the candidate shots, best first, every asset's best before its others."""
    builder = _Builder(query, found, evidence, filters)
    moments = [
        moment
        for shot in found.shots.values()
        for moment in fold(builder.in_shot(shot))
        if _lasts(query, shot, moment)
    ]
    # Where nothing can speak for a moment, not being ruled out is all there is.
    keeps_all = not evidence.checkable and not found.words_matched
    ordered = diversify(moments)
    return [m for i, m in enumerate(ordered) if keeps_all or i < ALWAYS or m.score >= LEAST_SCORE]


def _lasts(query: Query, shot: ShotFacts, moment: Moment) -> bool:
    """Whether a moment is as long as was asked."""
    seconds = length(moment.span) * shot.time_base
    return all(p.length.agrees(seconds) is not p.negated for p in query.parts if p.length)


def fold(moments: Iterable[Moment]) -> list[Moment]:
    """Moments of one shot with those that largely share their time joined into the best."""
    kept: list[Moment] = []
    for moment in sorted(moments, key=lambda m: (-m.score, m.start_pts, m.end_pts)):
        for i, other in enumerate(kept):
            shorter = min(length(moment.span), length(other.span))
            if shared(moment.span, other.span) >= SAME_FROM * shorter:
                kept[i] = replace(
                    other,
                    folded=other.folded + 1,
                    track_ids=tuple(dict.fromkeys((*other.track_ids, *moment.track_ids))),
                )
                break
        else:
            kept.append(moment)
    return kept


def diversify(moments: Iterable[Moment]) -> list[Moment]:
    """Best first, but within a band every asset's best moment before anyone's second."""
    ordered = sorted(moments, key=lambda m: -m.score)  # stable: equals stay as they came
    turns: dict[tuple[Band, int], int] = defaultdict(int)
    keyed: list[tuple[int, int, float, int, Moment]] = []
    bands = list(Band)
    for i, moment in enumerate(ordered):
        turn = turns[moment.band, moment.asset_id]
        turns[moment.band, moment.asset_id] += 1
        keyed.append((bands.index(moment.band), turn, -moment.score, i, moment))
    return [item[-1] for item in sorted(keyed, key=lambda item: item[:4])]


def allowed_tracks(shot: ShotFacts, filters: Filters) -> list[TrackFacts]:
    """The tracks of a shot that satisfy the filters on identity and colour."""
    return [
        track
        for track in shot.tracks
        if (not filters.identity or track.identity_id in filters.identity)
        and (not filters.colour or set(colours_of(track)) & set(filters.colour))
    ]


def colours_of(track: TrackFacts) -> tuple[str, ...]:
    """Colours of a track's clothes."""
    return tuple(
        dict.fromkeys(v for name in COLOUR_NAMES for v, _ in track.attributes.get(name, ()))
    )


class _Builder:
    def __init__(self, query: Query, found: Found, evidence: Evidence, filters: Filters) -> None:
        self._query, self._evidence, self._filters = query, evidence, filters
        matched: dict[str, int] = dict.fromkeys(found.words, 0)
        for shot in found.shots.values():
            for word in shot.description.matched if shot.description else ():
                matched[word] = matched.get(word, 0) + 1
        self._words = word_weights(matched, len(found.shots))
        self._word_shares = self._share_words(found)
        self._calibration = calibration_of(found.encoder)
        floors = PictureStrengths(found).floors
        self._floors = {part: z for (_, part), z in floors.items() if part < 0}
        self._needed = [
            group
            for group in query.alternatives
            if all(query.parts[i].kind is Kind.IDENTITY for i in group)
            and not query.parts[group[0]].negated
        ]

    def _share_words(self, found: Found) -> dict[int, float]:
        """How much of the asked words each shot's description has, by how sure it is."""
        return {
            pk: share_of_words(shot.description.matched, self._words) * shot.description.confidence
            for pk, shot in found.shots.items()
            if shot.description and shot.description.matched
        }

    def in_shot(self, shot: ShotFacts) -> list[Moment]:
        """The moments of one shot."""
        hits = self._evidence.hits.get(shot.shot_id, [])
        seeds = self._track_seeds(hits)
        taken = [(hit.start_pts, hit.end_pts) for hit in seeds]
        spans: list[tuple[Span, Hit | None]] = [((h.start_pts, h.end_pts), h) for h in seeds]
        spans += [(run, None) for run in self._runs(shot, hits, taken)]
        if not spans:
            spans = [((shot.start_pts, shot.end_pts), None)]
        moments: list[Moment] = []
        best: dict[Span, tuple[float, Mapping[int, Hit]]] = {}
        for start, seed in spans:
            found = self._grow(shot, start, seed, hits)
            if found is None:
                continue
            span, chosen = found
            moment = self._scored(shot, span, chosen)
            moments.append(moment)
            if span not in best or moment.score > best[span][0]:
                best[span] = moment.score, chosen
        # What is told of a moment costs more than its score: only for those that are kept.
        return [self._detailed(shot, m, best[m.span][1]) for m in fold(moments)]

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
        cells = [(span, strength[pk]) for pk, span in keyframe_cells(shot) if pk in strength]
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
        self, shot: ShotFacts, span: Span, seed: Hit | None, hits: Sequence[Hit]
    ) -> tuple[Span, Mapping[int, Hit]] | None:
        """Where a seed's moment is, and the best hit of each part there."""
        chosen: dict[int, Hit] = {seed.part: seed} if seed else {}
        trimmed = self._trim(shot, span)
        if trimmed is None:
            return None
        span = trimmed
        for part in sorted({h.part for h in hits}, key=self._track_parts_first):
            if part in chosen:
                continue
            best = _best_over(span, self._fitting(part, hits, chosen))
            if best is None:
                continue
            chosen[part] = best
            if best.track_id is not None:
                span = max(span[0], best.start_pts), min(span[1], best.end_pts)
        if any(chosen.keys().isdisjoint(group) for group in self._needed):
            return None
        return span, chosen

    def _fitting(self, part: int, hits: Sequence[Hit], chosen: Mapping[int, Hit]) -> list[Hit]:
        """Hits of a part; "Anna in a red coat" is about one track."""
        found = [h for h in hits if h.part == part]
        if part < 0:
            return found
        asked = self._query.parts[part]
        if asked.kind is not Kind.PERSON or asked.value:
            return found
        named = {h.track_id for p, h in chosen.items() if h.track_id and self._is_named(p)}
        return [h for h in found if not named or h.track_id in named]

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
        banned = self._evidence.banned.get(shot.shot_id, [])
        left = longest_of(subtract(span, banned))
        if left is None or length(left) < KEPT_OF_BANNED * length(span):
            return None
        return left

    def _scored(self, shot: ShotFacts, span: Span, chosen: Mapping[int, Hit]) -> Moment:
        words = self._word_shares.get(shot.shot_id, 0.0)
        if not self._floors:
            strengths = {part: hit.strength for part, hit in chosen.items()}
            score = combine(self._query, strengths, self._evidence.checkable, words)
        else:
            supports = {part: hit.support for part, hit in chosen.items()}
            for part, z in self._floors.items():
                supports.setdefault(part, SUPPORT["whole"] * z)
            score = self._calibration.probability(add_up(self._query, supports, words))
        tracks = dict.fromkeys(h.track_id for h in chosen.values() if h.track_id is not None)
        return Moment(
            asset_id=shot.asset_id,
            shot_id=shot.shot_id,
            start_pts=span[0],
            end_pts=span[1],
            score=round(score, 6),
            track_ids=tuple(tracks),
            last_shot_id=shot.shot_id,
        )

    def _detailed(self, shot: ShotFacts, moment: Moment, chosen: Mapping[int, Hit]) -> Moment:
        """The moment with why, poster, and who and what is seen in it."""
        described, span = shot.description, moment.span
        seen = [t for t in shot.tracks if shared(span, (t.start_pts, t.end_pts))]
        people = dict.fromkeys(t.identity_id for t in seen if t.identity_id is not None)
        poster = _poster(shot, span, chosen)
        return replace(
            moment,
            why=self._why(chosen, shot),
            keyframe_id=poster,
            last_keyframe_id=poster,
            identity_ids=tuple(people),
            scene=described.scene if described else "",
            colours=tuple(dict.fromkeys(c for t in seen for c in colours_of(t))),
            sentence=described.sentence if described else "",
        )

    def _why(self, chosen: Mapping[int, Hit], shot: ShotFacts) -> tuple[Why, ...]:
        found = [
            Why(part, self._text_of(part), reason)
            for part, hit in sorted(chosen.items(), key=lambda item: (item[0] < 0, item[0]))
            for reason in hit.reasons
            if reason.strength > 0
        ]
        words = self._word_shares.get(shot.shot_id, 0.0)
        if shot.description and words > 0:
            said = ", ".join(shot.description.matched)
            found.append(Why(WHOLE, self._query.text, Reason("text", said, round(words, 3))))
        return tuple(found)

    def _text_of(self, part: int) -> str:
        if part == EXAMPLE:
            return "the example"
        return self._query.text if part == WHOLE else self._query.parts[part].text


def _best_over(span: Span, hits: Iterable[Hit]) -> Hit | None:
    key: Callable[[Hit], tuple[float, float, int]] = lambda h: (  # noqa: E731
        h.support,
        h.strength,
        shared(span, (h.start_pts, h.end_pts)),
    )
    over = [h for h in hits if shared(span, (h.start_pts, h.end_pts)) > 0]
    return max(over, key=key, default=None)


def _poster(shot: ShotFacts, span: Span, chosen: Mapping[int, Hit]) -> int | None:
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
