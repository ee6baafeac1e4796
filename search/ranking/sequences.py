"""Moments in an order: "enters, then sits down". Pure.

Each step of a question is answered by itself; a chain takes one moment of each, of one asset, each
later than the one before: within a shot by where each is seen best (its poster's time), over shots
by their order, with no more than ``GAP_S`` between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from search.ranking.facts import WHOLE, ShotFacts
from search.ranking.moments import Moment, Why, diversify, fold
from search.ranking.scores import Reason

GAP_S = 60
"""What happens more than a minute later is another event (by eye)."""
UNTOLD = 0.5
"""Where one picture stands for both, their order cannot be told: half the score, and said so."""
OTHER_PERSON = 0.7
"""The same shot, but not the same track: perhaps the same person, lost and found (by eye)."""


def in_order(
    steps: Sequence[Sequence[Moment]], shots: Mapping[int, ShotFacts], words: str
) -> list[Moment]:
    """Chains of the steps' moments, best first; a chain is a moment from its first to its last.

    ``shots`` are the facts of every shot that a moment lies in; ``words`` are the query's text.
    """
    chains = list(steps[0]) if steps else []
    for later in steps[1:]:
        by_asset: dict[int, list[Moment]] = defaultdict(list)
        for moment in later:
            by_asset[moment.asset_id].append(moment)
        chains = [
            joined
            for chain in chains
            if (joined := _best_next(chain, by_asset[chain.asset_id], shots, words))
        ]
    return diversify(_fold_by_shot(chains))


def _fold_by_shot(chains: Sequence[Moment]) -> list[Moment]:
    by_asset: dict[int, list[Moment]] = defaultdict(list)
    for chain in chains:
        by_asset[chain.asset_id].append(chain)
    return [m for found in by_asset.values() for m in fold(found)]


def _best_next(
    chain: Moment, later: Sequence[Moment], shots: Mapping[int, ShotFacts], words: str
) -> Moment | None:
    found = [joined for moment in later if (joined := _join(chain, moment, shots, words))]
    return max(found, key=lambda m: m.score, default=None)


def _join(one: Moment, other: Moment, shots: Mapping[int, ShotFacts], words: str) -> Moment | None:
    before, after = shots[one.last_shot_id], shots[other.shot_id]
    share = 1.0
    if before.shot_id == after.shot_id:
        first, second = _seen_at(one, before), _seen_at(other, after)
        if second < first:
            return None
        share = UNTOLD if first == second else 1.0
        if one.track_ids and other.track_ids and not set(one.track_ids) & set(other.track_ids):
            share *= OTHER_PERSON
    elif not 0 <= (other.start_pts - one.end_pts) * before.time_base <= GAP_S:
        return None
    strength = (one.score * other.score) ** 0.5 * share
    told = "one after the other" if share > UNTOLD else "at once: which came first is not seen"
    return replace(
        one,
        start_pts=min(one.start_pts, other.start_pts),
        end_pts=max(one.end_pts, other.end_pts),
        last_shot_id=other.last_shot_id,
        last_keyframe_id=other.last_keyframe_id,
        score=round(strength, 4),
        why=(*one.why, *other.why, Why(WHOLE, words, Reason("order", told, share))),
        track_ids=tuple(dict.fromkeys((*one.track_ids, *other.track_ids))),
        identity_ids=tuple(dict.fromkeys((*one.identity_ids, *other.identity_ids))),
        colours=tuple(dict.fromkeys((*one.colours, *other.colours))),
    )


def _seen_at(moment: Moment, shot: ShotFacts) -> int:
    """Where a moment (its last step) is seen best."""
    pk = moment.last_keyframe_id
    return dict(shot.keyframes).get(pk, moment.start_pts) if pk is not None else moment.start_pts
