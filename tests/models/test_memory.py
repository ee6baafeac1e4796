"""Want of memory on a GPU, as torch says it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from recognition.engine.errors import NetworkFailed
from recognition.engine.runtime import in_halving_batches


def test_torchs_own_error_halves_the_batch() -> None:
    sizes: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return list(items)

    assert in_halving_batches(range(5), 4, run) == [0, 1, 2, 3, 4]
    assert sizes == [4, 2, 2, 1]


def test_one_picture_too_large_is_a_sentence() -> None:
    def run(items: Sequence[int]) -> list[int]:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(NetworkFailed, match="single picture"):
        in_halving_batches([1], 4, run)
