"""One decode for two stages: what an onlooker recorded is gone by, or done without."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ingest import pipeline, storage
from ingest.errors import StageFailed
from ingest.media import lazy
from ingest.models import Asset, Role, Shot, StageRun
from ingest.pipeline import Outcome, run_asset, run_stage
from ingest.services.assets import delete_asset
from recognition.models import Crop, Track
from recognition.seeing.onlooking import WatchingOnlooker
from recognition.seeing.watching import Watcher
from recognition.services import decisions
from recognition.services.erasure import erase_identity
from recognition.stages import tracks
from tests.factories import add_member, make_library, make_user
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film
from tests.recognition.stages.test_exactly_once import TRACKS, run_up_to

pytestmark = pytest.mark.django_db(transaction=True)

SHOTS = "ingest.stages.shots"
Places = list[tuple[str, int, bytes, bytes, list[tuple[int, float, bytes]]]]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shots; in the first two people, in the second one."""
    blocks = [Block("red", 0, 80, 0.05, 0.4), Block("blue", 0, 50, 0.8, 0.6)]
    return write_film(tmp_path_factory.mktemp("films") / "f.mp4", 80, blocks, cuts=[50])


@pytest.fixture
def asset(loader: FakeLoader, film: Path) -> Asset:
    return add_film(make_library(), film)


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """The files that the stage of tracks decodes itself."""
    found: list[Path] = []
    plain = lazy.iter_pictures

    def counted(path: Path, *args: Any, **kwargs: Any) -> Any:
        found.append(path)
        return plain(path, *args, **kwargs)

    monkeypatch.setattr(tracks, "iter_pictures", counted)
    yield found


def places(asset: Asset) -> Places:
    """All that is written of the tracks, pictures included."""
    return [
        (
            track.label,
            track.shot.start_pts if track.shot else -1,
            bytes(track.pts_packed),
            bytes(track.boxes_packed),
            [
                (crop.pts, crop.quality, storage.derived_path(crop.image_key).read_bytes())
                for crop in track.crops.order_by("pk")
            ],
        )
        for track in Track.objects.filter(asset=asset).order_by("ordinal")
    ]


def record(asset: Asset) -> Path:
    return storage.record_path(asset.pk, TRACKS)


def summary(asset: Asset) -> dict[str, Any]:
    found: dict[str, Any] = asset.stage_runs.get(stage=TRACKS).summary
    return found


def test_the_film_is_decoded_once(asset: Asset, decodes: list[Path]) -> None:
    run = run_up_to(asset, TRACKS)
    assert record(asset).is_file()
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert not decodes and summary(asset)["is_recorded"]
    assert len(places(asset)) == 3
    assert not record(asset).exists()


def test_a_decode_of_its_own_gives_the_same(asset: Asset, decodes: list[Path]) -> None:
    run_asset(asset.pk)
    recorded, counts = places(asset), summary(asset)
    pipeline.retry(asset.stage_runs.get(stage=TRACKS))
    run_asset(asset.pk)
    assert len(decodes) == 1
    assert places(asset) == recorded
    again = summary(asset)
    assert (again["frames"], again["crops"]) == (counts["frames"], counts["crops"])
    assert not again["is_recorded"]


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut_off, alter, remove, empty])
def test_a_record_that_is_not_whole_is_done_without(
    asset: Asset, decodes: list[Path], damage: Callable[[Path], None]
) -> None:
    run = run_up_to(asset, TRACKS)
    damage(record(asset))
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert len(decodes) == 1 and not summary(asset)["is_recorded"]
    assert len(places(asset)) == 3
    assert not record(asset).exists()
    kept = {key for c in Crop.objects.all() for key in (c.image_key, c.context_key) if key}
    folder = storage.stage_dir(asset.pk, TRACKS)
    assert {storage.derived_key(path) for path in folder.rglob("*") if path.is_file()} == kept


def test_a_record_of_another_detector_is_done_without(
    asset: Asset, loader: FakeLoader, decodes: list[Path]
) -> None:
    run_up_to(asset, TRACKS)
    loader.versions["detector"] = "fake-detector-2"
    run_asset(asset.pk)
    assert len(decodes) == 1 and not record(asset).exists()


def test_a_record_of_other_shots_is_done_without(asset: Asset, decodes: list[Path]) -> None:
    run = run_up_to(asset, TRACKS)
    second = Shot.objects.get(asset=asset, ordinal=1)
    Shot.objects.filter(pk=second.pk).update(start_pts=second.start_pts + 1)
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert len(decodes) == 1


