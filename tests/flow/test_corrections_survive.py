"""People's corrections through everything made anew, with the built-in networks: nothing is faked.

Another encoder is one of another fingerprint: the vectors that its stage makes are
the same, yet all of them are made, registered and indexed anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser

from everyid_site.demo import footage
from everyid_site.demo.script import FILMS, Part, Scene
from ingest.models import Asset, StageRun
from ingest.pipeline import run_asset
from ingest.services.assets import add_file
from ingest.services.libraries import create_library
from recognition.engine import loader
from recognition.engine.types import NetworkInfo, Networks
from recognition.models import Crop, Encoder, Identity, Track
from recognition.services import groups, identities
from recognition.services.distinctions import refusals_in
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SCENES = {
    "one.mp4": Scene(
        "beach", 4, (Part("ada", 0.1, 0.35, 0.92, 0.62), Part("emil", 0.65, 0.9, 0.94, 0.66))
    ),
    "two.mp4": Scene(
        "office", 4, (Part("emil", 0.1, 0.35, 0.94, 0.66), Part("ada", 0.65, 0.9, 0.92, 0.62)), 4
    ),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    for name, scene in SCENES.items():
        FILMS[name] = (scene,)
        footage.make_film(folder / name, name)
        del FILMS[name]
    return [folder / name for name in SCENES]


@pytest.fixture
def editor() -> AbstractUser:
    return make_user("erin")


@pytest.fixture
def assets(films: list[Path], editor: AbstractUser) -> list[Asset]:
    library = create_library(name="Flow", owner=editor, recognition_reason="A test.")
    made = []
    for path in films:
        added = add_file(library=library, path=path, name=path.name, user=editor, in_place=True)
        assert added.asset is not None, added.sentence
        made.append(added.asset)
    run_all(made)
    return made


def run_all(assets: list[Asset]) -> None:
    for asset in assets:
        run_asset(asset.pk)
        asset.refresh_from_db()
        runs = asset.stage_runs.exclude(error_detail="").values_list("error_detail", flat=True)
        assert asset.status == Asset.Status.READY, list(runs)


def at(asset: Asset, side: str) -> Track:
    """The longest track of a person whose first box lies on this side of the picture."""
    found = [
        track
        for track in Track.objects.filter(asset=asset, label="person")
        if (crop := track.crops.first()) and (crop.left + crop.right < 1) is (side == "left")
    ]
    return max(found, key=lambda track: track.end_pts - track.start_pts)


def state(assets: list[Asset], cover: Identity) -> dict[str, Any]:
    """What people said, read from the catalogue by places in the picture, not by keys of tracks."""
    library = assets[0].library_id
    places = {(a.name, side): at(a, side) for a in assets for side in ("left", "right")}
    refused = refusals_in(library)
    shown = Crop.objects.filter(pk=Identity.objects.get(pk=cover.pk).cover_id or 0).first()
    return {
        "who": {place: (t.identity_id, t.assigned_by) for place, t in places.items()},
        "names": dict(Identity.objects.exclude(name="").values_list("pk", "name")),
        "merged": dict(Identity.objects.exclude(merged_into=None).values_list("pk", "merged_into")),
        "apart": set(refused.identities),
        "barred": {
            (place, who) for place, t in places.items() for pk, who in refused.barred if pk == t.pk
        },
        "cover": None if shown is None else {p for p, t in places.items() if t == shown.track},
    }


class Renamed:
    """The person network as if its weights were others."""

    def __init__(self, network: Any) -> None:
        self.encode_people = network.encode_people
        self.info = renamed(network.info)


def renamed(info: NetworkInfo) -> NetworkInfo:
    return replace(info, fingerprint="f" * 16) if info.role == "person" else info


def other_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loader give a person network of another fingerprint."""
    load, describe = loader.load, loader.describe

    def loaded(*given: Any, **named: Any) -> Networks:
        found = load(*given, **named)
        return replace(found, people=Renamed(found.people))

    monkeypatch.setattr(loader, "load", loaded)
    monkeypatch.setattr(loader, "describe", lambda *a, **k: [renamed(i) for i in describe(*a, **k)])


def everything_anew(assets: list[Asset], monkeypatch: pytest.MonkeyPatch, cover: Identity) -> None:
    """Group anew, run every stage anew, take another encoder: each time all stands."""
    said = state(assets, cover)
    runs = StageRun.objects.filter(asset__in=assets)
    runs.filter(stage="recognition.stages.identities").delete()
    run_all(assets)
    assert state(assets, cover) == said
    runs.delete()
    run_all(assets)
    assert state(assets, cover) == said
    other_encoder(monkeypatch)
    run_all(assets)
    assert Encoder.objects.filter(fingerprint="f" * 16).exists()
    assert state(assets, cover) == said


def test_split_unassign_not_the_same_name_and_cover_stand(
    assets: list[Asset], editor: AbstractUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = assets
    ada, emil = at(one, "left").identity, at(one, "right").identity
    assert ada is not None and emil is not None and ada != emil
    identities.rename(identity=ada, user=editor, name="Ada")
    cover = at(one, "left").crops.order_by("pk").last()
    assert cover is not None
    identities.choose_cover(identity=ada, user=editor, crop=cover)
    # Whoever the machine took them for: both of the second film are given, then corrected.
    groups.assign(identity=emil, tracks=[at(two, "left").pk], user=editor)
    twin = groups.split(identity=emil, tracks=[at(two, "left").pk], user=editor, name="Twin")
    if at(two, "right").identity_id != ada.pk:
        groups.assign(identity=ada, tracks=[at(two, "right").pk], user=editor)
    groups.unassign(identity=ada, tracks=[at(two, "right").pk], user=editor)
    groups.distinguish(identity=ada, others=[emil.pk], user=editor)
    said = state(assets, ada)["who"]
    assert said["two.mp4", "left"] == (twin.pk, "human")
    assert said["two.mp4", "right"] == (None, "human")
    everything_anew(assets, monkeypatch, ada)


def test_a_merge_against_all_looks_stands(
    assets: list[Asset], editor: AbstractUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, emil = at(assets[0], "left").identity, at(assets[0], "right").identity
    assert ada is not None and emil is not None
    groups.merge(into=ada, others=[emil.pk], user=editor)
    assert state(assets, ada)["merged"] == {emil.pk: ada.pk}
    everything_anew(assets, monkeypatch, ada)
