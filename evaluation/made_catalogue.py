"""A catalogue of any size, made in the database: no footage, but rows like those of footage.

Assets have a topic; keyframes and crops lie around it as pictures of one subject do: a topic near
one of fifty themes, an offset per asset, noise of 48 directions and a little of all. (Pictures'
vectors lie near such surfaces; noise of all directions alone would be a harder and less likely
test of an index.) Vectors go in by COPY in binary, all else by the server itself.

Filters with known shares: the cameras ``independent 0.1 %`` … cut across topics; the scenes
``topic 0.1 %`` … are whole topics, so that a question about a topic and such a filter agree
("near") or have nothing to do with one another ("far").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

Floats = NDArray[np.float32]
TOPICS = 1_000
THEMES = 50
CHUNK = 20_000
LEAST_ASSETS = 2_000
ROWS_PER_ASSET = 100
PLACES = ("beach", "street", "forest", "kitchen", "office", "park", "lobby", "classroom")
"""Of the scenes: that of topic t is the (t mod 8)th."""
SHARES = (0.001, 0.01, 0.1)
"""Of filters. The scenes take the first topics: 1, 10 and 100 of them."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the encoder's id, topics' vectors (1000, d), counts."""

    encoder_id: int
    topics: Floats
    rows: int
    assets: int


def make_topics(dimension: int, seed: int) -> Floats:
    """Unit vectors (1000, d) of topics around themes."""
    chance = np.random.default_rng(seed)
    themes = _unit(chance.standard_normal((THEMES, dimension)))
    own = _unit(chance.standard_normal((TOPICS, dimension)))
    return _unit(0.6 * themes[np.arange(TOPICS) % THEMES] + 0.8 * own)


def vectors_around(
    topics: Floats, rows: int, assets: int, seed: int, directions: Floats | None = None
) -> Iterator[Floats]:
    """Unit vectors of the keyframes, in order of their ids, in pieces of up to 20,000.

    ``directions`` (48, d) are those in which pictures differ; by chance where there are none.
    """
    chance = np.random.default_rng(seed)
    dimension = topics.shape[1]
    basis = _unit(chance.standard_normal((48, dimension))) if directions is None else directions
    free = chance.standard_normal((assets, dimension if directions is None else len(basis)))
    offsets = _unit(free if directions is None else free @ basis)
    fineness = 0.25 if directions is None else 0.15
    for start in range(0, rows, CHUNK):
        count = min(CHUNK, rows - start)
        asset = (np.arange(start, start + count) * assets) // rows
        noise = chance.standard_normal((count, len(basis))) @ basis / np.sqrt(len(basis))
        fine = _unit(chance.standard_normal((count, dimension)))
        own = topics[asset % TOPICS] + 0.4 * offsets[asset] + 0.6 * noise
        yield _unit(own + fineness * fine)


def make_questions(topics: Floats, numbers: Sequence[int], seed: int) -> Floats:
    """Unit vectors (n, d) that ask about topics, as far off as texts are from pictures."""
    chance = np.random.default_rng(seed)
    noise = _unit(chance.standard_normal((len(numbers), topics.shape[1])))
    return _unit(topics[list(numbers)] + 0.7 * noise)


