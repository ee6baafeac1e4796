"""The networks of others that we distil from: run in OpenVINO, results copied.

Layout of the teachers folder: `yolox/yolox_nano_iinfer.onnx` (YOLOX-nano, Apache-2.0),
`mobilenet/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite` (MobileNetV1, Apache-2.0),
`omz/person-reidentification-retail-0277/*.xml` (Open Model Zoo, Apache-2.0). OpenVINO's outputs are
views into memory that it reuses, so everything that leaves here has been copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.builtin.data import F32, U8

YOLOX_SIDE_PX = 416
YOLOX_STRIDES = (8, 16, 32)
YOLOX_POOLED = (
    "/backbone/backbone/dark4/dark4.1/conv3/act/Mul_output_0",
    "/backbone/backbone/dark5/dark5.2/conv3/act/Mul_output_0",
    "/backbone/C3_p3/conv3/act/Mul_output_0",
    "/backbone/C3_n3/conv3/act/Mul_output_0",
    "/backbone/C3_n4/conv3/act/Mul_output_0",
)
"""Tensors of YOLOX-nano whose spatial means describe a picture: 128 + 256 + 64 + 128 + 256 = 832
values.
"""

YOLOX_POOLED_SIZE = 832
MOBILENET_SIZE = 1024
REID = "person-reidentification-retail-0288"
"""The teacher of the person network. On PKU-Reid 0277 is better (.949/.861), 0287 between
(.934/.801) and 0288 worst (.831/.667); a crop costs them 35, 15 and 5.5 ms of a core, and with
minutes to train in the number of crops counts for more.
"""

REID_SIZE = 256
REID_HEIGHT_PX, REID_WIDTH_PX = 256, 128


@dataclass(frozen=True, slots=True)
class Boxes:
    """Detections of one picture: xyxy float32 [M, 4] in the input's pixels, score [M], class number
    [M].
    """

    xyxy: F32
    scores: F32
    classes: NDArray[np.int64]


class Teacher:
    """One compiled network with fixed batch 1, run over many inputs with two requests in flight."""

    def __init__(self, file: Path, outputs: tuple[str, ...] = (), threads: int = 2) -> None:
        import openvino as ov

        core = ov.Core()
        network = core.read_model(str(file))
        if outputs:
            network.add_outputs(list(outputs))
        options = {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": threads,
        }
        self._compiled = core.compile_model(network, "CPU", options)
        self._queue = ov.AsyncInferQueue(self._compiled, threads)

    def run(self, inputs: Iterable[NDArray[Any]]) -> Iterator[list[NDArray[Any]]]:
        """Outputs of each input (a batch of one), copied, in the order of the inputs."""
        done: dict[int, list[NDArray[Any]]] = {}
        given, taken = 0, 0

        def keep(request: Any, number: int) -> None:
            done[number] = [np.array(t.data) for t in request.output_tensors]

        self._queue.set_callback(keep)
        for value in inputs:
            self._queue.start_async({0: value}, given)
            given += 1
            while taken in done:
                yield done.pop(taken)
                taken += 1
        self._queue.wait_all()
        while taken < given:
            yield done.pop(taken)
            taken += 1


def _enlarge(picture: U8, side_px: int) -> U8:
    from PIL import Image

    if picture.shape[0] == side_px and picture.shape[1] == side_px:
        return picture
    return np.asarray(
        Image.fromarray(picture).resize((side_px, side_px), Image.Resampling.BILINEAR)
    )


def yolox_input(picture: U8) -> F32:
    """RGB uint8 [S, S, 3] → BGR float32 [1, 3, 416, 416], values 0–255."""
    enlarged = _enlarge(picture, YOLOX_SIDE_PX)
    return np.ascontiguousarray(enlarged[None, :, :, ::-1].transpose(0, 3, 1, 2), dtype=np.float32)


def reid_input(crop: U8) -> F32:
    """RGB uint8 [256, 128, 3] → BGR float32 [1, 3, 256, 128], values 0–255."""
    return np.ascontiguousarray(crop[None, :, :, ::-1].transpose(0, 3, 1, 2), dtype=np.float32)


def _grid() -> tuple[F32, F32]:
    cells, strides = [], []
    for stride in YOLOX_STRIDES:
        side = YOLOX_SIDE_PX // stride
        ys, xs = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
        cells.append(np.stack([xs, ys], axis=-1).reshape(-1, 2))
        strides.append(np.full((side * side, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


_CELLS, _STRIDES = _grid()


def suppress(xyxy: F32, scores: F32, iou_limit: float) -> NDArray[np.int64]:
    """Greedy non-maximum suppression: rows kept, best score first."""
    order = np.argsort(-scores)
    area = (xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1])
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        low = np.maximum(xyxy[best, :2], xyxy[rest, :2])
        high = np.minimum(xyxy[best, 2:], xyxy[rest, 2:])
        overlap = np.prod(np.clip(high - low, 0, None), axis=1)
        order = rest[overlap <= iou_limit * (area[best] + area[rest] - overlap)]
    return np.array(kept, dtype=np.int64)


def decode_yolox(raw: F32, score_limit: float = 0.05, iou_limit: float = 0.6) -> Boxes:
    """YOLOX output [3549, 85] → boxes in pixels of the 416 px square (Ge et al. 2021, arXiv
    2107.08430).
    """
    strength = raw[:, 4:5] * raw[:, 5:]
    rows, classes = np.nonzero(strength > score_limit)
    centre = (raw[rows, :2] + _CELLS[rows]) * _STRIDES[rows]
    size = np.exp(raw[rows, 2:4]) * _STRIDES[rows]
    xyxy = (
        np.concatenate([centre - size / 2, centre + size / 2], axis=1)
        .clip(0, YOLOX_SIDE_PX)
        .astype(np.float32)
    )
    scores = strength[rows, classes].astype(np.float32)
    apart = xyxy + (classes * 2.0 * YOLOX_SIDE_PX)[:, None].astype(np.float32)
    kept = suppress(apart, scores, iou_limit)
    return Boxes(xyxy[kept], scores[kept], classes[kept])


def open_yolox(teachers: Path, threads: int = 2) -> Teacher:
    """YOLOX-nano: outputs are the detections [1, 3549, 85] and the five maps of `YOLOX_POOLED`."""
    return Teacher(teachers / "yolox" / "yolox_nano_iinfer.onnx", YOLOX_POOLED, threads)


def open_mobilenet(teachers: Path, threads: int = 2) -> Teacher:
    """MobileNetV1 features: uint8 [1, 224, 224, 3] RGB → uint8 [1, 1, 1, 1024]."""
    name = "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
    return Teacher(teachers / "mobilenet" / name, (), threads)


def open_reid(teachers: Path, name: str = REID, threads: int = 2) -> Teacher:
    """Open Model Zoo re-identification: BGR float32 [1, 3, 256, 128] → float32 [1, 256]."""
    return Teacher(next((teachers / "omz" / name).rglob("*.xml")), (), threads)


def pool(maps: list[NDArray[Any]]) -> F32:
    """Spatial means of maps [1, C, H, W], one after the other → float32 [sum of C]."""
    return np.concatenate([m[0].mean(axis=(1, 2)) for m in maps]).astype(np.float32)
