"""Files are taken in whole, or refused in a sentence and leave nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from ingest import storage
from ingest.models import Asset, Library, Shot, StageRun
from ingest.pipeline import run_asset
from ingest.services.assets import Added, Outcome, add_file, delete_asset
from tests.factories import make_library, make_shot, make_user, write_film
from tests.ingest.pipeline.path_of_tests import MadeStage


def stored_files() -> list[Path]:
    """Everything under MEDIA_ROOT."""
    roots = (storage.originals_root(), storage.incoming_root(), storage.derived_root())
    return [path for root in roots for path in root.rglob("*") if path.is_file()]


def add(library: Library, path: Path, **options: Any) -> Added:
    """Add a file under its own name."""
    return add_file(library=library, path=path, name=path.name, **options)


def test_it_copies_a_file_and_plans_its_stages(library: Library, film: Path) -> None:
    added = add(library, film)
    asset = added.asset
    assert added.outcome == Outcome.ACCEPTED and asset is not None and not added.sentence
    assert (asset.name, asset.size_bytes) == ("film.mp4", film.stat().st_size)
    assert asset.status == Asset.Status.PENDING and asset.stage_runs.count() == 1
    assert storage.source_path(asset).read_bytes() == film.read_bytes()
    assert len(stored_files()) == 1 and asset.original_key.endswith(".mp4")


def test_it_leaves_a_file_in_place(library: Library, film: Path) -> None:
    asset = add(library, film, in_place=True).asset
    assert asset is not None and storage.source_path(asset) == film
    assert stored_files() == []


def refused_missing(folder: Path) -> Path:
    return folder / "nothing.mp4"


def refused_folder(folder: Path) -> Path:
    return folder


def refused_empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def refused_text(folder: Path) -> Path:
    path = folder / "letter.mp4"
    path.write_text("Dear Sir or Madam")
    return path


def refused_device(folder: Path) -> Path:
    return Path("/dev/null")


def refused_truncated(folder: Path) -> Path:
    whole = folder / "whole.mp4"
    write_film(whole, 10)
    path = folder / "truncated.mp4"
    path.write_bytes(whole.read_bytes()[:500])
    return path


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (refused_missing, "not_a_file"),
        (refused_folder, "not_a_file"),
        (refused_device, "not_a_file"),
        (refused_empty, "empty_file"),
        (refused_text, "not_media"),
        (refused_truncated, "not_media"),
    ],
)
def test_it_refuses_in_a_sentence(
    library: Library, tmp_path: Path, make: Callable[[Path], Path], code: str, in_place: bool
) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    added = add(library, make(folder), in_place=in_place)
    assert (added.asset, added.outcome, added.code) == (None, Outcome.REFUSED, code)
    assert added.sentence.endswith(".") and "\n" not in added.sentence
    assert not Asset.objects.exists() and stored_files() == []


def test_it_refuses_what_is_too_large(library: Library, film: Path, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    assert add(library, film).code == "too_large"
    assert add(library, film, in_place=True).outcome == Outcome.ACCEPTED


@pytest.mark.parametrize("in_place", [True, False])
def test_it_knows_a_duplicate_by_content(
    library: Library, film: Path, tmp_path: Path, in_place: bool
) -> None:
    first = add(library, film).asset
    copy = tmp_path / "another name.mov"
    copy.write_bytes(film.read_bytes())
    added = add(library, copy, in_place=in_place)
    assert (added.asset, added.outcome, added.code) == (first, Outcome.DUPLICATE, "duplicate")
    assert added.sentence == "The same footage is already here as “film.mp4”."
    assert Asset.objects.count() == 1 and len(stored_files()) == 1


def test_another_library_may_have_the_same(library: Library, film: Path) -> None:
    add(library, film)
    assert add(make_library(), film).outcome == Outcome.ACCEPTED


def test_a_duplicate_has_done_what_changed_since(
    library: Library, film: Path, stages: list[MadeStage], transactional_db: None
) -> None:
    asset = add(library, film).asset
    assert asset is not None
    run_asset(asset.pk)
    add(library, film)
    run_asset(asset.pk)
    assert len(stages[0].runs) == 1
    stages[0].raise_version()
    add(library, film)
    assert asset.stage_runs.filter(state=StageRun.State.QUEUED).count() == 1


def test_a_moved_file_in_place_is_found_again(library: Library, film: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old.mp4", tmp_path / "new.mp4"
    old.write_bytes(film.read_bytes())
    asset = add(library, old, in_place=True).asset
    assert asset is not None
    old.rename(new)
    assert add(library, new, in_place=True).outcome == Outcome.DUPLICATE
    asset.refresh_from_db()
    assert storage.source_path(asset) == new


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a \"quoted\" 'name'.mp4", "a \"quoted\" 'name'.mp4"),
        ("two\nlines\r\tand\x00nul.mp4", "two lines and nul.mp4"),
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("Großaufnahme 映画.mp4", "Großaufnahme 映画.mp4"),
        ("invoice\u202egpj.mp4", "invoice gpj.mp4"),
        (os.fsdecode(b"bad \xff byte.mp4"), "bad byte.mp4"),
        ("", "untitled"),
        ("..", "untitled"),
        ("x" * 300 + ".mp4", "x" * 250 + "….mp4"),
    ],
)
def test_names_are_for_people_only(library: Library, film: Path, name: str, shown: str) -> None:
    asset = add_file(library=library, path=film, name=name).asset
    assert asset is not None and asset.name == shown and len(shown) <= 255
    assert storage.source_path(asset).is_relative_to(storage.originals_root())


def test_a_full_disk_leaves_nothing(
    library: Library, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ingest.services.assets.os.fsync", full)
    added = add(library, film)
    assert added.code == "storage_full" and "space" in added.sentence
    assert stored_files() == [] and not Asset.objects.exists()


def test_a_failure_after_storing_leaves_nothing(
    library: Library, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(asset: Asset) -> None:
        raise RuntimeError("the plan cannot be made")

    monkeypatch.setattr("ingest.services.assets.enqueue", broken)
    with pytest.raises(RuntimeError):
        add(library, film)
    assert stored_files() == [] and not Asset.objects.exists()


def test_a_file_that_crashes_the_decoder_is_refused(
    library: Library, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.services import inspection

    monkeypatch.setattr(inspection, "_PROGRAM", "import os, sys; sys.stdin.readline(); os.abort()")
    monkeypatch.setattr(inspection, "_inspector", inspection.Inspector())
    added = add(library, film)
    assert added.code == "not_media" and "brings the video decoder down" in added.sentence
    assert stored_files() == []


def test_a_file_that_hangs_the_decoder_is_refused(
    library: Library, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.services import inspection

    monkeypatch.setattr(inspection, "_PROGRAM", "import time; time.sleep(60)")
    monkeypatch.setattr(inspection, "_inspector", inspection.Inspector())
    monkeypatch.setattr(inspection, "TIMEOUT_S", 0.2)
    assert "reasonable time" in add(library, film).sentence


def test_two_at_once_make_one_asset(
    transactional_db: None, stages: list[MadeStage], film: Path
) -> None:
    library = make_library(owner=make_user())
    results: list[Added] = []

    def upload() -> None:
        try:
            results.append(add(library, film))
        finally:
            connection.close()

    threads = [Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = sorted(result.outcome for result in results)
    assert outcomes == ["accepted", "duplicate", "duplicate", "duplicate"]
    assert Asset.objects.count() == 1 and len(stored_files()) == 1


def test_deleting_takes_rows_and_files(
    transactional_db: None, library: Library, film: Path, stages: list[MadeStage]
) -> None:
    asset = add(library, film).asset
    assert asset is not None
    run_asset(asset.pk)
    make_shot(asset)
    assert len(stored_files()) == 2
    delete_asset(asset=asset)
    assert not Asset.objects.exists() and not Shot.objects.exists()
    assert not StageRun.objects.exists() and stored_files() == []


def test_deleting_leaves_a_file_in_place_alone(
    transactional_db: None, library: Library, film: Path
) -> None:
    asset = add(library, film, in_place=True).asset
    assert asset is not None
    delete_asset(asset=asset)
    assert film.is_file()
