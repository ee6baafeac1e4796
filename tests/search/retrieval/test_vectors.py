"""Vector search under filters: exact where few rows are left, and never too few answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from django.db import connection

from ingest.models import Asset, Keyframe, Library, Shot
from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.models import Encoder, KeyframeEmbedding
from recognition.services.catalogue import ensure_indexes
from search.ranking.facts import WHOLE
from search.ranking.filters import Filters
from search.retrieval import vector_plans, vector_samples
from search.retrieval.scope import Scope
from search.retrieval.vector_plans import Plan
from search.retrieval.vector_samples import SAMPLES
from search.retrieval.vector_tables import KEYFRAMES, allowed_rows
from search.retrieval.vectors import VectorSearch
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
    return VectorSearch(
        KEYFRAMES,
        encoder,
        allowed,
        members,
        libraries=scope.library_ids,
        narrowed=scope.is_narrowed,
    )


def truth(held: dict[int, Floats], text: Floats, allowed: set[int], k: int) -> list[int]:
    ranked = sorted(allowed, key=lambda pk: -float(held[pk] @ text))
    return ranked[:k]


def allowed_keyframes(assets: tuple[int, ...]) -> set[int]:
    rows = Keyframe.objects.filter(asset_id__in=assets) if assets else Keyframe.objects.all()
    return set(rows.values_list("id", flat=True))


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the planner take this table for a large one."""
    monkeypatch.setattr(vector_samples, "SAMPLED_FROM", 10)
    monkeypatch.setattr(vector_plans, "ALWAYS_EXACT", 10)
    SAMPLES.forget()
    yield
    SAMPLES.forget()


def some_assets(kept: int) -> tuple[int, ...]:
    return tuple(Asset.objects.order_by("id").values_list("id", flat=True)[:kept])


def a_text(seed: int = 3) -> Floats:
    drawn = np.random.default_rng(seed).standard_normal((1, DIMENSION)).astype(np.float32)
    text: Floats = unit(drawn)[0]
    return text


@pytest.mark.parametrize("kept", [0, 30, 3, 1])
def test_a_small_table_is_compared_row_by_row(
    catalogue: tuple[Library, Encoder, dict[int, Floats]], kept: int
) -> None:
    library, encoder, held = catalogue
    assets, text = some_assets(kept), a_text()
    found = search(library, encoder, assets).nearest(text, part=WHOLE, limit=20)
    ids = [hit.picture_id for hit in found.hits]
    assert ids == truth(held, text, allowed_keyframes(assets), 20) and found.plan == "exact"


@pytest.mark.parametrize("row_us", [0.01, 1000.0])
@pytest.mark.parametrize("kept", [0, 30, 3, 1])
def test_it_answers_right_and_in_full_at_every_selectivity(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
    planned: None,
    monkeypatch: pytest.MonkeyPatch,
    kept: int,
    row_us: float,
) -> None:
    library, encoder, held = catalogue
    assets, text = some_assets(kept), a_text()
    opened = search(library, encoder, assets)
    assert opened._sample is not None
    monkeypatch.setattr(opened._sample.costs, "row_us", row_us)
    found = opened.nearest(text, part=WHOLE, limit=20)
    ids = [hit.picture_id for hit in found.hits]
    expected = truth(held, text, allowed_keyframes(assets), 20)
    assert len(ids) == len(expected)
    assert len(set(ids) & set(expected)) >= 0.95 * len(expected)
    if row_us < 1:
        assert ids == expected and found.plan == "exact"
    elif not kept:
        assert found.plan == "hnsw"
    similarities = [hit.similarity for hit in found.hits]
    assert similarities == sorted(similarities, reverse=True)


