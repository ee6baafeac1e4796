"""Networks that OpenVINO runs: Open Model Zoo's 0277 and 0230, and MobileNetV1 features.

All are Apache-2.0. What gives vectors is pinned to float32: bfloat16, OpenVINO's default on some
processors, would give other vectors on other machines. Our own detector asks for bfloat16
(``has_bfloat16``): a box half a pixel elsewhere is the same box. Outputs are copied, since
OpenVINO's are views into memory that it frees.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.embedding import unit
from recognition.engine.errors import NetworkFailed, WeightsError
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import (
    MAX_BATCH,
    Runtime,
    in_batches,
    machine_threads,
    onnx_session,
    preprocess,
    rows_or_none,
    shared,
)
from recognition.engine.types import Floats, Image, NetworkInfo

VERSION = "1"


class OpenVinoSession:
    """A network compiled once for any batch size; one caller runs it at a time.

    ``precision`` is OpenVINO's: ``f32`` or ``bf16``.
    """

    def __init__(
        self,
        path: Path,
        threads: int | None,
        outputs: tuple[str, ...] = (),
        precision: str = "f32",
    ):
        try:
            import openvino
        except ImportError as error:
            raise WeightsError(
                "The profile “light” needs OpenVINO: pip install openvino."
            ) from error
        try:
            network = openvino.Core().read_model(str(path))
            shape = network.inputs[0].get_partial_shape()
            shape[0] = -1
            network.reshape(shape)
            if outputs:
                network = _cut(network, outputs)
            compiled = openvino.Core().compile_model(
                network,
                "CPU",
                {
                    "INFERENCE_NUM_THREADS": threads or machine_threads(),
                    "PERFORMANCE_HINT": "LATENCY",
                    "INFERENCE_PRECISION_HINT": precision,
                },
            )
        except RuntimeError as error:
            raise WeightsError(f"OpenVINO cannot open {path}: {error}") from error
        self.path = path
        self._request: Any = compiled.create_infer_request()
        self._count = len(network.outputs)
        self._lock = threading.Lock()

    def run(self, batch: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """Copies of all outputs for one batch."""
        with self._lock:
            if self._request is None:
                raise NetworkFailed(f"The session of {self.path.name} is closed.")
            try:
                self._request.infer({0: batch})
            except RuntimeError as error:
                raise NetworkFailed(f"{self.path.name} could not be run: {error}") from error
            return [np.array(self._request.get_output_tensor(i).data) for i in range(self._count)]

    def close(self) -> None:
        """Let the network go."""
        with self._lock:
            self._request = None


def _cut(network: Any, outputs: tuple[str, ...]) -> Any:
    """The part of a network that makes the named tensors, and nothing after."""
    import openvino

    named = {name: port for op in network.get_ops() for port in op.outputs() for name in port.names}
    try:
        return openvino.Model([named[name] for name in outputs], network.get_parameters())
    except KeyError as error:
        raise WeightsError(f"The network has no tensor {error}.") from error


def openvino_session(
    path: Path, threads: int | None, outputs: tuple[str, ...] = (), precision: str = "f32"
) -> OpenVinoSession:
    """The process's session for a weights file, all of it or up to the named tensors."""
    key = ("openvino", str(path.absolute()), str(threads or 0), precision, *outputs)
    return shared(key, lambda: OpenVinoSession(path, threads, outputs, precision))


@cache
def has_bfloat16() -> bool:
    """Whether OpenVINO is here and this processor multiplies bfloat16 itself."""
    try:
        import openvino
    except ImportError:
        return False
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> Any:
    """A network of Open Model Zoo, by its role: a person encoder or yes-or-no attributes."""
    if entry.role == "person":
        return OpenVinoPersonEncoder(entry, files.main, runtime.info, runtime.threads)
    return CrossroadAttributes(entry, files.main, runtime.threads)


def _picture_spec(entry: WeightsEntry) -> Preprocessing:
    if entry.picture is None:
        raise WeightsError(f"The manifest gives no preprocessing for “{entry.name}”.")
    return entry.picture


