"""A library's people's tracks with their vectors, read in one pass over a binary stream.

A hundred thousand vectors come as fixed-width records (``COPY … (FORMAT BINARY)``) that numpy
takes as they are; as rows of Python values they would take a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg.sql import SQL, Literal

from ingest.selectors import overlapping_cameras
from recognition.engine.centring import Centre, centre
from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.models import Attribute, Description, Distinction, Encoder
from recognition.seeing.clothes import SURE_FROM
from recognition.seeing.doubles import NO_DOUBLES, Doubles
from recognition.seeing.refusals import NONE, Refusals
from recognition.seeing.track_facts import TrackFact
from recognition.services.distinctions import refusals_in
from recognition.services.doubles import doubles_in

_SIGNATURE_BYTES = 19  # "PGCOPY\n\377\r\n\0", flags, and the length of an extension: none
# Where a track shows its person: up to where it drifted to something else (``main_look``).
_COLUMNS = (
    ("track", ">i8", "t.id"),
    ("asset", ">i8", "t.asset_id"),
    ("shot", ">i8", "coalesce(t.shot_id, -1)"),
    ("start", ">i8", "greatest(t.start_pts, e.from_pts) - coalesce(a.first_pts, 0)"),
    ("end", ">i8", "least(t.end_pts, e.to_pts) - coalesce(a.first_pts, 0)"),
    ("num", ">i8", "coalesce(a.time_base_num, 1)::int8"),
    ("den", ">i8", "coalesce(nullif(a.time_base_den, 0), 1)::int8"),
    ("identity", ">i8", "coalesce(t.identity_id, -1)"),
    ("fixed", ">i4", "(coalesce(i.is_locked, false) or t.assigned_by = 'human')::int4"),
    ("camera", ">i8", "coalesce(a.camera_id, -1)"),
    (
        "recorded_s",
        ">f8",
        "coalesce(extract(epoch from a.recorded_at) + c.clock_offset_ms / 1000.0, 'NaN')::float8",
    ),
    ("quality", ">f8", "e.quality"),
    ("similarity", ">f8", "coalesce(t.identity_similarity, 'NaN')"),
    ("total", ">f8", "coalesce((t.identity_evidence->>'total')::float8, 'NaN')"),
)


@dataclass(frozen=True, slots=True)
class LibraryState:
    """People's tracks of a library with their vectors (n, d), what each shows now (similarity and
    total of its evidence, NaN for none), and what a plan rests on.

    ``refusals``: the pairs that people said are not the same; no plan puts them together.
    ``overlapping``: pairs of cameras that are declared to see one place at once.
    ``doubles``: pairs of tracks that are in one place when both are there.
    """

    facts: tuple[TrackFact, ...]
    vectors: Floats
    shown: npt.NDArray[np.float64]
    version: tuple[Any, ...]
    refusals: Refusals = NONE
    overlapping: tuple[tuple[int, int], ...] = ()
    doubles: Doubles = NO_DOUBLES


def read_state(library_id: int, encoder: Encoder, around: Centre | None = None) -> LibraryState:
    """The tracks of a library that have a vector of this encoder, as they are now.

    ``around``: how the encoder's vectors are centred by camera, or by asset where it has none.
    """
    version = read_version(library_id)
    table = _read_records(library_id, encoder)
    vectors = unit(table["vector"].astype(np.float32))
    if around is not None and len(table):
        vectors = centre(vectors, camera_groups(table), around)
    shown = np.stack([table["similarity"], table["total"]], axis=1).astype(np.float64)
    facts = _facts(table, library_id)
    return LibraryState(
        facts,
        vectors,
        shown,
        version,
        refusals=refusals_in(library_id),
        overlapping=overlapping_cameras(library_id),
        doubles=doubles_in(facts, vectors, encoder),
    )


def camera_groups(table: Any) -> npt.NDArray[np.int64]:
    """What the rows of records are centred by: their camera, or their asset where it has none."""
    found = np.where(table["camera"] >= 0, table["camera"], -1 - table["asset"])
    return np.asarray(found, dtype=np.int64)


def read_version(library_id: int) -> tuple[Any, ...]:
    """What must not have changed between reading and writing: a digest, whatever the size."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, {"library": library_id})
        found: tuple[Any, ...] = cursor.fetchone()
    apart = Distinction.objects.filter(edit__library=library_id, edit__undone_at=None)
    return (*found, tuple(apart.order_by("pk").values_list("pk", flat=True)))


