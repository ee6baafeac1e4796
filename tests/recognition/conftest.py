"""Fake networks for all tests of this room's Django side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import fakes


@pytest.fixture
def loader() -> Iterator[fakes.FakeLoader]:
    """The fake loader; its ``versions`` change fingerprints."""
    with fakes.install() as loader:
        yield loader
