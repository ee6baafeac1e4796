"""The trainers' parts that need torch: losses, targets, the fast GRU, exports. Skipped where torch is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")


def test_the_fast_gru_is_the_gru() -> None:
    from training.builtin.joint import run_gru

    torch.manual_seed(0)
    gru = torch.nn.GRU(8, 6, batch_first=True, bidirectional=True)
    words, lengths = torch.randn(5, 7, 8), torch.tensor([7, 3, 1, 5, 2])
    mask = (torch.arange(7)[None] < lengths[:, None]).long()
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        words, lengths, batch_first=True, enforce_sorted=False
    )
    wanted, _ = torch.nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True)
    found = run_gru(gru, words, mask)
    assert torch.allclose(found * mask[..., None], wanted * mask[..., None], atol=1e-5)


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
