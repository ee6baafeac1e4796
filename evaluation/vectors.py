"""Filtered vector search against exact search and FAISS, on the same vectors in the same run.

    python -m evaluation.vectors --rows N [--dim 512] [--limit 50] [--questions 20]
        [--state-dir DIR] [--json]

A catalogue is made in a scratch installation (``evaluation.made_catalogue``: seeded, clustered),
indexed, and asked through the product's own planner (``search.retrieval.vectors``), under filters
that allow 0.1, 1, 10 and 100 % of the rows: independent of the question, near it, and far from it.
Recall is the share of the exact answers (computed here, over the same halves) that came back;
times include everything that a search does for one list: judging the filter, searching, the
assets' means, the spread. ``alternatives`` are both ways, forced, on some of the questions, with
what the planner expected of them. FAISS searches in memory with one thread and the filter as a
bitmap; it is optional (``pip install faiss-cpu``).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from evaluation.installations import Installation
from evaluation.made_catalogue import (
    SHARES,
    Floats,
    make_catalogue,
    make_questions,
    make_topics,
    vectors_around,
)
from everyid_site.embedded.endpoint import read_endpoint

if TYPE_CHECKING:
    from search.retrieval.vectors import VectorSearch

FORCED = 5
"""Questions that each way is forced on."""
FAISS_HNSW_UP_TO = 200_000
"""Rows up to which FAISS builds its HNSW (the same m and breadth): minutes beyond."""
EF_FAISS = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A filter: the share of rows it means to allow, and how it lies to the questions."""

    selectivity: float
    relation: str
    camera: int = 0
    scene: str = ""
    about: tuple[int, ...] = ()


def cases() -> list[Case]:
    """All filters; questions "near" are about the filter's topics, "far" about others."""
    found = [
        Case(share, "independent", camera=number) for number, share in enumerate(SHARES, start=1)
    ]
    firsts = (range(1), range(1, 11), range(11, 111))
    for share, topics in zip(SHARES, firsts, strict=True):
        scene = f"topic {share * 100:g} %"
        found.append(Case(share, "near", scene=scene, about=tuple(topics)))
        found.append(Case(share, "far", scene=scene, about=tuple(range(500, 900))))
    return [*found, Case(1.0, "independent")]


class Bench:
    """The vectors in memory beside those in the database, and questions to both."""

    def __init__(self, rows: int, topics: Floats, assets: int, limit: int, questions: int) -> None:
        pieces = vectors_around(topics, rows, assets, 0)
        self.vectors = np.concatenate([p.astype(np.float16) for p in pieces]).astype(np.float32)
        self.topics, self.limit, self.questions = topics, limit, questions
        self.faiss = _Faiss(self.vectors) if importlib.util.find_spec("faiss") else None

    def measure(self, case: Case, encoder: Any) -> dict[str, Any]:
        """One row of the result."""
        chance = np.random.default_rng(int(case.selectivity * 1_000))
        numbers = chance.choice(case.about or np.arange(len(self.topics)), self.questions)
        asked = make_questions(self.topics, numbers.tolist(), 1)
        allowed = np.zeros(len(self.vectors), bool)
        allowed[[pk - 1 for pk in _allowed_keyframes(case)]] = True
        truths = [self.truth(question, allowed) for question in asked]
        _search(case, encoder).nearest(asked[0], part=-1, limit=self.limit)  # warm
        answers, plans, times = [], [], []
        for question in asked:
            started = time.perf_counter()
            found = _search(case, encoder).nearest(question, part=-1, limit=self.limit)
            times.append((time.perf_counter() - started) * 1_000)
            answers.append([hit.picture_id - 1 for hit in found.hits])
            plans.append(found.plan)
        return {
            "selectivity": case.selectivity,
            "correlated": case.relation != "independent",
            "relation": case.relation,
            "allowed": int(allowed.sum()),
            "recall": _recall(answers, truths),
            "rows": min(len(answer) for answer in answers),
            "rows_expected": len(truths[0]),
            **_quantiles(times),
            "plan": {way: plans.count(way) for way in sorted(set(plans))},
            "alternatives": self._force(case, encoder, asked, truths),
            "faiss": self.faiss.measure(asked, truths, allowed, self.limit) if self.faiss else None,
        }

    def truth(self, question: Floats, allowed: NDArray[np.bool_]) -> list[int]:
        """The nearest allowed rows, exactly."""
        similarities = np.where(allowed, self.vectors @ question, -np.inf)
        kept = min(self.limit, int(allowed.sum()))
        first = np.argpartition(-similarities, kept - 1)[:kept]
        return [int(i) for i in first[np.argsort(-similarities[first])]]

    def _force(
        self, case: Case, encoder: Any, asked: Floats, truths: Sequence[list[int]]
    ) -> dict[str, Any]:
        search = _search(case, encoder)
        ways: dict[str, Any] = {}
        for way in ("exact", "hnsw"):
            answers, times, expected = [], [], []
            for question in asked[:FORCED]:
                chosen = search.plan(question, self.limit)
                depth = chosen.depth or round(
                    min(40_000, 1.5 * self.limit / max(case.selectivity, 1e-3))
                )
                plan = replace(chosen, way=way, depth=depth)
                started = time.perf_counter()
                hits = search.one_way(question, self.limit, plan)
                times.append((time.perf_counter() - started) * 1_000)
                answers.append([hit.picture_id - 1 for hit in hits])
                expected.append(chosen.exact_ms if way == "exact" else chosen.walk_ms)
            told = float(np.median(expected))
            ways[way] = {
                "recall": _recall(answers, truths[:FORCED]),
                "rows": min(len(answer) for answer in answers),
                "p50_ms": round(float(np.median(times)), 1),
                "expected_ms": round(told, 1) if np.isfinite(told) else "not worth walking",
            }
        return ways


