"""A path of three made stages, an asset with a film, and a broker that only takes notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app

from ingest.models import Asset
from tests.factories import make_asset, make_library
from tests.ingest.pipeline.path_of_tests import MadeStage, made_path


@pytest.fixture
def path(settings: Any) -> Iterator[list[MadeStage]]:
    """Three stages: a, b, c."""
    with made_path(settings, "made_stages.a", "made_stages.b", "made_stages.c") as stages:
        yield stages


@pytest.fixture
def asset(transactional_db: None, path: list[MadeStage]) -> Asset:
    """A new asset for which nothing has been done."""
    return make_asset(make_library(), shots=0, status=Asset.Status.PENDING, ready_at=None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What the broker was told: task, run id, queue."""
    messages: list[tuple[str, int, str]] = []

    def send_task(name: str, args: list[int], queue: str, **_: Any) -> None:
        messages.append((name, args[0], queue))

    monkeypatch.setattr(current_app, "send_task", send_task)
    return messages
