"""Lines from a file to rows: inside it, beside it, done once, done again when subtitles come."""

from __future__ import annotations

import os
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from ingest import storage
from ingest.media.sidecars import read_sidecars
from ingest.models import Asset, Library, Line, StageRun
from ingest.pipeline import Outcome, retry, run_asset, run_stage
from ingest.services.assets import add_file, delete_asset
from ingest.services.uploads import receive
from tests.factories import make_library
from tests.films import Scene, make_film
from tests.ingest.media.subtitled import add_subtitles, mov_text

STAGES = ("ingest.stages.probe", "ingest.stages.shots", "ingest.stages.lines")
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nSubtitles that came later\n"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes, and two lines of which the second goes on with the first."""
    folder = tmp_path_factory.mktemp("films")
    make_film(folder / "bare.mp4", (Scene("beach", Fraction(2)), Scene("night", Fraction(1))))
    cues = [(500, 1000, mov_text("I have")), (1600, 800, mov_text("a dream, Zoë"))]
    return add_subtitles(folder / "bare.mp4", folder / "film.mp4", [("mov_text", "eng", cues)])


@pytest.fixture(autouse=True)
def _place(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PIPELINE = STAGES


@pytest.fixture
def library() -> Library:
    return make_library()


@pytest.fixture
def footage(film: Path, tmp_path: Path) -> Path:
    """The film in a folder of its own."""
    path = tmp_path / "footage" / "film.mp4"
    path.parent.mkdir()
    path.write_bytes(film.read_bytes())
    return path


def indexed(library: Library, path: Path, *, in_place: bool = True) -> Asset:
    added = add_file(library=library, path=path, name=path.name, in_place=in_place)
    assert added.asset is not None, added.sentence
    run_asset(added.asset.pk)
    return Asset.objects.get(pk=added.asset.pk)


def send(library: Library, name: str, content: bytes) -> Any:
    return receive(library=library, user=None, uploaded_file=SimpleUploadedFile(name, content))


def texts(asset: Asset) -> list[str]:
    return list(asset.lines.values_list("text", flat=True))


def runs(asset: Asset, stage: str) -> list[StageRun]:
    return list(asset.stage_runs.filter(stage=stage))


def test_it_writes_lines_with_what_follows(library: Library, footage: Path) -> None:
    asset = indexed(library, footage)
    assert asset.status == Asset.Status.READY, asset.error_sentence
    first, second = asset.lines.all()
    assert (first.text, first.next_words, first.next_end_pts) == (
        "I have", "a dream, Zoë", second.end_pts,
    )  # fmt: skip
    assert (first.start_pts * asset.time_base, first.end_pts * asset.time_base) == (
        Fraction(1, 2), Fraction(3, 2),
    )  # fmt: skip
    assert (second.language, second.next_words, second.next_end_pts) == ("eng", "", None)
    (run,) = runs(asset, STAGES[2])
    assert run.summary["lines"] == 2 and run.summary["notes"] == []
    library.refresh_from_db()
    assert library.has_lines


def test_without_subtitles_it_is_done_at_once(library: Library, film: Path) -> None:
    asset = indexed(library, film.with_name("bare.mp4"))
    assert asset.status == Asset.Status.READY and not asset.lines.exists()
    library.refresh_from_db()
    assert not library.has_lines


def test_bad_subtitles_are_a_note_and_no_failure(library: Library, footage: Path) -> None:
    footage.with_name("film.fr.srt").write_bytes(os.urandom(5000))
    asset = indexed(library, footage)
    assert asset.status == Asset.Status.READY and len(texts(asset)) == 2
    (run,) = runs(asset, STAGES[2])
    assert "“….fr.srt” beside this file hold no lines" in run.summary["notes"][0]


def test_subtitles_put_beside_it_are_read_when_it_is_indexed_again(
    library: Library, footage: Path
) -> None:
    asset = indexed(library, footage)
    sidecar = footage.with_name("film.en.srt")
    sidecar.write_bytes(SRT)
    assert indexed(library, footage) == asset
    assert "Subtitles that came later" in texts(asset) and len(texts(asset)) == 3
    before = runs(asset, STAGES[2])[0].finished_at
    assert indexed(library, footage) == asset  # nothing has changed: nothing is done
    assert [run.finished_at for run in runs(asset, STAGES[2])] == [before]
    sidecar.unlink()
    assert indexed(library, footage) == asset and len(texts(asset)) == 2
    assert [run.attempts for run in runs(asset, STAGES[1])] == [1]  # no picture was read again


def test_subtitles_are_sent_to_footage_that_was_sent(library: Library, footage: Path) -> None:
    asset = indexed(library, footage, in_place=False)
    upload = send(library, "film.en.srt", SRT)
    assert (upload.outcome, upload.asset) == ("accepted", asset), upload.sentence
    assert upload.sentence == "Subtitles of “film.mp4”."
    run_asset(asset.pk)
    assert "Subtitles that came later" in texts(asset)
    line = asset.lines.get(text="Subtitles that came later")
    assert (line.language, line.source) == ("en", "file .en.srt")
    send(library, "film.en.srt", SRT.replace(b"later", b"last"))
    run_asset(asset.pk)
    assert "Subtitles that came last" in texts(asset) and len(texts(asset)) == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("other.srt", SRT, "There is no footage called “other” in this library"),
        ("film.srt", b"no subtitles", "These subtitles hold no lines that can be read"),
        ("../film.srt", b"", "These subtitles hold no lines that can be read"),
        ("film.srt", b"0" * 10_000_001, "Subtitles may have up to 10 MB"),
    ],
)
def test_what_is_no_subtitles_of_anything_is_refused(
    library: Library, footage: Path, name: str, content: bytes, said: str
) -> None:
    indexed(library, footage, in_place=False)
    upload = send(library, name, content)
    assert upload.outcome == "refused" and said in upload.sentence
    assert len([path for path in storage.originals_root().rglob("*") if path.is_file()]) == 1


