"""What is known of pairs of tracks beside their vectors: who are surely two, and what else speaks
for one or for two. Pure.

Only pairs that their vectors might join are looked at, and of large libraries only the nearest of
each track, so that work grows with tracks and not with their square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognition.engine.context import (
    SAME_DAY_S,
    Sighting,
    Topology,
    clothes_llr,
    pairs_at_once,
    scene_llr,
)
from recognition.engine.neighbours import pairs_from
from recognition.engine.types import Floats, Ints
from recognition.seeing.clothes import UNLESS_ALIKE_BY, Clothes, may_be_one
from recognition.seeing.doubles import NO_DOUBLES, Doubles
from recognition.seeing.track_facts import TrackFact

CAUTION = 0.06
"""Added to the network's ``same_person``, which was measured on full bodies: two portraits of
different people reached .45 with 0277, where that is .40. By eye, on 51 tracks of 12 clips."""
SAME_ASSET_CAUTION = 0.12
"""The same for two tracks of one asset: light, view and clothes are the same, so one person looks
more alike there (.64 to .91) and two people do too (up to .50). By eye, on the same clips."""
COPY_FROM = 0.97
"""Two assets of one camera that overlap in time are copies of one recording where a person looks
this much alike in both: then it is the same person after all. By eye."""
DOUBTFUL_BELOW = 0.15
"""Pairs that are further below the threshold are not joined by any context. By eye."""
SLOPE = 16.0
"""Log-likelihood ratio of one person per unit of cosine, where it was not measured. Logistic
regression on PKU-Reid's pairs across cameras gives 15 to 21 (``--calibrate``)."""
ALL_PAIRS_UP_TO = 4000
MOST_PAIRS = 64
"""Pairs of a track that are looked at, in libraries of more tracks than ``ALL_PAIRS_UP_TO``."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of positions ``first`` < ``second`` (p,) that might be one, and their cosines (p,)."""

    first: Ints
    second: Ints
    similarity: Floats


def doubtful_pairs(vectors: Floats, same_person: float) -> Pairs:
    """Pairs of unit rows (n, d) whose cosine is not clearly below the threshold."""
    at_most = len(vectors) if len(vectors) <= ALL_PAIRS_UP_TO else MOST_PAIRS
    return Pairs(*pairs_from(vectors, same_person - DOUBTFUL_BELOW, at_most))


def apart_pairs(
    facts: Sequence[TrackFact],
    pairs: Pairs,
    *,
    same_person: float,
    doubles: Doubles = NO_DOUBLES,
) -> Ints:
    """Pairs (p, 2) of positions that are two people, sorted.

    Tracks on one camera at one time (but for ``doubles``: in one place), tracks of one asset that
    are alike only as far as all people in one light are, and tracks in surely different clothes on
    one day.
    """
    asset = np.array([fact.asset_id for fact in facts], dtype=np.int64)
    same_asset = asset[pairs.first] == asset[pairs.second]
    least = same_person - CAUTION
    merely = same_asset & (pairs.similarity >= least)
    merely &= pairs.similarity < least + SAME_ASSET_CAUTION
    dressed = clothes_differ([fact.clothes for fact in facts], pairs)
    dressed &= pairs.similarity < same_person + UNLESS_ALIKE_BY
    dressed &= ~_on_two_days(facts, pairs)
    kept = merely | dressed
    alike = np.stack([pairs.first, pairs.second], axis=1)
    seen = _without_copies(pairs_at_once([fact.sighting for fact in facts]), asset, pairs)
    seen = _without_doubles(seen, facts, doubles)
    return np.unique(np.concatenate([seen, alike[kept]]), axis=0)


def clothes_differ(worn: Sequence[Clothes], pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs wear surely different colours on the same part of the body: (p,)."""
    differ = np.zeros(len(pairs.first), dtype=np.bool_)
    for part in sorted({part for clothes in worn for part, _ in clothes}):
        names = [dict(clothes).get(part) for clothes in worn]
        known = sorted({name for name in names if name is not None})
        code = {name: number for number, name in enumerate(known)}
        codes = np.array([-1 if name is None else code[name] for name in names])
        two = np.array([[not may_be_one(a, b) for b in known] for a in known])
        a, b = codes[pairs.first], codes[pairs.second]
        differ |= (a >= 0) & (b >= 0) & two[a, b]
    return differ


def _on_two_days(facts: Sequence[TrackFact], pairs: Pairs) -> npt.NDArray[np.bool_]:
    true = np.array([np.nan if f.true_s is None else f.true_s for f in facts], dtype=np.float64)
    return np.asarray(np.abs(true[pairs.first] - true[pairs.second]) > SAME_DAY_S)


def _without_copies(seen: Ints, asset: Ints, pairs: Pairs) -> Ints:
    """Pairs at one time, less those of two assets that are copies of one recording."""
    across = asset[seen[:, 0]] != asset[seen[:, 1]]
    if not across.any():
        return seen
    same = pairs.similarity >= COPY_FROM
    copies = set(zip(pairs.first[same].tolist(), pairs.second[same].tolist(), strict=True))
    kept = [
        not crossing or tuple(pair) not in copies
        for pair, crossing in zip(seen.tolist(), across, strict=True)
    ]
    return seen[np.array(kept, dtype=np.bool_)]


def _without_doubles(seen: Ints, facts: Sequence[TrackFact], doubles: Doubles) -> Ints:
    """Pairs at one time, less those of tracks that are in one place then."""
    if not doubles or not len(seen):
        return seen
    named = np.sort(np.array([fact.id for fact in facts])[seen], axis=1)
    return seen[[tuple(pair) not in doubles for pair in named.tolist()]]


def context_of(a: TrackFact, b: TrackFact, topology: Topology) -> dict[str, float]:
    """Log-likelihood ratios of context alone, by kind; kinds that say nothing are left out."""
    kind, llr = topology.llr(a.sighting, b.sighting)
    found = {kind: llr}
    if a.clothes and b.clothes:
        found["clothes"] = clothes_llr(differ(a.clothes, b.clothes), seconds_between(a, b))
    if a.asset_id != b.asset_id:
        found["scene"] = scene_llr(a.scene, b.scene)
    return {kind: value for kind, value in found.items() if value}


def differ(first: Clothes, second: Clothes) -> bool:
    """Whether two tracks wear surely different colours on some part of the body."""
    other = dict(second)
    return any(part in other and not may_be_one(name, other[part]) for part, name in first)


def seconds_between(a: TrackFact, b: TrackFact) -> float | None:
    """Seconds between two tracks' starts by the true clock, where both are known."""
    return None if a.true_s is None or b.true_s is None else abs(a.true_s - b.true_s)


def nudges(
    facts: Sequence[TrackFact], pairs: Pairs, topology: Topology, *, slope: float
) -> dict[tuple[int, int], float]:
    """What context adds to the cosines of pairs of positions.

    Clothes are left out: the vectors have seen them too, and where they surely differ
    ``apart_pairs`` says so.
    """
    found: dict[tuple[int, int], float] = {}
    sightings: list[Sighting] = [fact.sighting for fact in facts]
    has_ways = bool(topology.ways or topology.both or topology.only)
    for a, b in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
        llr = topology.llr(sightings[a], sightings[b])[1] if has_ways else 0.0
        if facts[a].scene and facts[a].asset_id != facts[b].asset_id:
            llr += scene_llr(facts[a].scene, facts[b].scene)
        if llr:
            found[a, b] = llr / slope
    return found
