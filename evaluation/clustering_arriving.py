"""Footage that comes bit by bit: the groups that are there in the end, beside those of all at once.

Made-up tracks (``made_people``) come ``STEP`` at a time, each time as one more asset, and nobody
corrects anything. In a large library (``seeing.grouping.MOST_CLUSTERED``) groups of three and more
stand from one asset to the next.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import numpy as np

from evaluation.clustering_scale import SAME_PERSON
from evaluation.made_people import MadeTracks, make_tracks
from recognition.engine.types import Ints
from recognition.seeing.grouping import Plan, TrackFact, make_plan

STEP = 100


def evaluate(count: int) -> dict[str, Any]:
    """Figures of so many tracks: ``bit_by_bit``, ``at_once``, and the slowest asset's seconds."""
    from evaluation.clustering import clicks, measure

    made = make_tracks(count - count % STEP)
    ways: dict[str, Any] = {"tracks": len(made.identities)}
    who, slowest_s = arrive(made, STEP)
    for name, labels in (("bit_by_bit", who), ("at_once", at_once(made, STEP))):
        found = measure(labels, made.identities)
        ways[name] = found | {"clicks": clicks(labels, made.identities)}
    return ways | {"slowest_asset_seconds": round(slowest_s, 2)}


def arrive(made: MadeTracks, step: int) -> tuple[Ints, float]:
    """Who each track is (n,), -1 nobody, after ``step`` came at a time; and the longest plan."""
    facts, who = _facts(made, step), np.full(len(made.identities), -1, dtype=np.int64)
    fresh, slowest_s = itertools.count(), 0.0
    for end in range(step, len(facts) + 1, step):
        known = [
            replace(fact, identity=int(name) if name >= 0 else None)
            for fact, name in zip(facts[:end], who[:end], strict=True)
        ]
        began = time.perf_counter()
        plan = make_plan(
            known, made.vectors[:end], same_person=SAME_PERSON, asset_id=end // step - 1
        )
        slowest_s = max(slowest_s, time.perf_counter() - began)
        who[[row for row in range(end) if row not in plan.standing]] = -1
        _write(plan, who, fresh)
    return who, slowest_s


def at_once(made: MadeTracks, step: int) -> Ints:
    """The same (n,) when all are grouped together."""
    facts, who = _facts(made, step), np.full(len(made.identities), -1, dtype=np.int64)
    plan = make_plan(facts, made.vectors, same_person=SAME_PERSON, is_whole=True)
    _write(plan, who, itertools.count())
    return who


def _facts(made: MadeTracks, step: int) -> list[TrackFact]:
    blank = TrackFact(0, 0, 0.0, 2.0, None, False, 0.5)
    return [
        replace(blank, id=row, asset_id=row // step, start_s=5.0 * row, end_s=5.0 * row + 2)
        for row in range(len(made.identities))
    ]


def _write(plan: Plan, who: Ints, fresh: itertools.count[int]) -> None:
    for group in plan.groups:
        who[group.members] = next(fresh) if group.identity is None else group.identity
