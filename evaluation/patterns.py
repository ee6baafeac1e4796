"""Which camera comes next: how far the probabilities can be taken at their word.

    python -m evaluation.patterns [--people N] [--seed N] [--json]

People walk the made camera network of ``evaluation.clustering --cameras``, but with ways of
different likelihood, drawn at random (Dirichlet, .6 for each neighbour), and known. Passages are
learned from three quarters of the people and asked about the others: after each sighting, and
again where nobody was seen for 30, 60, 120 and 300 seconds, where they are seen next, or whether
at all. Compared are the base rate (shares of all outcomes, wherever one was), and the truth: what
somebody would say who knows the network. A day ends after five cameras, which nobody who does not
count them can know: to the truth it is one in five. ``grouped``: the same, learned from sightings
that were put together by their vectors, with the errors of that.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.camera_network import (
    CAMERAS,
    NETWORKS,
    SECOND_DAY_S,
    SPREAD_LOG,
    STAY_S,
    VISITS,
    walk,
    ways_of,
)
from evaluation.made_people import draw_vectors
from evaluation.reliability import Judged, reliability
from recognition.engine.context import Sighting
from recognition.engine.passages import AWAY, Passages, Step, steps_of, visits_of
from recognition.engine.types import Floats
from recognition.seeing.grouping import TrackFact, make_plan

PEOPLE, LEARNED, DAYS_UNTIL = 200, 0.75, 3
UNSEEN_S = (0.0, 30.0, 60.0, 120.0, 300.0)
LEAST = 1e-6
SLOPE = 16.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: left ``source``, not seen for ``unseen_s``; ``target`` is what happened."""

    source: int
    target: int
    unseen_s: float


@dataclass(frozen=True, slots=True)
class Made:
    """All that is known of a made network: (who, camera, true start, look) and its truth."""

    seen: list[tuple[int, int, float, int]]
    ways: Floats
    chances: npt.NDArray[np.float64]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = evaluate(options.people, options.seed)
    print(json.dumps(figures, indent=None if options.json else 2))


def evaluate(people: int = PEOPLE, seed: int = 0) -> dict[str, Any]:
    """Figures of the held-back people, by who learned how."""
    made = make(people, seed)
    known = round(LEARNED * people)
    learned = _learn([(who, at) for who, at in _sightings(made) if who < known])
    grouped = _learn(_grouped(made, known, seed))
    held = _steps([(who, at) for who, at in _sightings(made) if who >= known], learned.away_s)
    asked = [
        Asked(step.source, step.target, unseen)
        for unseen in UNSEEN_S
        for step in held
        if step.gap_s is None or step.gap_s > unseen
    ]
    base = _base_rate(made, known, learned.away_s)
    by_truth = [_truth(made, item) for item in asked]
    return {
        "cameras": CAMERAS,
        "people_learned_from": known,
        "people_held_back": people - known,
        "steps_held_back": len(held),
        "questions": len(asked),
        "weight_of_prior": learned.weight,
        "share_error": _share_error(made, learned),
        "learned": _judge(asked, [_guess(learned, item) for item in asked], with_table=True),
        "grouped": _judge(asked, [_guess(grouped, item) for item in asked]),
        "base_rate": _judge(asked, [base] * len(asked)),
        "truth": _judge(asked, by_truth),
        "by_unseen_s": {
            f"{unseen:g}": _compared(
                [item for item in asked if item.unseen_s == unseen], learned, made, base
            )
            for unseen in UNSEEN_S
        },
    }


def make(people: int, seed: int) -> Made:
    """A network, and who walked it."""
    random = np.random.default_rng(seed)
    ways = ways_of(random)
    chances = np.zeros((CAMERAS, CAMERAS))
    for camera in range(CAMERAS):
        near = np.flatnonzero(ways[camera])
        chances[camera, near] = random.dirichlet(np.full(len(near), 0.6))
    seen = [
        step
        for who in range(people)
        for step in walk(random, who, ways, chances=chances, shared=0.0)
    ]
    return Made(seen, ways, chances)


def _sightings(made: Made) -> list[tuple[int, Sighting]]:
    return [
        (who, Sighting(at, 0.0, STAY_S, camera, start))
        for at, (who, camera, start, _) in enumerate(made.seen)
    ]


