"""``manage.py index`` and ``stages``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from ingest.errors import NoFrames
from ingest.management.finding import find_files
from ingest.models import Asset, Library, Role
from ingest.pipeline_types import StageContext
from ingest.selectors import role_in
from tests.factories import make_user, write_film
from tests.ingest.pipeline.path_of_tests import MadeStage, made_path


@pytest.fixture
def stage(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MadeStage]:
    """A path of one stage, a silent broker and a media folder of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    with made_path(settings, "made_stages.only") as made:
        yield made[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two films, one twice, a letter, and things that are no footage."""
    folder = tmp_path / "footage with spaces"
    (folder / "b").mkdir(parents=True)
    write_film(folder / "z.mp4", 8)
    write_film(folder / "b" / "a.mp4", 12)
    (folder / "b" / "again.mov").write_bytes((folder / "z.mp4").read_bytes())
    (folder / "letter.mp4").write_text("Dear Sir")
    (folder / "README.md").write_text("# Rushes")
    (folder / ".hidden.mp4").write_text("")
    (folder / "b" / "loop").symlink_to(folder)
    return folder


def index(*words: str) -> tuple[int, dict[str, Any]]:
    """Exit status and what was printed."""
    out = StringIO()
    try:
        call_command("index", *words, "--json", stdout=out, stderr=StringIO())
    except SystemExit as error:
        return int(error.code or 0), json.loads(out.getvalue() or "{}")
    return 0, json.loads(out.getvalue())


def test_it_finds_files_in_a_stable_order(folder: Path) -> None:
    found = find_files([folder])
    names = [path.relative_to(folder).as_posix() for path in found.files]
    assert names == ["letter.mp4", "z.mp4", "b/a.mp4", "b/again.mov"]
    assert found.skipped == 1
    assert find_files([folder / "README.md"]).files == (folder / "README.md",)


def test_it_adds_waits_and_tells(stage: MadeStage, folder: Path) -> None:
    status, told = index(str(folder), "--library", "Rushes", "--wait", "--in-process")
    rows = [(row["name"], row["status"]) for row in told["assets"]]
    assert rows == [
        ("letter.mp4", "refused"),
        ("z.mp4", "ready"),
        ("a.mp4", "ready"),
        ("again.mov", "duplicate"),
    ]
    assert status == 1
    assert [bool(row["error"]) for row in told["assets"]] == [True, False, False, True]
    assert all(set(row) == {"name", "status", "error"} for row in told["assets"])
    assert len(stage.runs) == 2
    assert Asset.objects.get(name="z.mp4").external_path == str(folder / "z.mp4")


def test_it_is_free_the_second_time(stage: MadeStage, folder: Path) -> None:
    words = (str(folder / "z.mp4"), "--library", "Rushes", "--wait", "--in-process")
    assert index(*words)[0] == 0
    status, told = index(*words)
    assert status == 0 and [row["status"] for row in told["assets"]] == ["duplicate"]
    assert len(stage.runs) == 1


def test_it_says_what_failed(stage: MadeStage, folder: Path) -> None:
    def fail(context: StageContext) -> None:
        raise NoFrames("No picture can be decoded.")

    stage.before = [fail]
    words = (str(folder / "z.mp4"), "--library", "Rushes", "--wait", "--in-process")
    status, told = index(*words)
    assert (status, told["assets"][0]["status"]) == (1, "failed")
    assert told["assets"][0]["error"] == "No picture can be decoded."


def test_it_queues_without_waiting_and_copies(stage: MadeStage, folder: Path) -> None:
    _, told = index(
        str(folder / "z.mp4"), str(folder / "none.mp4"), "--library", "Rushes", "--copy",
        "--camera", "A",
    )  # fmt: skip
    assert [row["status"] for row in told["assets"]] == ["queued", "refused"]
    asset = Asset.objects.get()
    assert asset.original_key and asset.camera is not None and asset.camera.name == "A"


def test_a_new_library_gets_an_owner(stage: MadeStage, folder: Path) -> None:
    film = str(folder / "z.mp4")
    index(film, "--library", "Nobody's")
    assert not Library.objects.get(name="Nobody's").memberships.exists()
    first, boss = make_user(), make_user(is_superuser=True)
    index(film, "--library", "The boss's")
    assert role_in(boss, Library.objects.get(name="The boss's")) == Role.OWNER
    index(film, "--library", "Named", "--owner", first.username)
    assert role_in(first, Library.objects.get(name="Named")) == Role.OWNER
    with pytest.raises(CommandError, match="no user called nobody") as raised:
        index(film, "--library", "Other", "--owner", "nobody")
    assert raised.value.returncode == 2


def test_wrong_usage_is_an_error_of_its_own(stage: MadeStage) -> None:
    with pytest.raises(CommandError):
        call_command("index", "--library", "Rushes")
    with pytest.raises(CommandError, match="needs a name"):
        index("x.mp4", "--library", " ")


def test_stages_lists_and_retries(stage: MadeStage, folder: Path) -> None:
    def fail(context: StageContext) -> None:
        raise NoFrames("No picture can be decoded.")

    stage.before = [fail]
    index(str(folder / "z.mp4"), "--library", "Rushes", "--wait", "--in-process")
    out = StringIO()
    call_command("stages", "--json", "--library", "Rushes", stdout=out)
    row = json.loads(out.getvalue())["assets"][0]
    assert (row["status"], row["stages"][0]["error"]) == ("failed", "No picture can be decoded.")
    call_command("stages", "--retry", stdout=StringIO())
    assert Asset.objects.get().status == Asset.Status.PENDING
    call_command("work")
    assert Asset.objects.get().status == Asset.Status.READY
    out = StringIO()
    call_command("stages", stdout=out)
    assert "z.mp4" in out.getvalue() and "done" in out.getvalue()
