"""From evidence to one score: calibration, fusion, bands. Pure.

A text-image cosine has no stable meaning: what is high differs by text and encoder (Frigate
refuses text triggers for it). So a similarity is judged against the spread of the same text's
similarities over the library (a z-score), and lists of evidence are joined by Reciprocal Rank
Fusion (Cormack, Clarke & Büttcher, SIGIR 2009), which needs no common scale. The score says how
well a moment answers compared with the rest of the library, in 0–1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from search.facts import WHOLE, Spread
from search.query_types import Kind, Query


class Band(StrEnum):
    """A score in words."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


STRONG_FROM, POSSIBLE_FROM = 0.8, 0.55
"""Measured with 40 queries over 40 labelled clips (profile light): of clips whose best moment
scored .8 and more 44 % were relevant, of .5–.8 one in ten, below .5 one in a hundred."""
RRF_K = 60
"""Cormack et al. 2009."""
RRF_SHARE = 0.3
TEXT_SHARE = 0.35
"""By eye: how much ranks, and words of a description, add to calibrated evidence."""
Z_MIDDLE, Z_SCALE = 1.5, 0.5
"""A similarity one and a half deviations above the library's mean is as likely right as wrong;
by eye on rendered footage. Of 300 unrelated pictures about 20 lie that high by chance."""
PRIOR_COUNT, PRIOR_DEVIATION = 8, 0.05
"""A library of a few pictures says little about spread: a usual deviation of joint spaces
counts like eight pictures."""
WEIGHTS: Mapping[Kind, float] = {
    Kind.PERSON: 1.0,
    Kind.IDENTITY: 1.0,
    Kind.QUOTED: 1.0,
    Kind.OBJECT: 0.8,
    Kind.PLACE: 0.8,
    Kind.SETTING: 0.4,
    Kind.LIGHT: 0.4,
}
WHOLE_WEIGHT = 2.0
"""The picture as a whole is the best single witness: on 40 labelled clips (profile light) vectors
alone have R@1 .475, readings alone .175, descriptions alone .250."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was found: ``source`` is the kind of evidence, ``words`` are for people."""

    source: str
    words: str
    strength: float


@dataclass(frozen=True, slots=True)
class Hit:
    """Evidence for one part (or ``WHOLE``) of a query over a pts range of a shot.

    ``lists`` are its strengths in ranked lists, by list name; ``ranks`` its places there, best 1.
    """

    part: int
    shot_id: int
    start_pts: int
    end_pts: int
    strength: float
    reasons: tuple[Reason, ...] = ()
    track_id: int | None = None
    keyframe_id: int | None = None
    lists: tuple[tuple[str, float], ...] = ()
    ranks: tuple[tuple[str, int], ...] = ()


def z_score(similarity: float, spread: Spread) -> float:
    """How many deviations a similarity lies above what is usual for its text."""
    prior = PRIOR_COUNT * PRIOR_DEVIATION**2
    variance = (spread.count * spread.deviation**2 + prior) / (spread.count + PRIOR_COUNT)
    return (similarity - spread.mean) / math.sqrt(variance)


def calibrate(similarity: float, spread: Spread) -> float:
    """A similarity as a strength in 0–1; rising with the similarity."""
    z = z_score(similarity, spread)
    return 1.0 / (1.0 + math.exp(-max(min((z - Z_MIDDLE) / Z_SCALE, 40.0), -40.0)))


def band(score: float) -> Band:
    """The score's word."""
    if score >= STRONG_FROM:
        return Band.STRONG
    return Band.POSSIBLE if score >= POSSIBLE_FROM else Band.WEAK


def dense_ranks(strengths: Sequence[float]) -> list[int]:
    """1 for the strongest; equals share a rank. In the order given."""
    places = {s: i for i, s in enumerate(sorted(set(strengths), reverse=True), start=1)}
    return [places[s] for s in strengths]


def fuse_ranks(ranks: Mapping[str, int], lists: Iterable[str]) -> float:
    """Reciprocal Rank Fusion over the named lists, 1.0 for the first place in all of them."""
    names = list(lists)
    if not names:
        return 0.0
    total = sum(1.0 / (RRF_K + ranks[name]) for name in names if name in ranks)
    return total * (RRF_K + 1) / len(names)


def weigh(query: Query, part: int) -> float:
    """How much a part counts in a score."""
    return WHOLE_WEIGHT if part == WHOLE else WEIGHTS.get(query.parts[part].kind, 0.0)


def combine(
    query: Query,
    strengths: Mapping[int, float],
    checkable: Iterable[int],
    words_share: float = 0.0,
    fused: float = 0.0,
) -> float:
    """The score of a moment, 0–1.

    ``strengths`` by part; of alternatives the best one counts. A part that the library can
    answer (``checkable``) but this moment does not counts as 0. Words of the description only
    add; ranks are blended in.
    """
    parts = set(checkable) | set(strengths)
    groups = [[p for p in group if p in parts] for group in ((WHOLE,), *query.alternatives)]
    groups = [group for group in groups if group]
    weights = [max(weigh(query, p) for p in group) for group in groups]
    best = [max(strengths.get(p, 0.0) for p in group) for group in groups]
    base = sum(w * s for w, s in zip(weights, best, strict=True)) / max(sum(weights), 1e-9)
    base += (1 - base) * TEXT_SHARE * words_share
    return max(0.0, min(1.0, (1 - RRF_SHARE) * base + RRF_SHARE * fused * (base > 0)))


def word_weights(counts: Mapping[str, int], total: int) -> dict[str, float]:
    """Rare words say more: inverse document frequency over the candidates, smoothed."""
    return {
        word: math.log((total + 1) / (count + 0.5)) if count <= total else 0.0
        for word, count in counts.items()
    }


def share_of_words(matched: Iterable[str], weights: Mapping[str, float]) -> float:
    """How much of the asked words' weight was matched, 0–1."""
    whole = sum(max(w, 0.0) for w in weights.values())
    if whole <= 0:
        return 0.0
    return min(1.0, sum(max(weights.get(word, 0.0), 0.0) for word in set(matched)) / whole)
