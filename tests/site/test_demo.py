"""The demo: its user, its libraries, its progress."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command

from everyid_site.embedded.errors import ServiceFailed
from everyid_site.management.commands import demo
from ingest.models import Asset, Library
from tests.factories import make_asset, make_library, make_user, write_film

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_path(settings: Any, tmp_path: Path) -> None:
    """No networks are needed to offer files, and no state is left from one test to the next."""
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.shots")
    settings.STATE_DIR = tmp_path / "state"
    settings.STATE_DIR.mkdir()


def stopping(value: bool = False) -> Any:
    return cast("Any", SimpleNamespace(is_stopping=value))


def test_the_password_stays_and_is_repaired() -> None:
    user, password = demo.demo_user()
    assert user.check_password(password)
    assert user.is_staff and user.is_superuser  # so that Django admin can be tried
    user.set_password("changed by hand")
    user.save()
    again, same = demo.demo_user()
    assert (again.pk, same) == (user.pk, password)
    assert again.check_password(password)


def test_a_folders_footage_goes_to_a_library_of_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "Rushes"
    (folder / "day 1").mkdir(parents=True)
    write_film(folder / "day 1" / "a.mp4", 25)
    (folder / "notes.txt").write_text("not a film")
    (folder / ".hidden").write_text("")
    said: list[str] = []
    user = make_user()
    assets = demo.add_folder(user, folder, said.append)
    assert [asset.name for asset in assets] == ["a.mp4"]
    assert assets[0].external_path == str(folder / "day 1" / "a.mp4")
    assert assets[0].library.name == "Rushes"
    assert len(said) == 1
    assert said[0].startswith("notes.txt refused: ")
    assert [asset.pk for asset in demo.add_folder(user, folder, said.append)] == [assets[0].pk]


def test_sample_films_are_marked_and_know_their_camera(tmp_path: Path) -> None:
    film = tmp_path / "beach camera" / "one.mp4"
    film.parent.mkdir()
    write_film(film, 25)
    (asset,) = demo.add_films(make_user(), [film], lambda text: None)
    assert asset.library.is_sample
    assert asset.camera is not None
    assert asset.camera.name == "beach camera"
    edited = tmp_path / "edited" / "two.mp4"
    edited.parent.mkdir()
    write_film(edited, 30)
    (cut,) = demo.add_films(make_user(), [edited], lambda text: None)
    assert cut.camera is None  # it is of many


def test_films_are_made_once_and_again_when_one_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "camera" / "a film.mp4"
    code = (
        "import sys, pathlib; film = pathlib.Path(sys.argv[1]) / 'camera' / 'a film.mp4';"
        "film.parent.mkdir(exist_ok=True); film.touch(); print(film)"
    )
    monkeypatch.setattr(demo, "_MAKE_FILMS", code)
    said: list[str] = []
    for _ in range(2):
        assert demo.make_films(tmp_path, stopping(), said.append) == [film]
    assert len(said) == 1
    film.unlink()
    assert demo.make_films(tmp_path, stopping(), said.append) == [film]
    assert len(said) == 2


def test_making_films_ends_with_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_MAKE_FILMS", "import time; time.sleep(60)")
    assert demo.make_films(tmp_path, stopping(True), print) == []


def test_films_that_cannot_be_made_are_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_MAKE_FILMS", "raise SystemExit(1)")
    with pytest.raises(ServiceFailed, match="could not be made"):
        demo.make_films(tmp_path, stopping(), lambda text: None)


def test_the_owner_of_a_library_is_kept() -> None:
    owner = make_user()
    library = make_library(owner=owner, name=demo.SAMPLE_LIBRARY)
    demo.add_films(make_user(), [], lambda text: None)
    assert Library.objects.get(name=demo.SAMPLE_LIBRARY) == library
    assert library.memberships.count() == 2


def test_progress_says_what_became_of_each_asset() -> None:
    library = make_library(owner=make_user())
    ready = make_asset(library, name="good.mp4")
    failed = make_asset(
        library, name="bad.mp4", status=Asset.Status.FAILED, error_sentence="It is cut off."
    )
    said: list[str] = []
    demo.Progress(said.append, stopping()).follow([ready, failed])
    assert sorted(line[6:] for line in said) == ["bad.mp4 failed: It is cut off.", "good.mp4 ready"]


def test_progress_ends_with_everything_else() -> None:
    pending = make_asset(make_library(owner=make_user()), status=Asset.Status.PENDING)
    demo.Progress(print, stopping(True)).follow([pending])


def test_footage_that_is_not_there_is_refused_before_anything_starts() -> None:
    with pytest.raises(CommandError, match="There is no folder or file"):
        call_command("demo", footage=Path("/no/such/folder"))


def test_the_banner_has_what_one_needs() -> None:
    shown = demo.banner("http://127.0.0.1:8000", "secret")
    for word in ("http://127.0.0.1:8000", "demo", "secret"):
        assert word in shown
