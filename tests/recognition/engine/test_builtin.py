"""The built-in detector where the processor has bfloat16: the same boxes as by onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.engine import loader
from recognition.engine.backends import builtin
from recognition.engine.backends.builtin import OnnxDetector, picture_spec
from recognition.engine.backends.openvino import has_bfloat16, openvino_session
from recognition.engine.manifest import BUILTIN_DIR, builtin_weights, by_role
from recognition.engine.runtime import OnnxSession, onnx_session, preprocess
from recognition.engine.types import Image


def pictures() -> list[Image]:
    """Patches of colour, and a figure of three blocks: something to be more or less sure of."""
    random = np.random.default_rng(0)
    patches = random.integers(0, 256, (27, 48, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
    figure = np.full((540, 960, 3), 190, np.uint8)
    figure[150:210, 455:505] = (205, 160, 130)
    figure[210:360, 430:530] = (170, 30, 30)
    figure[360:500, 445:515] = (30, 30, 60)
    return [patches, figure]


def test_bfloat16_moves_boxes_by_less_than_a_pixel_in_a_hundred() -> None:
    if not has_bfloat16():
        pytest.skip("this processor has no bfloat16")
    entry = by_role(builtin_weights(), "detector")
    path = BUILTIN_DIR / entry.main.path
    batch, _ = preprocess(pictures(), picture_spec(entry))
    boxes, scores = onnx_session(path, threads=1).run(batch)[:2]
    brief_boxes, brief_scores = openvino_session(path, 1, precision="bf16").run(batch)[:2]
    assert np.abs(scores - brief_scores).max() < 0.02
    seen = scores.max(axis=2) > 0.05
    assert seen.any()
    sides = np.maximum(boxes[seen][:, 2:] - boxes[seen][:, :2], 1).max(axis=1)
    moved = np.abs(boxes[seen] - brief_boxes[seen]).max(axis=1)
    assert (moved <= 1 + 0.01 * sides).all()


def test_without_bfloat16_onnxruntime_runs_the_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = by_role(builtin_weights(), "detector")
    info = next(i for i in loader.describe("builtin") if i.role == "detector")
    monkeypatch.setattr(builtin, "has_bfloat16", lambda: False)
    detector = OnnxDetector(entry, BUILTIN_DIR / entry.main.path, info, threads=1)
    assert isinstance(detector._session, OnnxSession)
    assert len(detector.detect(pictures())) == 2
