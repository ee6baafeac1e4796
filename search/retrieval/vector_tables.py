"""Where pictures' vectors lie, and which of them may be answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from recognition.engine.types import Floats
from recognition.models import CropEmbedding, KeyframeEmbedding
from search.retrieval.lookups import array_of


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
    """Rows that may be answered: a set of shots or, for crops under a track filter, of tracks.

    ``sql`` selects their ids; or ``ids`` are these, where they were read (``Scope.settled``), and
    ``array`` is how they are sent.
    """

    column: str
    sql: str = ""
    params: tuple[Any, ...] = ()
    ids: tuple[int, ...] | None = None
    array: str = ""

    def on(self, column: str) -> Allowed:
        """The same ids for another column."""
        return replace(self, column=column)

    @property
    def condition(self) -> str:
        """What a row must fulfil, with places for ``values``."""
        if self.ids is None:
            return f"{self.column} IN ({self.sql})"
        return f"{self.column} = ANY(%s::bigint[])"

    @property
    def values(self) -> tuple[Any, ...]:
        """The parameters of ``condition``."""
        return self.params if self.ids is None else (self.array,)


def allowed_ids(ids: tuple[int, ...], column: str) -> Allowed:
    """Ids that were read; ``column`` is what they are compared with."""
    return Allowed(column, ids=ids, array=array_of(ids))


def allowed_rows(rows: QuerySet[Any], column: str) -> Allowed:
    """The ids of a queryset as SQL; ``column`` is what they are compared with."""
    try:
        sql, params = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking that there is none
        return allowed_ids((), column)
    return Allowed(column, sql, tuple(params))


def as_literal(vector: Floats) -> str:
    """A vector as pgvector reads it."""
    values = np.asarray(vector, np.float32).tolist()
    return "[" + ",".join(["%.6g"] * len(values)) % tuple(values) + "]"


def fetch(
    sql: str, params: Sequence[Any] | Mapping[str, Any], *, settings: str = ""
) -> list[tuple[Any, ...]]:
    """Rows of a read; ``settings`` are SET LOCALs for it.

    They go to Postgres in one message with it, which makes a transaction of them: three journeys
    less than to begin and end one.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{settings}; {sql}" if settings else sql, params)
        while settings and cursor.nextset():
            pass
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def fetch_several(asked: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
    """Rows of several reads, which go to Postgres in one message and come in one answer."""
    with connection.cursor() as cursor:
        params = [value for _, values in asked for value in values]
        cursor.execute("; ".join(sql for sql, _ in asked), params)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
        return found
