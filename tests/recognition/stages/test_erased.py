"""An erased person is not followed again when the stages run anew over the footage that stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest import pipeline
from ingest.models import StageRun
from ingest.services.assets import add_file
from recognition.models import Crop, Identity, Suppression, Track
from recognition.services.decisions import path_of
from recognition.services.erasure import erase_identity
from recognition.services.suppression import is_suppressed, suppressed_paths
from tests import factories, fakes
from tests.films import Person, Scene, Way, make_film


def _place(track: Track) -> tuple[int, int, bytes]:
    """When and where in the frame somebody was."""
    return track.start_pts, track.end_pts, bytes(track.boxes_packed)


@pytest.mark.slow
def test_running_every_stage_again_brings_nobody_back(
    transactional_db: None, tmp_path: Path, settings: Any
) -> None:
    owner = factories.make_user()
    library = factories.make_library(owner=owner)
    film = tmp_path / "walk.mp4"
    red, blue = Way(Person("ada", coat="red")), Way(Person("emil", coat="blue"))
    make_film(film, [Scene("beach", ways=(red,)), Scene("street", ways=(blue,))])
    with fakes.install():
        added = add_file(library=library, path=film, name="walk.mp4", user=owner, in_place=True)
        assert added.asset is not None
        asset = added.asset
        pipeline.run_asset(asset.pk)
        people = Track.objects.filter(asset=asset, label="person")
        before = people.count()
        identity = Identity.objects.filter(tracks__in=people).order_by("number").first()
        assert identity is not None
        gone = erase_identity(identity=identity, user=owner, typed=identity.display_name)
        assert Suppression.objects.count() == gone.tracks > 0
        assert people.count() == before - gone.tracks
        # A piece of the erased way that stood alone before lies in the same place, and goes too.
        erased = suppressed_paths(asset)
        others = {_place(track) for track in people if not is_suppressed(path_of(track), erased)}
        pipeline.retry(StageRun.objects.get(asset=asset, stage="recognition.stages.tracks"))
        pipeline.run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == "ready", asset.error_sentence
    assert others
    assert sorted(_place(track) for track in people.all()) == sorted(others)
    kept = {key for crop in Crop.objects.all() for key in (crop.image_key, crop.context_key)}
    crops = Path(settings.MEDIA_ROOT) / "derived" / str(asset.pk) / "tracks"
    files = {
        path.relative_to(crops.parents[1]).as_posix() for path in crops.rglob("*") if path.is_file()
    }
    assert files == kept - {""}