class OpenVinoPersonEncoder:
    """0277 (Open Model Zoo): an upright person crop to 256 numbers.

    Flip averaging is left out: on PKU-Reid it moves mAP by less than half a point and
    doubles the cost (``python -m evaluation.reid``).
    """

    def __init__(self, entry: WeightsEntry, path: Path, info: NetworkInfo, threads: int | None):
        self.info = info
        self._spec = _picture_spec(entry)
        self._session = openvino_session(path, threads)

    def encode_people(self, crops: Sequence[Image]) -> Floats:
        """Unit rows (n, 256) of RGB crops."""
        rows = [self._session.run(batch)[0] for batch, _ in in_batches(crops, self._spec)]
        flat = [row.reshape(len(row), -1) for row in rows]
        return unit(rows_or_none(flat, self.info.dimension))


YOLOX_MAPS = (
    "/backbone/backbone/dark4/dark4.1/conv3/act/Mul_output_0",
    "/backbone/backbone/dark5/dark5.2/conv3/act/Mul_output_0",
    "/backbone/C3_p3/conv3/act/Mul_output_0",
    "/backbone/C3_n3/conv3/act/Mul_output_0",
    "/backbone/C3_n4/conv3/act/Mul_output_0",
)
"""Maps of YOLOX-nano whose means describe a picture (the projection's manifest entry names
them too, under ``preprocessing.features``; this is for projections that do not)."""


FEATURE_BATCH = 8
"""Pictures per run of frozen features: as fast as 16 at two thirds of the memory (975 and 657 MB
for the process, measured on two cores)."""


class FrozenFeatureEncoder:
    """Frozen features through this project's own projection into the joint space.

    Features: MobileNetV1's 1024, and, if the projection's manifest entry asks for them, the
    means of YOLOX-nano's maps. The picture is squashed to MobileNet's square once, and
    that is enlarged for YOLOX, as in training.
    """

    def __init__(
        self,
        entries: tuple[WeightsEntry, WeightsEntry],
        paths: tuple[Path, Path],
        projection: tuple[WeightsEntry, Path],
        info: NetworkInfo,
        threads: int | None,
    ):
        self.info = info
        features, detector = entries
        self._spec = _picture_spec(features)
        self._mobilenet = openvino_session(paths[0], threads)
        maps = pooled_maps(projection[0])
        self._yolox = openvino_session(paths[1], threads, maps) if maps else None
        self._yolox_spec = replace(_picture_spec(detector), resize="squash")
        self._projection = onnx_session(projection[1], threads=threads)

    def encode_images(self, images: Sequence[Image]) -> Floats:
        """Unit rows (n, dimension) of RGB pictures."""
        rows = [
            self._projection.run(self.features(batch))[0]
            for batch, _ in in_batches(images, self._spec, FEATURE_BATCH)
        ]
        return unit(rows_or_none(rows, self.info.dimension))

    def features(self, squares: npt.NDArray[np.uint8]) -> Floats:
        """What the projection reads, float32 (n, 1024) or (n, 1856), from RGB squares."""
        parts = [_flat(self._mobilenet.run(squares)[0])]
        if self._yolox is not None:
            enlarged, _ = preprocess(list(squares), self._yolox_spec)
            parts += [maps.mean(axis=(2, 3)) for maps in self._yolox.run(enlarged)]
        return np.concatenate(parts, axis=1)


def pooled_maps(projection: WeightsEntry) -> tuple[str, ...]:
    """The YOLOX tensors that a projection wants; none if it reads MobileNet alone."""
    for feature in projection.raw.get("preprocessing", {}).get("features", ()):
        if str(feature.get("name", "")).startswith("yolox"):
            return tuple(feature.get("tensors") or YOLOX_MAPS)
    return ()


def _flat(output: npt.NDArray[Any]) -> Floats:
    """A quantised (n, 1, 1, 1024) output as float32 (n, 1024), values as they are."""
    return np.ascontiguousarray(output.reshape(len(output), -1), dtype=np.float32)


class CrossroadAttributes:
    """0230 (Open Model Zoo): eight yes-or-no attributes of a person crop, as probabilities."""

    def __init__(self, entry: WeightsEntry, path: Path, threads: int | None):
        self.labels = entry.labels
        self._spec = _picture_spec(entry)
        self._session = openvino_session(path, threads)

    def probabilities(self, crops: Sequence[Image]) -> Floats:
        """Shape (n, 8), in the order of ``labels``."""
        rows = [
            self._session.run(batch)[0].reshape(len(batch), -1)[:, : len(self.labels)]
            for batch, _ in in_batches(crops, self._spec, MAX_BATCH)
        ]
        return rows_or_none(rows, len(self.labels))
