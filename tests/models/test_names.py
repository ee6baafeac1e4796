"""Names, addresses and sizes in ``networks.json`` are those that the vendors' own packages know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from recognition.engine import loader, manifest
from recognition.engine.manifest import WeightsEntry, network_weights
from recognition.engine.pulling import Origin, pull

from . import tiny


def of_backend(name: str) -> list[WeightsEntry]:
    return [entry for entry in network_weights() if entry.backend == name]


@pytest.mark.parametrize("entry", of_backend("openclip"), ids=lambda entry: str(entry.name))
def test_pairs_are_those_of_open_clip(entry: WeightsEntry) -> None:
    import open_clip
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

    (tag,) = list_pretrained_tags_by_model(entry.name)
    known, shape = get_pretrained_cfg(entry.name, tag), open_clip.get_model_config(entry.name)
    picture = entry.picture
    assert picture is not None and shape is not None
    assert known["hf_hub"] == f"{entry.repo}/"
    assert shape["embed_dim"] == entry.dimension
    assert shape["vision_cfg"]["image_size"] == picture.width == picture.height
    assert tuple(known["mean"]) == tuple(picture.mean) and tuple(known["std"]) == tuple(picture.std)
    assert known.get("resize_mode", "squash") == picture.resize


@pytest.mark.parametrize("entry", of_backend("yolo"), ids=lambda entry: str(entry.name))
def test_detectors_are_those_of_ultralytics(entry: WeightsEntry) -> None:
    from ultralytics.utils.downloads import GITHUB_ASSETS_NAMES

    assert f"{entry.name}.pt" in GITHUB_ASSETS_NAMES
    assert entry.main.url.startswith("https://github.com/ultralytics/assets/releases/download/v8.")
    assert entry.main.url.endswith(f"/{entry.name}.pt")


def test_any_pair_of_open_clip_may_be_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {
        "name": "ViT-L-14-of-ours", "role": "image_text", "backend": "openclip", "kind": "hub",
        "repo": "us/pair", "file": "open_clip_model.safetensors", "dimension": 24, "space": "ours",
        "files": ["open_clip_config.json"], "licence": "MIT",
    }  # fmt: skip
    file = tmp_path / "networks.json"
    file.write_text(json.dumps({"weights": [entry]}), encoding="utf-8")
    monkeypatch.setattr(manifest, "_own", file)
    tiny.open_clip_pair(tmp_path / "mirror" / "us" / "pair", dimension=24)
    listed = manifest.by_name(network_weights(), "ViT-L-14-of-ours")
    weights = tmp_path / "weights"
    pull(listed, Origin(mirror=str(tmp_path / "mirror"), is_offline=True), weights)
    pair = loader.load_pair("ViT-L-14-of-ours", weights, threads=1)
    frame = np.zeros((40, 60, 3), np.uint8)
    assert (
        pair.images.encode_images([frame]).shape == pair.texts.encode_texts(["a"]).shape == (1, 24)
    )
    loader.close()
