"""Moments of one shot, grown from its hits: joined where they meet in time, trimmed to it. Pure.

A moment is grown from a seed: a track that answers the query's foremost person or thing, or a run
of keyframes that look like it. Evidence for the other parts is joined where it overlaps, and the
moment is trimmed to where all of it is there. Times are half-open pts ranges in the asset's time
base.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from search.query.types import Kind, Query
from search.ranking.evidence import Evidence
from search.ranking.facts import EXAMPLE, ShotFacts
from search.ranking.filters import Filters
from search.ranking.moments import allowed_tracks
from search.ranking.scores import Hit
from search.ranking.spans import Span, length, longest_of, shared, subtract
from search.ranking.weighing import Chosen
from search.ranking.wording import Wording

_SEEDS = (Kind.IDENTITY, Kind.PERSON, Kind.OBJECT)
KEPT_OF_BANNED = 0.25
"""A moment of which less than this is left without what was ruled out is dropped (by eye)."""
CELLS_FROM = 0.6
"""Neighbouring keyframes join a run down to this share of its best strength (by eye)."""


class Grown(NamedTuple):
    """When a moment is, and what speaks for it."""

    span: Span
    chosen: Chosen


class Grower:
    """Grows the moments of one question."""

    def __init__(
        self, query: Query, evidence: Evidence, filters: Filters, wording: Wording
    ) -> None:
        self._query, self._evidence, self._filters = query, evidence, filters
        self._wording = wording
        self._is_narrowed = filters.narrows_tracks
        parts = query.parts
        self._seed_kinds = [
            [i for i, part in enumerate(parts) if part.kind is kind] for kind in _SEEDS
        ]
        self._on_tracks = {i for of_kind in self._seed_kinds for i in of_kind}
        self._named = {i for i, part in enumerate(parts) if part.kind is Kind.IDENTITY} | {EXAMPLE}
        # "Anna in a red coat" is about one track.
        self._unnamed = {
            i for i, part in enumerate(parts) if part.kind is Kind.PERSON and not part.value
        }
        self._needed = [
            group
            for group in query.alternatives
            if all(parts[i].kind is Kind.IDENTITY for i in group) and not parts[group[0]].negated
        ]

    def in_shot(self, shot: ShotFacts) -> list[Grown]:
        """When the moments of one shot are, not folded, with what speaks for each."""
        hits = self._evidence.hits.get(shot.shot_id, ())
        by_part: dict[int, list[Hit]] = {}
        for hit in hits:
            if hit.part in by_part:
                by_part[hit.part].append(hit)
            else:
                by_part[hit.part] = [hit]
        seeds = [*[hit for hit in hits if hit.is_said], *self._track_seeds(by_part)]
        spans: list[tuple[Span, Hit | None]] = [((h.start_pts, h.end_pts), h) for h in seeds]
        if not seeds:
            spans = [(span, None) for span in self._wording.seeds(shot)]
        spans += [(run, None) for run in _runs(shot, hits, [span for span, _ in spans])]
        if not spans:
            spans = [(shot.span, None)]
        listed = [(part, by_part[part]) for part in sorted(by_part, key=self._turn)]
        grown = [self._grow(shot, span, seed, listed) for span, seed in spans]
        return [found for found in grown if found is not None]

    def _track_seeds(self, by_part: dict[int, list[Hit]]) -> list[Hit]:
        alike = _on_tracks(by_part.get(EXAMPLE, ()))
        if alike:
            return alike
        for of_kind in self._seed_kinds:
            for part in of_kind:
                if part in by_part and (found := _on_tracks(by_part[part])):
                    return found
        return []

    def _turn(self, part: int) -> tuple[bool, int]:
        """Parts that are seen on tracks come first: they say when."""
        return part not in self._on_tracks, part

    def _grow(
        self,
        shot: ShotFacts,
        span: Span,
        seed: Hit | None,
        listed: Sequence[tuple[int, Sequence[Hit]]],
    ) -> Grown | None:
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
        return Grown(span, chosen)

    def _fitting(self, part: int, hits: Sequence[Hit], chosen: Chosen) -> Sequence[Hit]:
        """Hits of a part, of somebody named on their track alone."""
        if part not in self._unnamed:
            return hits
        named = {h.track_id for p, h in chosen.items() if h.track_id and p in self._named}
        return [h for h in hits if h.track_id in named] if named else hits

    def _trim(self, shot: ShotFacts, span: Span) -> Span | None:
        """The span inside what filters allow and without what the query rules out."""
        if self._is_narrowed:
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


def _on_tracks(hits: Iterable[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.track_id is not None]


def _runs(shot: ShotFacts, hits: Iterable[Hit], taken: Sequence[Span]) -> list[Span]:
    """Runs of neighbouring keyframes that answer alike, away from what is taken."""
    free = _cells_with_strength(shot, hits)
    for span in taken:
        free = [cell for cell in free if not shared(cell[0], span)]
    runs: list[Span] = []
    while free:
        strengths = [strength for _, strength in free]
        best = max(strengths)
        low = high = strengths.index(best)
        floor = best * CELLS_FROM
        while low > 0 and strengths[low - 1] >= floor and free[low - 1][0][1] == free[low][0][0]:
            low -= 1
        while (
            high + 1 < len(free)
            and strengths[high + 1] >= floor
            and free[high + 1][0][0] == free[high][0][1]
        ):
            high += 1
        runs.append((free[low][0][0], free[high][0][1]))
        del free[low : high + 1]
    return runs


def _cells_with_strength(shot: ShotFacts, hits: Iterable[Hit]) -> list[tuple[Span, float]]:
    """The cells of the keyframes that answer, with the best of their strengths, in time."""
    strength: dict[int, float] = {}
    for hit in hits:
        pk = hit.keyframe_id
        if pk is not None and hit.strength >= strength.get(pk, 0.0):
            strength[pk] = hit.strength
    return [(span, strength[pk]) for pk, span in shot.cells if pk in strength]


def _best_over(span: Span, hits: Iterable[Hit]) -> Hit | None:
    """Of the hits that share time with a span the best, of equals the first."""
    best: Hit | None = None
    highest = (0.0, 0.0, 0)
    for hit in hits:
        common = shared(span, (hit.start_pts, hit.end_pts))
        if common:
            worth = (hit.support, hit.strength, common)
            if best is None or worth > highest:
                best, highest = hit, worth
    return best
