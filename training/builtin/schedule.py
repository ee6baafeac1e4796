"""Training by the clock: the learning rate follows the share of the minutes that have passed."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


class Clock:
    """Progress by wall-clock time, so that a busy machine shortens training but never its
    cool-down.
    """

    def __init__(self, minutes: float) -> None:
        self.began = time.monotonic()
        self.seconds = minutes * 60

    @property
    def progress(self) -> float:
        """Share of the minutes that have passed, 0–1."""
        return min((time.monotonic() - self.began) / self.seconds, 1.0)

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return max(self.seconds - (time.monotonic() - self.began), 0.0)

    def rate(self, warm_up: float = 0.04, floor: float = 0.01) -> float:
        """Factor on the learning rate: linear warm-up, then cosine."""
        if self.progress < warm_up:
            return max(self.progress / warm_up, 0.02)
        share = (self.progress - warm_up) / (1 - warm_up)
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * share))


def pick_device(name: str) -> torch.device:
    """The device of `--device auto|cpu|cuda`."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


class Progress:
    """Running means of losses, printed every fifty steps, and when to save."""

    def __init__(self, what: str, clock: Clock, save_every_s: float = 150.0) -> None:
        self.what, self.clock, self.save_every_s = what, clock, save_every_s
        self.step, self.saved_s = 0, 0.0
        self.means: dict[str, float] = {}

    def update(self, losses: dict[str, Tensor]) -> bool:
        """Count one step; true when a checkpoint is due: every few minutes and at the end."""
        self.step += 1
        for key, value in losses.items():
            self.means[key] = self.means.get(key, value.item()) * 0.98 + value.item() * 0.02
        if self.step % 50 == 0:
            say(f"{self.what} step {self.step}", self.clock, **self.means)
        passed = self.clock.seconds - self.clock.left_s
        if self.clock.progress < 1 and passed - self.saved_s < self.save_every_s:
            return False
        self.saved_s = passed
        return True


class Average:
    """Exponential moving average of a network's floats, with a warm-up so that it forgets the
    start.
    """

    def __init__(self, network: nn.Module, decay: float = 0.998) -> None:
        self.decay, self.count = decay, 0
        self.state = {k: v.detach().clone() for k, v in network.state_dict().items()}

    def update(self, network: nn.Module) -> None:
        """Take one step towards the network's weights."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        with torch.no_grad():
            for key, value in network.state_dict().items():
                if value.is_floating_point():
                    self.state[key].lerp_(value, 1 - decay)
                else:
                    self.state[key].copy_(value)


def take_step(
    network: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor, rate: float
) -> None:
    """One clipped step of the optimiser at a learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()


def optimiser_of(network: nn.Module, rate: float, decay: float = 0.05) -> torch.optim.AdamW:
    """AdamW without weight decay on biases and norms."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, rate, fused=True)


def save_checkpoint(file: Path, state: dict[str, Tensor], **more: Any) -> None:
    """Write a checkpoint so that a crash leaves the old one whole."""
    part = file.with_suffix(".part")
    torch.save({"network": state, **more}, part)
    part.replace(file)


def say(what: str, clock: Clock, **numbers: float) -> None:
    """One line of progress."""
    shown = " ".join(f"{k} {v:.4g}" for k, v in numbers.items())
    print(f"{what} {clock.progress:.0%} {shown} · {clock.left_s / 60:.1f} min left", flush=True)
