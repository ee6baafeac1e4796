"""Running networks: sessions shared by the process, batches, and pictures made into input.

One onnxruntime session per weights file and process, however many ask for it. Pictures
are resized by Pillow with an antialiasing bilinear filter, as in training.
"""

from __future__ import annotations

import gc
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage

from recognition.engine.errors import BadValue, NetworkFailed, WeightsError
from recognition.engine.geometry import Fit, fit_picture
from recognition.engine.manifest import Preprocessing
from recognition.engine.types import Floats, Image, ImageEncoder, NetworkInfo, TextEncoder

T = TypeVar("T")
Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_BATCH = 16
"""Pictures per run: above 16 the built-in towers gain nothing on two cores (measured by
``python -m evaluation.networks``), and memory grows."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a network is opened with.

    ``device``: ``cpu``, ``cuda`` or ``cuda:N``; ``info``: what the network must say of itself;
    ``images`` and ``texts``: the pair at work, for readers that ask by prompts; ``options``: the
    settings of one role (a captioning server's ``url``, ``key`` and ``network``).
    """

    info: NetworkInfo
    device: str = "cpu"
    threads: int | None = None
    max_batch: int = MAX_BATCH
    images: ImageEncoder | None = None
    texts: TextEncoder | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_gpu(self) -> bool:
        """Whether ``device`` is a GPU."""
        return self.device.startswith("cuda")


def pick_device(wanted: str) -> str:
    """``auto``, ``cpu``, ``cuda`` or ``cuda:N`` as a device that is here.

    ``auto`` falls back to the CPU. Raises ``WeightsError`` when a GPU was asked for by name and
    there is none. Imports torch: ask only when a network is opened that needs it.
    """
    if wanted == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda" if wanted == "auto" else wanted
    if wanted == "auto":
        return "cpu"
    raise WeightsError(
        f"EVERYID_DEVICE is {wanted}, but torch finds no GPU here; set it to auto or cpu."
    )


_shared: dict[tuple[str, ...], Any] = {}
_shared_lock = threading.RLock()


def machine_threads() -> int:
    """Cores that this process may use: its affinity, within the container's CPU quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()[:2]
        if quota != "max":
            cores = min(cores or 1, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        pass
    return max(1, cores or 1)


def shared(key: tuple[str, ...], make: Callable[[], T]) -> T:
    """The one object of ``key`` in this process, made by the first who asks."""
    with _shared_lock:
        if key not in _shared:
            _shared[key] = make()
        found: T = _shared[key]
        return found


def forget_all() -> None:
    """Forget every shared session: the memory goes when the last user lets go."""
    with _shared_lock:
        _shared.clear()


def _onnx_errors() -> tuple[type[Exception], ...]:
    """Every error that onnxruntime raises: they share no base class of their own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    named = [item for item in vars(state).values() if isinstance(item, type)]
    own = [item for item in named if issubclass(item, Exception)]
    return (*own, RuntimeError, ValueError)


class OnnxSession:
    """An onnxruntime session on the CPU that splits what it is given into batches.

    ``content``: what to run in place of the file's, whose name it keeps.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        max_batch: int = MAX_BATCH,
        content: bytes | None = None,
    ):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or machine_threads()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Workers share their cores with decoding: idle threads must not spin.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                content or str(path), options, providers=["CPUExecutionProvider"]
            )
        except _onnx_errors() as error:
            raise WeightsError(f"onnxruntime cannot open {path}: {error}") from error
        self.path = path
        self.inputs: tuple[str, ...] = tuple(item.name for item in self._session.get_inputs())
        self.outputs: tuple[str, ...] = tuple(item.name for item in self._session.get_outputs())
        first = self._session.get_inputs()[0].shape[0]
        self.max_batch = first if isinstance(first, int) and first > 0 else max_batch

    def run(self, *arrays: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """Outputs for inputs whose first axis is the batch, in the order of ``outputs``."""
        if self._session is None:
            raise NetworkFailed(f"The session of {self.path.name} is closed.")
        parts = [self._run_batch(chunk) for chunk in _chunks(arrays, self.max_batch)]
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    def close(self) -> None:
        """Let the session go; a later ``run`` raises ``NetworkFailed``."""
        self._session = None

    def _run_batch(self, arrays: tuple[npt.NDArray[Any], ...]) -> list[npt.NDArray[Any]]:
        feed = dict(zip(self.inputs, arrays, strict=True))
        try:
            outputs: list[npt.NDArray[Any]] = self._session.run(None, feed)
        except _onnx_errors() as error:
            raise NetworkFailed(f"{self.path.name} could not be run: {error}") from error
        return outputs


def onnx_session(
    path: Path, *, threads: int | None = None, max_batch: int = MAX_BATCH
) -> OnnxSession:
    """The process's session for a weights file."""
    key = ("onnx", str(path.absolute()), str(threads or 0), str(max_batch))
    return shared(key, lambda: OnnxSession(path, threads=threads, max_batch=max_batch))


