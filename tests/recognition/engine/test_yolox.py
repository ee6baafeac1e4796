"""YOLOX reads pictures without most of their padding, and sees the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.backends import yolox
from recognition.engine.backends.yolox import YoloxDetector, least_px, with_input_px
from recognition.engine.errors import BadValue, WeightsError
from recognition.engine.manifest import BUILTIN_DIR, WeightsEntry, light_weights
from recognition.engine.types import Image, NetworkInfo

INFO = NetworkInfo("yolox", "detector", "yolox-1")


def field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds bytes."""
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found, value = found + bytes([0x80 | value & 0x7F]), value >> 7
    return found + bytes([value])


def number(place: int, value: int) -> bytes:
    """A field of a protocol buffer that holds a number."""
    return bytes([place << 3]) + varint(value)


def tensor(name: str, *dimensions: int | str) -> bytes:
    """A ValueInfoProto: float32 of these dimensions (onnx.proto3)."""
    shape = b"".join(
        field(1, number(1, d) if isinstance(d, int) else field(2, d.encode())) for d in dimensions
    )
    kind = field(1, number(1, 1) + field(2, shape))
    return field(1, name.encode()) + field(2, kind)


def model(height: int = 416, width: int = 416) -> bytes:
    """An ONNX file that gives back twice what it is given."""
    node = field(1, b"x") + field(1, b"x") + field(2, b"y") + field(4, b"Add")
    graph = (
        field(1, node)
        + field(2, b"g")
        + field(11, tensor("x", 1, 3, height, width))
        + field(12, tensor("y", 1, 3, "h", "w"))
    )
    return number(1, 8) + field(7, graph) + field(8, number(2, 13))


@pytest.mark.parametrize("size", [(416, 256), (416, 416), (32, 416), (416, 160)])
def test_the_input_is_declared_at_another_size(size: tuple[int, int]) -> None:
    session = onnxruntime.InferenceSession(with_input_px(model(), (416, 416), size))
    assert session.get_inputs()[0].shape == [1, 3, size[1], size[0]]
    given = np.random.default_rng(1).random((1, 3, size[1], size[0]), dtype=np.float32)
    assert np.array_equal(session.run(None, {"x": given})[0], 2 * given)


def test_a_file_that_does_not_declare_it_once_is_refused() -> None:
    for content in (model(320, 320), model() + model(), b""):
        with pytest.raises(WeightsError):
            with_input_px(content, (416, 416), (416, 256))


@given(st.integers(1, 500))
def test_a_side_holds_the_picture_and_some_padding(content: int) -> None:
    side = least_px(content, 416)
    assert side == 416 or side >= content + yolox.LEAST_PAD
    assert side % 32 == 0 and side <= 416


class Session:
    """In place of the network: one sure box, of two cells of stride 32 each way."""

    def __init__(self, asked: list[tuple[int, int]]) -> None:
        self._asked = asked

    def run(self, batch: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        _, _, height, width = batch.shape
        self._asked.append((width, height))
        cells = sum((width // s) * (height // s) for s in yolox.STRIDES)
        rows = np.zeros((len(batch), cells, 85), dtype=np.float32)
        first_of_32 = cells - (width // 32) * (height // 32)
        rows[:, first_of_32, :4] = (1.0, 1.0, np.log(2.0), np.log(2.0))  # (0, 0) to (64, 64)
        rows[:, first_of_32, 4:6] = 1.0
        return [rows]


def entry() -> WeightsEntry:
    [found] = [entry for entry in light_weights() if entry.name == "yolox-nano"]
    return found


def detector(monkeypatch: pytest.MonkeyPatch, asked: list[tuple[int, int]]) -> YoloxDetector:
    monkeypatch.setattr(YoloxDetector, "_session", lambda self, spec: Session(asked))
    return YoloxDetector(entry(), Path("none.onnx"), INFO, 1)


def pictures(*sizes: tuple[int, int]) -> Sequence[Image]:
    return [np.zeros((height, width, 3), dtype=np.uint8) for width, height in sizes]


def test_pictures_of_several_sizes_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    sizes = [(1920, 1080), (1080, 1920), (1920, 1080), (640, 480), (400, 400), (2000, 100)]
    found = detector(monkeypatch, asked).detect(pictures(*sizes))
    assert asked == [(416, 256), (256, 416), (416, 352), (416, 416), (416, 64)]
    for (width, height), one in zip(sizes, found, strict=True):
        scale = max(width, height) / 416
        [box] = one.xyxy_norm
        expected = np.minimum([64 * scale / width, 64 * scale / height], 1.0)
        assert np.allclose(box, [0, 0, *expected], atol=1e-3)
        assert one.labels == ("person",)


def test_what_is_no_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadValue):
        detector(monkeypatch, []).detect([np.zeros((4, 4), np.uint8)])


def test_a_network_of_our_own_is_not_taken_for_it() -> None:
    content = (BUILTIN_DIR / "detector.onnx").read_bytes()
    with pytest.raises(WeightsError):
        with_input_px(content, (416, 416), (416, 256))
