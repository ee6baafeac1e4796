"""The vectors of a library's people, for pages that compare them.

As ``library_state`` reads them for grouping, without what pages do not ask for, and packed by
Postgres into a few long values: one row a track costs a second at a hundred thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg.sql import SQL, Literal

from recognition.engine.centring import Centre, centre
from recognition.engine.types import Floats
from recognition.models import Encoder
from recognition.services.library_state import camera_groups

# By assets, of which Postgres knows how many there are: it adds up where it would sort else, which
# at a hundred thousand was done on disk and a third of all work. They are put in order here.
_PACKED = """
COPY (
  SELECT string_agg(
    int8send(t.id) || int8send(coalesce(t.identity_id, -1)) || int8send(t.asset_id)
    || int8send(coalesce(a.camera_id, -1))
    || int8send((coalesce(i.is_locked, false) or t.assigned_by = 'human')::int::int8)
    || float8send(e.quality) || halfvec_send(e.vector), ''::bytea)
  FROM recognition_trackembedding e
  JOIN recognition_track t ON t.id = e.track_id
  JOIN ingest_asset a ON a.id = t.asset_id
  LEFT JOIN recognition_identity i ON i.id = t.identity_id
  WHERE e.encoder_id = {encoder} AND a.library_id = {library}
  GROUP BY t.asset_id % 64
) TO STDOUT (FORMAT BINARY)
"""


@dataclass(frozen=True, slots=True)
class PersonVectors:
    """People's tracks of a library as grouping compares them, in the order of their ids: track,
    identity (-1: nobody's), whether a human's word holds it there, quality, and vector (n, d)."""

    tracks: npt.NDArray[np.int64]
    identities: npt.NDArray[np.int64]
    is_fixed: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.float64]
    vectors: Floats

    def of(self, identity: int, most: int) -> npt.NDArray[np.int64]:
        """The rows of an identity, the clearest first, at most so many."""
        rows = np.flatnonzero(self.identities == identity)
        return np.asarray(rows[np.argsort(-self.quality[rows], kind="stable")[:most]])


def read_vectors(library_id: int, encoder: Encoder, around: Centre | None = None) -> PersonVectors:
    """The vectors of a library's people, centred as ``read_state`` does it. One query."""
    numbers = [(name, ">i8") for name in ("track", "identity", "asset", "camera", "fixed")]
    # halfvec_send writes its dimension and an unused number before its values.
    head = [("quality", ">f8"), ("dimension", ">i2"), ("unused", ">i2")]
    record = np.dtype([*numbers, *head, ("vector", ">f2", (encoder.dimension,))])
    asked = SQL(_PACKED).format(encoder=Literal(encoder.pk), library=Literal(library_id))
    with connection.cursor() as cursor, cursor.copy(asked) as stream:
        stream.set_types(["bytea"])
        data = b"".join(row[0] for row in stream.rows())
    table = np.frombuffer(data, dtype=record)
    table = table[np.argsort(table["track"], kind="stable")]
    # Unit as they were written, but for the rounding of half floats.
    vectors = table["vector"].astype(np.float32)
    if around is not None and len(table):
        vectors = centre(vectors, camera_groups(table), around)
    return PersonVectors(
        table["track"].astype(np.int64),
        table["identity"].astype(np.int64),
        table["fixed"] != 0,
        table["quality"].astype(np.float64),
        vectors,
    )
