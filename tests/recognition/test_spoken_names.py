"""A name that was erased stays out of what is said, however often subtitles are read anew."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ingest.media.sidecars import read_sidecars
from ingest.models import Asset, ForgottenName, Library, Line
from ingest.pipeline import Outcome, retry, run_asset, run_stage
from ingest.services import forgetting
from ingest.services.assets import add_file
from recognition.models import Identity
from recognition.services.erasure import erase_identity
from tests.factories import make_identity, make_library, make_user
from tests.films import Scene, make_film

STAGES = ("ingest.stages.probe", "ingest.stages.shots", "ingest.stages.lines")


def srt(*texts: str) -> str:
    return "\n".join(
        f"{i}\n00:00:00,{i}00 --> 00:00:00,{i}50\n{text}\n" for i, text in enumerate(texts, start=1)
    )


@pytest.fixture(autouse=True)
def _place(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PIPELINE = STAGES


@pytest.fixture
def library() -> Library:
    return make_library(owner=make_user("owner"))


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    make_film(path, (Scene("beach", Fraction(1)),))
    said = ("Hello Zoë Berg!", "ZOË BERG, come", "Ask Zoë Berg-Holm", "Zoëberg")
    path.with_suffix(".srt").write_text(srt(*said), "utf-8")
    return path


def index(library: Library, path: Path) -> Asset:
    added = add_file(library=library, path=path, name=path.name, in_place=True)
    assert added.asset is not None, added.sentence
    run_asset(added.asset.pk)
    return added.asset


def read_anew(asset: Asset) -> None:
    retry(asset.stage_runs.get(stage=STAGES[2]))
    run_asset(asset.pk)


def texts(asset: Asset) -> list[str]:
    return list(asset.lines.values_list("text", flat=True))


def erase(identity: Identity) -> None:
    owner = identity.library.memberships.get().user
    erase_identity(identity=identity, user=owner, typed=identity.display_name)


def test_reading_anew_brings_no_erased_name_back(library: Library, footage: Path) -> None:
    asset = index(library, footage)
    make_identity(library, name="Zoë Berg-Holm")
    erase(make_identity(library, name="Zoë Berg"))
    said = ["Hello someone!", "someone, come", "Ask Zoë Berg-Holm", "Zoëberg"]
    assert texts(asset) == said
    read_anew(asset)
    assert texts(asset) == said
    assert not Line.objects.filter(next_words__icontains="Berg,").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ingest_line WHERE search @@ to_tsquery('zoe & !holm')")
        assert cursor.fetchone() == (0,)
    footage.with_name("film.en.srt").write_text(srt("Was that Zoë Berg?"), "utf-8")
    index(library, footage)
    assert "Was that someone?" in texts(asset)


def test_footage_that_comes_later_is_read_as_it_is(library: Library, footage: Path) -> None:
    index(library, footage)
    erase(make_identity(library, name="Zoë Berg"))
    later = footage.with_name("later.mp4")
    make_film(later, (Scene("night", Fraction(1)),))
    later.with_suffix(".srt").write_text(srt("Another Zoë Berg"), "utf-8")
    assert texts(index(library, later)) == ["Another Zoë Berg"]


def test_the_name_itself_is_kept_nowhere(library: Library) -> None:
    erase(make_identity(library, name="Zoë Berg"))
    kept = str(list(ForgottenName.objects.values()))
    assert ForgottenName.objects.count() == 2  # the name, and the number it was shown by before
    assert "zo" not in kept.casefold().replace("zone", "")
    library.delete()
    assert not ForgottenName.objects.exists()


def test_an_erasure_while_a_stage_reads_is_seen(
    library: Library, footage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stage has read the name when its owner erases it, and writes after that."""
    asset = index(library, footage)
    has_read, may_go_on = threading.Event(), threading.Event()
    outcomes: list[Outcome] = []

    def read_and_wait(*args: Any) -> Any:
        found = read_sidecars(*args)
        has_read.set()
        assert may_go_on.wait(120)
        return found

    def work(run_id: int) -> None:
        try:
            outcomes.append(run_stage(run_id, announce=False))
        finally:
            connection.close()

    monkeypatch.setattr("ingest.stages.lines.read_sidecars", read_and_wait)
    run = asset.stage_runs.get(stage=STAGES[2])
    retry(run)
    thread = threading.Thread(target=work, args=(run.pk,))
    thread.start()
    assert has_read.wait(120)
    erase(make_identity(library, name="Zoë Berg"))
    may_go_on.set()
    thread.join(120)
    assert outcomes == [Outcome.DONE]
    assert texts(asset)[0] == "Hello someone!"


def test_an_erasure_waits_for_a_stage_that_is_writing(
    library: Library, footage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stage has asked which names are forgotten, none yet, and has not committed."""
    asset = index(library, footage)
    is_writing, may_commit = threading.Event(), threading.Event()

    def ask_and_wait(of: Asset) -> Any:
        forget = forgetting.forgetter(of)
        is_writing.set()
        assert may_commit.wait(120)
        return forget

    def work(job: Any) -> None:
        try:
            job()
        finally:
            connection.close()

    monkeypatch.setattr("ingest.stages.lines.forgetter", ask_and_wait)
    run = asset.stage_runs.get(stage=STAGES[2])
    retry(run)
    person = make_identity(library, name="Zoë Berg")
    writing = threading.Thread(target=work, args=(lambda: run_stage(run.pk, announce=False),))
    erasing = threading.Thread(target=work, args=(lambda: erase(person),))
    writing.start()
    assert is_writing.wait(120)
    erasing.start()
    _wait_for_a_lock()
    may_commit.set()
    writing.join(120)
    erasing.join(120)
    assert texts(asset)[0] == "Hello someone!"


def _wait_for_a_lock() -> None:
    """Until somebody waits for an advisory lock."""
    with connection.cursor() as cursor:
        for _ in range(6000):
            cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone():
                return
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("Nobody waits.")
