"""The people pages of a large library: as many queries as for a small one, and quick."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pgvector import HalfVector

from ingest.models import Asset, Library
from recognition.models import Crop, Encoder, Identity, Track, TrackEmbedding
from recognition.networks import network_infos
from tests.factories import make_asset, make_library, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("loader")]

PEOPLE = 5000
TRACKS = 100_000
ASSETS = 200
TIMES_ALLOWED_S = 6.0
"""Several times what was measured on a busy machine of two cores: this catches a page that reads
everything, not a slow machine."""


@pytest.fixture
def library() -> Iterator[Library]:
    """5,000 people, every tenth named, with 100,000 tracks, each with a crop and a vector."""
    library = make_library(owner=make_user("olga"), name="Town")
    [info] = [info for info in network_infos() if info.role == "person"]
    encoder = Encoder.objects.create(
        name=info.name, space="person", fingerprint=info.fingerprint, dimension=info.dimension
    )
    assets = [make_asset(library, shots=0) for _ in range(ASSETS)]
    people = Identity.objects.bulk_create(
        Identity(library=library, number=n + 1, name=f"Name {n}" if n % 10 == 0 else "")
        for n in range(PEOPLE)
    )
    _fill(assets, people, encoder)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield library


def _fill(assets: list[Asset], people: list[Identity], encoder: Encoder) -> None:
    random = np.random.default_rng(1)
    looks = random.normal(size=(PEOPLE, encoder.dimension)).astype(np.float32)
    pts, boxes = np.array([0, 10], dtype="<i8"), np.array([0.1, 0.1, 0.3, 0.9] * 2, dtype="<f4")
    tracks = Track.objects.bulk_create(
        (
            Track(
                asset=assets[n % ASSETS],
                ordinal=n // ASSETS,
                label="person",
                start_pts=n // ASSETS * 20,
                end_pts=n // ASSETS * 20 + 11,
                pts_packed=pts.tobytes(),
                boxes_packed=boxes.tobytes(),
                confidence_packed=bytes(8),
                confidence=0.9,
                identity=people[n * 7919 % PEOPLE],
                identity_similarity=0.5 + n % 50 / 100,
            )
            for n in range(TRACKS)
        ),
        batch_size=5000,
    )
    Crop.objects.bulk_create(
        (
            Crop(
                track=t, pts=0, left=0.1, top=0.1, right=0.3, bottom=0.9, quality=0.5, image_key="x"
            )
            for t in tracks
        ),
        batch_size=5000,
    )
    TrackEmbedding.objects.bulk_create(
        (
            TrackEmbedding(track=t, encoder=encoder, vector=HalfVector(_row(looks, n)), quality=0.5)
            for n, t in enumerate(tracks)
        ),
        batch_size=5000,
    )


def _row(looks: np.ndarray, n: int) -> np.ndarray:
    row = looks[n * 7919 % PEOPLE]
    return np.asarray(row / np.linalg.norm(row))


def test_pages_of_a_large_library_are_quick(library: Library) -> None:
    client = Client()
    client.force_login(library.members.get())
    person = Identity.objects.filter(library=library).order_by("pk")[0]
    most = {
        reverse("recognition:people"): 12,
        reverse("recognition:people") + "?sort=doubt": 12,
        reverse("recognition:people") + "?name=name+4": 12,
        reverse("recognition:people") + "?show=named&page=3": 12,
        reverse("recognition:identity", args=[person.pk]): 26,
        reverse("recognition:look-alikes", args=[person.pk]): 16,
        reverse("recognition:review"): 100,
    }
    told = []
    for address, queries in most.items():
        with CaptureQueriesContext(connection) as seen:
            began = time.perf_counter()
            assert client.get(address).status_code == 200
            took = time.perf_counter() - began
        told.append(f"{address}: {took:.2f} s, {len(seen)} queries")
        assert len(seen) <= queries, told[-1]
        assert took < TIMES_ALLOWED_S, told[-1]
    print("\n".join(told))
