"""Which person networks are centred by camera, around what, and what was measured of it.

One JSON file a network in ``centres/``, written by ``python -m evaluation.clustering --calibrate
--write`` where centring measures better than not. It names the very weights that it was measured
on: with others it says nothing, and the manifest's own calibration stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engine.centring import Centre
from recognition.engine.manifest import WeightsEntry

FOLDER = Path(__file__).with_name("centres")
FEW_PEOPLE = 256
"""``same_person`` is measured among few people, and kept as it is up to so many, where it is not
known among how many it was."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A network's centre; ``same_person``, the mean cosine of centred vectors from which two
    groups of tracks are one person, and ``among`` how many proposed groups that was measured (in
    larger libraries ``clustering.crowding`` adds to it); ``slope``, log-likelihood ratio per unit
    of cosine; and the figures behind them."""

    weights: str
    around: Centre
    same_person: float
    slope: float
    measured: Mapping[str, Any]
    among: int = FEW_PEOPLE


def weights_digest(entry: WeightsEntry) -> str:
    """What a centre is tied to: every file of the network."""
    return hashlib.sha256("".join(file.sha256 for file in entry.files).encode()).hexdigest()


def centre_of(entry: WeightsEntry) -> Calibrated | None:
    """The centre that was measured on exactly these weights, if any."""
    found = read_centre(entry.space)
    return found if found is not None and found.weights == weights_digest(entry) else None


@lru_cache(maxsize=16)
def read_centre(space: str) -> Calibrated | None:
    """What stands in the file of a vector space, for whichever weights."""
    path = next((p for p in FOLDER.glob("*.json") if p.stem == space), None)
    if path is None:
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    return Calibrated(
        weights=str(said["weights"]),
        around=Centre(np.array(said["mean"], dtype=np.float32), float(said["alike"])),
        same_person=float(said["same_person"]),
        slope=float(said["slope"]),
        measured=said["measured"],
        among=int(said["among"]),
    )


def write_centre(space: str, found: Calibrated) -> Path:
    """Record a centre; a mean has five digits, more than the vectors are kept with."""
    path = FOLDER / f"{space}.json"
    said = {
        "weights": found.weights,
        "alike": found.around.alike,
        "same_person": found.same_person,
        "among": found.among,
        "slope": found.slope,
        "measured": dict(found.measured),
        "mean": [round(float(value), 5) for value in found.around.mean],
    }
    path.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    read_centre.cache_clear()
    return path
