"""What the backends over torch share: where networks run, how they are run, and their files.

torch is imported inside functions: importing this module costs nothing.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recognition.engine.backends.state_dicts import some
from recognition.engine.errors import NetworkFailed, WeightsError
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import (
    Runtime,
    in_batches,
    in_halving_batches,
    machine_threads,
    rows_or_none,
)
from recognition.engine.types import Floats, Image

if TYPE_CHECKING:
    import torch

MISSING = (
    "“{name}” runs on torch, which is not installed here: pip install '.[models]' (or set this "
    "role to a network that does not need it)."
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a network runs: ``device`` as torch writes it, and how many pictures at a time."""

    device: str
    batch: int

    @property
    def is_gpu(self) -> bool:
        """Whether this is a GPU."""
        return self.device.startswith("cuda")

    @property
    def dtype(self) -> torch.dtype:
        """bfloat16 on a GPU, where it doubles speed at no loss that retrieval shows (the usual
        finding for inference; unmeasured here); float32 on a CPU."""
        import torch

        return torch.bfloat16 if self.is_gpu else torch.float32


def place_for(entry: WeightsEntry, runtime: Runtime, *, batch: int = 0) -> Place:
    """The runtime's device; ``batch`` 0: 32 on a GPU, 4 on a CPU (by eye: more gains nothing
    there). On a CPU torch gets the runtime's threads. ``WeightsError`` when torch is missing."""
    try:
        import torch
    except ImportError as error:
        raise WeightsError(MISSING.format(name=entry.name)) from error
    if not runtime.on_gpu:
        torch.set_num_threads(runtime.threads or machine_threads())
    return Place(runtime.device, batch or (32 if runtime.on_gpu else 4))


def picture_of(entry: WeightsEntry) -> Preprocessing:
    """The entry's preprocessing for pictures; ``WeightsError`` when it has none."""
    if entry.picture is None:
        raise WeightsError(f"The manifest gives no preprocessing for “{entry.name}”.")
    return entry.picture


@contextmanager
def running(name: str) -> Iterator[None]:
    """Run torch without gradients; its errors become ``NetworkFailed``, but for want of memory,
    which callers answer with smaller batches."""
    import torch

    try:
        with torch.inference_mode():
            yield
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, IndexError, KeyError) as error:
        raise NetworkFailed(f"“{name}” could not be run: {error}") from error


LONGEST = 300
"""Of what a vendor's package says, in characters."""
_OTHER_NAMES = "Error(s) in loading state_dict"
"""How torch begins to say that names or shapes are not the network's."""
_OF_TRAINING = ("mask_token",)
"""Parameters that matter in training alone."""
_BROKEN = (
    OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError,
    pickle.UnpicklingError,
)  # fmt: skip


@contextmanager
def opening(name: str, path: Path) -> Iterator[None]:
    """Errors while a vendor's package reads weights become one sentence."""
    try:
        from safetensors import SafetensorError
        from transformers.utils import logging

        logging.disable_progress_bar()
        yield
    except ImportError as error:
        raise WeightsError(MISSING.format(name=name)) from error
    except (*_BROKEN, SafetensorError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [repr(error)]
        if lines[0].startswith(_OTHER_NAMES):
            raise another_architecture(name, path, " ".join(lines[1:])) from error
        if isinstance(error, KeyError):
            raise another_architecture(name, path, f"{error} missing") from error
        raise WeightsError(
            f"The weights of “{name}” in {path} cannot be opened: {lines[0][:LONGEST]}"
        ) from error


def another_architecture(name: str, path: Path, details: str) -> WeightsError:
    """What is raised for weights that do not fill the network they are said to be."""
    return WeightsError(
        f"The weights of “{name}” in {path} belong to another architecture: {details[:LONGEST]}"
    )


def whole_network(kind: Any, name: str, folder: Path, **options: Any) -> Any:
    """A network of transformers' format, ``kind`` one of its classes, by the folder's own
    configuration and weights.

    transformers fills what the weights lack with random numbers and says so in its log: here that
    is a ``WeightsError``. What the weights have besides is not used.
    """
    network, told = kind.from_pretrained(
        folder,
        local_files_only=True,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # they are told below, by name
        **options,
    )
    missing = {key for key in told["missing_keys"] if not key.endswith(_OF_TRAINING)}
    other = sorted(
        str(key[0] if isinstance(key, tuple) else key) for key in told["mismatched_keys"]
    )
    parameters = dict(network.named_parameters(remove_duplicate=False))
    filled = {tensor.data_ptr() for key, tensor in parameters.items() if key not in missing}
    lacking = sorted(
        key for key in missing & parameters.keys() if parameters[key].data_ptr() not in filled
    )  # a parameter that shares its numbers with a filled one is filled
    wrong = [
        f"{len(names)} {what} ({some(names)})"
        for names, what in ((lacking, "missing"), (other, "of another shape"))
        if names
    ]
    if wrong:
        raise another_architecture(name, folder, "; ".join(wrong))
    return network


class Batcher:
    """Runs an ``nn.Module`` over pictures: preprocessing by the manifest, rows out."""

    def __init__(self, name: str, network: Any, place: Place, picture: Preprocessing) -> None:
        self.name = name
        self.place = place
        self._picture = picture
        self._network: Any = network.to(place.device, place.dtype).eval()

    def rows(self, images: Sequence[Image], dimension: int) -> Floats:
        """The network's outputs (n, dimension), float32."""
        return rows_or_none(in_halving_batches(images, self.place.batch, self._run), dimension)

    def _run(self, images: Sequence[Image]) -> list[Floats]:
        batch, _ = next(in_batches(images, self._picture, len(images)))
        with running(self.name):
            return [as_floats(self._network(as_tensor(batch, self.place)))]


def as_tensor(batch: Any, place: Place) -> Any:
    """A numpy batch on the device, in its floating type."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(batch)).to(place.device, place.dtype)


def as_floats(tensor: Any) -> Floats:
    """A tensor as a float32 array on the CPU."""
    array: Floats = tensor.detach().float().cpu().numpy()
    return array


def split(items: Sequence[Any], size: int, run: Callable[[Sequence[Any]], list[Any]]) -> list[Any]:
    """``run`` over ``size`` items at a time; when memory runs out the batch is halved."""
    return in_halving_batches(items, size, run)
