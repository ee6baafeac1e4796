"""Vector search that never returns too little: exact where that is cheap, else HNSW.

pgvector's index looks at the nearest rows of the whole table and filters afterwards, so that a
narrow filter leaves nearly nothing (measured: 1 row of 50 at a 1 % filter). Here the filtered rows
are counted first. Up to ``EXACT_UP_TO`` of them are compared one by one (50 k rows of 512
dimensions: about 25 ms); beyond, the encoder's partial HNSW index is walked iteratively, and
when fewer rows than asked for came back, the exact way is taken after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from recognition.engine.types import Floats
from recognition.models import CropEmbedding, Encoder, KeyframeEmbedding
from search.facts import Similar, Spread, VectorList

EXACT_UP_TO = 50_000
"""Rows; measured on two cores with pgvector 0.8.6 (see ``docs/decisions``)."""
EF_SEARCH = 200
SAMPLE = 4_000
"""Rows from which a text's spread of similarities is estimated: the mean is then right to
.016 deviations, which no band depends on."""


@dataclass(frozen=True, slots=True)
class Table:
    """Where pictures' vectors lie, and how they lead to shots."""

    kind: str
    embeddings: str
    picture: str
    joins: str
    track: str

    @property
    def columns(self) -> str:
        picture = f"e.{self.picture}_id AS picture_id"
        return f"{picture}, {self.shot} AS shot_id, {self.track} AS track_id"

    @property
    def shot(self) -> str:
        return "k.shot_id" if self.kind == "keyframes" else "t.shot_id"


KEYFRAMES = Table(
    kind="keyframes",
    embeddings=KeyframeEmbedding._meta.db_table,
    picture="keyframe",
    joins="JOIN ingest_keyframe k ON k.id = e.keyframe_id",
    track="0",
)
CROPS = Table(
    kind="crops",
    embeddings=CropEmbedding._meta.db_table,
    picture="crop",
    joins=(
        "JOIN recognition_crop c ON c.id = e.crop_id JOIN recognition_track t ON t.id = c.track_id"
    ),
    track="t.id",
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Rows that may be answered: a set of shots or, for crops under a track filter, of tracks."""

    column: str
    sql: str
    params: tuple[Any, ...]


def allowed_rows(rows: QuerySet[Any], column: str) -> Allowed:
    """The ids of a queryset as SQL; ``column`` is what they are compared with."""
    sql, params = rows.values("pk").query.sql_with_params()
    return Allowed(column, sql, tuple(params))


class VectorSearch:
    """Searches one table of one encoder within the allowed rows."""

    def __init__(
        self, table: Table, encoder: Encoder, allowed: Allowed, members: Allowed, narrowed: bool
    ) -> None:
        self._table, self._encoder = table, encoder
        self._allowed, self._members, self._narrowed = allowed, members, narrowed
        self._rows = self._count(allowed, EXACT_UP_TO + 1)

    @property
    def is_empty(self) -> bool:
        """Whether there is no vector to compare with."""
        return self._rows == 0

    def nearest(self, vector: Floats, *, part: int, limit: int) -> VectorList:
        """The ``limit`` most similar pictures, or as many as there are."""
        if self.is_empty:
            return VectorList(self._table.kind, part, (), Spread(0, 0.0, 0.0), "empty")
        text = as_literal(vector)
        if self._rows <= EXACT_UP_TO:
            return self._exact_list(text, part, limit)
        hits = self._walk(text, limit)
        plan = "hnsw"
        if len(hits) < limit:
            hits, _ = self._exact(text, limit)
            plan = "exact after hnsw"
        return VectorList(self._table.kind, part, tuple(hits), self._sampled_spread(text), plan)

    def _exact_list(self, text: str, part: int, limit: int) -> VectorList:
        hits, spread = self._exact(text, limit)
        if self._narrowed:  # a filter changes which pictures are seen, not what is usual
            spread = self._sampled_spread(text)
        return VectorList(self._table.kind, part, tuple(hits), spread)

    def _count(self, allowed: Allowed, limit: int) -> int:
        sql = f"SELECT count(*) FROM (SELECT 1 {self._from(allowed)} LIMIT %s) rows"  # noqa: S608
        return int(_fetch(sql, (*self._from_params(allowed), limit))[0][0])

    def _from(self, allowed: Allowed) -> str:
        table = self._table
        return (
            f"FROM {table.embeddings} e {table.joins}"
            f" WHERE e.encoder_id = %s AND {allowed.column} IN ({allowed.sql})"
        )

    def _from_params(self, allowed: Allowed) -> tuple[Any, ...]:
        return (self._encoder.pk, *allowed.params)

    @property
    def _half(self) -> str:
        return f"halfvec({int(self._encoder.dimension)})"

    def _exact(self, text: str, limit: int) -> tuple[list[Similar], Spread]:
        half = self._half
        sql = (
            f"WITH m AS MATERIALIZED (SELECT {self._table.columns}, e.vector"  # noqa: S608
            f" {self._from(self._allowed)}),"
            f" s AS MATERIALIZED (SELECT picture_id, shot_id, track_id,"
            f" -(vector::{half} <#> %s::{half}) AS similarity FROM m),"
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
        rows = _fetch(sql, (*self._from_params(self._allowed), text, limit))
        spread = Spread(*rows[0][5:8]) if rows else Spread(0, 0.0, 0.0)
        return [_similar(row) for row in rows], spread

    def _walk(self, text: str, limit: int) -> list[Similar]:
        """The HNSW index, walked until ``limit`` allowed rows were met (pgvector ≥ 0.8)."""
        half = self._half
        sql = (
            f"WITH near AS MATERIALIZED (SELECT {self._table.columns},"  # noqa: S608
            f" -(e.vector::{half} <#> %s::{half}) AS similarity"
            f" {self._from(self._allowed)}"
            f" ORDER BY e.vector::{half} <#> %s::{half} LIMIT %s)"
            " SELECT picture_id, shot_id, track_id, similarity FROM near"
            " ORDER BY similarity DESC, picture_id"
        )
        params = (text, *self._from_params(self._allowed), text, limit)
        with transaction.atomic():
            _execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
            _execute(f"SET LOCAL hnsw.ef_search = {EF_SEARCH}")
            return [_similar(row) for row in _fetch(sql, params)]

    def _sampled_spread(self, text: str) -> Spread:
        """What similarities to this text are usual in the user's libraries, filters or not."""
        half = self._half
        sql = (
            "WITH m AS MATERIALIZED (SELECT e.vector"  # noqa: S608
            f" {self._from(self._members)}"
            " ORDER BY hashint8(e.id) LIMIT %s)"
            f" SELECT count(*), coalesce(avg(-(vector::{half} <#> %s::{half})), 0),"
            f" coalesce(stddev_pop(-(vector::{half} <#> %s::{half})), 0) FROM m"
        )
        row = _fetch(sql, (*self._from_params(self._members), SAMPLE, text, text))[0]
        return Spread(*row)


def as_literal(vector: Floats) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.6g}" for value in np.asarray(vector, np.float32)) + "]"


def _similar(row: Sequence[Any]) -> Similar:
    """From picture, shot, track, similarity and, where it is known, the asset's mean."""
    context = float(row[4]) if len(row) > 4 else None
    return Similar(row[0], row[1], float(row[3]), row[2], context)


def _fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