def _chunks(
    arrays: tuple[npt.NDArray[Any], ...], size: int
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    count = len(arrays[0])
    if count == 0:
        raise BadValue("A batch needs at least one item.")
    for start in range(0, count, size):
        yield tuple(array[start : start + size] for array in arrays)


def in_batches(
    images: Sequence[Image], spec: Preprocessing, size: int = MAX_BATCH
) -> Iterator[tuple[npt.NDArray[Any], list[Fit]]]:
    """Pictures as network input, ``size`` at a time, so that memory stays small."""
    for start in range(0, len(images), size):
        yield preprocess(images[start : start + size], spec)


def in_halving_batches(
    items: Sequence[Item], size: int, run: Callable[[Sequence[Item]], Sequence[Result]]
) -> list[Result]:
    """``run`` over ``items``, ``size`` at a time; where memory runs out the batch is halved.

    The smaller size is kept for the rest: what did not fit once would not fit again. Raises
    ``NetworkFailed`` when a single item does not fit.
    """
    found: list[Result] = []
    start = 0
    while start < len(items):
        try:
            found += run(items[start : start + size])
        except out_of_memory_errors() as error:
            if size <= 1:
                raise NetworkFailed("There is not enough memory for a single picture.") from error
            size = max(1, size // 2)
            del error  # it holds the frames that hold the tensors
            free_gpu_memory()
            continue
        start += size
    return found


def out_of_memory_errors() -> tuple[type[BaseException], ...]:
    """What is raised for want of memory; torch's own only where torch is at work."""
    torch = sys.modules.get("torch")
    return (MemoryError, torch.OutOfMemoryError) if torch is not None else (MemoryError,)


def free_gpu_memory() -> None:
    """Give back what torch keeps for later; nothing where torch is not at work."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def preprocess(images: Sequence[Image], spec: Preprocessing) -> tuple[npt.NDArray[Any], list[Fit]]:
    """RGB uint8 pictures of any size as one input array, and how each lies in it.

    The array is (n, 3, h, w) for ``nchw`` or (n, h, w, 3) for ``nhwc``, float32
    ``(pixel * scale - mean) / std``, or the bare pixels for ``dtype`` uint8.
    """
    canvas = np.full((len(images), spec.height, spec.width, 3), spec.pad, dtype=np.uint8)
    fits: list[Fit] = []
    for row, image in zip(canvas, images, strict=True):
        check_image(image)
        fit = fit_picture(
            (image.shape[1], image.shape[0]), (spec.width, spec.height), spec.resize, spec.align
        )
        width, height = fit.content_px
        row[fit.top : fit.top + height, fit.left : fit.left + width] = resize(image, width, height)
        fits.append(fit)
    return _as_input(canvas, spec), fits


def content_px(picture_px: tuple[int, int], spec: Preprocessing) -> tuple[int, int]:
    """The (width, height) that a picture fills of a network's input."""
    input_px = (spec.width, spec.height)
    return fit_picture(picture_px, input_px, spec.resize, spec.align).content_px


def resize(image: Image, width: int, height: int) -> Image:
    """An RGB picture at another size, antialiased."""
    if image.shape[:2] == (height, width):
        return image
    picture = PillowImage.fromarray(np.ascontiguousarray(image))
    # reducing_gap: first shrink by a whole factor, fast; at 3 Pillow calls it
    # indistinguishable from resizing at once.
    small = picture.resize((width, height), PillowImage.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(small, dtype=np.uint8)


def check_image(image: Image) -> None:
    """Raise ``BadValue`` unless this is an RGB uint8 picture with at least one pixel."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise BadValue(
            f"expected an RGB uint8 picture (height, width, 3), got {image.dtype} {image.shape}"
        )


def _as_input(canvas: npt.NDArray[np.uint8], spec: Preprocessing) -> npt.NDArray[Any]:
    pixels = canvas if spec.color == "rgb" else canvas[..., ::-1]
    is_planar = spec.layout == "nchw"
    if is_planar:
        pixels = pixels.transpose(0, 3, 1, 2)
    pixels = np.ascontiguousarray(pixels)  # before they are floats, of four times the bytes
    if spec.dtype != "float32":
        return pixels
    shape = (3, 1, 1) if is_planar else (3,)
    factor = (spec.scale / np.asarray(spec.std)).astype(np.float32).reshape(shape)
    offset = (np.asarray(spec.mean) / np.asarray(spec.std)).astype(np.float32).reshape(shape)
    values = np.multiply(pixels, factor, dtype=np.float32)
    values -= offset
    return values


def rows_or_none(rows: list[Floats], dimension: int) -> Floats:
    """Batches of rows as one (n, dimension) array, also when there are none."""
    if not rows:
        return np.zeros((0, dimension), dtype=np.float32)
    return np.concatenate(rows).astype(np.float32, copy=False)
