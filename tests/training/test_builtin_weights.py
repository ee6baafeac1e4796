"""The weights that ship: the manifest is true, the files fit, and each network runs and has its
shape.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.builtin import manifest

ROLES = ("text", "projection", "detector", "image", "person")


def _entry(role: str) -> dict[str, Any]:
    found = [w for w in manifest.read()["weights"] if w["role"] == role]
    if not found:
        pytest.skip(f"no {role} network ships yet")
    return dict(found[0])


def _session(entry: dict[str, Any]) -> Any:
    ort = pytest.importorskip("onnxruntime")
    path = str(manifest.SHIPPED / entry["file"])
    return ort.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_it_ships_what_the_manifest_says() -> None:
    assert manifest.problems() == []


def test_it_stays_within_the_budget() -> None:
    assert sum(w["bytes"] for w in manifest.read()["weights"]) <= manifest.BUDGET_BYTES


@pytest.mark.parametrize("role", ROLES)
def test_every_weight_has_a_card_that_names_its_data(role: str) -> None:
    card = (manifest.SHIPPED / _entry(role)["card"]).read_text()
    assert "python -m training.builtin" in card
    assert "## Data" in card
    assert "## Known failures" in card


@pytest.mark.parametrize("role", ["image", "person"])
@pytest.mark.parametrize("count", [1, 3])
def test_embedders_give_unit_vectors(role: str, count: int) -> None:
    entry = _entry(role)
    made = entry["preprocessing"]
    images = np.random.default_rng(0).normal(size=(count, 3, made["height"], made["width"]))
    (vectors,) = _session(entry).run(None, {"images": images.astype(np.float32)})
    assert vectors.shape == (count, entry["dimension"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_the_detector_gives_boxes_and_scores() -> None:
    entry = _entry("detector")
    made = entry["preprocessing"]
    assert (made["width"] % 32, made["height"] % 32) == (0, 0)
    images = np.zeros((2, 3, made["height"], made["width"]), np.float32)
    boxes, scores = _session(entry).run(None, {"images": images})
    assert boxes.shape[0] == 2
    assert boxes.shape[2] == 4
    assert scores.shape == (*boxes.shape[:2], len(entry["labels"]))
    assert entry["labels"][0] == "person"
    assert scores.min() >= 0
    assert scores.max() <= 1
    assert (boxes[..., 2:] >= boxes[..., :2]).all()


def test_the_projection_gives_unit_vectors() -> None:
    entry = _entry("projection")
    size = sum(f["size"] for f in entry["preprocessing"]["features"])
    features = np.random.default_rng(0).uniform(0, 8, (4, size)).astype(np.float32)
    (vectors,) = _session(entry).run(None, {"features": features})
    assert vectors.shape == (4, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_texts_do_not_depend_on_padding_or_on_each_other() -> None:
    pytest.importorskip("tokenizers")
    from training.builtin.words import tokenize

    entry = _entry("text")
    session = _session(entry)
    pieces = (manifest.SHIPPED / entry["preprocessing"]["tokenizer"]).read_text().splitlines()
    ids = tokenize(["A woman in a red coat.", "dog", "?!"], pieces)
    tokens = np.zeros((3, 12), np.int64)
    mask = np.zeros((3, 12), np.int64)
    for row, sequence in enumerate(ids):
        tokens[row, : len(sequence)], mask[row, : len(sequence)] = sequence, 1
    (together,) = session.run(None, {"tokens": tokens, "mask": mask})
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for row, sequence in enumerate(ids):
        alone = {"tokens": np.array([sequence]), "mask": np.ones((1, len(sequence)), np.int64)}
        assert np.allclose(session.run(None, alone)[0][0], together[row], atol=1e-4)


def test_a_synonym_is_nearer_than_another_thing() -> None:
    pytest.importorskip("tokenizers")
    from training.builtin.words import tokenize

    entry = _entry("text")
    session = _session(entry)
    pieces = (manifest.SHIPPED / entry["preprocessing"]["tokenizer"]).read_text().splitlines()
    vectors = []
    for text in ("a man rides a bicycle", "a guy on a bike", "a dog swims in the sea"):
        (ids,) = tokenize([text], pieces)
        given = {"tokens": np.array([ids]), "mask": np.ones((1, len(ids)), np.int64)}
        vectors.append(session.run(None, given)[0][0])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_retrained_file_keeps_its_calibration_but_is_told_to_be_measured_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "card.md").write_text("a card")
    entry = {"name": "w", "role": "person", "file": "w.onnx", "card": "card.md"}
    (tmp_path / "w.onnx").write_bytes(b"first")
    measured = {"calibration": {"same_person": 0.7}, "calibrated_for": ""}
    manifest.record(entry | measured, tmp_path)
    written = manifest.read(tmp_path)["weights"][0]
    manifest.record(entry | measured | {"calibrated_for": written["sha256"]}, tmp_path)
    assert manifest.problems(tmp_path) == []

    (tmp_path / "w.onnx").write_bytes(b"second")
    manifest.record(entry, tmp_path)
    assert manifest.read(tmp_path)["weights"][0]["calibration"] == {"same_person": 0.7}
    assert manifest.problems(tmp_path) == ["w was calibrated on an older file: measure it again"]
