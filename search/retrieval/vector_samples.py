"""Samples of an encoder's vectors, for planning and for what similarities are usual.

A sample is read by ids drawn from the whole range (seeded: the same question has the same answer),
4,000 look-ups whatever the size of the table, and kept for a while: a filter changes which pictures
are seen, not what is usual. Kept in this process alone, and not longer than ``KEPT_S``, for an
erased picture's vector may be among them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.engine.types import Floats
from search.ranking.facts import Spread
from search.retrieval.vector_plans import Costs
from search.retrieval.vector_tables import Table, fetch

SAMPLE = 4_000
"""Rows: the mean similarity is then right to .016 deviations, which no band depends on."""
SAMPLED_FROM = 4_000
"""Rows up to which everything is read for every search, and no sample is worth keeping. At 10,000
rows that took ten times what comparing the allowed ones takes."""
LEAST_FOUND = 1_000
"""Where ids have gaps (rows erased, other encoders) fewer are met; from here on they suffice."""
ALIKE_OF = 256
KEPT_S = 120.0
KEPT = 16
"""Samples; of 4,000 vectors of 512 floats 8 MB each."""
SEED = 20_041


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of one table and encoder: vectors (n, d), and (n,) ids of what they belong to.

    ``total`` counts the encoder's rows; ``alike`` is the cosine of a row to its nearest other one,
    the median. The costs are learnt, and outlive the sample. ``passed`` remembers which rows
    filters allowed.
    """

    total: int
    vectors: Floats
    pictures: NDArray[np.int64]
    shots: NDArray[np.int64]
    tracks: NDArray[np.int64]
    libraries: NDArray[np.int64]
    costs: Costs
    alike: float = 0.0
    passed: dict[tuple[str, str], NDArray[np.bool_]] = field(default_factory=dict)

    def similarities(self, vector: Floats) -> Floats:
        """Cosines (n,) to a unit vector."""
        # By BLAS, of which the web server allows itself one thread: several wait for one another
        # wherever cores are busy, and numpy's own loop takes five times as long.
        found: Floats = self.vectors @ np.asarray(vector, np.float32)
        return found

    def of_libraries(self, ids: Iterable[int]) -> NDArray[np.bool_]:
        """Which rows belong to some libraries."""
        found = np.zeros(len(self.libraries), np.bool_)
        for library in ids:
            found |= self.libraries == library
        return found

    def spread(self, similarities: Floats, members: NDArray[np.bool_]) -> Spread:
        """What similarities are usual among the members."""
        seen = similarities[members]
        if not len(seen):
            return Spread(0, 0.0, 0.0)
        return Spread(len(seen), float(seen.mean()), float(seen.std()))


class Samples:
    """Least-recently-used samples by table and encoder. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], tuple[float, Sample]] = OrderedDict()

    def of(self, table: Table, encoder_id: int) -> Sample | None:
        """The sample, read anew when it is old; None where the rows are too few to plan."""
        key, now = (table.kind, encoder_id), time.monotonic()
        with self._lock:
            known = self._kept.get(key)
            if known is not None and now - known[0] < KEPT_S:
                self._kept.move_to_end(key)
                return known[1]
        if _is_small(table, encoder_id):
            return None
        sample = read_sample(table, encoder_id, known[1].costs if known else Costs())
        with self._lock:
            self._kept[key] = (now, sample)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return sample

    def forget(self) -> None:
        """Drop everything."""
        with self._lock:
            self._kept.clear()


SAMPLES = Samples()


def _is_small(table: Table, encoder_id: int) -> bool:
    sql = f"SELECT 1 FROM {table.embeddings} WHERE encoder_id = %s OFFSET %s LIMIT 1"  # noqa: S608
    return not fetch(sql, (encoder_id, SAMPLED_FROM))


def read_sample(table: Table, encoder_id: int, costs: Costs) -> Sample:
    """Up to 4,000 rows, evenly spread over the table."""
    sql = f"SELECT count(*), min(id), max(id) FROM {table.embeddings} WHERE encoder_id = %s"  # noqa: S608
    total, first, last = fetch(sql, (encoder_id,))[0]
    drawn = np.unique(np.random.default_rng(SEED).integers(first, last + 1, SAMPLE))
    rows = _rows(table, encoder_id, "AND e.id = ANY(%s)", [drawn.tolist()])
    if len(rows) < min(LEAST_FOUND, total):
        by_chance = (
            f"AND e.id IN (SELECT id FROM {table.embeddings} WHERE encoder_id = %s"  # noqa: S608
            " ORDER BY hashint8(id) LIMIT %s)"
        )
        rows = _rows(table, encoder_id, by_chance, [encoder_id, SAMPLE])
    raw = np.frombuffer(b"".join(bytes(row[0])[4:] for row in rows), ">f2")
    ids = np.array([row[1:] for row in rows], np.int64).reshape(len(rows), 4)
    vectors = raw.reshape(len(rows), -1).astype(np.float32)
    return Sample(
        total, vectors, ids[:, 0], ids[:, 1], ids[:, 2], ids[:, 3], costs, _alike(vectors)
    )


def _alike(vectors: Floats) -> float:
    """The cosine of a row to its nearest other one: the median over some of them."""
    some = vectors[: min(ALIKE_OF, len(vectors))]
    found = some @ vectors.T
    found[np.arange(len(some)), np.arange(len(some))] = -1.0
    return float(np.median(found.max(axis=1))) if len(vectors) > 1 else 0.0


def _rows(
    table: Table, encoder_id: int, condition: str, params: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Vectors as pgvector sends them (4 bytes, then big-endian halves), and what they are of."""
    sql = (
        f"SELECT halfvec_send(e.vector), e.{table.picture}_id, h.id, {table.track}, a.library_id"  # noqa: S608
        f" FROM {table.embeddings} e {table.joins} JOIN ingest_shot h ON h.id = {table.shot}"
        f" JOIN ingest_asset a ON a.id = h.asset_id WHERE e.encoder_id = %s {condition}"
    )
    return fetch(sql, (encoder_id, *params))
