"""Seconds by two clocks, and what a machine can do at most in one of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and seconds that this process' threads were at work."""

    clock_s: float
    processor_s: float

    @classmethod
    def now(cls) -> Taken:
        """Both clocks."""
        return cls(time.perf_counter(), time.process_time())

    def since(self, began: Taken) -> Taken:
        """What has gone by."""
        return Taken(self.clock_s - began.clock_s, self.processor_s - began.processor_s)

    def telling_s(self, place: str) -> float:
        """The seconds to judge by: on a CPU those of the processor, which other programs on the
        machine disturb less."""
        return self.processor_s if place == "cpu" else self.clock_s


def median_of(run: Callable[[int], object], count: int, place: str, repeat: int) -> Taken:
    """Seconds per picture, the median of several runs by each clock."""
    runs = [timed(run, count, place) for _ in range(repeat)]
    return Taken(
        statistics.median(one.clock_s for one in runs) / count,
        statistics.median(one.processor_s for one in runs) / count,
    )


def timed(run: Callable[[int], object], count: int, place: str) -> Taken:
    """What one run over ``count`` pictures takes."""
    began = Taken.now()
    run(count)
    if place != "cpu":
        import torch

        torch.cuda.synchronize()
    return Taken.now().since(began)


def measured_peak(place: str, dtype: Any) -> dict[str, float]:
    """Operations and bytes a second that this device reaches, at best of several tries: a second
    of the clock that is ``telling`` here."""
    import torch

    side = 2048 if place == "cpu" else 8192
    one = torch.randn(side, side, device=place, dtype=dtype)
    maps = torch.randn(4, 256, 64, 64, device=place, dtype=dtype)
    kernels = torch.randn(256, 256, 3, 3, device=place, dtype=dtype)
    room = torch.empty((1 << 28) if place == "cpu" else (1 << 30), dtype=torch.uint8, device=place)
    other = torch.empty_like(room)
    with torch.inference_mode():
        product_s = _best_s(lambda _: one @ one, place)
        convolution_s = _best_s(lambda _: torch.conv2d(maps, kernels, padding=1), place)
        copy_s = _best_s(lambda _: other.copy_(room), place)
    convolved = 2 * maps.numel() * kernels[0].numel() / convolution_s
    return {
        "flops_per_s": max(2 * side**3 / product_s, convolved),
        "bytes_per_s": 2 * room.numel() / copy_s,
    }


def _best_s(run: Callable[[int], object], place: str) -> float:
    return min(timed(run, 1, place).telling_s(place) for _ in range(6))
