"""Weights of torch networks: read without running anything, and put where they belong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recognition.engine.backends.on_torch import opening
from recognition.engine.errors import WeightsError

_WRAPPERS = ("state_dict", "model_state_dict", "model", "teacher")
"""Keys under which trainers keep the weights beside other things."""
_TOLD = 5


def read_state(name: str, path: Path) -> dict[str, Any]:
    """Names → tensors of a ``.safetensors`` file, or of a pickle read with ``weights_only``.

    ``WeightsError`` when it cannot be read, would run code, or holds no tensors.
    """
    with opening(name, path):
        import torch
        from safetensors.torch import load_file

        if path.suffix == ".safetensors":
            return dict(load_file(path))
        stored = torch.load(path, map_location="cpu", weights_only=True)
    for key in _WRAPPERS:
        if isinstance(stored, Mapping) and isinstance(stored.get(key), Mapping):
            stored = stored[key]
    found = dict(stored) if isinstance(stored, Mapping) else {}
    tensors = {key: value for key, value in found.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise WeightsError(f"{path} holds no weights of “{name}”.")
    return tensors


def fill(name: str, network: Any, state: Mapping[str, Any]) -> Any:
    """The network with exactly these weights, ready to run; ``WeightsError`` says what does not
    fit."""
    try:
        found = network.load_state_dict(dict(state), strict=False)
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines()[1 : 1 + _TOLD]]
        raise WeightsError(f"The weights of “{name}” do not fit: {' '.join(lines)}") from error
    wrong = [
        f"{what} {', '.join(names[:_TOLD])}{' and more' if len(names) > _TOLD else ''}"
        for what, names in (("missing", found.missing_keys), ("unknown", found.unexpected_keys))
        if names
    ]
    if wrong:
        raise WeightsError(f"The weights of “{name}” are of another make: {'; '.join(wrong)}.")
    return network.eval()
