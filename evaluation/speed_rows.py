"""One network's speed, measured in a process of its own (``speed_networks`` starts it).

Arithmetic is torch's own count while the network runs. Bytes are those of every operator's inputs
and outputs, as if nothing were fused and nothing stayed in a cache: the most that must move; those
of weights are read once a batch. Both are set against what this machine was measured to do, by the
same process just before and after (a product of large matrices or a convolution, whichever is
faster; a copy). The larger share says what bounds the network; below ``BOUND_FROM`` neither does:
then it is kernels that do not use the machine well, and what happens between them.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from evaluation.speed_clock import Taken, measured_peak, median_of
from recognition.engine.errors import EngineError
from recognition.engine.runtime import free_gpu_memory, out_of_memory_errors

BUDGET_S = 60.0
"""Of ``telling`` seconds, for one batch size of one network: beyond, fewer repeats, then no larger
batches."""
BOUND_FROM = 0.25
"""By judgement: who uses less than a quarter of what the machine can do is not bound by it. Good
kernels reach a half (on AMD's processors MKL's product of matrices reaches .4)."""
FAILURES = (
    ImportError, MemoryError, OSError, RuntimeError, TypeError, ValueError, LookupError,
    AttributeError, EngineError,
)  # fmt: skip
"""What vendors' packages and the engine raise for a network that cannot be built or run here."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one picture: operations, and bytes of weights (once a batch) and of everything else."""

    flops: float
    weight_bytes: float
    other_bytes: float

    def bytes_per_picture(self, batch: int) -> float:
        """What moves per picture where ``batch`` of them share a reading of the weights."""
        return self.weight_bytes / batch + self.other_bytes


@dataclass(frozen=True, slots=True)
class Built:
    """A network on its device; ``run(n)`` does n pictures of noise. ``parameters`` of it.

    ``network`` is a torch module, or None where another runtime runs it and says its ``cost``.
    """

    name: str
    run: Callable[[int], object]
    network: Any = None
    cost: Cost | None = None
    parameters: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A network to build: ``parameters_m`` millions of them, about, say whether it would fit.

    ``make(device, dtype)`` builds it and can be pickled. ``is_chosen``: the profile takes it;
    others stand beside it to be compared and are not part of the profile's hour. ``on_cpu``: it
    runs on the CPU even where there is a GPU.
    """

    name: str
    role: str
    parameters_m: float
    make: Callable[[str, Any], Built]
    is_chosen: bool = True
    on_cpu: bool = False


def send_row(answer: Connection, plan: Plan, place: str, repeat: int) -> None:
    """What the process does: a row, or why there is none, sent back."""
    try:
        row = measure(plan, place, repeat)
    except FAILURES as error:
        said = str(error).strip().splitlines() or [repr(error)]
        row = {"failed": f"{type(error).__name__}: {said[0][:200]}"}
    answer.send(row)
    answer.close()


def measure(plan: Plan, place: str, repeat: int) -> dict[str, Any]:
    """The row of one network."""
    import torch

    dtype = torch.bfloat16 if place != "cpu" else torch.float32
    peak = measured_peak(place, dtype)
    built = plan.make(place, dtype)
    with torch.inference_mode():
        cost, first = _first(built)
        taken = timings(built.run, batches_of(plan, place), first, place, repeat)
    after = measured_peak(place, dtype)
    peak = {key: max(value, after[key]) for key, value in peak.items()}
    best = min(taken, key=lambda n: taken[n].telling_s(place))
    return {
        "parameters_m": round(_parameters(built) / 1e6, 1),
        "gflop_per_picture": round(cost.flops / 1e9, 2),
        "mb_per_picture": round(cost.bytes_per_picture(best) / 1e6, 1),
        "pictures_per_s": {str(n): _short(1 / one.clock_s) for n, one in taken.items()},
        "processor_s": {str(n): _short(one.processor_s) for n, one in taken.items()},
        "best_batch": best,
        **_bounds(cost, best, taken[best].telling_s(place), peak),
        "peak_mb": _peak_mb(place),
    }


def batches_of(plan: Plan, place: str) -> tuple[int, ...]:
    """Sizes to try. On a CPU the product takes four at a time at most, and accounts one by one."""
    if place != "cpu":
        return (1, 8, 32, 64)
    return (1,) if plan.role == "captions" else (1, 4)


def _first(built: Built) -> tuple[Cost, Taken]:
    """What one picture costs, and what the first one took."""
    began = Taken.now()
    if built.cost is not None:
        built.run(1)
        cost = built.cost
    else:
        cost = _counted(built)
    return cost, Taken.now().since(began)


def _counted(built: Built) -> Cost:
    from torch.utils.flop_counter import FlopCounterMode

    from evaluation.speed_traffic import Traffic

    built.network.requires_grad_(False)  # the counter's hooks trip over parameters that want one
    with FlopCounterMode(display=False) as counter, Traffic(built.network) as traffic:
        built.run(1)
    return Cost(counter.get_total_flops(), traffic.of_weights, traffic.of_others)


def _parameters(built: Built) -> int:
    if built.network is None:
        return built.parameters
    count: int = sum(p.numel() for p in built.network.parameters())
    return count


def _bounds(cost: Cost, batch: int, picture_s: float, peak: dict[str, float]) -> dict[str, Any]:
    shares = {
        "arithmetic": cost.flops / peak["flops_per_s"] / picture_s,
        "bytes": cost.bytes_per_picture(batch) / peak["bytes_per_s"] / picture_s,
    }
    largest = max(shares, key=lambda name: shares[name])
    return {
        "bound_by": largest if shares[largest] >= BOUND_FROM else "neither",
        "of_arithmetic": round(shares["arithmetic"], 2),
        "of_bytes": round(shares["bytes"], 2),
        **{key: _short(value) for key, value in peak.items()},
    }


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _peak_mb(place: str) -> int:
    """The most memory held: of the GPU, or of this process, measuring itself included (0.6 GB)."""
    if place != "cpu":
        import torch

        return round(float(torch.cuda.max_memory_allocated()) / 2**20)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def timings(
    run: Callable[[int], object], batches: Sequence[int], first: Taken, place: str, repeat: int
) -> dict[int, Taken]:
    """What a picture takes by batch size. ``first`` is what the first picture took: where the
    budget does not allow another, it stands for the rest. Batches that do not fit are left out."""
    found: dict[int, Taken] = {}
    picture = first
    for n in batches:
        times = min(repeat, int(BUDGET_S / (n * picture.telling_s(place))))
        if times < 1:
            break
        try:
            picture = median_of(run, n, place, times)
        except out_of_memory_errors():
            free_gpu_memory()
            break
        found[n] = picture
    return found or {1: first}