def make_catalogue(
    connection: psycopg.Connection,
    *,
    rows: int,
    encoder_id: int,
    topics: Floats,
    seed: int = 0,
    people: bool = False,
    directions: Floats | None = None,
) -> Made:
    """Fill an empty installation: ``rows`` keyframes and, with ``people``, as many tracks.

    ``directions`` as in ``vectors_around``.

    Needs a superuser: foreign keys are not checked, for the rows are right by construction.
    """
    assets = max(LEAST_ASSETS, rows // ROWS_PER_ASSET)
    values = {"rows": rows, "assets": assets, "shots": -(-rows // 2), "topics": TOPICS}
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for statement in _CATALOGUE + (_PEOPLE if people else ()):
            connection.execute(_filled(statement, values))
        pieces = vectors_around(topics, rows, assets, seed, directions)
        copy_vectors(connection, "keyframe", encoder_id, pieces)
        if people:
            pieces = vectors_around(topics, rows, assets, seed + 1, directions)
            copy_vectors(connection, "crop", encoder_id, pieces)
        for table in _SERIALS + (_PEOPLES_SERIALS if people else ()):
            connection.execute(_sequence(table))
    connection.execute("VACUUM ANALYZE")
    return Made(encoder_id, topics, rows, assets)


def copy_vectors(
    connection: psycopg.Connection, picture: str, encoder_id: int, pieces: Iterator[Floats]
) -> None:
    """Embeddings 1, 2, … of pictures 1, 2, …, by COPY in binary.

    A row is: the number of fields (int16), then each with its length (int32). A halfvec is its
    dimension and a zero (int16 each), then halves; all big-endian (pgvector's ``halfvec_send``).
    """
    statement = sql.SQL("COPY {} (id, {}, encoder_id, vector) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(f"recognition_{picture}embedding"), sql.Identifier(f"{picture}_id")
    )
    done = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for vectors in pieces:
            copy.write(_as_rows(vectors, done, encoder_id))
            done += len(vectors)
        copy.write(b"\xff\xff")


_LENGTH_AND_VALUE = (("l", ">i4"), ("v", ">i8"))


def _as_rows(vectors: Floats, done: int, encoder_id: int) -> bytes:
    dimension = vectors.shape[1]
    table = np.zeros(
        len(vectors),
        dtype=[
            ("fields", ">i2"),
            *(
                (f"{name}{part}", size)
                for name in "ipe"
                for part, size in (("l", ">i4"), ("v", ">i8"))
            ),
            ("vl", ">i4"),
            ("dim", ">i2"),
            ("zero", ">i2"),
            ("vv", ">f2", (dimension,)),
        ],
    )
    table["fields"] = 4
    for name in "ipe":
        table[f"{name}l"] = 8
    table["iv"] = table["pv"] = np.arange(done + 1, done + 1 + len(vectors))
    table["ev"] = encoder_id
    table["vl"], table["dim"], table["vv"] = 4 + 2 * dimension, dimension, vectors
    return table.tobytes()


def _filled(statement: str, values: dict[str, int]) -> sql.Composed:
    return sql.SQL(statement).format(**{name: sql.Literal(value) for name, value in values.items()})


def _sequence(table: str) -> sql.Composed:
    name = sql.Identifier(table)
    return sql.SQL(
        "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))"
    ).format(sql.Literal(table), name)


def _unit(rows: NDArray[np.floating]) -> Floats:
    floats = np.asarray(rows, np.float32)
    found: Floats = floats / np.linalg.norm(floats, axis=1, keepdims=True)
    return found


# Keyframe i (from 1) lies in shot (i + 1) / 2 and asset ((i - 1) * assets) / rows + 1, whose
# topic is (asset - 1) % 1000. 7919 is a prime that no count of assets has for a factor, so that
# (asset * 7919) % assets is each number once: cameras cut across topics.
_CATALOGUE = (
    (
        "INSERT INTO ingest_library (id, name, slug, is_sample, time_zone, created_at,"
        " recognises_people, recognition_reason, look_for, has_lines)"
        " SELECT i, 'Library ' || i, 'library-' || i, false, 'UTC', now(), true, '', '', false"
        " FROM generate_series(1, 4) i"
    ),
    (
        "INSERT INTO ingest_camera (id, library_id, name, place, clock_offset_ms) VALUES"
        " (1, 1, 'independent 0.1 %', '', 0), (2, 1, 'independent 1 %', '', 0),"
        " (3, 1, 'independent 10 %', '', 0), (4, 1, 'all else', '', 0)"
    ),
    (
        "INSERT INTO ingest_asset (id, library_id, camera_id, name, content_sha256, size_bytes,"
        " original_key, external_path, status, error_code, error_sentence, created_at, container,"
        " video_codec, audio_codec, time_base_num, time_base_den, frame_rate_num, frame_rate_den,"
        " is_variable_rate, has_audio, start_timecode, is_drop_frame, reel, recorded_at, first_pts,"
        " end_pts, proxy_key, poster_key, sprite_key, sprite_layout)"
        " SELECT i, CASE WHEN i % 100 = 0 THEN 4 WHEN i % 10 = 0 THEN 3 WHEN i % 3 = 0 THEN 2"
        " ELSE 1 END,"
        " CASE WHEN (i * 7919::bigint) % {assets} * 1000 < {assets} THEN 1"
        " WHEN ((i * 7919::bigint) % {assets} - {assets} / 1000) * 100 < {assets} THEN 2"
        " WHEN ((i * 7919::bigint) % {assets} - {assets} / 90) * 10 < {assets} THEN 3 ELSE 4 END,"
        " 'asset ' || i || '.mp4', md5(i::text), 1, '', '/made/' || i, 'ready', '', '',"
        " now() - i * interval '1 minute', 'mp4', 'h264', '', 1, 25, 25, 1, false, false,"
        " '', false,"
        " '', now() - i * interval '1 hour', 0, 100000, 'x', 'x', '', '{{}}'"
        " FROM generate_series(1, {assets}) i"
    ),
    (
        "INSERT INTO ingest_shot (id, asset_id, ordinal, start_pts, end_pts)"
        " SELECT i, (2 * i - 2) * {assets}::bigint / {rows} + 1, i, i * 100, i * 100 + 100"
        " FROM generate_series(1, {shots}) i"
    ),
    (
        "INSERT INTO ingest_keyframe (id, shot_id, asset_id, pts, image_key)"
        " SELECT i, s.id, s.asset_id, s.start_pts + 50 * ((i + 1) % 2), 'x'"
        " FROM generate_series(1, {rows}) i JOIN ingest_shot s ON s.id = (i + 1) / 2"
    ),
    (
        "INSERT INTO recognition_description (id, asset_id, shot_id, sentence, words, scene,"
        " scene_confidence, setting, light, confidence, people_count, accounts, source, search)"
        " SELECT s.id, s.asset_id, s.id, t.sentence, '{{}}', t.scene, .5 + (s.id % 50) / 100.0,"
        " CASE WHEN s.id % 3 = 0 THEN 'indoors' ELSE 'outdoors' END,"
        " CASE WHEN s.id % 4 = 0 THEN 'night' ELSE 'day' END, .5, s.id % 3, '[]', 'made',"
        " to_tsvector('english', t.sentence) FROM ingest_shot s, LATERAL (SELECT"
        " CASE WHEN topic = 0 THEN 'topic 0.1 %' WHEN topic < 11 THEN 'topic 1 %'"
        " WHEN topic < 111 THEN 'topic 10 %' ELSE (ARRAY['beach', 'street', 'forest', 'kitchen',"
        " 'office', 'park', 'lobby', 'classroom'])[topic % 8 + 1] END AS scene,"
        " 'A ' || (ARRAY['woman', 'man', 'child'])[s.id % 3 + 1] || ' in a ' ||"
        " (ARRAY['red', 'blue', 'green', 'black', 'white'])[s.id % 5 + 1] || ' coat ' ||"
        " (ARRAY['walks', 'stands', 'runs', 'sits'])[s.id % 4 + 1] || ' near the ' ||"
        " (ARRAY['beach', 'street', 'forest', 'kitchen', 'office', 'park', 'lobby', 'classroom'])"
        "[topic % 8 + 1] AS sentence FROM (SELECT (s.asset_id - 1) % {topics} AS topic) x) t"
    ),
)
_PEOPLE = (
    (
        "INSERT INTO recognition_identity (id, library_id, number, name, is_locked, is_hidden,"
        " created_at, updated_at)"
        " SELECT i, i % 4 + 1, i, CASE WHEN i % 10 = 0 THEN 'Anna' || i ELSE '' END, false, false,"
        " now(), now() FROM generate_series(1, GREATEST(10, {assets} / 5)) i"
    ),
    (
        "INSERT INTO recognition_track (id, asset_id, shot_id, ordinal, label, start_pts, end_pts,"
        " pts_packed, boxes_packed, confidence_packed, confidence, movement, direction,"
        " identity_id, assigned_by, identity_evidence)"
        " SELECT k.id, k.asset_id, k.shot_id, k.id,"
        " CASE WHEN k.id % 50 = 0 THEN 'dog' WHEN k.id % 10 = 0 THEN 'car' ELSE 'person'"
        " END, k.pts,"
        " k.pts + 50, '', '', '', .5 + (k.id * 7919::bigint % 1000) / 2000.0,"
        " (ARRAY['walking', 'stationary', 'running'])[k.id % 3 + 1], '',"
        " CASE WHEN k.id % 10 = 0 THEN NULL ELSE (k.asset_id - 1) / 5 + 1 END, 'machine', '{{}}'"
        " FROM ingest_keyframe k"
    ),
    (
        'INSERT INTO recognition_crop (id, track_id, pts, "left", top, "right", bottom, quality,'
        " image_key, context_key) SELECT id, id, start_pts, .1, .1, .4, .9, .5, 'x', ''"
        " FROM recognition_track"
    ),
    (
        "INSERT INTO recognition_attribute (track_id, name, value, confidence)"
        " SELECT t.id, a.name, a.options[t.id * a.prime % cardinality(a.options) + 1],"
        " .5 + (t.id * 104729::bigint % 1000) / 2000.0 FROM recognition_track t,"
        " (VALUES ('gender', ARRAY['woman', 'man', 'child'], 31::bigint),"
        " ('upper_colour', ARRAY['red', 'blue', 'green', 'black', 'white', 'grey', 'yellow'], 37),"
        " ('lower_colour', ARRAY['blue', 'black', 'grey', 'beige', 'brown'], 41))"
        " a (name, options, prime) WHERE t.label = 'person'"
    ),
)
_SERIALS = (
    "ingest_library",
    "ingest_camera",
    "ingest_asset",
    "ingest_shot",
    "ingest_keyframe",
    "recognition_description",
    "recognition_keyframeembedding",
)
_PEOPLES_SERIALS = (
    "recognition_identity",
    "recognition_track",
    "recognition_crop",
    "recognition_cropembedding",
)
