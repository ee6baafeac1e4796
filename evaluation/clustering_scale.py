"""Clustering of many made-up tracks: time, memory and truth, beside hdbscan itself.

Each part runs in a process of its own, so that ``peak_mb`` (the most memory that it ever held) is
its own. ``reference``: hdbscan on as many tracks as it does in minutes (``note`` says where that
is not all), and ours on those beside it. ``new_asset_seconds``: one more asset comes into the
library that the first part left; ``incremental`` says what became of its tracks.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from evaluation.made_people import MadeTracks, make_tracks
from recognition.engine.clustering import cluster
from recognition.engine.types import Floats, Ints
from recognition.seeing.grouping import TrackFact, make_plan

REFERENCE_UP_TO = 10_000
"""What hdbscan does in under two minutes on two busy cores: its time grows with the square."""
SAME_PERSON = 0.4
"""As for 0277 without centring: the made-up vectors are as hard as its are."""
NEW_TRACKS = 100
"""Tracks of the asset that comes in last: some ten minutes of a street."""


def evaluate(count: int) -> dict[str, Any]:
    """All figures for so many tracks."""
    figures: dict[str, Any] = {"tracks": count, **_apart(_ours, count)}
    small = min(count, REFERENCE_UP_TO)
    note = "" if small == count else f"hdbscan's time grows with the square: {small} of {count}"
    beside = figures if small == count else _apart(_ours, small)
    figures["reference"] = {
        "method": "hdbscan",
        "tracks": small,
        "note": note,
        **_apart(_hdbscan, small),
        "ours": {key: beside[key] for key in ("seconds", "peak_mb", "pairwise_f1", "bcubed_f1")},
    }
    incremental = _apart(_incremental, count)
    figures["new_asset_seconds"] = incremental["seconds"]
    figures["incremental"] = incremental
    return figures


def _apart(work: Callable[[int], dict[str, Any]], count: int) -> dict[str, Any]:
    """What ``work`` says when a fresh process does it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (count,))


def _ours(count: int) -> dict[str, Any]:
    made = make_tracks(count)
    cosines = _cosines(made)
    began = time.perf_counter()
    labels = cluster(made.vectors, same_person=SAME_PERSON)
    return _figures(began, labels, made.identities, cosines=cosines)


def _hdbscan(count: int) -> dict[str, Any]:
    import hdbscan

    made = make_tracks(count)
    began = time.perf_counter()
    model = hdbscan.HDBSCAN(min_cluster_size=2, min_samples=2, core_dist_n_jobs=2)
    labels = np.asarray(model.fit_predict(made.vectors.astype(np.float64)), dtype=np.int64)
    return _figures(began, labels, made.identities)


def _incremental(count: int) -> dict[str, Any]:
    """One asset with ``NEW_TRACKS`` comes into a library of ``count`` tracks."""
    made = make_tracks(count + NEW_TRACKS)
    known = cluster(made.vectors[:count], same_person=SAME_PERSON)
    facts = as_facts(made, known)
    began = time.perf_counter()
    plan = make_plan(facts, made.vectors, same_person=SAME_PERSON, asset_id=count)
    seconds = time.perf_counter() - began
    new = set(range(count, len(facts)))
    told = {row: group.identity for group in plan.groups for row in group.members if row in new}
    owner = majority(known, made.identities[:count])
    joined = [row for row, who in told.items() if who in owner]
    right = [row for row in joined if owner[told[row] or 0] == made.identities[row]]
    seen_before = set(made.identities[:count][known >= 0].tolist())
    could = [row for row in new if int(made.identities[row]) in seen_before]
    return {
        "seconds": round(seconds, 2),
        "peak_mb": _peak_mb(),
        "new_tracks": NEW_TRACKS,
        "moved_rows": sum(len(group.members) for group in plan.groups),
        "known_people_found": round(len(right) / max(1, len(could)), 4),
        "wrongly_joined": len(joined) - len(right),
    }


def as_facts(made: MadeTracks, known: Ints) -> list[TrackFact]:
    """Tracks of a library: four per asset, one after the other, all that are beyond ``known`` in
    one last asset; who was grouped before is a suggestion."""
    blank = TrackFact(0, 0, 0.0, 2.0, None, False, 0.5)
    facts = []
    for row in range(len(made.identities)):
        asset = row // 4 if row < len(known) else len(known)
        who = int(known[row]) if row < len(known) and known[row] >= 0 else None
        start = 5.0 * (row % 4 if row < len(known) else row)
        facts.append(
            replace(blank, id=row, asset_id=asset, start_s=start, end_s=start + 2, identity=who)
        )
    return facts


def majority(labels: Ints, identities: Ints) -> dict[int, int]:
    """The true identity of most tracks of each label."""
    order = np.argsort(labels, kind="stable")
    names, starts = np.unique(labels[order], return_index=True)
    parts = np.split(identities[order], starts[1:])
    found = {int(n): int(np.bincount(p).argmax()) for n, p in zip(names, parts, strict=True)}
    found.pop(-1, None)
    return found


def _cosines(made: MadeTracks, pairs: int = 200_000) -> dict[str, float]:
    """How hard the tracks are: cosines of one person's and of two people's across cameras."""
    random = np.random.default_rng(0)
    rows, who = made.vectors, made.identities
    order = np.argsort(who, kind="stable")
    shift = random.integers(1, 20, len(order) - 20)
    a, b = order[: len(shift)], order[np.arange(len(shift)) + shift]
    same = _across(made, a[who[a] == who[b]], b[who[a] == who[b]])
    a, b = random.integers(0, len(rows), (2, pairs))
    other = _across(made, a[who[a] != who[b]], b[who[a] != who[b]])
    return {
        "same_10": round(float(np.percentile(same, 10)), 3),
        "same_50": round(float(np.percentile(same, 50)), 3),
        "other_99": round(float(np.percentile(other, 99)), 3),
    }


def _across(made: MadeTracks, a: Ints, b: Ints) -> Floats:
    kept = made.cameras[a] != made.cameras[b]
    return np.asarray(np.einsum("ij,ij->i", made.vectors[a[kept]], made.vectors[b[kept]]))


def _figures(began: float, labels: Ints, identities: Ints, **more: Any) -> dict[str, Any]:
    from evaluation.clustering import measure

    seconds = time.perf_counter() - began
    found = measure(labels, identities)
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "peak_mb": _peak_mb(),
        "pairwise_f1": found["pairwise"]["f1"],
        "bcubed_f1": found["bcubed"]["f1"],
        "identities": found["identities"],
        "clusters": found["clusters"] + found["alone"],
        "merged_wrongly": found["merged_wrongly"],
        **more,
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
