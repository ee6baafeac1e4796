"""Scenes on a folder per class: does the scene reader name the folder?

``closed``: the likeliest among the dataset's own classes, as a classifier would answer.
``open``: the likeliest of all labels. ``stated``: how often something was stated at all and
how often that was right. Class names that are not labels are mapped by ``ALIASES``.
``--dev`` keeps the fifth of the pictures that the built-in networks never saw; ``--no-head`` leaves
out the layer that was fitted over the image tower: zero-shot, by prompts alone.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from evaluation.pictures import Pictures, make_parser, open_networks, report
from recognition.engine.scenes import PromptScenes
from recognition.engine.types import Floats, Networks, Reading, SceneReader

ALIASES: dict[str, tuple[str, ...]] = {
    "buildings": ("city", "street"),
    "insidecity": ("city", "street"),
    "tallbuilding": ("city",),
    "coast": ("sea", "beach"),
    "sea": ("sea", "beach"),
    "industrial": ("workshop",),
    "livingroom": ("living room",),
    "opencountry": ("field",),
    "store": ("shop",),
}


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--dataset", role="scene")
    parser.add_argument("--dev", action="store_true", help="only pictures kept from training")
    parser.add_argument("--no-head", action="store_true", help="prompts alone, no fitted head")
    options = parser.parse_args()
    report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one dataset."""
    networks = open_networks(options)
    if options.no_head:
        info = networks.scenes.info
        networks = replace(networks, scenes=PromptScenes(networks.texts, info))
    with Pictures(options.dataset) as pictures:
        names = [n for n in pictures.names if len(PurePosixPath(n).parts) > 1]
        if options.dev:
            prefix = "scenes/" + ("" if options.dataset.suffix == ".zip" else options.dataset.name)
            names = [n for n in names if _is_dev(f"{prefix.rstrip('/')}/{n}")]
        if not names:
            raise SystemExit("No picture in a folder per class was found there.")
        truth = [PurePosixPath(name).parts[-2] for name in names]
        vectors, readings = [], []
        for batch in pictures.batches(names):
            vectors.append(networks.images.encode_images(batch))
            readings += networks.scenes.read_scenes(batch, vectors[-1])
    return {
        "reader": networks.scenes.info.name,
        "fingerprint": networks.scenes.info.fingerprint,
        "encoder": networks.images.info.name,
        "has_head": _has_head(networks.scenes),
        "images": len(names),
        **measure(networks, np.concatenate(vectors), readings, truth),
    }


def _is_dev(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 5 == 0


def accepted(name: str) -> tuple[str, ...]:
    """The labels that are right for a class."""
    return ALIASES.get(name, (name,))


def measure(
    networks: Networks, vectors: Floats, readings: list[list[Reading]], truth: list[str]
) -> dict[str, Any]:
    """Accuracy closed, open and as stated, and of each class."""
    labels = networks.scenes.labels
    table = _table(networks.scenes, vectors, readings)
    classes = sorted(set(truth))
    # Closed: each class stands for itself by its first label, so that classes stay apart.
    columns = {c: [labels.index(x) for x in accepted(c)[:1] if x in labels] for c in classes}
    known = [c for c in classes if columns[c]]
    per_class = np.stack([table[:, columns[c]].max(axis=1) for c in known], axis=1)
    closed = np.array([known[i] for i in per_class.argmax(axis=1)])
    opened = [labels[i] for i in table.argmax(axis=1)]
    right = np.array([o in accepted(t) for o, t in zip(opened, truth, strict=True)])
    # Two classes of one dataset may share all their labels; each counts as the other then.
    same = np.array(
        [bool(set(accepted(c)) & set(accepted(t))) for c, t in zip(closed, truth, strict=True)]
    )
    stated = [(r[0].value, t) for r, t in zip(readings, truth, strict=True) if _has_scene(r)]
    hits = sum(value in accepted(t) for value, t in stated)
    confused = Counter((t, o) for o, t, ok in zip(opened, truth, right, strict=True) if not ok)
    return {
        "closed": {
            "accuracy": round(float((closed == np.array(truth)).mean()), 4),
            "accuracy_of_kin": round(float(same.mean()), 4),
        },
        "open": {"accuracy": round(float(right.mean()), 4), "labels": len(labels)},
        "stated": {
            "share": round(len(stated) / len(truth), 4),
            "precision": round(hits / max(1, len(stated)), 4),
        },
        "per_class": {
            c: round(float((closed[np.array(truth) == c] == c).mean()), 3) for c in classes
        },
        "confused": {f"{t} as {o}": n for (t, o), n in confused.most_common(8)},
    }


def _table(reader: SceneReader, vectors: Floats, readings: list[list[Reading]]) -> Floats:
    """Probabilities (n, labels); of a reader that gives none, what it stated."""
    if isinstance(reader, PromptScenes):
        return reader.probabilities(vectors)
    table = np.zeros((len(readings), len(reader.labels)), np.float32)
    for row, read in zip(table, readings, strict=True):
        for reading in read:
            if reading.name == "scene" and reading.value in reader.labels:
                row[reader.labels.index(reading.value)] = reading.confidence
    return table


def _has_head(reader: SceneReader) -> bool:
    return isinstance(reader, PromptScenes) and reader.has_head


def _has_scene(readings: list[Reading]) -> bool:
    return bool(readings) and readings[0].name == "scene"


if __name__ == "__main__":
    main()
