"""Whatever happens on the way, a stage's effect is there once or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ingest import pipeline, storage
from ingest.models import Asset, Library, StageRun
from ingest.pipeline import Outcome, run_asset, run_stage
from recognition.models import Crop, Identity, Track, TrackEmbedding
from recognition.seeing.watching import Watcher
from recognition.services import library_state
from recognition.stages import identities
from tests.factories import make_library
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film

TRACKS = "recognition.stages.tracks"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three films of one person in red, of different lengths."""
    folder = tmp_path_factory.mktemp("films")
    return [
        write_film(folder / f"{n}.mp4", 40 + n, [Block("red", 0, 40 + n, 0.1, 0.5)])
        for n in range(3)
    ]


def run_up_to(asset: Asset, stage: str) -> StageRun:
    """Run all stages before this one; its run."""
    while True:
        run = pipeline.plan(asset)
        assert run is not None
        if run.stage == stage:
            return run
        assert run_stage(run.pk, announce=False) is Outcome.DONE


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_cancelled_on_the_way_writes_nothing(
    loader: FakeLoader, films: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = add_film(make_library(), films[0])
    run = run_up_to(asset, TRACKS)
    storage.delete_records(asset.pk)  # so that the stage looks for itself
    watch = Watcher.watch

    def cancel_then_watch(self: Watcher, *args: Any) -> Iterator[Any]:
        yield from watch(self, *args)
        pipeline.cancel(asset)

    monkeypatch.setattr(Watcher, "watch", cancel_then_watch)
    assert run_stage(run.pk, announce=False) is Outcome.LOST
    assert not Track.objects.exists()
    assert not any(storage.stage_dir(asset.pk, TRACKS).glob("*"))


@pytest.mark.django_db(transaction=True)
def test_an_error_while_writing_takes_everything_back(
    loader: FakeLoader, films: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = add_film(make_library(), films[0])
    run_asset(asset.pk)
    before = list(asset.tracks.values_list("pk", flat=True))
    loader.versions["detector"] = "fake-detector-2"
    run = run_up_to(asset, TRACKS)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(Crop.objects, "bulk_create", fail)
    assert run_stage(run.pk, announce=False) is Outcome.AGAIN
    assert list(asset.tracks.values_list("pk", flat=True)) == before
    assert TrackEmbedding.objects.filter(track__asset=asset).count() == 1
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_assets_that_finish_together_make_one_person_once(
    loader: FakeLoader, films: list[Path]
) -> None:
    library = make_library()
    runs = [run_up_to(add_film(library, film), identities.STAGE.name) for film in films]
    start, outcomes = threading.Barrier(len(runs)), []

    def finish(run: StageRun) -> None:
        start.wait()
        try:
            outcomes.append(run_stage(run.pk, announce=False))
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [Outcome.DONE] * 3
    person = Identity.objects.get(library=library)
    assert person.tracks.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("changes", [1, 10])
def test_a_library_that_changed_meanwhile_is_grouped_anew(
    loader: FakeLoader, films: list[Path], monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    library = make_library()
    run = run_up_to(add_film(library, films[0]), identities.STAGE.name)
    read, calls = library_state.read_state, []

    def read_then_change(*args: Any) -> Any:
        state = read(*args)
        calls.append(state)
        if len(calls) <= changes:
            Identity.objects.create(library=library, number=100 + len(calls), is_locked=True)
        return state

    monkeypatch.setattr(identities, "read_state", read_then_change)
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert len(calls) == min(changes, identities.TRIES) + 1
    assert _people_of(library) == 1


def _people_of(library: Library) -> int:
    return Identity.objects.filter(library=library, tracks__isnull=False).distinct().count()
