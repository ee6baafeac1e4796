"""Vector search under filters: exact where few rows are left, and never too few answers."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection

from ingest.models import Asset, Keyframe, Library, Shot
from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.models import Encoder, KeyframeEmbedding
from recognition.services.catalogue import ensure_indexes
from search import vectors
from search.facts import WHOLE
from search.filters import Filters
from search.scope import Scope
from search.vectors import KEYFRAMES, VectorSearch, allowed_rows
from tests.factories import make_library
from tests.search.made import make_encoder

pytestmark = pytest.mark.django_db
DIMENSION = 32
ROWS = 600
ASSETS = 60


@pytest.fixture
def catalogue(db: None) -> tuple[Library, Encoder, dict[int, Floats]]:
    """600 keyframes in 60 assets with random unit vectors (as halfvec holds them)."""
    library, encoder = make_library(), make_encoder(dimension=DIMENSION)
    ensure_indexes(encoder)
    rng = np.random.default_rng(7)
    rows = unit(rng.standard_normal((ROWS, DIMENSION)).astype(np.float32)).astype(np.float16)
    assets = Asset.objects.bulk_create(
        Asset(
            library=library,
            name=str(i),
            content_sha256=str(i),
            size_bytes=1,
            external_path=str(i),
        )
        for i in range(ASSETS)
    )
    shots = Shot.objects.bulk_create(
        Shot(asset=asset, ordinal=0, start_pts=0, end_pts=100) for asset in assets
    )
    keyframes = Keyframe.objects.bulk_create(
        Keyframe(shot=shots[i % ASSETS], asset=assets[i % ASSETS], pts=i, image_key="x")
        for i in range(ROWS)
    )
    KeyframeEmbedding.objects.bulk_create(
        KeyframeEmbedding(keyframe=k, encoder=encoder, vector=row.astype(np.float32))
        for k, row in zip(keyframes, rows, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    held = {k.pk: row.astype(np.float32) for k, row in zip(keyframes, rows, strict=True)}
    return library, encoder, held


def search(library: Library, encoder: Encoder, assets: tuple[int, ...] = ()) -> VectorSearch:
    scope = Scope((library.pk,), Filters(asset=assets))
    members = allowed_rows(scope.member_shots(), KEYFRAMES.shot)
    allowed = allowed_rows(scope.shots(), KEYFRAMES.shot)
    return VectorSearch(KEYFRAMES, encoder, allowed, members, scope.is_narrowed)


def truth(held: dict[int, Floats], text: Floats, allowed: set[int], k: int) -> list[int]:
    ranked = sorted(allowed, key=lambda pk: -float(held[pk] @ text))
    return ranked[:k]


def allowed_keyframes(assets: tuple[int, ...]) -> set[int]:
    rows = Keyframe.objects.filter(asset_id__in=assets) if assets else Keyframe.objects.all()
    return set(rows.values_list("id", flat=True))


@pytest.mark.parametrize("kept", [0, 30, 3, 1])
@pytest.mark.parametrize("exact_up_to", [50_000, 0])
def test_it_answers_right_and_in_full_at_every_selectivity(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
    monkeypatch: pytest.MonkeyPatch,
    kept: int,
    exact_up_to: int,
) -> None:
    library, encoder, held = catalogue
    monkeypatch.setattr(vectors, "EXACT_UP_TO", exact_up_to)
    assets = tuple(Asset.objects.order_by("id").values_list("id", flat=True)[:kept])
    text = unit(np.random.default_rng(3).standard_normal((1, DIMENSION)).astype(np.float32))[0]
    found = search(library, encoder, assets).nearest(text, part=WHOLE, limit=20)
    ids = [hit.picture_id for hit in found.hits]
    expected = truth(held, text, allowed_keyframes(assets), 20)
    assert len(ids) == len(expected)
    assert len(set(ids) & set(expected)) >= 0.95 * len(expected)
    if exact_up_to:
        assert ids == expected and found.plan == "exact"
    similarities = [hit.similarity for hit in found.hits]
    assert similarities == sorted(similarities, reverse=True)


def test_the_index_is_walked_when_rows_are_many(
    catalogue: tuple[Library, Encoder, dict[int, Floats]], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, encoder, held = catalogue
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 10)
    found = search(library, encoder).nearest(next(iter(held.values())), part=WHOLE, limit=20)
    assert found.plan == "hnsw" and len(found.hits) == 20


def test_the_spread_is_that_of_the_library(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
) -> None:
    library, encoder, held = catalogue
    text = next(iter(held.values()))
    every = np.stack(list(held.values())) @ text
    few = tuple(Asset.objects.order_by("id").values_list("id", flat=True)[:2])
    for assets in ((), few):
        spread = search(library, encoder, assets).nearest(text, part=WHOLE, limit=5).spread
        assert spread.count == ROWS
        assert spread.mean == pytest.approx(every.mean(), abs=1e-3)
        assert spread.deviation == pytest.approx(every.std(), abs=1e-3)


def test_no_rows_no_answer(catalogue: tuple[Library, Encoder, dict[int, Floats]]) -> None:
    library, _, held = catalogue
    other = make_encoder("made-2", DIMENSION)
    empty = search(library, other)
    assert empty.is_empty
    assert empty.nearest(next(iter(held.values())), part=WHOLE, limit=5).hits == ()