def test_footage_that_lies_elsewhere_takes_no_subtitles(library: Library, footage: Path) -> None:
    indexed(library, footage)
    upload = send(library, "film.srt", SRT)
    assert upload.outcome == "refused" and "put its subtitles beside it" in upload.sentence
    assert [path.name for path in footage.parent.iterdir()] == ["film.mp4"]


def test_subtitles_are_kept_with_their_footage_and_erased_with_it(
    library: Library, footage: Path, film: Path
) -> None:
    asset = indexed(library, footage, in_place=False)
    other = indexed(library, film.with_name("bare.mp4"), in_place=False)
    send(library, "film.srt", SRT)
    files = [path for path in storage.originals_root().rglob("*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        os.utime(path, (1, 1))
    keys = [asset.original_key, other.original_key]
    assert storage.remove_abandoned(keys) == 0
    delete_asset(asset=asset)
    assert Line.objects.count() == 0
    left = [path for path in storage.originals_root().rglob("*") if path.is_file()]
    assert left == [storage.original_path(other.original_key)]


def test_subtitles_beside_footage_in_place_are_never_deleted(
    library: Library, footage: Path
) -> None:
    footage.with_name("film.srt").write_bytes(SRT)
    asset = indexed(library, footage)
    assert len(texts(asset)) == 3
    delete_asset(asset=asset)
    assert sorted(path.name for path in footage.parent.iterdir()) == ["film.mp4", "film.srt"]


class Paused:
    """A stage in a thread of its own, held where it has read the subtitles but written nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.may_go_on = threading.Event(), threading.Event()
        self.outcomes: list[Outcome] = []
        real = read_sidecars

        def read_and_wait(*args: Any) -> Any:
            found = real(*args)
            if threading.current_thread() is self.thread:
                self.has_read.set()
                assert self.may_go_on.wait(120)
            return found

        monkeypatch.setattr("ingest.stages.lines.read_sidecars", read_and_wait)

    def start(self, asset: Asset) -> None:
        (run,) = runs(asset, STAGES[2])
        retry(run)
        self.thread = threading.Thread(target=self._work, args=(run.pk,))
        self.thread.start()
        assert self.has_read.wait(120)

    def finish(self) -> None:
        self.may_go_on.set()
        self.thread.join(120)
        assert not self.thread.is_alive()

    def _work(self, run_id: int) -> None:
        try:
            self.outcomes.append(run_stage(run_id, announce=False))
        finally:
            connection.close()


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Paused:
    return Paused(monkeypatch)


def test_subtitles_sent_while_they_are_read_are_not_missed(
    library: Library, footage: Path, paused: Paused
) -> None:
    asset = indexed(library, footage, in_place=False)
    paused.start(asset)
    assert send(library, "film.en.srt", SRT).outcome == "accepted"
    paused.finish()
    assert paused.outcomes == [Outcome.LOST]  # what it had read was too old: it wrote nothing
    run_asset(asset.pk)
    assert sorted(texts(asset)) == ["I have", "Subtitles that came later", "a dream, Zoë"]
    (run,) = runs(asset, STAGES[2])
    assert run.state == StageRun.State.DONE
    assert Asset.objects.get(pk=asset.pk).status == Asset.Status.READY


def test_subtitles_put_beside_footage_while_they_are_read_are_not_missed(
    library: Library, footage: Path, paused: Paused, tmp_path: Path
) -> None:
    asset = indexed(library, footage)
    paused.start(asset)
    old = tmp_path / "old.srt"
    old.write_bytes(SRT)
    os.utime(old, (1, 1))  # as one that was copied with its times, or moved
    old.rename(footage.with_name("film.en.srt"))
    add_file(library=library, path=footage, name=footage.name, in_place=True)
    paused.finish()
    assert paused.outcomes == [Outcome.LOST]
    run_asset(asset.pk)
    assert "Subtitles that came later" in texts(asset) and len(texts(asset)) == 3


def test_old_subtitles_put_beside_it_later_are_seen(
    library: Library, footage: Path, tmp_path: Path
) -> None:
    asset = indexed(library, footage)
    sidecar = footage.with_name("film.en.srt")
    sidecar.write_bytes(SRT)
    os.utime(sidecar, (1, 1))
    assert indexed(library, footage) == asset
    assert "Subtitles that came later" in texts(asset)
    before = runs(asset, STAGES[2])[0].finished_at
    assert indexed(library, footage) == asset
    assert [run.finished_at for run in runs(asset, STAGES[2])] == [before]
