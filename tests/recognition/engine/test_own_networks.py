"""Networks that a deployer adds by a file: known, pulled and chosen by name like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from recognition.engine import manifest
from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.manifest import by_name, network_weights, use_own
from recognition.engine.profiles import choices, resolve_profile
from recognition.engine.pulling import Origin, pull

YOLO: dict[str, Any] = {
    "name": "yolo-of-ours",
    "role": "detector",
    "backend": "yolo",
    "kind": "mirror",
    "file": "ours/yolo.pt",
    "licence": "AGPL-3.0",
    "terms": ["agpl"],
}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    use_own(None)


def own(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "networks.json"
    path.write_text(json.dumps({"weights": list(entries)}), encoding="utf-8")
    use_own(path)
    return path


def test_it_is_chosen_and_pulled_by_name(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be the detector"):
        resolve_profile("builtin", None, {"detector": "yolo-of-ours"})
    own(tmp_path, YOLO)
    assert "yolo-of-ours" in choices("detector") and "yolo11n" in choices("detector")
    chosen = resolve_profile("builtin", None, {"detector": "yolo-of-ours"})
    assert chosen.networks["detector"] == "yolo-of-ours"
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "yolo.pt").write_bytes(b"weights")
    entry = by_name(network_weights(), "yolo-of-ours")
    main = pull(entry, Origin(mirror=str(tmp_path), is_offline=True), tmp_path / "weights")
    assert main.read_bytes() == b"weights"


def test_one_of_the_same_name_takes_our_place(tmp_path: Path) -> None:
    count = len(network_weights())
    own(tmp_path, YOLO | {"name": "yolo11n", "file": "mine/yolo11n.pt"})
    assert by_name(network_weights(), "yolo11n").main.path == "mine/yolo11n.pt"
    assert len(network_weights()) == count


def test_a_file_that_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    own(tmp_path, {"name": "half"})
    with pytest.raises(WeightsError, match=r"networks\.json cannot be read"):
        network_weights()
    use_own(tmp_path / "nowhere.json")
    with pytest.raises(WeightsMissing, match=r"nowhere\.json is missing"):
        network_weights()


def test_settings_name_the_file(tmp_path: Path, settings: Any) -> None:
    settings.NETWORKS_FILE = tmp_path / "networks.json"
    apps.get_app_config("recognition").ready()
    assert manifest._own == tmp_path / "networks.json"
