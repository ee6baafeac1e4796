"""Fixtures of the search tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recognition.models import Encoder
from search import answering
from tests.search.made import make_encoder, space


@pytest.fixture
def encoder(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Encoder]:
    """The encoder at work, with its texts."""
    made = make_encoder()
    monkeypatch.setattr(answering, "joint_space", lambda: space(made))
    yield made


@pytest.fixture
def no_encoder(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was embedded yet with the networks at work."""
    monkeypatch.setattr(answering, "joint_space", lambda: space(None))
