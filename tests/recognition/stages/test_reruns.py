"""What happens to people's decisions when stages run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.models import Asset, Role
from ingest.pipeline import run_asset
from recognition.models import Identity, Track
from recognition.services import identities as service
from tests.factories import add_member, make_library, make_user
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film

# As in production: each stage commits, so that its heartbeat and its indexes are real.
pytestmark = pytest.mark.django_db(transaction=True)

RED = Block("red", 0, 50, 0.05, 0.3)
BLUE = Block("blue", 0, 50, 0.85, 0.5)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {
        "both": write_film(folder / "both.mp4", 50, [RED, BLUE]),
        "red": write_film(folder / "red.mp4", 50, [RED], level=110),
        "twins": write_film(folder / "twins.mp4", 50, [RED, Block("red", 0, 50, 0.85, 0.5)]),
    }


@pytest.fixture
def asset(loader: FakeLoader, films: dict[str, Path]) -> Asset:
    library = make_library(name="Films")
    add_member(library, make_user("erin"), Role.EDITOR)
    made = add_film(library, films["both"])
    run_asset(made.pk)
    return made


def who(asset: Asset, direction: str) -> Identity:
    """Who walks in this direction."""
    found = asset.tracks.get(direction=direction).identity
    assert found is not None
    return found


def test_a_name_survives_new_tracks(asset: Asset, loader: FakeLoader) -> None:
    editor = asset.library.members.get()
    red, old = who(asset, "right"), set(asset.tracks.values_list("pk", flat=True))
    service.rename(identity=red, user=editor, name="Ruby")
    loader.versions["detector"] = "fake-detector-2"
    run_asset(asset.pk)
    assert not old & set(asset.tracks.values_list("pk", flat=True))
    assert who(asset, "right").name == "Ruby"
    assert who(asset, "right").pk == red.pk
    assert who(asset, "left").pk != red.pk


def test_a_hidden_person_stays_hidden(asset: Asset, loader: FakeLoader) -> None:
    service.hide(identity=who(asset, "left"), user=asset.library.members.get())
    loader.versions["detector"] = "fake-detector-2"
    run_asset(asset.pk)
    assert who(asset, "left").is_hidden
    assert not who(asset, "right").is_hidden


def test_numbers_stay_without_any_decision(asset: Asset, loader: FakeLoader) -> None:
    before = {direction: who(asset, direction).number for direction in ("left", "right")}
    loader.versions["detector"] = "fake-detector-2"
    run_asset(asset.pk)
    assert {direction: who(asset, direction).number for direction in before} == before


def test_a_chosen_cover_moves_to_a_new_crop(asset: Asset, loader: FakeLoader) -> None:
    red = who(asset, "right")
    crop = asset.tracks.get(direction="right").crops.last()
    assert crop is not None
    service.choose_cover(identity=red, user=asset.library.members.get(), crop=crop)
    loader.versions["detector"] = "fake-detector-2"
    run_asset(asset.pk)
    red.refresh_from_db()
    assert red.cover is not None
    assert red.cover.pk != crop.pk
    assert red.cover.track.identity_id == red.pk


def test_decisions_survive_new_shots(
    asset: Asset, loader: FakeLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.rename(identity=who(asset, "right"), user=asset.library.members.get(), name="Ruby")
    asset.shots.all().delete()
    assert asset.tracks.filter(identity__name="Ruby", shot=None).exists()
    asset.stage_runs.exclude(stage="ingest.stages.probe").delete()
    run_asset(asset.pk)
    assert who(asset, "right").name == "Ruby"
    assert not asset.tracks.filter(shot=None).exists()


def test_a_track_that_a_human_moved_is_never_moved_back(asset: Asset, loader: FakeLoader) -> None:
    red, blue = who(asset, "right"), who(asset, "left")
    Track.objects.filter(asset=asset, direction="left").update(
        identity=red, assigned_by=Track.Assigner.HUMAN
    )
    asset.stage_runs.filter(stage="recognition.stages.identities").delete()
    run_asset(asset.pk)
    moved = asset.tracks.get(direction="left")
    assert moved.identity_id == red.pk
    assert moved.assigned_by == Track.Assigner.HUMAN
    assert not Identity.objects.filter(pk=blue.pk).exists()


def test_a_second_film_of_someone_joins_them(asset: Asset, films: dict[str, Path]) -> None:
    ruby = service.rename(
        identity=who(asset, "right"), user=asset.library.members.get(), name="Ruby"
    )
    second = add_film(asset.library, films["red"])
    run_asset(second.pk)
    track = second.tracks.get()
    assert track.identity_id == ruby.pk
    assert track.assigned_by == Track.Assigner.MACHINE
    assert track.identity_similarity is not None
    assert track.identity_similarity > 0.6


def test_two_at_once_who_look_the_same_are_two(asset: Asset, films: dict[str, Path]) -> None:
    twins = add_film(asset.library, films["twins"])
    run_asset(twins.pk)
    assert twins.tracks.count() == 2
    assert twins.tracks.values("identity").distinct().count() == 2


def test_empty_suggestions_go_and_named_people_stay(asset: Asset, films: dict[str, Path]) -> None:
    ruby = service.rename(
        identity=who(asset, "right"), user=asset.library.members.get(), name="Ruby"
    )
    blue = who(asset, "left")
    asset.tracks.all().delete()
    second = add_film(asset.library, films["red"])
    run_asset(second.pk)
    assert Identity.objects.filter(pk=ruby.pk).exists()
    assert not Identity.objects.filter(pk=blue.pk).exists()


def test_libraries_do_not_share_people(asset: Asset, films: dict[str, Path]) -> None:
    other = add_film(make_library(name="Other"), films["both"])
    run_asset(other.pk)
    mine = set(asset.tracks.values_list("identity", flat=True))
    theirs = set(other.tracks.values_list("identity", flat=True))
    assert not mine & theirs
    assert set(Identity.objects.filter(library=other.library).values_list("number", flat=True)) == {
        1,
        2,
    }
