"""From evidence to one score: weights of evidence, calibration, bands. Pure.

A text-image cosine has no stable meaning: what is high differs by text and encoder (Frigate
refuses text triggers for it). So a similarity is judged against the spread of the same text's
similarities over the library (a z-score), and all evidence is added up on one scale, log-odds
("weight of evidence", Good 1950): were pictures of the asked and of all else normally spread, the
log-odds of a picture would be linear in its z. A sum does not saturate, so that readings cannot
turn over what the vectors tell apart, as means of 0–1 strengths did. Ranks are not used: they
forget by how much. The sum becomes a probability by the encoder's calibration.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from search.query.types import Kind, Query
from search.ranking.facts import EXAMPLE, WHOLE, Spread


class Band(StrEnum):
    """A score in words."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


STRONG_FROM, POSSIBLE_FROM = 0.5, 0.15
"""Of a moment: more likely right than wrong; one in seven. Reliability: ``evaluation.search``."""
SAID = "said"
"""The source of a reason that quotes a line."""
LIKE_FROM, RATHER_LIKE_FROM = 0.8, 0.55
"""Of one piece of evidence: by eye."""
TEXT_SHARE = 0.35
"""By eye: how much words of a description add where there are no vectors."""
SUPPORT: Mapping[str, float] = {
    "whole": 1.3,
    "crops": 0.2,
    "place": 0.1,
    "readings": 1.0,
    "object": 0.4,
    "scene": 0.25,
    "count": 0.4,
    "words": 0.8,
    "identity": 1.0,
    "quoted": 1.0,
    "no person": -0.25,
    "said": 5.0,
}
"""Log-odds per z (the first three) or per 0–1 strength. Fitted on 40 labelled queries in both
profiles at once: a conditional logit, drawn towards 1.5, .4, .2 and .5 (lambda .1), rounded.
Ten-fold over queries that fit has MRR .409 (builtin) and .578 (light), the whole picture alone .404
and .539. What is read off pictures (readings, object, scene, count) is then believed by half or
two thirds: with all of it the built-in detector's counts cost one query of forty, when they were of
whole tracks; of the time in which they hold, .4 to 1 are alike. Readings alone were put back to 1
by hand: from .2 to 1.2 the 40 queries do not tell (R@1 .350 and .575 throughout, MRR within .005),
and who asks for a red coat wants coats that were read as red before likenesses.
``identity``, ``quoted`` and ``said``, which no query asked for, by eye: who quotes what is said
wants that and nothing else, so it outweighs a picture that lies three deviations higher.
``no person``, where people are asked for and none is seen: of 570 pictures of Flickr8k kept from
training, by whether their captions name people, the built-in detector's silence says -1.0 (at
confidence .35; -1.25 at .25). It is silent on the very pictures whose people are hard to see, so a
quarter of that is believed: with half, the 40 queries lose a clip of each profile that a quarter
keeps (MRR .508, .699; with none .508, .696)."""
SAID_SHARE = 0.5
"""How much a word that is said counts beside one that describes the picture: what people talk of
need not be there. By eye."""
CONTEXT_SHARE = 0.25
"""How much of a keyframe's likeness is its asset's mean: what is in a clip throughout is in its
every part, as passages inherit from their document (Callan, SIGIR 1994). Of .25, .5 and .75 the
best in both profiles (MRR +.035 and +.067 on 40 queries)."""
Z_MIDDLE, Z_SCALE = 1.5, 0.5
"""A similarity one and a half deviations above the library's mean is as likely right as wrong;
by eye on rendered footage. Of 300 unrelated pictures about 20 lie that high by chance."""
PRIOR_COUNT, PRIOR_DEVIATION = 8, 0.13
"""A library of a few pictures says little about spread: a usual deviation of joint spaces
counts like eight pictures. Of 300 captions over 300 pictures kept apart, in both spaces: .13."""
WEIGHTS: Mapping[Kind, float] = {
    Kind.PERSON: 1.0,
    Kind.IDENTITY: 1.0,
    Kind.QUOTED: 1.0,
    Kind.OBJECT: 0.8,
    Kind.PLACE: 0.8,
    Kind.SETTING: 0.4,
    Kind.LIGHT: 0.4,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was found: ``source`` is the kind of evidence, ``words`` are for people."""

    source: str
    words: str
    strength: float


@dataclass(frozen=True, slots=True)
class Hit:
    """Evidence for one part (or ``WHOLE``, ``EXAMPLE``) of a query over a pts range of a shot.

    ``strength`` is 0–1, for people; ``support`` is the log-odds that it adds where the pictures
    are compared with the whole query, too. ``is_said``: it is a line; then the moment is the
    line's.
    """

    part: int
    shot_id: int
    start_pts: int
    end_pts: int
    strength: float
    reasons: tuple[Reason, ...] = ()
    track_id: int | None = None
    keyframe_id: int | None = None
    support: float = 0.0
    is_said: bool = False


def z_score(similarity: float, spread: Spread) -> float:
    """How many deviations a similarity lies above what is usual for its text."""
    return (similarity - spread.mean) / usual_deviation(spread)


def usual_deviation(spread: Spread) -> float:
    """The deviation of a text's similarities, of few drawn towards what is usual."""
    prior = PRIOR_COUNT * PRIOR_DEVIATION**2
    return math.sqrt((spread.count * spread.deviation**2 + prior) / (spread.count + PRIOR_COUNT))


def as_strength(z: float) -> float:
    """A z-score as a strength in 0–1, for people; rising with it."""
    return 1.0 / (1.0 + math.exp(-max(min((z - Z_MIDDLE) / Z_SCALE, 40.0), -40.0)))


def band(score: float) -> Band:
    """A moment's score in a word."""
    if score >= STRONG_FROM:
        return Band.STRONG
    return Band.POSSIBLE if score >= POSSIBLE_FROM else Band.WEAK


def band_of_reason(strength: float) -> Band:
    """One piece of evidence in a word."""
    if strength >= LIKE_FROM:
        return Band.STRONG
    return Band.POSSIBLE if strength >= RATHER_LIKE_FROM else Band.WEAK


def weigh(query: Query, part: int) -> float:
    """How much a part counts where there are no vectors."""
    return WEIGHTS.get(query.parts[part].kind, 0.0)


def add_up(
    groups: Sequence[Sequence[int]], supports: Mapping[int, float], words_share: float = 0.0
) -> float:
    """All evidence for a moment, in log-odds; of each group (``Query.alternatives``) the best part
    counts."""
    total = supports.get(WHOLE, 0.0) + supports.get(EXAMPLE, 0.0) + SUPPORT["words"] * words_share
    for group in groups:
        known = [supports[part] for part in group if part in supports]
        if known:
            total += max(known)
    return total


def combine(
    query: Query,
    strengths: Mapping[int, float],
    checkable: Iterable[int],
    words_share: float = 0.0,
) -> float:
    """The score of a moment, 0–1, where no picture was compared with the query.

    ``strengths`` by part; of alternatives the best one counts. A part that the library can
    answer (``checkable``) but this moment does not counts as 0. Words of the description only
    add.
    """
    parts = (set(checkable) | set(strengths)) - {WHOLE, EXAMPLE}
    groups = [[p for p in group if p in parts] for group in query.alternatives]
    groups = [group for group in groups if group]
    weights = [max(weigh(query, p) for p in group) for group in groups]
    best = [max(strengths.get(p, 0.0) for p in group) for group in groups]
    base = sum(w * s for w, s in zip(weights, best, strict=True)) / max(sum(weights), 1e-9)
    return max(0.0, min(1.0, base + (1 - base) * TEXT_SHARE * words_share))


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
