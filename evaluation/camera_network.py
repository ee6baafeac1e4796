"""A made-up camera network with known truth: people walk a graph of cameras.

Each person starts somewhere and goes from camera to camera; a walk takes log-normal time around
the way's own median. Vectors are those of ``made_people``: every camera moves them, some people
change clothes on the second day. Two cameras of the network look at one place, so that a person
is on both at once. A share of people has been confirmed, as a team would have after an hour: from
them ways and views are learned. The others are grouped with and without context.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.made_people import draw_vectors
from recognition.engine.types import Floats, Ints
from recognition.seeing.grouping import TrackFact, make_plan

CAMERAS, PEOPLE, VISITS = 8, 60, 10
DAY_S, SECOND_DAY_S = 4 * 3600.0, 86400.0
SLOPE = 16.0
CONFIRMED = 0.3
STAY_S = 8.0
RETURN_S = 40 * 60.0
SPREAD_LOG = 0.25


@dataclass(frozen=True, slots=True)
class Network:
    """Facts of all sightings, unit rows (n, d) and true identities (n,)."""

    facts: list[TrackFact]
    vectors: Floats
    identities: Ints


NETWORKS = {"clear": (0.95, 0.4), "weak": (1.5, 0.3)}
"""Person networks by noise of a vector and threshold: one as 0277 on PKU-Reid, and one whose
errors are half as large again (a middle cosine of one person's of .36 instead of .53)."""


def evaluate(seed: int = 0) -> dict[str, Any]:
    """Figures with and without context, over those whom nobody had confirmed."""
    figures: dict[str, Any] = {
        "cameras": CAMERAS,
        "people": PEOPLE,
        "confirmed_people": round(CONFIRMED * PEOPLE),
    }
    for name, (noise, same_person) in NETWORKS.items():
        made = make_network(seed, noise=noise)
        blind = [replace(fact, camera=None, true_s=None) for fact in made.facts]
        figures[name] = {
            "sightings": len(made.facts),
            "without_context": _group(blind, made, same_person),
            "with_context": _group(made.facts, made, same_person),
        }
    return figures


def _group(facts: list[TrackFact], made: Network, same_person: float) -> dict[str, Any]:
    from evaluation.clustering import clicks, measure

    plan = make_plan(facts, made.vectors, same_person=same_person, slope=SLOPE)
    labels = np.full(len(facts), -1, dtype=np.int64)
    for number, group in enumerate(plan.groups):
        labels[group.members] = number
    free = np.array([not fact.is_fixed for fact in facts])
    found = measure(labels[free], made.identities[free])
    return {**found, "clicks": clicks(labels[free], made.identities[free])}


def make_network(seed: int = 0, *, noise: float = 0.95) -> Network:
    """The same network for the same seed."""
    random = np.random.default_rng(seed)
    ways = ways_of(random)
    sightings = [step for who in range(PEOPLE) for step in walk(random, who, ways)]
    who, camera, looks = (np.array([s[at] for s in sightings], dtype=np.int64) for at in (0, 1, 3))
    vectors = draw_vectors(random, who, looks, camera, noise=noise)
    confirmed = set(random.permutation(PEOPLE)[: round(CONFIRMED * PEOPLE)].tolist())
    facts = []
    for number, (person, where, at, _) in enumerate(sightings):
        is_fixed = person in confirmed
        facts.append(
            TrackFact(
                number, number, 0.0, STAY_S, person if is_fixed else None, is_fixed, 0.5,
                (), where, at,
            )
        )  # fmt: skip
    return Network(facts, vectors, who)


def ways_of(random: np.random.Generator) -> Floats:
    """Median seconds between cameras; 0 where there is no way. Cameras 0 and 1 see one place."""
    medians = random.uniform(30, 300, (CAMERAS, CAMERAS))
    medians = (medians + medians.T) / 2
    near = np.abs(np.subtract.outer(np.arange(CAMERAS), np.arange(CAMERAS)))
    medians[(near == 0) | ((near > 2) & (near < CAMERAS - 2))] = 0
    return medians.astype(np.float32)


def walk(
    random: np.random.Generator,
    who: int,
    ways: Floats,
    *,
    chances: npt.NDArray[np.float64] | None = None,
    shared: float = 0.8,
) -> list[tuple[int, int, float, int]]:
    """A person's sightings: who, camera, true start in seconds, look.

    ``chances`` (cameras, cameras): how likely each next camera is; without, each neighbour alike.
    ``shared``: how often both cameras that look at one place see who is there.
    """
    changes = random.random() < 0.4
    camera = int(random.integers(CAMERAS))
    steps: list[tuple[int, int, float, int]] = []
    for day in range(2):
        at = day * SECOND_DAY_S + random.uniform(0, DAY_S)
        for _ in range(VISITS // 2):
            look = day if changes else 0
            steps.append((who, camera, at, look))
            if camera in (0, 1) and random.random() < shared:
                steps.append((who, 1 - camera, at + random.uniform(0, 2), look))
            if chances is None:
                camera = int(random.choice(np.flatnonzero(ways[camera])))
            else:
                camera = int(random.choice(CAMERAS, p=chances[camera]))
            gap = ways[steps[-1][1], camera] or RETURN_S
            at += STAY_S + float(gap) * float(np.exp(random.normal(0, SPREAD_LOG)))
    return steps
