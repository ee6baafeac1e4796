"""Vector search that never returns too little: by the cheaper of two ways, and checked.

pgvector's index looks at the nearest rows of the whole table and filters afterwards, so that a
narrow filter leaves nearly nothing (measured: 1 row of 50 at a 1 % filter), and Postgres' planner
does not know it. Here small tables are always compared row by row. Above, a sample of the vectors
says how many rows are allowed near the question, and with it ``vector_plans`` chooses between
comparing all allowed rows and walking the HNSW index far enough. A walk that brought too few rows,
or misses rows that the sample knows of, is not believed: the exact way is taken after all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.engine.types import Floats
from recognition.models import Encoder
from search.ranking.facts import Similar, Spread, VectorList
from search.retrieval.lookups import array_of
from search.retrieval.vector_plans import Plan, broadened, choose_plan, deepened, has_missed
from search.retrieval.vector_samples import SAMPLE, SAMPLES, Sample
from search.retrieval.vector_tables import KEYFRAMES, Allowed, Table, as_literal, fetch

CONTEXT_ROWS = 16
"""Keyframes of an asset, evenly over its length, that its mean likeness is taken from where the
table is large: the mean is then right to a quarter of what keyframes of one asset differ by."""
SCAN_FACTOR = 4
"""Index entries that a walk may visit per row wanted, before it stops with what it has."""

FILTERS_KEPT = 200
"""Filters per sample whose verdicts are remembered (a byte per row), while it lasts."""


class VectorSearch:
    """Searches one table of one encoder within the allowed rows.

    ``libraries`` are those of the user, ``members`` their rows; ``narrowed`` says that ``allowed``
    is less.
    """

    def __init__(
        self,
        table: Table,
        encoder: Encoder,
        allowed: Allowed,
        members: Allowed,
        *,
        libraries: Sequence[int],
        narrowed: bool,
    ) -> None:
        self._table, self._encoder = table, encoder
        self._allowed, self._members, self._narrowed = allowed, members, narrowed
        self._sample = SAMPLES.of(table, encoder.pk)
        if self._sample is not None:
            self._mine = self._sample.of_libraries(libraries)
            self._let = self._let_through(self._sample) if narrowed else self._mine

    def nearest(self, vector: Floats, *, part: int, limit: int) -> VectorList:
        """The ``limit`` most similar pictures, or as many as are allowed."""
        if self._sample is None:
            return self._small(as_literal(vector), part, limit)
        sample, similarities = self._sample, self._sample.similarities(vector)
        text = as_literal(vector)
        hits, way = self._planned(text, limit, similarities, sample)
        spread = sample.spread(similarities, self._mine)
        return VectorList(self._table.kind, part, tuple(hits), spread, way)

    def in_context(self, answer: VectorList, vector: Floats) -> VectorList:
        """The answer with the mean likeness of each hit's asset. A read of its own."""
        shots = list(dict.fromkeys(hit.shot_id for hit in answer.hits))
        contexts = self._contexts(shots, as_literal(vector))
        hits = (replace(hit, context=contexts.get(hit.shot_id)) for hit in answer.hits)
        return replace(answer, hits=tuple(hits))

    @property
    def lacks_context(self) -> bool:
        """Whether answers say nothing yet of their assets: of a small table they do, and crops
        are compared with no others."""
        return self._sample is not None and self._table is KEYFRAMES

    def among(self, vector: Floats, *, part: int, shots: Sequence[int]) -> VectorList:
        """The pictures of some allowed shots, most similar first. Nothing is looked for."""
        half, text = self._half, as_literal(vector)
        sql = (
            f"SELECT {self._table.columns}, -(e.vector::{half} <#> %s::{half}) AS similarity"  # noqa: S608
            f" FROM {self._table.embeddings} e {self._table.joins}"
            f" WHERE e.encoder_id = %s AND {self._table.shot} = ANY(%s::bigint[])"
            " ORDER BY similarity DESC, picture_id"
        )
        rows = fetch(sql, (text, self._encoder.pk, array_of(shots)))
        sample = self._sample
        spread = (
            sample.spread(sample.similarities(vector), self._mine) if sample else self._usual(text)
        )
        return VectorList(self._table.kind, part, tuple(_similar(row) for row in rows), spread)

    @property
    def is_large(self) -> bool:
        """Whether the table is too large to compare all of it for every part of a question."""
        return self._sample is not None

    def plan(self, vector: Floats, limit: int) -> Plan:
        """What is chosen for a question, and what each way is expected to cost."""
        sample = self._sample
        if sample is None:
            return Plan("exact", 0, 0, 0.0, 0.0)
        return self._plan(limit, sample.similarities(vector), sample)

    def _plan(self, limit: int, similarities: Floats, sample: Sample) -> Plan:
        return choose_plan(
            total=sample.total,
            limit=limit,
            similarities=similarities,
            allowed=self._let,
            costs=sample.costs,
            alike=sample.alike,
        )

    def one_way(self, vector: Floats, limit: int, plan: Plan) -> list[Similar]:
        """What one way finds, right or wrong: to measure the ways against each other."""
        text = as_literal(vector)
        return self._top(text, limit) if plan.way == "exact" else self._walk(text, limit, plan)

    def _planned(
        self, text: str, limit: int, similarities: Floats, sample: Sample
    ) -> tuple[list[Similar], str]:
        plan = self._plan(limit, similarities, sample)
        if plan.way == "exact":
            return self._compared(text, limit, plan, sample), "exact"
        way = "hnsw"
        broader: Plan | None = plan
        while broader is not None:
            hits = self._walk_on(text, limit, broader, sample)
            if self._is_whole(hits, limit, similarities, sample):
                return hits, way
            broader, way = broadened(broader, limit, sample.costs), "hnsw again"
        return self._compared(text, limit, plan, sample), "exact after hnsw"

    def _is_whole(
        self, hits: Sequence[Similar], limit: int, similarities: Floats, sample: Sample
    ) -> bool:
        """Whether a walk brought enough rows, and those that the sample knows of."""
        return len(hits) == limit and not has_missed(
            {hit.picture_id for hit in hits},
            hits[-1].similarity,
            pictures=sample.pictures,
            similarities=similarities,
            allowed=self._let,
        )

    def _walk_on(self, text: str, limit: int, plan: Plan, sample: Sample) -> list[Similar]:
        """The walk, and a deeper one while that is the cheaper way to enough rows."""
        while True:
            started = time.perf_counter()
            hits = self._walk(text, limit, plan)
            sample.costs.learn("hnsw", plan.depth, (time.perf_counter() - started) * 1_000)
            deeper = deepened(plan, len(hits), limit, sample.costs)
            if deeper is None:
                return hits
            plan = deeper

    def _compared(self, text: str, limit: int, plan: Plan, sample: Sample) -> list[Similar]:
        started = time.perf_counter()
        hits = self._top(text, limit)
        sample.costs.learn("exact", plan.rows, (time.perf_counter() - started) * 1_000)
        return hits

    def _let_through(self, sample: Sample) -> NDArray[np.bool_]:
        """Which rows of the sample the filter allows; remembered as long as the sample is."""
        by_track = self._allowed.column == "t.id"
        ids = sample.tracks if by_track else sample.shots
        if self._allowed.ids is not None:
            return self._mine & np.isin(ids, self._allowed.ids)
        key = (self._allowed.sql, repr(self._allowed.params))
        passed = sample.passed.get(key)
        if passed is None:
            asked = np.unique(ids).tolist()
            sql = f"SELECT a.id FROM ({self._allowed.sql}) a (id) WHERE a.id = ANY(%s)"  # noqa: S608
            rows = fetch(sql, (*self._allowed.params, asked))
            passed = np.isin(ids, [row[0] for row in rows])
            if len(sample.passed) < FILTERS_KEPT:
                sample.passed[key] = passed
        return self._mine & passed

    def _from(self, allowed: Allowed, rows: str | None = None) -> str:
        table = self._table
        source = rows or f"{table.embeddings} e"
        return f"FROM {source} {table.joins} WHERE e.encoder_id = %s AND {allowed.condition}"

    def _from_params(self, allowed: Allowed) -> tuple[Any, ...]:
        return (self._encoder.pk, *allowed.values)

    @property
    def _half(self) -> str:
        return f"halfvec({int(self._encoder.dimension)})"

    def _top(self, text: str, limit: int) -> list[Similar]:
        """All allowed rows compared. No index can serve the order, so none is tried."""
        sql = (
            f"SELECT {self._table.columns},"
            f" -(e.vector::{self._half} <#> %s::{self._half}) AS similarity"
            f" {self._from(self._allowed)} ORDER BY similarity DESC, picture_id LIMIT %s"
        )
        rows = fetch(sql, (text, *self._from_params(self._allowed), limit))
        return [_similar(row) for row in rows]

    def _walk(self, text: str, limit: int, plan: Plan) -> list[Similar]:
        """The nearest rows by the HNSW index (pgvector ≥ 0.8), then those that are allowed.

        The index is asked for a number of rows without any filter, so that Postgres has nothing
        to plan; rows that come late may be nearer than earlier ones, and are sorted. What belongs
        to them is looked up for the first of them, and only where too few are allowed for all.
        """
        half, picture = self._half, f"{self._table.picture}_id"
        nearest = f"(SELECT * FROM near ORDER BY similarity DESC, {picture} LIMIT %s) e"  # noqa: S608
        order = "ORDER BY similarity DESC, picture_id LIMIT %s"
        sql = (
            f"WITH near AS MATERIALIZED (SELECT encoder_id, {picture},"  # noqa: S608
            f" -(vector::{half} <#> %s::{half}) AS similarity FROM {self._table.embeddings}"
            f" WHERE encoder_id = {int(self._encoder.pk)}"
            f" ORDER BY vector::{half} <#> %s::{half} LIMIT %s),"
            f" top AS MATERIALIZED (SELECT {self._table.columns}, e.similarity"
            f" {self._from(self._allowed, nearest)} {order}),"
            f" rest AS MATERIALIZED (SELECT {self._table.columns}, e.similarity"
            f" {self._from(self._allowed, 'near e')} AND (SELECT count(*) FROM top) < %s {order})"
            " SELECT * FROM top WHERE NOT EXISTS (SELECT 1 FROM rest) UNION ALL"
            f" SELECT * FROM rest {order}"
        )
        allowed = self._from_params(self._allowed)
        params = (
            *(text, text, plan.depth),
            *(plan.first or plan.depth, *allowed, limit),
            *(*allowed, limit, limit),
            limit,
        )
        settings = (
            f"SET LOCAL hnsw.ef_search = {plan.ef_search};"
            " SET LOCAL hnsw.iterative_scan = relaxed_order;"
            f" SET LOCAL hnsw.max_scan_tuples = {max(20_000, SCAN_FACTOR * plan.depth)};"
            " SET LOCAL hnsw.scan_mem_multiplier = 8; SET LOCAL enable_seqscan = off"
        )
        return [_similar(row) for row in fetch(sql, params, settings=settings)]

    def _contexts(self, shots: Sequence[int], text: str) -> dict[int, float]:
        """The mean likeness of the assets of some shots, by shot."""
        half = self._half
        sql = (
            "WITH k AS (SELECT id, asset_id, row_number() OVER w AS place,"  # noqa: S608
            " count(*) OVER (PARTITION BY asset_id) AS count FROM ingest_keyframe"
            " WHERE asset_id IN (SELECT asset_id FROM ingest_shot WHERE id = ANY(%s::bigint[]))"
            " WINDOW w AS (PARTITION BY asset_id ORDER BY pts)),"
            f" c AS (SELECT k.asset_id, avg(-(e.vector::{half} <#> %s::{half})) AS context"
            f" FROM k JOIN {self._table.embeddings} e ON e.keyframe_id = k.id AND e.encoder_id = %s"
            " WHERE (k.place - 1) %% ((k.count + %s - 1) / %s) = 0 GROUP BY k.asset_id)"
            " SELECT h.id, c.context FROM ingest_shot h JOIN c ON c.asset_id = h.asset_id"
            " WHERE h.id = ANY(%s::bigint[])"
        )
        ids = array_of(shots)
        params = (ids, text, self._encoder.pk, CONTEXT_ROWS, CONTEXT_ROWS, ids)
        return dict(fetch(sql, params)) if shots else {}

    def _small(self, text: str, part: int, limit: int) -> VectorList:
        """All allowed rows compared, with the means of their assets and their spread."""
        half = self._half
        sql = (
            f"WITH s AS MATERIALIZED (SELECT {self._table.columns},"  # noqa: S608
            f" -(e.vector::{half} <#> %s::{half}) AS similarity {self._from(self._allowed)}),"
            " c AS MATERIALIZED (SELECT h.asset_id, avg(s.similarity) AS context"
            " FROM s JOIN ingest_shot h ON h.id = s.shot_id GROUP BY h.asset_id),"
            " u AS (SELECT count(*) AS count, avg(similarity) AS mean,"
            " coalesce(stddev_pop(similarity), 0) AS deviation FROM s),"
            " t AS (SELECT * FROM s ORDER BY similarity DESC, picture_id LIMIT %s)"
            " SELECT t.picture_id, t.shot_id, t.track_id, t.similarity, c.context,"
            " u.count, u.mean, u.deviation FROM t JOIN ingest_shot h ON h.id = t.shot_id"
            " JOIN c ON c.asset_id = h.asset_id CROSS JOIN u"
            " ORDER BY t.similarity DESC, t.picture_id"
        )
        rows = fetch(sql, (text, *self._from_params(self._allowed), limit))
        spread = Spread(*rows[0][5:8]) if rows else Spread(0, 0.0, 0.0)
        if rows and self._narrowed:  # a filter changes which pictures are seen, not what is usual
            spread = self._usual(text)
        return VectorList(self._table.kind, part, tuple(_similar(row) for row in rows), spread)

    def _usual(self, text: str) -> Spread:
        """What similarities to this text are usual in the user's libraries, filters or not."""
        half = self._half
        sql = (
            "WITH m AS MATERIALIZED (SELECT e.vector"  # noqa: S608
            f" {self._from(self._members)}"
            " ORDER BY hashint8(e.id) LIMIT %s)"
            f" SELECT count(*), coalesce(avg(-(vector::{half} <#> %s::{half})), 0),"
            f" coalesce(stddev_pop(-(vector::{half} <#> %s::{half})), 0) FROM m"
        )
        return Spread(*fetch(sql, (*self._from_params(self._members), SAMPLE, text, text))[0])


def _similar(row: Sequence[Any]) -> Similar:
    """From picture, shot, track, similarity and, where it is known, the asset's mean."""
    context = float(row[4]) if len(row) > 4 else None
    return Similar(row[0], row[1], float(row[3]), row[2], context)
