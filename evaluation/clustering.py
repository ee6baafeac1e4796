"""Clustering of person crops into identities, on a re-identification dataset.

pairwise: precision, recall and F1 over pairs in one cluster; bcubed: the same per picture
(Bagga & Baldwin 1998). Pictures left alone count as clusters of one. ``merged_wrongly``:
clusters with more than one identity in them. ``clicks``: see ``clicks``.

``--tracks N``: see ``clustering_scale``; ``--arriving N``: ``clustering_arriving``; ``--cameras``:
``camera_network``; ``--calibrate``: ``clustering_calibrate``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from evaluation import (
    camera_network,
    clustering_arriving,
    clustering_calibrate,
    clustering_scale,
)
from evaluation.pictures import Pictures, make_parser, open_person_encoder, report
from evaluation.reid import encode, read_layout
from recognition.engine.centres import read_centre
from recognition.engine.centring import centre
from recognition.engine.clustering import cluster
from recognition.engine.manifest import WeightsEntry, builtin_weights, light_weights
from recognition.engine.types import Ints


def make_options() -> argparse.ArgumentParser:
    """The command line."""
    parser = make_parser(__doc__, "")
    mode = parser.add_argument_group("what is measured").add_mutually_exclusive_group(required=True)
    mode.add_argument("--dataset", type=Path, help="a re-identification dataset: folder or zip")
    mode.add_argument("--cameras", action="store_true", help="a made-up network of cameras")
    mode.add_argument("--tracks", type=int, help="so many made-up tracks: time, memory, truth")
    mode.add_argument("--arriving", type=int, help="so many made-up tracks that come bit by bit")
    parser.add_argument("--layout", choices=("pku", "market1501", "msmt17"), default="pku")
    parser.add_argument("--same-person", type=float, help="instead of the network's own")
    parser.add_argument("--plain", action="store_true", help="do not centre by camera")
    parser.add_argument("--not-reranked", action="store_true", help="density of plain distances")
    parser.add_argument("--calibrate", action="store_true", help="with --dataset and --pictures")
    parser.add_argument("--pictures", type=Path, help="pictures of all kinds with people in them")
    parser.add_argument("--write", action="store_true", help="record what --calibrate found")
    return parser


def main() -> None:
    """Measure what is asked for and print it."""
    options = make_options().parse_args()
    if options.tracks is not None:
        report(clustering_scale.evaluate(options.tracks), options.json)
    elif options.arriving is not None:
        report(clustering_arriving.evaluate(options.arriving), options.json)
    elif options.cameras:
        report(camera_network.evaluate(), options.json)
    elif options.calibrate:
        report(clustering_calibrate.calibrate(options, person_entry(options)), options.json)
    else:
        report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one dataset's gallery, as the product groups it or as options say."""
    people = open_person_encoder(options)
    with Pictures(options.dataset) as pictures:
        _, gallery = read_layout(pictures, options.layout)
        vectors = encode(people, pictures, gallery.names)
    detail = people.info.detail
    centred = None if options.plain else read_centre(detail.get("centre", ""))
    same_person = float(detail["same_person"])
    if centred is not None:
        vectors = centre(vectors, gallery.cameras, centred.around)
    labels = cluster(
        vectors,
        same_person=options.same_person or same_person,
        is_reranked=not options.not_reranked,
    )
    found = measure(labels, gallery.identities)
    return {
        "encoder": people.info.name,
        "is_centred": centred is not None,
        **found,
        "clicks": clicks(labels, gallery.identities),
    }


def person_entry(options: argparse.Namespace) -> WeightsEntry:
    """The manifest's entry of the person network that the options name."""
    space = open_person_encoder(options).info.detail["space"]
    known = [*builtin_weights(), *light_weights()]
    return next(entry for entry in known if entry.role == "person" and entry.space == space)


def clicks(labels: Ints, identities: Ints) -> int:
    """Clicks of someone who corrects clusters (n,), -1 alone, until they are ``identities`` (n,).

    A cluster belongs to the person whom most of it shows. Every other picture of it is moved to
    its person, or picked out for a split where that person has no cluster: one click each. Then a
    person's clusters are merged, one click for each beyond the first.
    """
    own = labels.copy()
    alone = labels < 0
    own[alone] = labels.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    moved, holding = 0, Counter[int]()
    for name in np.unique(own):
        shown = Counter(identities[own == name].tolist())
        person, most = min(shown.items(), key=lambda item: (-item[1], item[0]))
        moved += sum(shown.values()) - most
        holding[person] += 1
    return moved + sum(count - 1 for count in holding.values())


def measure(labels: Ints, identities: Ints) -> dict[str, Any]:
    """Figures from cluster labels (n,), -1 alone, and true identities (n,)."""
    alone = labels < 0
    own = labels.copy()
    own[alone] = labels.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    together = Counter(zip(own.tolist(), identities.tolist(), strict=True))
    clusters, people = Counter(own.tolist()), Counter(identities.tolist())
    right = sum(n * (n - 1) for n in together.values())
    said = sum(n * (n - 1) for n in clusters.values())
    true = sum(n * (n - 1) for n in people.values())
    precision = sum(n * n / clusters[c] for (c, _), n in together.items()) / len(labels)
    recall = sum(n * n / people[p] for (_, p), n in together.items()) / len(labels)
    mixed = Counter(c for c, _ in together)
    return {
        "identities": len(people),
        "clusters": len([n for n in clusters.values() if n > 1]),
        "alone": int(alone.sum()),
        "merged_wrongly": sum(n > 1 for n in mixed.values()),
        "pairwise": _f1(right / said if said else 1.0, right / true if true else 1.0),
        "bcubed": _f1(precision, recall),
    }


def _f1(precision: float, recall: float) -> dict[str, float]:
    total = precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


if __name__ == "__main__":
    main()
