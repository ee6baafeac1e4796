"""Encoders and the indexes of their vectors.

Vectors of all encoders share three tables. Each encoder gets partial HNSW expression indexes of
its own (pgvector: ``(vector::halfvec(D)) halfvec_ip_ops … WHERE encoder_id = N``): an expression,
because the column has no fixed dimension, and partial, so that a new encoder is indexed beside
the old one. Vectors are unit, so the inner product is the cosine.
"""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from recognition.engine.types import NetworkInfo
from recognition.errors import EncoderSwitched
from recognition.models import CropEmbedding, Encoder, KeyframeEmbedding, TrackEmbedding
from recognition.selectors import current_encoder

HNSW_M = 16
HNSW_EF_CONSTRUCTION = 128
"""Twice pgvector's default: of a million made keyframes as broad a walk then finds .98 of the 96
nearest instead of .94, and .91 where it found least instead of .48; building takes 1.6 times as
long (tried once, 20 questions; ``evaluation.vectors`` prints recall and building)."""

_TABLES = {
    Encoder.Space.JOINT: (KeyframeEmbedding, CropEmbedding),
    Encoder.Space.PERSON: (TrackEmbedding,),
}
SWITCH_LOCK = 0x65766973
"""Held shared by whoever writes vectors of the encoder at work, alone by who switches it."""
_LOCK = 0x65766964  # "evid": one maker of indexes at a time


def register_encoder(*, info: NetworkInfo, space: Encoder.Space) -> Encoder:
    """The row of a network that makes vectors, with its indexes; made when it is new."""
    encoder, _ = Encoder.objects.get_or_create(
        space=space,
        fingerprint=info.fingerprint,
        defaults={"name": info.name, "dimension": info.dimension},
    )
    ensure_indexes(encoder)
    return encoder


def ensure_indexes(encoder: Encoder, *, memory_mb: int = 0) -> list[str]:
    """Make the encoder's missing HNSW indexes; return the names of those that were made.

    Cheap when they are there. Call it before an encoder's first vectors are written (the index
    is empty and made at once) and outside the transaction that writes them. Over vectors that are
    there already an index is built many times faster if it fits into ``memory_mb`` (1.5 KB per
    vector of 512 dimensions, .9 KB of 256; 0: the server's ``maintenance_work_mem``).
    """
    wanted = {index_name(table, encoder): table for table in tables_of(encoder)}
    if not _missing(set(wanted)):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if memory_mb:
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{int(memory_mb)}MB'")
        made = sorted(_missing(set(wanted)))
        for name in made:
            cursor.execute(_statement(name, wanted[name], encoder))
    return made


def hold_encoders(*used: Encoder) -> None:
    """Keep these encoders at work until the transaction ends; for whoever writes vectors.

    Raises EncoderSwitched when a reindex has switched one of them since it was opened: its vectors
    would never be found.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SWITCH_LOCK])
    for encoder in used:
        current = current_encoder(encoder.space)
        if current is not None and current.pk != encoder.pk:
            raise EncoderSwitched(
                f"The {encoder.space} encoder was switched to {current} while this stage ran: "
                "it is done again."
            )


def tables_of(encoder: Encoder) -> list[str]:
    """The tables that hold this encoder's vectors."""
    return [model._meta.db_table for model in _TABLES[Encoder.Space(encoder.space)]]


def index_name(table: str, encoder: Encoder) -> str:
    """What the index of an encoder on a table is called."""
    return f"{table}_hnsw_{encoder.pk}"


def _missing(names: set[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes"
            " WHERE schemaname = current_schema() AND indexname = ANY(%s)",
            [sorted(names)],
        )
        return names - {row[0] for row in cursor.fetchall()}


def _statement(name: str, table: str, encoder: Encoder) -> sql.Composed:
    return sql.SQL(
        "CREATE INDEX {name} ON {table}"
        " USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)"
        " WITH (m = {m}, ef_construction = {ef}) WHERE encoder_id = {encoder}"
    ).format(
        name=sql.Identifier(name),
        table=sql.Identifier(table),
        dimension=sql.Literal(encoder.dimension),
        m=sql.Literal(HNSW_M),
        ef=sql.Literal(HNSW_EF_CONSTRUCTION),
        encoder=sql.Literal(encoder.pk),
    )
