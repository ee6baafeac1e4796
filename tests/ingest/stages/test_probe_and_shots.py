"""The two stages on a made film: what they write, and that rows outlive a second run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest import storage
from ingest.models import Asset, Keyframe, Shot, StageRun
from ingest.pipeline import retry, run_asset
from ingest.services.assets import add_file
from tests.factories import make_library
from tests.films import Scene, make_film

SCENES = (Scene("beach", Fraction(1)), Scene("night", Fraction(1)), Scene("park", Fraction(1)))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Three scenes of a second."""
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    return make_film(path, SCENES, timecode="01:00:00:00", audio="aac")


@pytest.fixture
def asset(transactional_db: None, settings: Any, tmp_path: Path, film: Any) -> Asset:
    """The film, indexed by the two stages."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.shots")
    added = add_file(library=make_library(), path=film.path, name="film.mp4", in_place=True)
    assert added.asset is not None, added.sentence
    run_asset(added.asset.pk)
    added.asset.refresh_from_db()
    return added.asset


def test_they_fill_in_what_the_film_is(asset: Asset, film: Any) -> None:
    assert asset.status == Asset.Status.READY, asset.error_sentence
    assert (asset.width_px, asset.height_px, asset.video_codec) == (320, 180, "h264")
    assert asset.has_audio and asset.audio_codec == "aac" and asset.camera is None
    assert asset.start_timecode == "01:00:00:00" and asset.frame_rate == 25
    assert (asset.frame_count, asset.duration_s) == (75, Fraction(3))
    cuts = [shot.start_pts * asset.time_base for shot in asset.shots.all()]
    assert cuts == [0, *(cut * film.time_base for cut in film.cuts)]
    assert asset.sprite_layout["columns"] and asset.sprite_layout["tile_pts"]


def test_every_file_has_a_row_and_every_row_a_file(asset: Asset) -> None:
    keys = {asset.proxy_key, asset.poster_key, asset.sprite_key}
    keys |= set(Keyframe.objects.values_list("image_key", flat=True))
    root = storage.derived_root()
    on_disk = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert keys == on_disk


def test_the_summary_counts(asset: Asset) -> None:
    summary = StageRun.objects.get(stage="ingest.stages.shots").summary
    assert summary["cpu_seconds"] > 0
    assert summary["peak_mb"] > 0
    assert (summary["shots"], summary["keyframes"], summary["frames"]) == (
        Shot.objects.count(),
        Keyframe.objects.count(),
        75,
    )


def test_a_second_run_keeps_the_rows_and_renews_the_files(asset: Asset) -> None:
    before = list(Shot.objects.values_list("pk", "ordinal", "start_pts", "end_pts"))
    keyframes = dict(Keyframe.objects.values_list("pk", "image_key"))
    Shot.objects.create(asset=asset, ordinal=99, start_pts=10**6, end_pts=10**6 + 1)
    retry(StageRun.objects.get(stage="ingest.stages.shots"))
    run_asset(asset.pk)
    assert list(Shot.objects.values_list("pk", "ordinal", "start_pts", "end_pts")) == before
    renewed = dict(Keyframe.objects.values_list("pk", "image_key"))
    assert renewed.keys() == keyframes.keys()
    assert not set(renewed.values()) & set(keyframes.values())
    test_every_file_has_a_row_and_every_row_a_file(Asset.objects.get())


def test_footage_that_has_gone_is_said_in_a_sentence(
    transactional_db: None, settings: Any, tmp_path: Path, film: Any
) -> None:
    settings.PIPELINE = ("ingest.stages.probe",)
    path = tmp_path / "gone.mp4"
    path.write_bytes(film.path.read_bytes())
    added = add_file(library=make_library(), path=path, name="gone.mp4", in_place=True)
    assert added.asset is not None
    path.unlink()
    run_asset(added.asset.pk)
    added.asset.refresh_from_db()
    assert added.asset.status == Asset.Status.FAILED
    assert "no longer where it was added from" in added.asset.error_sentence
