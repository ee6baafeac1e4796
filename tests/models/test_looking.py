"""Looking at a moment on demand, with a tiny Grounding DINO in the vendor's own format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from recognition.engine.backends import grounding_dino
from recognition.engine.backends.grounding_dino import GroundingDino
from recognition.engine.backends.on_torch import Place
from recognition.engine.types import NetworkInfo
from search.models import Check
from search.services import checks
from tests import fakes
from tests.factories import add_member, make_asset, make_library, make_user
from tests.models import tiny

INFO = NetworkInfo("tiny", "open_set", "tiny-1")


def open_tiny(folder: Path, batch: int = 16) -> GroundingDino:
    network, processor = grounding_dino.read_folder("tiny", tiny.grounding_dino(folder))
    return GroundingDino(network, processor, INFO, Place("cpu", batch))


@pytest.mark.django_db
def test_a_check_is_answered_by_the_network(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(grounding_dino, "MIN_CONFIDENCE", 0.0)  # random weights are never sure
    library, user = make_library(name="Films"), make_user()
    add_member(library, user)
    asset = make_asset(library, files=True)
    with fakes.install() as loader:
        loader.open_set = open_tiny(tmp_path / "net")
        asked = checks.ask(user=user, keyframes=list(asset.keyframes.all()), words="red hat, dog")
        checks.look([check.pk for check in asked])
    found = list(Check.objects.all())
    assert len(found) == 2 and {check.state for check in found} == {"done"}
    for check in found:
        assert 0 < len(check.seen) <= checks.MOST_SEEN
        assert {seen["word"] for seen in check.seen} <= {"red hat", "dog"}
        sure = [seen["confidence"] for seen in check.seen]
        assert sure == sorted(sure, reverse=True)
        for left, top, right, low in (seen["box"] for seen in check.seen):
            assert 0 <= left <= right <= 1 and 0 <= top <= low <= 1


def test_want_of_memory_halves_the_batch_and_loses_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounding_dino, "MIN_CONFIDENCE", 0.0)
    looker = open_tiny(tmp_path)
    images = [np.full((48, 64, 3), 40 * i, np.uint8) for i in range(5)]
    whole = looker.find(images, ["red hat"])
    sizes: list[int] = []
    plain = looker._find

    def scarce(part: Sequence[Any], *rest: Any) -> Any:
        sizes.append(len(part))
        if len(part) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return plain(part, *rest)

    monkeypatch.setattr(looker, "_find", scarce)
    halved = looker.find(images, ["red hat"])
    assert sizes == [4, 2, 2, 1]
    for one, other in zip(whole, halved, strict=True):
        assert np.allclose(np.sort(one.confidence), np.sort(other.confidence), atol=1e-3)
