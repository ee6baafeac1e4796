"""The people pages of a large library: as many queries as for a small one, and quick."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingest.models import Asset, Library
from recognition.models import Encoder, Identity
from recognition.networks import network_infos
from tests.factories import make_asset, make_library, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.usefixtures("loader"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts CPU as Linux tells it"),
]

PEOPLE = 5000
TRACKS = 100_000
ASSETS = 200
DIMENSION = 256
"""As the built-in person network's."""
ALIKE, MIXED = 60, 15
"""So many of the unnamed look exactly like the one after them, and so many have half of their looks
from the one after them: the review page is full."""
CPU_ALLOWED_S = 1.5
"""Of this process and of its session of the database together, which other programs on the machine
do not lengthen much: so long a page takes on an idle machine, at most."""


@pytest.fixture
def library() -> Iterator[Library]:
    """5,000 people, every tenth named, with 100,000 tracks, each with a crop and a vector."""
    library = make_library(owner=make_user("olga"), name="Town")
    [info] = [info for info in network_infos() if info.role == "person"]
    encoder = Encoder.objects.create(
        name=info.name, space="person", fingerprint=info.fingerprint, dimension=DIMENSION
    )
    assets = [make_asset(library, shots=0) for _ in range(ASSETS)]
    people = Identity.objects.bulk_create(
        Identity(library=library, number=n + 1, name=f"Name {n}" if n % 10 == 0 else "")
        for n in range(PEOPLE)
    )
    _fill(assets, people, encoder)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # All work of a query is done, and counted, in one process.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    yield library
    with connection.cursor() as cursor:
        cursor.execute("RESET max_parallel_workers_per_gather")


def cpu_s() -> float:
    """Seconds of CPU that this process and its database session have used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # proc(5): utime and stime, the name left out
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _fill(assets: list[Asset], people: list[Identity], encoder: Encoder) -> None:
    """By SQL: row by row the vectors alone would take minutes."""
    pts, boxes = np.array([0, 10], dtype="<i8"), np.array([0.1, 0.1, 0.3, 0.9] * 2, dtype="<f4")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recognition_track (asset_id, ordinal, label, start_pts, end_pts,"
            " pts_packed, boxes_packed, confidence_packed, confidence, movement, direction,"
            " identity_id, assigned_by, identity_similarity, identity_evidence)"
            " SELECT %s + n %% %s, n / %s, 'person', n / %s * 20, n / %s * 20 + 11, %s, %s, %s,"
            " 0.9, '', '', %s + n * 7919 %% %s, 'machine', 0.5 + n %% 50 / 100.0, '{}'"
            " FROM generate_series(0, %s) AS n",
            [assets[0].pk, ASSETS, ASSETS, ASSETS, ASSETS, pts.tobytes(), boxes.tobytes(),
             bytes(8), people[0].pk, PEOPLE, TRACKS - 1],
        )  # fmt: skip
        cursor.execute(
            'INSERT INTO recognition_crop (track_id, pts, "left", top, "right", bottom, quality,'
            " image_key, context_key)"
            " SELECT id, 0, 0, 0, 1, 1, 0.5, 'x', '' FROM recognition_track"
        )
        cursor.execute(
            "WITH looks AS MATERIALIZED (SELECT i.id,"
            " (SELECT array_agg(random() - 0.5 + (i.id + g) * 0)"
            " FROM generate_series(1, %s) AS g)::vector AS look FROM recognition_identity AS i)"
            " INSERT INTO recognition_trackembedding (track_id, encoder_id, vector, quality)"
            " SELECT t.id, %s, l2_normalize(l.look)::halfvec, 0.5"
            " FROM recognition_track AS t JOIN looks AS l ON l.id = t.identity_id",
            [encoder.dimension, encoder.pk],
        )
        cursor.execute("ANALYZE")  # without, what follows was planned as if the tables were empty
        cursor.execute(
            "WITH one AS (SELECT t.identity_id, min(e.vector::text)::halfvec AS look"
            " FROM recognition_trackembedding AS e JOIN recognition_track AS t ON t.id = e.track_id"
            " WHERE t.identity_id = ANY(%s) GROUP BY t.identity_id)"
            " UPDATE recognition_trackembedding AS e SET vector = one.look"
            " FROM recognition_track AS t, one"
            " WHERE t.id = e.track_id AND t.identity_id = one.identity_id + 1",
            [[person.pk for person in people[1::10][:ALIKE]]],
        )
        mixed = [person.pk for person in people[5::10][:MIXED]]
        cursor.execute(
            "WITH own AS (SELECT id, identity_id, row_number() OVER (PARTITION BY identity_id"
            " ORDER BY id) AS place FROM recognition_track WHERE identity_id = ANY(%s)),"
            " one AS (SELECT DISTINCT ON (t.identity_id) t.identity_id, e.vector AS look"
            " FROM recognition_trackembedding AS e JOIN recognition_track AS t ON t.id = e.track_id"
            " WHERE t.identity_id = ANY(%s))"
            " UPDATE recognition_trackembedding AS e SET vector = one.look FROM own, one"
            " WHERE own.id = e.track_id AND one.identity_id = own.identity_id + 1"
            " AND own.place %% 2 = 0",
            [mixed, [pk + 1 for pk in mixed]],
        )
        cursor.execute(
            "UPDATE recognition_track SET identity_similarity = 0.1 WHERE identity_id = ANY(%s)",
            [mixed],
        )


def test_pages_of_a_large_library_are_quick(library: Library) -> None:
    client = Client()
    client.force_login(library.members.get())
    person = Identity.objects.filter(library=library).order_by("pk")[0]
    most = {
        reverse("recognition:people"): 15,
        reverse("recognition:people") + "?sort=doubt": 15,
        reverse("recognition:people") + "?name=name+4": 15,
        reverse("recognition:people") + "?show=named&page=3": 15,
        reverse("recognition:identity", args=[person.pk]): 29,
        reverse("recognition:look-alikes", args=[person.pk]): 20,
        reverse("recognition:review"): 23,
    }
    told = []
    for address, queries in most.items():
        client.get(address)  # the first to read rows just written also settles them for Postgres
        began, used = time.perf_counter(), cpu_s()
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address)
        took, used = time.perf_counter() - began, cpu_s() - used
        assert page.status_code == 200
        told.append(f"{address}: {took:.2f} s ({used:.2f} s of CPU), {len(seen)} queries")
        assert len(seen) <= queries, told[-1]
        assert used < CPU_ALLOWED_S, told[-1]
        if "review" in address:
            assert (len(page.context["pairs"]), len(page.context["doubts"])) == (20, 12)
    print("\n".join(told))
