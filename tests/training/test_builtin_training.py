"""The trainers' parts that need torch: losses, targets, the fast GRU, exports. Skipped where torch
is missing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytestmark = pytest.mark.models


def test_the_exported_text_tower_says_what_torch_says(tmp_path: Path) -> None:
    ort = pytest.importorskip("onnxruntime")
    from training.builtin.joint import TextTower
    from training.builtin.onnx_files import export_text
    from training.builtin.words import Vocabulary

    random = np.random.default_rng(0)
    table = random.integers(-127, 128, (50, 192)).astype(np.int8)
    table[0] = 0
    words = Vocabulary([str(i) for i in range(50)], table, np.full(50, 0.01, np.float32))
    tower = TextTower(torch.from_numpy(words.vectors())).eval()
    export_text(tower, words, tmp_path / "text.onnx")
    tokens = random.integers(1, 50, (3, 9))
    mask = (np.arange(9)[None] < np.array([9, 1, 4])[:, None]).astype(np.int64)
    tokens *= mask
    session = ort.InferenceSession(str(tmp_path / "text.onnx"))
    (found,) = session.run(None, {"tokens": tokens, "mask": mask})
    with torch.no_grad():
        wanted = tower(torch.from_numpy(tokens), torch.from_numpy(mask)).numpy()
    assert np.allclose(found, wanted, atol=5e-3)


def test_a_person_is_asked_for_at_its_middle() -> None:
    from training.builtin.detector_network import all_centres, assign

    box = torch.tensor([[100.0, 60.0, 140.0, 180.0]])
    scores, boxes, weights = assign(box, torch.tensor([0]), torch.tensor([0.9]), 256, 3)
    centres, _, _ = all_centres(256)
    best = int(scores[:, 0].argmax())
    assert (centres[best] - torch.tensor([120.0, 120.0])).abs().max() <= 16
    assert scores[:, 1:].max() == 0
    assert torch.equal(boxes[best], box[0])
    assert weights[best] == pytest.approx(0.9)


def test_mirroring_a_view_twice_changes_nothing() -> None:
    from training.builtin.teachers import Boxes
    from training.builtin.views import View, flip

    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    boxes = Boxes(np.array([[0, 0, 1, 3]], np.float32), np.ones(1, np.float32), np.zeros(1, int))
    twice = flip(flip(View(pixels, boxes)))
    assert np.array_equal(twice.pixels, pixels)
    assert np.array_equal(twice.boxes.xyxy, boxes.xyxy)


def test_an_exported_embedder_says_what_torch_says(tmp_path: Path) -> None:
    ort = pytest.importorskip("onnxruntime")
    from training.builtin.layers import Embedder
    from training.builtin.onnx_files import export_module

    network = Embedder(16, (8, 8, 16, 16), (1, 1, 1, 1)).eval()
    example = torch.randn(2, 3, 64, 32)
    export_module(network, example, tmp_path / "small.onnx", ["vectors"])
    session = ort.InferenceSession(str(tmp_path / "small.onnx"))
    (found,) = session.run(None, {"images": example.numpy()})
    with torch.no_grad():
        assert np.allclose(found, network(example).numpy(), atol=5e-3)


def test_a_shipped_file_is_a_warm_start(tmp_path: Path) -> None:
    from training.builtin.layers import Embedder
    from training.builtin.onnx_files import export_module
    from training.builtin.shipped import calibrate, fill

    torch.manual_seed(0)
    shape = (16, (8, 8, 16, 16), (1, 1, 1, 1))
    network, example = Embedder(*shape), torch.randn(8, 3, 64, 32)
    network.train()(example)
    export_module(network.eval(), example, tmp_path / "small.onnx", ["vectors"])
    again = Embedder(*shape)
    fill(again, tmp_path / "small.onnx", example)
    calibrate(again, example)
    with torch.no_grad():
        assert torch.allclose(again.eval()(example), network(example), atol=2e-2)


def test_the_shipped_files_are_a_joint_space_to_teach(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    from training.builtin.lessons import ShippedSpace, open_space

    space = open_space(tmp_path, tmp_path, tmp_path)
    assert isinstance(space, ShippedSpace)
    texts = space.embed_texts(["a dog on a beach", "a dog on the sand", "two men in an office"])
    assert texts[0] @ texts[1] > texts[0] @ texts[2]
    pictures = space.embed_pictures(torch.rand(3, 1856))
    assert torch.allclose(pictures.norm(dim=1), torch.ones(3), atol=1e-4)
    with pytest.raises(SystemExit, match="--crops"):
        space.embed_crops(torch.rand(1, 1024))