_DIGEST = "count(*), coalesce(sum(hashtextextended(concat_ws(':', {}), 0)::numeric), 0)"
_TRACK = _DIGEST.format("t.id, coalesce(t.identity_id, 0), t.assigned_by")
_IDENTITY = _DIGEST.format("i.id, i.is_locked::text, coalesce(i.merged_into_id, 0)")
# Both are made of the constants above alone.
_VERSION = f"""
SELECT * FROM
  (SELECT {_TRACK} FROM recognition_track t JOIN ingest_asset a ON a.id = t.asset_id
    WHERE a.library_id = %(library)s AND t.label = 'person') tracks,
  (SELECT {_IDENTITY} FROM recognition_identity i WHERE i.library_id = %(library)s) people
"""  # noqa: S608
_RECORDS = f"""
COPY (
  SELECT {", ".join(sql for _, _, sql in _COLUMNS)}, e.vector
  FROM recognition_trackembedding e
  JOIN recognition_track t ON t.id = e.track_id
  JOIN ingest_asset a ON a.id = t.asset_id
  LEFT JOIN ingest_camera c ON c.id = a.camera_id
  LEFT JOIN recognition_identity i ON i.id = t.identity_id
  WHERE e.encoder_id = {{encoder}} AND a.library_id = {{library}}
  ORDER BY t.id
) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608


def _read_records(library_id: int, encoder: Encoder) -> Any:
    """The records as a structured array; ``vector`` is (d,) half floats."""
    layout: list[tuple[Any, ...]] = [("fields", ">i2")]
    for name, kind, _ in _COLUMNS:
        layout += [(f"{name}_bytes", ">i4"), (name, kind)]
    # halfvec sends its dimension and an unused number before its values.
    layout += [("vector_bytes", ">i4"), ("dimension", ">i2"), ("unused", ">i2")]
    layout += [("vector", ">f2", (encoder.dimension,))]
    record = np.dtype(layout)
    asked = SQL(_RECORDS).format(encoder=Literal(encoder.pk), library=Literal(library_id))
    with connection.cursor() as cursor, cursor.copy(asked) as stream:
        data = b"".join(bytes(part) for part in stream)
    body = memoryview(data)[_SIGNATURE_BYTES:-2]
    if len(body) % record.itemsize:
        raise ValueError(f"vectors of {encoder} do not have {encoder.dimension} values each")
    return np.frombuffer(body, dtype=record)


def _facts(table: Any, library_id: int) -> tuple[TrackFact, ...]:
    worn, scenes = _worn_in(library_id), _scenes_in(library_id)
    second = table["num"] / table["den"]
    start, end = table["start"] * second, table["end"] * second
    columns = zip(
        table["track"].tolist(),
        table["asset"].tolist(),
        start.tolist(),
        end.tolist(),
        table["identity"].tolist(),
        table["fixed"].tolist(),
        table["quality"].tolist(),
        table["camera"].tolist(),
        (table["recorded_s"] + start).tolist(),
        table["shot"].tolist(),
        strict=True,
    )
    return tuple(
        TrackFact(
            track,
            asset,
            start_s,
            end_s,
            identity if identity >= 0 else None,
            bool(fixed),
            quality,
            worn.get(track, ()),
            camera if camera >= 0 else None,
            true_s if camera >= 0 and true_s == true_s else None,  # NaN: unknown
            scenes.get(shot, ""),
        )
        for track, asset, start_s, end_s, identity, fixed, quality, camera, true_s, shot in columns
    )


def _worn_in(library_id: int) -> Mapping[int, tuple[tuple[str, str], ...]]:
    """The colours that each track of a library surely wears, by track."""
    worn: dict[int, tuple[tuple[str, str], ...]] = {}
    read = Attribute.objects.filter(
        track__asset__library=library_id, name__endswith="_colour", confidence__gte=SURE_FROM
    ).order_by("track_id", "name", "confidence")
    for track, name, value in read.values_list("track_id", "name", "value").iterator():
        worn[track] = (*worn.get(track, ()), (name, value))
    return worn


def _scenes_in(library_id: int) -> Mapping[int, str]:
    """The kind of place of each shot of a library where it could be told."""
    told = Description.objects.filter(asset__library=library_id).exclude(scene="")
    return dict(told.values_list("shot_id", "scene"))