class _Faiss:
    """FAISS over the same vectors, one thread."""

    def __init__(self, vectors: Floats) -> None:
        import faiss

        self._faiss: Any = faiss
        faiss.omp_set_num_threads(1)
        self._flat = faiss.IndexFlatIP(vectors.shape[1])
        self._flat.add(vectors)
        self._hnsw, self.build_s = None, None
        if len(vectors) <= FAISS_HNSW_UP_TO:
            started = time.perf_counter()
            self._hnsw = faiss.IndexHNSWFlat(vectors.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
            self._hnsw.hnsw.efConstruction = 128  # as ours
            self._hnsw.add(vectors)
            self.build_s = round(time.perf_counter() - started, 1)

    def measure(
        self,
        asked: Floats,
        truths: Sequence[list[int]],
        allowed: NDArray[np.bool_],
        limit: int,
    ) -> dict[str, Any]:
        """Recall and times of both of its indexes."""
        faiss = self._faiss
        bits = np.packbits(allowed, bitorder="little")
        chosen = faiss.IDSelectorBitmap(bits)
        found: dict[str, Any] = {
            "exact": self._time(
                self._flat, faiss.SearchParameters(sel=chosen), asked[:FORCED], truths, limit
            )
        }
        if self._hnsw is None:
            found["hnsw"] = None
            return found
        broad = faiss.SearchParametersHNSW(sel=chosen, efSearch=EF_FAISS)
        found["hnsw"] = self._time(self._hnsw, broad, asked, truths, limit)
        return found

    def _time(
        self, index: Any, parameters: Any, asked: Floats, truths: Sequence[list[int]], limit: int
    ) -> dict[str, Any]:
        answers, times = [], []
        for question in asked:
            started = time.perf_counter()
            _, ids = index.search(question[None], limit, params=parameters)
            times.append((time.perf_counter() - started) * 1_000)
            answers.append([int(i) for i in ids[0] if i >= 0])
        return {
            "recall": _recall(answers, truths[: len(answers)]),
            "rows": min(len(answer) for answer in answers),
            **_quantiles(times),
        }


def _recall(answers: Sequence[Sequence[int]], truths: Sequence[Sequence[int]]) -> float:
    """The mean share of the true rows that were answered."""
    shares = [
        len(set(answer) & set(truth)) / max(len(truth), 1)
        for answer, truth in zip(answers, truths, strict=True)
    ]
    return round(float(np.mean(shares)), 4)


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
    }


