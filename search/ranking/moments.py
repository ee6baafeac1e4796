"""Moments: what they are, how they fold into one another, and in which order they are shown. Pure.

Times are half-open pts ranges in the asset's time base. ``moment_builder`` makes them of evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from search.ranking.facts import ShotFacts, TrackFacts
from search.ranking.filters import Filters
from search.ranking.scores import Band, Reason, band, band_of_reason
from search.ranking.spans import Span, length, shared

COLOUR_NAMES = ("upper_colour", "lower_colour")
SAME_FROM = 0.5
"""Moments of one shot that share this much of the shorter one are one moment (by eye)."""
AGAIN = 0.6
"""What a moment counts for beside a better one of its asset, once for each (by eye): variety, but
nothing unlike before a good second moment."""


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
    ``track_ids`` are all that were found in it, ``asked_track_ids`` those that its picture is to
    show.
    """

    asset_id: int
    shot_id: int
    start_pts: int
    end_pts: int
    score: float
    why: tuple[Why, ...] = ()
    keyframe_id: int | None = None
    track_ids: tuple[int, ...] = ()
    asked_track_ids: tuple[int, ...] = ()
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


class Joined(NamedTuple):
    """A moment and the span of the best of those that it was joined of."""

    moment: Moment
    best: Span


def fold(moments: Iterable[Moment]) -> list[Moment]:
    """Moments of one shot with those that largely share their time joined into the best."""
    found = list(moments)
    if len(found) < 2:
        return found
    kept: list[Moment] = []
    for moment in sorted(found, key=lambda m: (-m.score, m.start_pts, m.end_pts)):
        span = moment.span
        for i, other in enumerate(kept):
            shorter = min(length(span), length(other.span))
            if shared(span, other.span) >= SAME_FROM * shorter:
                kept[i] = replace(
                    other,
                    folded=other.folded + 1,
                    track_ids=tuple(dict.fromkeys((*other.track_ids, *moment.track_ids))),
                )
                break
        else:
            kept.append(moment)
    return kept


def join_brief(moments: Iterable[Moment], banned: Sequence[Span], brief: int) -> list[Joined]:
    """Moments of one shot, in time, where what lasts less than ``brief`` pts and comes no later
    than that after another is one moment with it: what a tracker lost and found again.

    Nothing is joined over what the query rules out (``banned``).
    """
    found: list[Joined] = []
    for moment in sorted(moments, key=lambda m: m.span):
        last = found[-1].moment if found else None
        if last is None or not _is_one(last, moment, banned, brief):
            found.append(Joined(moment, moment.span))
            continue
        best = found[-1].best if last.score >= moment.score else moment.span
        one, other = (last, moment) if last.score >= moment.score else (moment, last)
        whole = replace(
            one,
            start_pts=min(one.start_pts, other.start_pts),
            end_pts=max(one.end_pts, other.end_pts),
            folded=one.folded + other.folded + 1,
            track_ids=tuple(dict.fromkeys((*one.track_ids, *other.track_ids))),
        )
        found[-1] = Joined(whole, best)
    return found


def _is_one(one: Moment, other: Moment, banned: Sequence[Span], brief: int) -> bool:
    if min(length(one.span), length(other.span)) >= brief:
        return False
    between = min(one.end_pts, other.end_pts), max(one.start_pts, other.start_pts)
    is_near = between[1] - between[0] <= brief
    return is_near and not any(shared(between, span) for span in banned)


def diversify(moments: Iterable[Moment]) -> list[Moment]:
    """Best first, band by band, where each further moment of an asset counts for less."""
    ordered = sorted(moments, key=lambda m: -m.score)  # stable: equals stay as they came
    turns: dict[tuple[int, int], int] = defaultdict(int)
    keyed: list[tuple[int, float, int, int, Moment]] = []
    for i, moment in enumerate(ordered):
        of_band = _PLACES[moment.band]
        turn = turns[of_band, moment.asset_id]
        turns[of_band, moment.asset_id] = turn + 1
        keyed.append((of_band, -moment.score * AGAIN**turn, turn, i, moment))
    return [item[-1] for item in sorted(keyed)]  # no two have the same ``i``


_PLACES = {one: place for place, one in enumerate(Band)}


def with_seen(shot: ShotFacts, moment: Moment) -> Moment:
    """The moment with who and what is seen in it, by which filters count."""
    span = moment.span
    people: dict[int, None] = {}
    colours: dict[str, None] = {}
    for track in shot.tracks:
        if shared(span, (track.start_pts, track.end_pts)):
            if track.identity_id is not None:
                people[track.identity_id] = None
            for name in COLOUR_NAMES:
                for value, _ in track.attributes.get(name, ()):
                    colours[value] = None
    return Moment(  # hundreds in a search: ``replace`` takes twice as long
        asset_id=moment.asset_id,
        shot_id=moment.shot_id,
        start_pts=moment.start_pts,
        end_pts=moment.end_pts,
        score=moment.score,
        why=moment.why,
        keyframe_id=moment.keyframe_id,
        track_ids=moment.track_ids,
        asked_track_ids=moment.asked_track_ids,
        identity_ids=tuple(people),
        scene=shot.description.scene if shot.description else "",
        colours=tuple(colours),
        folded=moment.folded,
        sentence=moment.sentence,
        last_shot_id=moment.last_shot_id,
        last_keyframe_id=moment.last_keyframe_id,
    )


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