def test_a_walk_that_brings_too_few_is_not_believed(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
    planned: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The filter allows what lies farthest from the text, and the plan does not know it."""
    library, encoder, held = catalogue
    text = a_text()
    assets = some_assets(2)
    opened = search(library, encoder, assets)
    blind = Plan("hnsw", rows=20, depth=20, exact_ms=1.0, walk_ms=0.1)
    monkeypatch.setattr(opened, "_plan", lambda limit, similarities, sample: blind)
    found = opened.nearest(text, part=WHOLE, limit=20)
    assert found.plan == "exact after hnsw"
    expected = truth(held, text, allowed_keyframes(assets), 20)
    assert [hit.picture_id for hit in found.hits] == expected


def test_a_walk_that_misses_what_the_sample_knows_is_not_believed(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
    planned: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library, encoder, held = catalogue
    text = a_text()
    opened = search(library, encoder)
    walk = opened._walk
    monkeypatch.setattr(opened, "_walk", lambda text, limit, plan: walk(text, 40, plan)[20:])
    plan = Plan("hnsw", rows=ROWS, depth=100, exact_ms=9.0, walk_ms=1.0)
    monkeypatch.setattr(opened, "_plan", lambda limit, similarities, sample: plan)
    found = opened.nearest(text, part=WHOLE, limit=20)
    assert found.plan == "exact after hnsw"
    assert [hit.picture_id for hit in found.hits] == truth(held, text, set(held), 20)


@pytest.mark.parametrize("kept", [0, 30])
def test_hits_know_their_assets_mean_whatever_the_way(
    catalogue: tuple[Library, Encoder, dict[int, Floats]], planned: None, kept: int
) -> None:
    library, encoder, held = catalogue
    text = a_text()
    means: dict[int, list[float]] = {}
    for pk, shot in Keyframe.objects.values_list("id", "shot_id"):
        means.setdefault(shot, []).append(float(held[pk] @ text))
    opened = search(library, encoder, some_assets(kept))
    found = opened.nearest(text, part=WHOLE, limit=20)
    if opened.lacks_context:
        found = opened.in_context(found, text)
    for hit in found.hits:  # ten keyframes per asset: all of them are taken
        assert hit.context == pytest.approx(np.mean(means[hit.shot_id]), abs=2e-3)


def test_a_planned_search_shows_nothing_of_other_libraries(
    catalogue: tuple[Library, Encoder, dict[int, Floats]], planned: None
) -> None:
    _, encoder, held = catalogue
    other = make_library()
    found = search(other, encoder).nearest(next(iter(held.values())), part=WHOLE, limit=20)
    assert found.hits == () and found.spread.count == 0


def test_a_planned_search_asks_few_questions(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
    planned: None,
    django_assert_num_queries: Any,
) -> None:
    library, encoder, _ = catalogue
    assets = some_assets(3)
    search(library, encoder, assets)  # the sample, and which of its rows the filter allows
    with django_assert_num_queries(1):
        opened = search(library, encoder, assets)
        found = opened.nearest(a_text(), part=WHOLE, limit=20)
    with django_assert_num_queries(1):
        opened.in_context(found, a_text())


@pytest.mark.parametrize("is_planned", [False, True])
def test_the_spread_is_that_of_the_library(
    catalogue: tuple[Library, Encoder, dict[int, Floats]],
    request: pytest.FixtureRequest,
    is_planned: bool,
) -> None:
    if is_planned:
        request.getfixturevalue("planned")
    library, encoder, held = catalogue
    text = next(iter(held.values()))
    every = np.stack(list(held.values())) @ text
    few = tuple(Asset.objects.order_by("id").values_list("id", flat=True)[:2])
    for assets in ((), few):
        spread = search(library, encoder, assets).nearest(text, part=WHOLE, limit=5).spread
        assert spread.count == ROWS or (is_planned and spread.count > 500)
        assert spread.mean == pytest.approx(every.mean(), abs=1e-3)
        assert spread.deviation == pytest.approx(every.std(), abs=1e-3)


def test_no_rows_no_answer(catalogue: tuple[Library, Encoder, dict[int, Floats]]) -> None:
    library, _, held = catalogue
    other = make_encoder("made-2", DIMENSION)
    empty = search(library, other)
    assert empty.nearest(next(iter(held.values())), part=WHOLE, limit=5).hits == ()