def _scope(case: Case) -> Any:
    from search.ranking.filters import Filters
    from search.retrieval.scope import scope_for

    chosen = Filters(
        camera=(case.camera,) if case.camera else (), scene=(case.scene,) if case.scene else ()
    )
    return scope_for(None, chosen)


def _search(case: Case, encoder: Any) -> VectorSearch:
    from search.retrieval.vector_tables import KEYFRAMES, allowed_rows
    from search.retrieval.vectors import VectorSearch

    scope = _scope(case)
    return VectorSearch(
        KEYFRAMES,
        encoder,
        allowed_rows(scope.shots(), KEYFRAMES.shot),
        allowed_rows(scope.member_shots(), KEYFRAMES.shot),
        libraries=scope.library_ids,
        narrowed=scope.is_narrowed,
    )


def _allowed_keyframes(case: Case) -> list[int]:
    from ingest.models import Keyframe

    rows = Keyframe.objects.filter(shot__in=_scope(case).shots().values("pk")).order_by()
    return list(rows.values_list("pk", flat=True))


def build(place: Installation, rows: int, dimension: int, tell: Callable[[str], None]) -> Any:
    """Make the catalogue and its index: the encoder's row, topics, and what building took."""
    from django.db import connection

    from ingest.models import Asset
    from recognition.models import Encoder, KeyframeEmbedding
    from recognition.services.catalogue import ensure_indexes, index_name

    topics = make_topics(dimension, 0)
    held = KeyframeEmbedding.objects.order_by().count()
    if held:
        tell(f"{held} rows were kept in {place.state_dir}")
        return Encoder.objects.get(), topics, Asset.objects.count(), {"rows": held}
    encoder = Encoder.objects.create(
        name="made", space=Encoder.Space.JOINT, fingerprint="made", dimension=dimension
    )
    endpoint = read_endpoint(place.state_dir)
    assert endpoint is not None
    started = time.perf_counter()
    with psycopg.connect(endpoint.dsn, autocommit=True) as link:
        made = make_catalogue(link, rows=rows, encoder_id=encoder.pk, topics=topics)
    filled_s = round(time.perf_counter() - started, 1)
    tell(f"{rows} rows in {filled_s} s; now the index")
    started = time.perf_counter()
    ensure_indexes(encoder, memory_mb=2_000)
    built_s = round(time.perf_counter() - started, 1)
    tell(f"index in {built_s} s")
    name = index_name("recognition_keyframeembedding", encoder)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size(%s::regclass), pg_table_size('recognition_keyframeembedding')",
            [name],
        )
        index_bytes, table_bytes = cursor.fetchone() or (0, 0)
    told = {
        "rows": rows,
        "dim": dimension,
        "fill_s": filled_s,
        "index_s": built_s,
        "index_mb": round(index_bytes / 1e6, 1),
        "table_mb": round(table_bytes / 1e6, 1),
        "load_average": round(os.getloadavg()[0], 1),
    }
    return encoder, topics, made.assets, told


def run(
    place: Installation, options: argparse.Namespace, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Everything, in an installation that is up."""
    os.environ["EVERYID_STATE_DIR"] = str(place.state_dir)
    os.environ["DJANGO_SETTINGS_MODULE"] = "everyid_site.settings"
    import django

    django.setup()
    encoder, topics, assets, told = build(place, options.rows, options.dim, tell)
    bench = Bench(options.rows, topics, assets, options.limit, options.questions)
    told["faiss_hnsw_s"] = bench.faiss.build_s if bench.faiss else None
    results = []
    for case in cases():
        results.append(bench.measure(case, encoder))
        tell(json.dumps(results[-1]))
    return {
        "results": results,
        "build": told,
        "limit": options.limit,
        "note": "" if bench.faiss else "faiss-cpu is not installed: no comparison with it",
    }


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--state-dir", type=Path, help="keep what is made here, and use it again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    if options.state_dir is not None:
        options.state_dir.mkdir(parents=True, exist_ok=True)
    with Installation(state_dir=options.state_dir) as place:
        result = run(place, options, tell)
    print(json.dumps(result, indent=None if options.json else 1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
