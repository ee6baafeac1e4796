"""Films, a broker that only takes notes, and a path of one stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from ingest.models import Library
from tests.factories import make_library, make_user, write_film
from tests.ingest.pipeline.path_of_tests import MadeStage, made_path


@pytest.fixture
def stages(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """One made stage, a silent broker, and a media folder of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    with made_path(settings, "made_stages.only") as made:
        yield made


@pytest.fixture
def library(db: None, stages: list[MadeStage]) -> Library:
    """A library with an owner."""
    return make_library(owner=make_user())


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of ten frames."""
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    write_film(path, 10)
    return path
