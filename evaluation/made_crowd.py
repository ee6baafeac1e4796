"""A library full of people, made in the database: no footage, but rows like those of footage.

Every tenth person has a name. Each track has a crop and a vector; tracks of a person are spread
over all assets. ``ALIKE`` of the unnamed look exactly like the one after them, and ``MIXED`` have
half of their looks from the one after them, so that the page of what to review is full.
Django must be set up before anything here is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ingest.models import Asset, Library
    from recognition.models import Encoder, Identity

ALIKE, MIXED = 60, 15
LEAST_PEOPLE = 10 * (ALIKE + 1)

_TRACKS = """
INSERT INTO recognition_track (asset_id, ordinal, label, start_pts, end_pts, pts_packed,
  boxes_packed, confidence_packed, confidence, movement, direction, identity_id, assigned_by,
  identity_similarity, identity_evidence)
SELECT (%(assets)s::bigint[])[1 + n %% %(asset_count)s], n / %(asset_count)s, 'person',
  n / %(asset_count)s * 20, n / %(asset_count)s * 20 + 11, %(pts)s, %(boxes)s, %(sure)s,
  0.9, '', '',
  (%(people)s::bigint[])[1 + n * 7919 %% %(person_count)s], 'machine', 0.5 + n %% 50 / 100.0, '{}'
FROM generate_series(0, %(tracks)s - 1) AS n
"""
_CROPS = """
INSERT INTO recognition_crop (track_id, pts, "left", top, "right", bottom, quality, image_key,
  context_key)
SELECT id, 0, 0, 0, 1, 1, 0.5, 'x', '' FROM recognition_track WHERE identity_id = ANY(%(people)s)
"""
_VECTORS = """
WITH looks AS MATERIALIZED (
  SELECT i.id, (SELECT array_agg(random() - 0.5 + (i.id + g) * 0)
    FROM generate_series(1, %(dimension)s) AS g)::vector AS look
  FROM recognition_identity AS i WHERE i.id = ANY(%(people)s))
INSERT INTO recognition_trackembedding (track_id, encoder_id, vector, quality)
SELECT t.id, %(encoder)s, l2_normalize(l.look)::halfvec, 0.5
FROM recognition_track AS t JOIN looks AS l ON l.id = t.identity_id
"""
_ALIKE = """
WITH one AS (
  SELECT t.identity_id, min(e.vector::text)::halfvec AS look
  FROM recognition_trackembedding AS e JOIN recognition_track AS t ON t.id = e.track_id
  WHERE t.identity_id = ANY(%(alike)s) GROUP BY t.identity_id)
UPDATE recognition_trackembedding AS e SET vector = one.look
FROM recognition_track AS t, one
WHERE t.id = e.track_id AND t.identity_id = one.identity_id + 1
"""
_MIXED = """
WITH own AS (
  SELECT id, identity_id, row_number() OVER (PARTITION BY identity_id ORDER BY id) AS place
  FROM recognition_track WHERE identity_id = ANY(%(mixed)s)),
one AS (
  SELECT DISTINCT ON (t.identity_id) t.identity_id, e.vector AS look
  FROM recognition_trackembedding AS e JOIN recognition_track AS t ON t.id = e.track_id
  WHERE t.identity_id = ANY(%(nexts)s))
UPDATE recognition_trackembedding AS e SET vector = one.look FROM own, one
WHERE own.id = e.track_id AND one.identity_id = own.identity_id + 1 AND own.place %% 2 = 0
"""
_DOUBTED = """
UPDATE recognition_track SET identity_similarity = 0.1 WHERE identity_id = ANY(%(mixed)s)
"""


def make_crowd(
    library: Library, assets: list[Asset], encoder: Encoder, *, people: int, tracks: int
) -> list[Identity]:
    """So many people with so many tracks, in a library's assets; the people in order.

    ``people``: ``LEAST_PEOPLE`` or more. By SQL: row by row the vectors alone would take minutes.
    """
    from django.db import connection

    from recognition.models import Identity

    if people < LEAST_PEOPLE:
        raise ValueError(f"A crowd is of {LEAST_PEOPLE} people or more.")
    made = Identity.objects.bulk_create(
        Identity(library=library, number=n + 1, name=f"Name {n}" if n % 10 == 0 else "")
        for n in range(people)
    )
    mixed = [person.pk for person in made[5::10][:MIXED]]
    values: dict[str, Any] = {
        "assets": [asset.pk for asset in assets],
        "asset_count": len(assets),
        "people": [person.pk for person in made],
        "person_count": people,
        "tracks": tracks,
        "pts": np.array([0, 10], dtype="<i8").tobytes(),
        "boxes": np.array([0.1, 0.1, 0.3, 0.9] * 2, dtype="<f4").tobytes(),
        "sure": bytes(8),
        "dimension": encoder.dimension,
        "encoder": encoder.pk,
        "alike": [person.pk for person in made[1::10][:ALIKE]],
        "mixed": mixed,
        "nexts": [pk + 1 for pk in mixed],
    }
    with connection.cursor() as cursor:
        for statement in (_TRACKS, _CROPS, _VECTORS):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")  # without, what follows is planned as if the tables were empty
        for statement in (_ALIKE, _MIXED, _DOUBTED):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")
    return made
