"""Others' checkpoints as tensors by name, and no code of theirs.

safetensors hold numbers alone. A pickle (``.pth``, ``.pt``, ``.bin``) may hold any program, so it
is read by torch's restricted unpickler only (``weights_only=True``, torch ≥ 2.6's default); what
needs more is refused. A sharded network is read through its ``….index.json``.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from recognition.engine.errors import WeightsDamaged, WeightsError

WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "teacher", "student")
"""Under which names training programs keep the tensors beside an optimiser's and a scheduler's."""
PREFIXES = ("module.", "model.", "_orig_mod.")
"""What wrappers (data parallel, torch.compile, Lightning) put before every name."""
NAMED = 6
"""So many wrong names are told."""


def read_state(title: str, path: Path) -> dict[str, Any]:
    """Name → tensor of the checkpoint of “title”, wrappers and prefixes of training taken off, on
    the CPU.

    Raises ``WeightsDamaged`` for a file that cannot be read, ``WeightsError`` for a pickle that
    would run code.
    """
    if path.name.endswith(".index.json"):
        return _read_shards(title, path)
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    return _without_prefix(_unwrapped(title, _read_pickle(path), path))


def fill(title: str, network: Any, state: Mapping[str, Any], *, extra: Collection[str] = ()) -> Any:
    """The torch module with these tensors, every one of its own and none too many, ready to run.

    ``extra``: prefixes of names that a checkpoint may have besides (a classifier that is not
    used). Raises ``WeightsError`` that names what is missing, unexpected or of another shape.
    """
    wanted = dict(network.state_dict())
    kept = {
        key: value for key, value in state.items() if not _has_prefix(key, extra) or key in wanted
    }
    missing = sorted(wanted.keys() - kept.keys())
    unexpected = sorted(kept.keys() - wanted.keys())
    shapes = [
        f"{key} {tuple(kept[key].shape)} instead of {tuple(wanted[key].shape)}"
        for key in sorted(wanted.keys() & kept.keys())
        if tuple(kept[key].shape) != tuple(wanted[key].shape)
    ]
    if missing or unexpected or shapes:
        told = [
            f"{len(names)} {what} ({some(names)})"
            for names, what in (
                (missing, "missing"),
                (unexpected, "unexpected"),
                (shapes, "of another shape"),
            )
            if names
        ]
        raise WeightsError(
            f"The weights of “{title}” belong to another architecture: {'; '.join(told)}."
        )
    network.load_state_dict(kept)
    return network.eval()


def _unwrapped(title: str, content: Any, path: Path) -> dict[str, Any]:
    """The tensors inside what a training program saved."""
    for name in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(name), Mapping):
            content = content[name]
    tensors = (
        {str(key): value for key, value in content.items() if hasattr(value, "shape")}
        if isinstance(content, Mapping)
        else {}
    )
    if not tensors:
        raise WeightsDamaged(f"{path} holds no tensors by name: it is no checkpoint of “{title}”.")
    return tensors


def _without_prefix(state: Mapping[str, Any]) -> dict[str, Any]:
    """Names without what wrappers put before every one of them."""
    found = dict(state)
    for prefix in PREFIXES:
        if all(key.startswith(prefix) for key in found):
            found = {key.removeprefix(prefix): value for key, value in found.items()}
    return found


def _read_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state: dict[str, Any] = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsDamaged(f"{path} is no readable safetensors file: {error}.") from error
    return _without_prefix(state)


def _read_shards(title: str, path: Path) -> dict[str, Any]:
    try:
        names = sorted(set(json.loads(path.read_bytes())["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsDamaged(f"{path} names no shards: {error!r}.") from error
    found: dict[str, Any] = {}
    for name in names:
        found |= read_state(title, path.parent / name)
    return found


def _read_pickle(path: Path) -> Any:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path} is a pickle that would run code of its own, or none at all, and is not "
            f"opened: convert it to safetensors where you trust it. ({str(error).splitlines()[0]})"
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise WeightsDamaged(f"{path} is no readable checkpoint: {error}.") from error


def _has_prefix(key: str, prefixes: Collection[str]) -> bool:
    return any(key.startswith(prefix) for prefix in prefixes)


def some(names: Sequence[str]) -> str:
    """The first of many names."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
