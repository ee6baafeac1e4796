"""How far scores can be taken for probabilities in libraries of a few clips.

    python -m evaluation.small_libraries --state-dir DIR --queries FILE [--profile builtin] [--json]

DIR holds labelled footage that ``evaluation.search --state-dir DIR`` indexed. Clips drawn by chance
are put into a library of their own (and back again: nothing is kept), and every query that has a
right clip among them is asked. For each size: the share of queries whose best clip is right, its
mean score, and the expected calibration error over all clips that were answered.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evaluation.installations import Installation
from evaluation.reliability import Judged, reliability

SIZES = ((4, 16), (6, 12), (10, 10), (20, 6))
"""Clips of a library, and how many libraries of that size are drawn."""
NAME = "drawn"
DEEPEST = 200


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--profile", default="builtin")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    queries = [json.loads(line) for line in options.queries.read_text().splitlines() if line]
    os.environ["EVERYID_STATE_DIR"] = str(options.state_dir.resolve())
    os.environ["EVERYID_PROFILE"] = options.profile
    os.environ["DJANGO_SETTINGS_MODULE"] = "everyid_site.settings"
    with Installation(state_dir=options.state_dir.resolve()):
        import django

        django.setup()
        found = measure(queries, options.seed)
    if options.json:
        print(json.dumps(found))
        return 0
    print("clips  queries  best is right  its score  calibration error")
    for row in found["sizes"]:
        print(
            f"{row['clips']:5} {row['queries']:8} {row['best_right']:14.3f}"
            f" {row['best_score']:10.3f} {row['ece']:18.3f}"
        )
    return 0


def measure(queries: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Figures of every size; the footage is that of the installation at work."""
    from ingest.models import Asset

    chance = random.Random(seed)
    names = sorted(Asset.objects.values_list("name", flat=True))
    sizes = []
    for size, libraries in SIZES:
        if size > len(names):
            continue
        asked: list[list[Judged]] = []
        for _ in range(libraries):
            with drawn_library(chance.sample(names, size)) as (user, kept):
                asked += [_ask(q, user, kept) for q in queries if kept & set(q["relevant"])]
        sizes.append({"clips": size, **figures(asked)})
    return {"sizes": sizes}


def figures(asked: Sequence[Sequence[Judged]]) -> dict[str, Any]:
    """Of the clips that each query was answered with."""
    best = [max(clips, key=lambda clip: clip.score) for clips in asked if clips]
    count = max(len(asked), 1)
    return {
        "queries": len(asked),
        "best_right": round(sum(clip.is_right for clip in best) / count, 4),
        "best_score": round(sum(clip.score for clip in best) / count, 4),
        "ece": reliability([clip for clips in asked for clip in clips])["ece"],
    }


@contextmanager
def drawn_library(names: Sequence[str]) -> Iterator[tuple[Any, set[str]]]:
    """Somebody who sees a library with these clips alone, while it lasts."""
    from django.contrib.auth.models import User
    from django.db import transaction

    from ingest.models import Asset, Library, Membership

    with transaction.atomic():
        user = User.objects.create(username=NAME)
        library = Library.objects.create(name=NAME, slug=NAME)
        Membership.objects.create(library=library, user=user)
        Asset.objects.filter(name__in=names).update(library=library)
        try:
            yield user, set(names)
        finally:
            transaction.set_rollback(True)


def _ask(query: dict[str, Any], user: Any, kept: set[str]) -> list[Judged]:
    from search.finder import find

    right = kept & set(query["relevant"])
    best: dict[str, float] = {}
    for found in find(query["query"], user=user, limit=DEEPEST).moments:
        name = found.asset.name
        best[name] = max(found.moment.score, best.get(name, 0.0))
    return [Judged(score, name in right) for name, score in best.items()]


if __name__ == "__main__":
    raise SystemExit(main())
