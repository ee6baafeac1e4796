"""Clustering of person crops into identities, on a re-identification dataset.

pairwise: precision, recall and F1 over pairs in one cluster; bcubed: the same per picture
(Bagga & Baldwin 1998). Pictures left alone count as clusters of one. ``merged_wrongly``:
clusters with more than one identity in them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

import numpy as np

from evaluation.pictures import Pictures, make_parser, open_person_encoder, report
from evaluation.reid import centre_by_camera, encode, read_layout
from recognition.engine.clustering import SAME_PERSON, cluster
from recognition.engine.types import Ints


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--dataset")
    parser.add_argument("--layout", choices=("pku", "market1501", "msmt17"), default="pku")
    parser.add_argument("--same-person", type=float, default=SAME_PERSON)
    parser.add_argument("--centred", action="store_true", help="take out each camera's mean")
    options = parser.parse_args()
    report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one dataset's gallery."""
    people = open_person_encoder(options)
    with Pictures(options.dataset) as pictures:
        _, gallery = read_layout(pictures, options.layout)
        vectors = encode(people, pictures, gallery.names)
    if options.centred:
        vectors = centre_by_camera(vectors, gallery.cameras)
    labels = cluster(vectors, same_person=options.same_person)
    return {"encoder": people.info.name, **measure(labels, gallery.identities)}


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