def _grouped(made: Made, known: int, seed: int) -> list[tuple[int, Sighting]]:
    """The same sightings under the numbers of groups that their vectors and times make."""
    rows = [at for at, step in enumerate(made.seen) if step[0] < known]
    noise, same_person = NETWORKS["clear"]
    columns = np.array([made.seen[at] for at in rows])
    who, camera, look = (columns[:, at].astype(np.int64) for at in (0, 1, 3))
    vectors = draw_vectors(np.random.default_rng(seed), who, look, camera, noise=noise)
    facts = [
        TrackFact(
            at, at, 0.0, STAY_S, None, False, 0.5, (), made.seen[at][1], made.seen[at][2]
        )
        for at in rows
    ]  # fmt: skip
    plan = make_plan(facts, vectors, same_person=same_person, slope=SLOPE)
    return [
        (number, facts[row].sighting)
        for number, group in enumerate(plan.groups)
        for row in group.members
    ]


def _until() -> float:
    return DAYS_UNTIL * SECOND_DAY_S


def _learn(sightings: Sequence[tuple[int, Sighting]]) -> Passages:
    return Passages.learn(visits_of(sightings), range(CAMERAS), until_s=_until())


def _steps(sightings: Sequence[tuple[int, Sighting]], away_s: float) -> list[Step]:
    return steps_of(visits_of(sightings), away_s=away_s, until_s=_until())


def _base_rate(made: Made, known: int, away_s: float) -> dict[int, float]:
    steps = _steps([(who, at) for who, at in _sightings(made) if who < known], away_s)
    went = [step.target for step in steps]
    return {target: went.count(target) / len(went) for target in (AWAY, *range(CAMERAS))}


def _guess(passages: Passages, item: Asked) -> dict[int, float]:
    found = passages.next_after(item.source, item.unseen_s)
    return {guess.camera: guess.probability for guess in found}


def _truth(made: Made, item: Asked) -> dict[int, float]:
    """What the network itself would say."""
    leaves = 1 / (VISITS // 2)
    odds = {AWAY: leaves}
    for camera in range(CAMERAS):
        share = (1 - leaves) * float(made.chances[item.source, camera])
        if share:
            at = log(max(item.unseen_s, LEAST) / float(made.ways[item.source, camera]))
            odds[camera] = share * (1 - 0.5 * (1 + erf(at / SPREAD_LOG / sqrt(2))))
    total = sum(odds.values())
    return {camera: value / total for camera, value in odds.items()}


def _compared(
    asked: Sequence[Asked], learned: Passages, made: Made, base: dict[int, float]
) -> dict[str, Any]:
    return {
        "questions": len(asked),
        "learned": _judge(asked, [_guess(learned, item) for item in asked]),
        "base_rate": _judge(asked, [base] * len(asked)),
        "truth": _judge(asked, [_truth(made, item) for item in asked]),
    }


def _judge(
    asked: Sequence[Asked], guesses: Sequence[dict[int, float]], *, with_table: bool = False
) -> dict[str, Any]:
    """Log-loss (nats), Brier score (sum over outcomes, 0–2), how often the likeliest came, and the
    calibration error over all probabilities that were said."""
    outcomes = (AWAY, *range(CAMERAS))
    loss, brier, right = 0.0, 0.0, 0
    judged: list[Judged] = []
    for item, guess in zip(asked, guesses, strict=True):
        loss -= log(max(guess.get(item.target, 0.0), LEAST))
        right += max(guess, key=lambda camera: guess[camera]) == item.target
        for outcome in outcomes:
            said, was = guess.get(outcome, 0.0), outcome == item.target
            brier += (said - was) ** 2
            judged.append(Judged(said, was))
    table = reliability(judged)
    found = {
        "log_loss": round(loss / len(asked), 4),
        "brier": round(brier / len(asked), 4),
        "likeliest_came": round(right / len(asked), 4),
        "ece": table["ece"],
    }
    return found | ({"reliability": table["bins"]} if with_table else {})


def _share_error(made: Made, learned: Passages) -> float:
    """Mean absolute difference of transition probabilities to the truth, over ways that exist."""
    leaves = 1 / (VISITS // 2)
    errors = [
        abs(learned.share(a, b) - (1 - leaves) * float(made.chances[a, b]))
        for a in range(CAMERAS)
        for b in range(CAMERAS)
        if made.ways[a, b]
    ]
    return round(float(np.mean(errors)), 4)


if __name__ == "__main__":
    main()
