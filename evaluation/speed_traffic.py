"""Counts the bytes that a torch network's operators read and write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Traffic(TorchDispatchMode):
    """While it is entered: bytes of weights, and of all else, that operators take in or give out.

    Views move nothing. What several operators fused into one would keep, or a cache, is counted
    all the same: it is the most that moves.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        tensors = (*network.parameters(), *network.buffers())
        self._weights = {tensor.untyped_storage().data_ptr() for tensor in tensors}
        self.of_weights = 0
        self.of_others = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one operator and count it."""
        out = func(*args, **(kwargs or {}))
        if func is torch.ops.aten.embedding.default:  # of the table only the rows given out
            self.of_weights += _bytes_of(out)
            self.of_others += _bytes_of(out)
        elif not func.is_view:
            for tensor in tensors_in((args, kwargs or {}, out)):
                self._count(tensor)
        return out

    def _count(self, tensor: Any) -> None:
        if tensor.untyped_storage().data_ptr() in self._weights:
            self.of_weights += _bytes_of(tensor)
        else:
            self.of_others += _bytes_of(tensor)


def _bytes_of(tensor: Any) -> int:
    size: int = tensor.numel() * tensor.element_size()
    return size


def tensors_in(values: Iterable[Any]) -> Iterator[Any]:
    """Every tensor in nested lists and mappings."""
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, Mapping):
            yield from tensors_in(value.values())
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from tensors_in(value)
