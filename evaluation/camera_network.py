"""A made-up camera network with known truth: people walk a graph of cameras.

Each person starts somewhere and goes from camera to camera; a walk takes log-normal time around
the way's own median. Vectors are those of ``made_people``: every camera moves them, some people
change clothes on the second day. Two cameras of the network look at one place, so that a person
is on both at once. Of a share of people some sightings have been confirmed, as a team would have
after an hour: from them ways and views are learned. All others are grouped with and without
context, on several networks, and the figures are means.
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
SEEDS = 4
CONFIRMED, SEEN_TO = 0.3, 0.6
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


def evaluate(seeds: int = SEEDS) -> dict[str, Any]:
    """Figures with and without context, summed or averaged over so many networks."""
    figures: dict[str, Any] = {
        "networks": seeds,
        "cameras": CAMERAS,
        "people": PEOPLE,
        "confirmed_people": round(CONFIRMED * PEOPLE),
    }
    for name, (noise, same_person) in NETWORKS.items():
        told: dict[str, list[dict[str, float]]] = {"without_context": [], "with_context": []}
        slope = slope_of(make_network(seeds, noise=noise))
        for seed in range(seeds):
            made = make_network(seed, noise=noise)
            blind = [replace(fact, camera=None, true_s=None) for fact in made.facts]
            told["without_context"].append(_group(blind, made, same_person, slope))
            told["with_context"].append(_group(made.facts, made, same_person, slope))
        figures[name] = {
            "slope": round(slope, 1),
            **{
                how: {
                    key: round(float(np.mean([one[key] for one in every])), 4) for key in every[0]
                }
                for how, every in told.items()
            },
        }
    return figures


def slope_of(made: Network) -> float:
    """Log-likelihood ratio per unit of cosine, by logistic regression on all pairs: as
    ``--calibrate`` measures it of a real network, on people that are not those of the figures."""
    from sklearn.linear_model import LogisticRegression

    first, second = np.triu_indices(len(made.identities), k=1)
    cosine = np.einsum("ij,ij->i", made.vectors[first], made.vectors[second])
    same = made.identities[first] == made.identities[second]
    model = LogisticRegression(class_weight="balanced", C=1e6).fit(cosine[:, None], same)
    return float(model.coef_[0, 0])


def _group(
    facts: list[TrackFact], made: Network, same_person: float, slope: float
) -> dict[str, float]:
    """Figures of all sightings; ``joined_wrongly``: those that were put to someone confirmed."""
    from evaluation.clustering import clicks, measure

    plan = make_plan(facts, made.vectors, same_person=same_person, slope=slope)
    labels = np.array([-1 if f.identity is None else f.identity for f in facts], dtype=np.int64)
    confirmed, wrong = set(labels.tolist()), 0
    for number, group in enumerate(plan.groups):
        if group.identity is None or group.identity not in confirmed:
            labels[group.members] = PEOPLE + number
            continue
        labels[group.members] = group.identity
        wrong += int(np.count_nonzero(made.identities[group.members] != group.identity))
    found = measure(labels, made.identities)
    return {
        "precision": found["pairwise"]["precision"],
        "recall": found["pairwise"]["recall"],
        "f1": found["pairwise"]["f1"],
        "bcubed_f1": found["bcubed"]["f1"],
        "identities": found["clusters"] + found["alone"],
        "mixed": found["merged_wrongly"],
        "joined_wrongly": wrong,
        "clicks": clicks(labels, made.identities),
    }


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
        is_fixed = person in confirmed and random.random() < SEEN_TO
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
