"""From a file to a moment, with the built-in networks: nothing is faked here."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser

from everyid_site.demo import footage
from everyid_site.demo.script import FILMS, Part, Scene
from ingest import pipeline
from ingest.models import Asset, Library, StageRun
from ingest.services.assets import add_file
from ingest.services.libraries import create_library
from recognition.models import Identity, Track
from recognition.services.identities import rename
from search.finder import find
from search.ranking.filters import Filters

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SCENES = {
    "one.mp4": Scene("beach", 4, (Part("ada", 0.2, 0.8, 0.92, 0.62),)),
    "two.mp4": Scene("office", 4, (Part("emil", 0.8, 0.3, 0.94, 0.66),), seed=4),
    "three.mp4": Scene("street", 4, (Part("ada", 0.8, 0.2, 0.95, 0.62),), seed=2),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three short films, made once."""
    folder = tmp_path_factory.mktemp("films")
    made = {}
    for name, scene in SCENES.items():
        FILMS[name] = (scene,)
        made[name] = folder / name
        footage.make_film(made[name], name)
        del FILMS[name]
    return made


@pytest.fixture
def owner() -> AbstractUser:
    return get_user_model().objects.create_user("owner", password="a long password")


@pytest.fixture
def library(owner: AbstractUser, films: dict[str, Path]) -> Library:
    """A library with the three films indexed."""
    library = create_library(name="Flow", owner=owner, recognition_reason="A test.")
    for name, path in films.items():
        added = add_file(library=library, path=path, name=name, user=owner, in_place=True)
        assert added.asset is not None, added.sentence
        pipeline.run_asset(added.asset.pk)
    return library


def names_found(text: str, user: AbstractUser) -> list[str]:
    """The assets' names of the answers, best first, each once."""
    result = find(text, user=user, filters=Filters(), limit=20, offset=0)
    return list(dict.fromkeys(moment.asset.name for moment in result.moments))


def test_footage_becomes_moments(library: Library, owner: AbstractUser) -> None:
    assets = Asset.objects.filter(library=library)
    assert {asset.status for asset in assets} == {Asset.Status.READY}, [
        (run.stage, run.error_sentence, run.error_detail)
        for run in StageRun.objects.exclude(state=StageRun.State.DONE)
    ]
    assert Track.objects.filter(asset__library=library, label="person").count() >= 3

    assert names_found("beach", owner)[0] == "one.mp4"
    # Drawn people and places are not what the networks learnt from: both who wear red come first.
    red = names_found("woman in a red coat near the beach", owner)
    assert set(red[:2]) == {"one.mp4", "three.mp4"}
    assert names_found("a man in a black suit in an office", owner)[0] == "two.mp4"
    assert set(names_found("person in red", owner)[:2]) == {"one.mp4", "three.mp4"}


def test_running_again_changes_nothing_and_keeps_a_name(
    library: Library, owner: AbstractUser
) -> None:
    asset = Asset.objects.get(library=library, name="one.mp4")
    identity = Identity.objects.filter(tracks__asset=asset).first()
    assert identity is not None
    rename(identity=identity, user=owner, name="Ada")
    before = set(StageRun.objects.values_list("pk", "finished_at"))

    pipeline.run_asset(asset.pk)
    assert set(StageRun.objects.values_list("pk", "finished_at")) == before

    StageRun.objects.filter(asset=asset, stage="recognition.stages.tracks").delete()
    pipeline.run_asset(asset.pk)
    identity.refresh_from_db()
    assert identity.name == "Ada"
    assert identity.tracks.filter(asset=asset).exists()
    assert names_found("Ada", owner)[0] == "one.mp4"
