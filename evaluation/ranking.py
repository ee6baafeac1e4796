"""How much processor time it takes to rank the shots that a question weighs.

    python -m evaluation.ranking [--shots 144] [--repeat 20] [--json]

Each of the questions below, one of each kind of work, is asked of as many made shots, all alike to
what retrieval reads: two keyframes, two people with three readings each, sometimes a thing, a
description. Times are of this process, which another program on the machine hardly changes:
``gather`` and ``build`` of the evidence and the moments, ``tell`` of a page of them. No database.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from search.query.parsing import Query, parse
from search.ranking.evidence import gather
from search.ranking.facts import (
    WHOLE,
    Described,
    Found,
    ShotFacts,
    Similar,
    Spread,
    TrackFacts,
    VectorList,
)
from search.ranking.filters import Filters
from search.ranking.moment_builder import ALWAYS, build

QUERIES = (
    "beach",
    "woman in a red coat",
    "two men on a street at night",
    "street without people",
    "a red car or a dog",
)
_SCENES = ("beach", "street", "office", "forest", "")
_COLOURS = ("red", "blue", "black", "white", "grey", "green")


def made_shots(count: int) -> dict[int, ShotFacts]:
    """Shots of four seconds, always the same ones."""
    chance = random.Random(7)
    return {pk: _made_shot(pk, chance) for pk in range(1, count + 1)}


def _made_shot(pk: int, chance: random.Random) -> ShotFacts:
    label = chance.choice(("car", "dog", "person"))
    tracks = [_made_track(10 * pk + i, "person", chance) for i in range(2)]
    tracks.append(_made_track(10 * pk + 2, label, chance))
    described = Described(
        "A made shot.",
        chance.choice(_SCENES),
        chance.random(),
        chance.choice(("indoors", "outdoors", "")),
        chance.choice(("day", "night", "")),
        confidence=chance.random(),
    )
    frames = ((10 * pk, 25), (10 * pk + 1, 75))
    return ShotFacts(pk, 1 + pk // 2, 0, 100, frames, tuple(tracks), described, Fraction(1, 25))


def _made_track(pk: int, label: str, chance: random.Random) -> TrackFacts:
    start = chance.randrange(60)
    read = {"gender": ("man", "woman"), "upper_colour": _COLOURS, "lower_colour": _COLOURS}
    attributes = {name: ((chance.choice(of), chance.random()),) for name, of in read.items()}
    end = chance.randrange(start + 10, 101)
    return TrackFacts(pk, label, start, end, chance.random(), "walking", None, attributes)


def _found(query: Query, shots: dict[int, ShotFacts]) -> Found:
    """The shots with likenesses to the whole question, and to each of its parts."""
    chance = random.Random(11)
    asked = [("keyframes", WHOLE)] + [("crops", i) for i in range(len(query.parts))]
    spread = Spread(1_000, 0.2, 0.1)
    lists = []
    for kind, part in asked:
        seen = [
            (pk, shot.shot_id, 0 if kind == "keyframes" else pk)
            for shot in shots.values()
            for pk in ([k for k, _ in shot.keyframes] if kind == "keyframes" else _people_of(shot))
        ]
        hits = tuple(Similar(pk, shot, chance.gauss(0.3, 0.1), own) for pk, shot, own in seen)
        lists.append(VectorList(kind, part, hits, spread))
    return Found(shots, tuple(lists), known_labels=frozenset(("car", "dog")))


def _people_of(shot: ShotFacts) -> list[int]:
    return [track.track_id for track in shot.tracks if track.label == "person"]


def measure(queries: Sequence[str], shots: int, repeat: int) -> dict[str, Any]:
    """Milliseconds of processor time per question: the median of each step, and of the sum."""
    made = made_shots(shots)
    return {
        "shots": shots,
        "repeat": repeat,
        "queries": {text: _measured(parse(text), made, repeat) for text in queries},
    }


def _measured(query: Query, shots: dict[int, ShotFacts], repeat: int) -> dict[str, float]:
    found, steps = _found(query, shots), []
    for _ in range(repeat):
        times = [time.process_time_ns()]
        evidence = gather(query, found)
        times.append(time.process_time_ns())
        built = build(query, found, evidence, Filters())
        times.append(time.process_time_ns())
        for moment in built.moments[:ALWAYS]:
            built.tell(moment)
        times.append(time.process_time_ns())
        steps.append([(b - a) / 1e6 for a, b in pairwise(times)])
    gathered, joined, told = (round(median(step), 3) for step in zip(*steps, strict=True))
    return {
        "moments": len(built.moments),
        "gather_ms": gathered,
        "build_ms": joined,
        "tell_ms": told,
        "sum_ms": round(median(sum(step) for step in steps), 3),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="How much processor time ranking takes.")
    parser.add_argument("--shots", type=int, default=144)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    found = measure(QUERIES, max(1, options.shots), max(1, options.repeat))
    if options.json:
        print(json.dumps(found))
    else:
        for text, told in found["queries"].items():
            print(f"{text:<32} {told}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
