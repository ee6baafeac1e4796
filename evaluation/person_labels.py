"""Who is where in footage, as a person saw it or as a script drew it, and which track shows whom.

A label is a person's boxes over time in one file. A track is matched by its crops, which are what
its vector and its user see: each crop votes, by its quality, for the person whose box it overlaps
at its time. Labels therefore hold whatever detector and tracker made the tracks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from everyid_site.demo.footage import HEIGHT_PX, WIDTH_PX
from everyid_site.demo.script import FILMS, RECORDED, Part, Scene
from recognition.engine.geometry import iou_matrix
from recognition.engine.types import Floats

OVERLAPS_FROM = 0.35
"""Intersection over union of a crop and a label; loose, for detectors cut bodies differently."""
HELD_S = 1.5
"""A label's first and last box hold for so long beyond: detectors see people come and go sooner
and later than the one that labels were drawn with."""
MOSTLY = 0.5
"""Share of a track's votes from which it shows one person, nobody, or somebody not told apart."""
NOBODY, UNTOLD = "", "?"
WIDE = 0.36
"""Width of a drawn walking body in parts of its height."""


@dataclass(frozen=True, slots=True)
class PersonPath:
    """A person's boxes: ``times`` (k,) in seconds, ``boxes`` (k, 4) xyxy_norm, which may lie
    outside the picture while they come and go."""

    person: str
    times: Floats
    boxes: Floats

    def at(self, time_s: float) -> Floats | None:
        """The box (4,) at a time; None when the person is not there."""
        if not self.times[0] - HELD_S <= time_s <= self.times[-1] + HELD_S:
            return None
        columns = [np.interp(time_s, self.times, self.boxes[:, side]) for side in range(4)]
        return np.clip(np.array(columns, dtype=np.float32), 0, 1)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file: its camera, when it was recorded (seconds by the true clock), and who is in it."""

    camera: str
    recorded_s: float | None
    paths: tuple[PersonPath, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """Files by name; sets of files that are a library each; pairs of cameras that see one place."""

    files: Mapping[str, Labelled]
    sets: Mapping[str, tuple[str, ...]]
    overlapping: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Whom a track shows (``NOBODY``: no person; ``UNTOLD``), and the share of its votes."""

    person: str
    share: float


def read_labels(path: Path) -> Labels:
    """Labels from a JSON file as in ``evaluation/labels``."""
    said = json.loads(path.read_text(encoding="utf-8"))
    files = {
        name: Labelled(
            told["camera"],
            told.get("recorded_s"),
            tuple(_path(one["person"], one["boxes"]) for one in told["people"]),
        )
        for name, told in said["files"].items()
    }
    sets = {name: tuple(members) for name, members in said["sets"].items()}
    return Labels(files, sets, tuple((a, b) for a, b in said.get("overlapping", ())))


def _path(person: str, rows: Sequence[Sequence[float]]) -> PersonPath:
    table = np.array(rows, dtype=np.float32)
    return PersonPath(person, table[:, 0], table[:, 1:])


def drawn_labels() -> Labels:
    """The truth of the sample footage: what its script has everyone do."""
    files = {}
    for name, shots in FILMS.items():
        starts = [0.0, *accumulate(shot.seconds for shot in shots)]
        paths = [
            _drawn(part, start, shot.seconds)
            for start, shot in zip(starts, shots, strict=False)
            if isinstance(shot, Scene)
            for part in shot.parts
        ]
        camera, file = name.split("/")
        recorded = RECORDED.get(name)
        began = None if recorded is None else recorded.timestamp()
        files[file] = Labelled(camera, began, tuple(paths))
    return Labels(files, {"sample footage": tuple(files)})


def _drawn(part: Part, shot_s: float, seconds: float) -> PersonPath:
    leave_s = min(part.leave_s, seconds)
    half = WIDE * part.size * HEIGHT_PX / WIDTH_PX / 2
    top = part.ground - part.size
    rows = [
        [shot_s + at, x - half, top, x + half, part.ground]
        for at, x in ((part.enter_s, part.start), (leave_s, part.end))
    ]
    return _path(part.who, rows)


def whom_it_shows(
    labelled: Labelled, times: Sequence[float], boxes: Floats, qualities: Sequence[float]
) -> Shown:
    """The person for whom most of a track's crops vote: ``times`` (k,), ``boxes`` (k, 4)."""
    votes: dict[str, float] = {}
    for time_s, box, quality in zip(times, boxes, qualities, strict=True):
        name = _whose(labelled.paths, time_s, box)
        votes[name] = votes.get(name, 0.0) + max(quality, 1e-3)
    if not votes:
        return Shown(NOBODY, 1.0)
    name, most = min(votes.items(), key=lambda item: (-item[1], item[0]))
    share = most / sum(votes.values())
    return Shown(name if share >= MOSTLY else UNTOLD, share)


def _whose(paths: Sequence[PersonPath], time_s: float, box: Floats) -> str:
    there = [(path.person, found) for path in paths if (found := path.at(time_s)) is not None]
    if not there:
        return NOBODY
    overlap = iou_matrix(np.asarray(box)[None], np.stack([found for _, found in there]))[0]
    best = int(np.argmax(overlap))
    return there[best][0] if overlap[best] >= OVERLAPS_FROM else NOBODY