def test_a_detector_that_fails_leaves_the_shots_alone(
    asset: Asset, decodes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Watcher, *args: Any) -> Any:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(Watcher, "watch", fail)
        run = run_up_to(asset, TRACKS)
    assert asset.stage_runs.get(stage=SHOTS).state == StageRun.State.DONE
    assert not record(asset).exists()
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert len(decodes) == 1 and len(places(asset)) == 3


@pytest.mark.parametrize("field", ["deaths", "failures"])
def test_nobody_looks_on_after_a_death_or_an_error(
    asset: Asset, decodes: list[Path], field: str
) -> None:
    run = run_up_to(asset, SHOTS)
    StageRun.objects.filter(pk=run.pk).update(**{field: 1})
    run_asset(asset.pk)
    assert len(decodes) == 1 and len(places(asset)) == 3


def test_nobody_looks_on_where_another_worker_sees(
    asset: Asset, decodes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracks, "queue_for", lambda *roles: "gpu")
    run_up_to(asset, TRACKS)
    assert not record(asset).exists()
    run_asset(asset.pk)
    assert len(decodes) == 1 and len(places(asset)) == 3


def test_two_assets_at_once_do_not_meet(loader: FakeLoader, tmp_path: Path) -> None:
    library = make_library()
    films = [
        write_film(tmp_path / f"{n}.mp4", 50 + n, [Block(colour, 0, 50 + n, 0.1, 0.5)])
        for n, colour in enumerate(("red", "blue"))
    ]
    assets = [add_film(library, film) for film in films]
    start = threading.Barrier(2)

    def index(asset: Asset) -> None:
        start.wait()
        try:
            run_asset(asset.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=index, args=[asset]) for asset in assets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for asset in assets:
        asset.refresh_from_db()
        assert asset.status == Asset.Status.READY, asset.error_sentence
        assert summary(asset)["is_recorded"]
        before = places(asset)
        pipeline.retry(asset.stage_runs.get(stage=TRACKS))
        run_asset(asset.pk)
        assert places(asset) == before and len(before) == 1


def test_what_was_seen_goes_with_the_asset(asset: Asset) -> None:
    run_up_to(asset, TRACKS)
    assert record(asset).is_file()
    delete_asset(asset=asset, why="retention")
    assert not (storage.derived_root() / str(asset.pk)).exists()


def test_what_was_seen_goes_with_a_person_who_is_erased(asset: Asset) -> None:
    owner = make_user()
    add_member(asset.library, owner, Role.OWNER)
    run_asset(asset.pk)
    pipeline.retry(asset.stage_runs.get(stage=SHOTS))
    run = run_up_to(asset, TRACKS)
    assert record(asset).is_file()
    track = Track.objects.filter(asset=asset).exclude(identity=None).first()
    assert track is not None and track.identity is not None
    erase_identity(identity=track.identity, user=owner, typed=track.identity.display_name)
    assert not record(asset).exists()
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert len(places(asset)) < 3


def test_what_was_seen_goes_where_work_is_cancelled(asset: Asset) -> None:
    run_up_to(asset, TRACKS)
    pipeline.cancel(asset)
    assert not record(asset).exists()


def test_what_was_seen_goes_where_the_stage_fails_for_good(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_up_to(asset, TRACKS)

    def fail(asset: Asset) -> None:
        raise StageFailed("On purpose.", permanent=True)

    monkeypatch.setattr(decisions, "lock_decisions", fail)
    assert run_stage(run.pk, announce=False) is Outcome.FAILED
    assert not record(asset).exists()


def test_what_was_seen_waits_where_the_stage_is_tried_again(
    asset: Asset, decodes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_up_to(asset, TRACKS)

    def fail(asset: Asset) -> None:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(decisions, "lock_decisions", fail)
        assert run_stage(run.pk, announce=False) is Outcome.AGAIN
    StageRun.objects.filter(pk=run.pk).update(not_before=None)
    assert run_stage(run.pk, announce=False) is Outcome.DONE
    assert not decodes and len(places(asset)) == 3


def test_cancelled_while_it_looks_nothing_is_left(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_up_to(asset, SHOTS)
    finish = WatchingOnlooker.finish

    def cancel_then_finish(self: Any, shots: Any) -> None:
        pipeline.cancel(asset)
        finish(self, shots)

    monkeypatch.setattr(WatchingOnlooker, "finish", cancel_then_finish)
    assert run_stage(run.pk, announce=False) is Outcome.LOST
    assert not record(asset).exists() and not Track.objects.exists()
