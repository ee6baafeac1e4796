"""Made-up people as vectors, with known truth: what a person network would say of a library.

A person has a direction; clothes (a few looks a person) turn it; a camera moves all vectors the
same way (light, height, compression), and each track has noise of its own, more where it was seen
badly. How often a person is seen is long-tailed, and some tracks show nobody that is seen again.
The sizes of all are set by what 0277 says of single crops on PKU-Reid, across cameras: a middle
cosine of .48 for one person (one in ten below .30), and 99 in 100 of different people below .27.
``python -m evaluation.clustering --tracks N`` prints the same of what is made here, as ``cosines``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.engine.embedding import unit
from recognition.engine.types import Floats, Ints

DIMENSION = 256
SPREAD = 96
"""Dimensions in which people differ; the rest holds a little noise, as real vectors do."""
LOOK, SHIFT, NOISE, COMMON = 0.55, 0.3, 0.95, 0.3
NOBODY = 0.05
"""Share of tracks of someone who is seen once."""
SEEN = 25
"""Tracks of a person on average; a third are seen less than five times."""


@dataclass(frozen=True, slots=True)
class MadeTracks:
    """Unit rows (n, d); whose they are, on which camera, in which look (n,)."""

    vectors: Floats
    identities: Ints
    cameras: Ints
    looks: Ints


def make_tracks(
    count: int, *, cameras: int = 12, looks: int = 3, shift: float = SHIFT, seed: int = 0
) -> MadeTracks:
    """So many tracks of people seen by so many cameras; the same for the same ``seed``."""
    random = np.random.default_rng(seed)
    identities = _identities(random, count)
    people = int(identities.max(initial=0)) + 1
    worn = random.integers(0, random.integers(1, looks + 1, people))[identities]
    where = random.integers(0, cameras, count)
    vectors = draw_vectors(random, identities, worn, where, shift=shift)
    return MadeTracks(vectors, identities, where, worn)


def draw_vectors(
    random: np.random.Generator,
    identities: Ints,
    worn: Ints,
    cameras: Ints,
    *,
    shift: float = SHIFT,
    noise: float = NOISE,
) -> Floats:
    """A unit row (n, d) for each sighting of a person in a look on a camera."""
    people, looks = int(identities.max(initial=0)) + 1, int(worn.max(initial=0)) + 1
    base = np.zeros((DIMENSION, DIMENSION), dtype=np.float32)
    base[:SPREAD] = np.linalg.qr(random.normal(size=(DIMENSION, SPREAD)))[0].T
    who = _directions(random, people)
    look = _directions(random, people * looks).reshape(people, looks, SPREAD)
    moved = _directions(random, int(cameras.max(initial=0)) + 1)
    errors = _directions(random, len(identities))
    strength = noise * random.uniform(0.6, 1.3, (len(identities), 1)).astype(np.float32)
    common = COMMON * _directions(random, 1)
    rows = common + who[identities] + LOOK * look[identities, worn] + shift * moved[cameras]
    return unit((rows + strength * errors) @ base[:SPREAD])


def _directions(random: np.random.Generator, count: int) -> Floats:
    return unit(random.standard_normal((count, SPREAD), dtype=np.float32))


def _identities(random: np.random.Generator, count: int) -> Ints:
    """Long-tailed: log-normal weights, and every so many-th track of nobody seen twice."""
    people = max(1, count // SEEN)
    weights = random.lognormal(0.0, 1.4, people)
    found = random.choice(people, count, p=weights / weights.sum())
    alone = random.random(count) < NOBODY
    found[alone] = people + np.arange(int(alone.sum()))
    return np.unique(found, return_inverse=True)[1].astype(np.int64)
