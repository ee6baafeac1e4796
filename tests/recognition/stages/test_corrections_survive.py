"""Merges, splits, refusals and covers when everything is done anew: stages, tracks, encoders."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from ingest.models import Asset, Role
from ingest.pipeline import run_asset
from recognition.models import Identity, Track
from recognition.services import groups, history, identities
from recognition.services.distinctions import refusals_in
from tests.factories import add_member, make_library, make_user
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film

# As in production: each stage commits, so that its heartbeat and its indexes are real.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    pair = [Block("red", 0, 50, 0.05, 0.3), Block("blue", 0, 50, 0.85, 0.5)]
    return [
        write_film(folder / "one.mp4", 50, pair),
        write_film(folder / "two.mp4", 50, pair, level=110),
    ]


@pytest.fixture
def assets(loader: FakeLoader, films: list[Path]) -> list[Asset]:
    library = make_library(name="Films")
    add_member(library, make_user("erin"), Role.EDITOR)
    made = [add_film(library, film) for film in films]
    for asset in made:
        run_asset(asset.pk)
        asset.refresh_from_db()
        assert asset.status == Asset.Status.READY, asset.error_sentence
    return made


@pytest.fixture
def editor(assets: list[Asset]) -> User:
    return User.objects.get(username="erin")


def track(asset: Asset, direction: str) -> Track:
    return asset.tracks.get(direction=direction)


def who(asset: Asset, direction: str) -> Identity:
    found = track(asset, direction).identity
    assert found is not None
    return found


def again(assets: list[Asset], loader: FakeLoader, how: str) -> None:
    """Everything anew: by other tracks, another encoder, or by running every stage again."""
    for asset in assets:
        if how == "stages":
            asset.stage_runs.all().delete()
        elif how == "regroup":
            asset.stage_runs.filter(stage="recognition.stages.identities").delete()
    if how in ("detector", "person"):
        loader.versions[how] = f"fake-{how}-2"
    for asset in assets:
        run_asset(asset.pk)
        asset.refresh_from_db()
        detail = asset.stage_runs.exclude(error_detail="").values_list("error_detail", flat=True)
        assert asset.status == Asset.Status.READY, list(detail)


WAYS = pytest.mark.parametrize("how", ["regroup", "stages", "detector", "person"])


@WAYS
def test_a_merge_of_unlike_people_stands(
    assets: list[Asset], editor: User, loader: FakeLoader, how: str
) -> None:
    red, blue = who(assets[0], "right"), who(assets[0], "left")
    merged = groups.merge(into=red, others=[blue.pk], user=editor)
    again(assets, loader, how)
    assert {t.identity_id for asset in assets for t in asset.tracks.all()} == {red.pk}
    assert merged.last_edit is not None
    history.undo(edit=merged.last_edit, user=editor)
    assert who(assets[0], "right") == red
    assert who(assets[1], "left") == blue


@WAYS
def test_a_split_of_alike_people_stands(
    assets: list[Asset], editor: User, loader: FakeLoader, how: str
) -> None:
    red = who(assets[0], "right")
    assert who(assets[1], "right") == red
    made = groups.split(
        identity=red, tracks=[track(assets[1], "right").pk], user=editor, name="Twin"
    )
    again(assets, loader, how)
    assert who(assets[0], "right") == red
    assert who(assets[1], "right") == made
    assert refusals_in(red.library_id).identities == {(red.pk, made.pk)}
    assert made.last_edit is not None
    history.undo(edit=made.last_edit, user=editor)
    assert who(assets[1], "right") == red


@WAYS
def test_who_was_taken_out_stays_out_and_can_be_brought_back(
    assets: list[Asset], editor: User, loader: FakeLoader, how: str
) -> None:
    red = who(assets[0], "right")
    edit = groups.unassign(
        identity=red, tracks=[track(assets[1], "right").pk], user=editor
    ).last_edit
    again(assets, loader, how)
    out = track(assets[1], "right")
    assert (out.identity, out.assigned_by) == (None, "human")
    assert refusals_in(red.library_id).barred == {(out.pk, red.pk)}
    assert edit is not None
    history.undo(edit=edit, user=editor)
    assert who(assets[1], "right") == red
    assert not refusals_in(red.library_id)


@WAYS
def test_refused_and_not_the_same_stand_with_cover_and_name(
    assets: list[Asset], editor: User, loader: FakeLoader, how: str
) -> None:
    red, blue = who(assets[0], "right"), who(assets[0], "left")
    crop = track(assets[1], "right").crops.last()
    assert crop is not None
    identities.rename(identity=red, user=editor, name="Ruby")
    identities.choose_cover(identity=red, user=editor, crop=crop)
    groups.refuse(identity=red, tracks=[track(assets[0], "left").pk], user=editor)
    groups.distinguish(identity=red, others=[blue.pk], user=editor)
    again(assets, loader, how)
    red.refresh_from_db()
    assert red.name == "Ruby"
    assert red.cover is not None
    assert red.cover.track == track(assets[1], "right")
    found = refusals_in(red.library_id)
    assert found.barred == {(track(assets[0], "left").pk, red.pk)}
    assert found.identities == {(red.pk, blue.pk)}
    assert who(assets[1], "left") == blue


def test_a_confirmed_assignment_against_all_looks_stands(
    assets: list[Asset], editor: User, loader: FakeLoader
) -> None:
    red = who(assets[0], "right")
    groups.assign(identity=red, tracks=[track(assets[1], "left").pk], user=editor)
    for how in ("regroup", "stages", "detector", "person"):
        again(assets, loader, how)
        assert who(assets[1], "left") == red
        assert track(assets[1], "left").assigned_by == "human"
