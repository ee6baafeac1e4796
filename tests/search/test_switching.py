"""A search while footage is embedded anew meets the vectors of one encoder alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from ingest.models import Asset
from ingest.pipeline import run_asset
from recognition.engine.backends.registry import Pair
from recognition.engine.loader import Setup
from recognition.engine.types import Floats, Image
from recognition.models import Encoder, KeyframeEmbedding, Reindex
from recognition.selectors import current_encoder
from recognition.services import reindexing
from search.finder import find
from tests import fakes
from tests.factories import add_member, make_library, make_user
from tests.recognition.footage import Block, add_film, write_film

# Indexes are made between transactions, as in life.
pytestmark = pytest.mark.django_db(transaction=True)
JOINT = Encoder.Space.JOINT
OTHER = "everyid-light-projection-1"
QUESTIONS = ("something red", "something blue", "something green")


class RolledImages(fakes.FakeImageEncoder):
    """The same likenesses in another space: every number stands one place further."""

    info = replace(fakes.INFOS["image"], name=OTHER, fingerprint=f"fake-{OTHER}")

    def encode_images(self, images: Sequence[Image]) -> Floats:
        return np.roll(super().encode_images(images), 1, axis=1)


class RolledTexts(fakes.FakeTextEncoder):
    """The words of that space."""

    info = replace(fakes.INFOS["text"], name=OTHER, fingerprint=f"fake-{OTHER}")

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        return np.roll(super().encode_texts(texts), 1, axis=1)


class TwoSpaces(fakes.FakeLoader):
    """Two pairs whose spaces look alike and have nothing to do with each other."""

    def load_pair(self, name: str, *args: Any, **options: Any) -> Pair:
        return Pair(RolledImages(), RolledTexts())

    def load_text_encoder(
        self, profile: str, weights_dir: Path | None = None, setup: Setup | None = None
    ) -> fakes.FakeTextEncoder:
        chosen = dict(setup.overrides if setup else ())
        return RolledTexts() if chosen.get("image_text") == OTHER else fakes.FakeTextEncoder()


@pytest.fixture
def asset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Asset]:
    monkeypatch.setattr(fakes, "FakeLoader", TwoSpaces)
    blocks = [Block("red", 0, 30), Block("blue", 30, 60), Block("green", 60, 90)]
    with fakes.install():
        film = write_film(tmp_path / "one.mp4", 90, blocks)
        made = add_film(make_library(name="Films"), film)
        run_asset(made.pk)
        yield made


def answers(user: User) -> list[list[tuple[int, float]]]:
    """The moments of each answer, with their scores."""
    found = (find(question, user=user).moments for question in QUESTIONS)
    return [[(one.moment.shot_id, one.moment.score) for one in moments] for moments in found]


def test_answers_stay_what_they_are_all_the_while(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "CHUNK", 1)
    user = make_user()
    add_member(asset.library, user)
    before, old = answers(user), current_encoder(JOINT)
    assert all(before) and old is not None
    halfway: list[int] = []

    def tell(row: Reindex) -> None:
        both = KeyframeEmbedding.objects.exclude(encoder=old).count()
        if row.state != Reindex.State.DONE:
            assert current_encoder(JOINT) == old
            halfway.append(both)
        assert answers(user) == before  # a word of one space among the other's lies elsewhere

    reindexing.reindex(JOINT, OTHER, tell)
    assert len({count for count in halfway if count}) > 1
    new = current_encoder(JOINT)
    assert new is not None and new != old and new.network == OTHER
    assert answers(user) == before


def test_spaces_that_are_mixed_would_be_seen(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    add_member(asset.library, user)
    before = answers(user)
    monkeypatch.setattr("search.retrieval.words.text_encoder", lambda network: RolledTexts())
    assert answers(user) != before
