"""The whole path with every network of ``full``, tiny and random, pulled from a file:// mirror."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from ingest.models import Asset
from ingest.pipeline import run_asset
from recognition.engine import loader
from recognition.engine.backends import llava, yolo
from recognition.models import CropEmbedding, Description, Encoder, KeyframeEmbedding
from recognition.networks import networks
from tests.factories import make_library
from tests.recognition.footage import Block, add_film, write_film

from . import tiny

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Every network of ``full``, in the places in which its authors' repositories have it."""
    folder = tmp_path / "mirror"
    tiny.yolo(folder / "made").rename(_made(folder / "ultralytics") / "yolo11x.pt")
    tiny.grounding_dino(folder / "IDEA-Research" / "grounding-dino-tiny")
    tiny.person_transformer(folder / "lakeAGI" / "PersonViTReID" / "vitb_msmt17.pth")
    tiny.open_clip_pair(folder / "timm" / "PE-Core-L-14-336", dimension=1024)
    tiny.scene_classifier(folder / "SebLogsdon" / "EveryScene")
    tiny.llava_onevision(folder / "llava-hf" / "llava-onevision-qwen2-7b-ov-hf")
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_full_runs_from_pull_to_descriptions(
    mirror: Path, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    for name, value in {
        "PROFILE": "full", "WEIGHTS_DIR": weights, "WEIGHTS_MIRROR": mirror.as_uri(),
        "NETWORK_THREADS": 1, "NETWORK_OVERRIDES": {}, "NETWORK_DEVICE": "cpu",
    }.items():  # fmt: skip
        setattr(settings, name, value)
    monkeypatch.setattr(llava, "NEW_TOKENS", 6)
    monkeypatch.setattr(yolo, "MIN_CONFIDENCE", 0.0)
    call_command("weights", "pull", "full", "--accept-licence")
    loader.close()
    at_work = networks()
    assert at_work.profile == "full" and at_work.captioner and at_work.open_set
    film = write_film(tmp_path / "film.mp4", 30, [Block("red", 0, 30, 0.1, 0.4)])
    asset = add_film(make_library(name="Films"), film)
    run_asset(asset.pk)
    asset.refresh_from_db()
    left = [(r.stage, r.state, r.error_sentence) for r in asset.stage_runs.exclude(state="done")]
    assert asset.status == Asset.Status.READY, left
    encoder = Encoder.objects.get(space="joint", fingerprint=at_work.images.info.fingerprint)
    assert KeyframeEmbedding.objects.filter(keyframe__asset=asset, encoder=encoder).exists()
    assert len(KeyframeEmbedding.objects.filter(encoder=encoder)[0].vector) == 1024
    assert CropEmbedding.objects.filter(encoder=encoder).count() >= 0
    (described,) = Description.objects.filter(asset=asset)
    assert described.accounts == [] and described.source == "composed 2"
    run = asset.stage_runs.get(stage="recognition.stages.descriptions")
    assert (run.summary["snapshots"], run.summary["refused"]) == (1, 1)  # random words: refused
    loader.close()
