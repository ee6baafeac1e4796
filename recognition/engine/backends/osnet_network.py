"""OSNet (Zhou et al. 2019, arXiv:1905.00953) for inference, with the names of torchreid's weights.

Omni-scale blocks: four streams of one to four light 3×3 convolutions, joined by one gate.
Written anew from the paper and the names in the weights; widths follow from the weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

STREAMS = ("conv2a", "conv2b", "conv2c", "conv2d")


def conv_bn(before: int, after: int, kernel: int = 1, stride: int = 1) -> nn.Module:
    """A convolution and its normalisation, named ``conv`` and ``bn``."""
    part = nn.Module()
    part.conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    part.bn = nn.BatchNorm2d(after)
    return part


def apply(part: nn.Module, maps: Tensor, *, relu: bool = True) -> Tensor:
    """Run what ``conv_bn`` made."""
    out: Tensor = part.bn(part.conv(maps))
    return functional.relu(out) if relu else out


class Light(nn.Module):
    """A pointwise and a depthwise 3×3 convolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, groups=width, bias=False)
        self.bn = nn.BatchNorm2d(width)

    def forward(self, maps: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv2(self.conv1(maps))))


class Gate(nn.Module):
    """One weight per channel, from the channel means."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(width, width // 16, 1)
        self.fc2 = nn.Conv2d(width // 16, width, 1)

    def forward(self, maps: Tensor) -> Tensor:
        means = functional.adaptive_avg_pool2d(maps, 1)
        return maps * torch.sigmoid(self.fc2(functional.relu(self.fc1(means))))


class Block(nn.Module):
    """An omni-scale block; with ``instance`` its output is normalised per picture (OSNet-IBN)."""

    def __init__(self, before: int, after: int, *, instance: bool = False) -> None:
        super().__init__()
        width = after // 4
        self.conv1 = conv_bn(before, width)
        self.conv2a = Light(width)
        for length, name in enumerate(STREAMS[1:], start=2):
            setattr(self, name, nn.Sequential(*(Light(width) for _ in range(length))))
        self.gate = Gate(width)
        self.conv3 = conv_bn(width, after)
        self.downsample = conv_bn(before, after) if before != after else None
        self.IN = nn.InstanceNorm2d(after, affine=True) if instance else None

    def forward(self, maps: Tensor) -> Tensor:
        narrow = apply(self.conv1, maps)
        streams = [self.gate(getattr(self, name)(narrow)) for name in STREAMS]
        joined = apply(self.conv3, torch.stack(streams).sum(dim=0), relu=False)
        kept = apply(self.downsample, maps, relu=False) if self.downsample else maps
        out = joined + kept
        return functional.relu(self.IN(out) if self.IN is not None else out)


class OsNet(nn.Module):
    """Crops (n, 3, h, w) → (n, dimension), before normalisation to unit length."""

    def __init__(self, widths: tuple[int, int, int, int], dimension: int, *, ibn: bool) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.conv1 = conv_bn(3, first, kernel=7, stride=2)
        if ibn:
            self.conv1.bn = nn.InstanceNorm2d(first, affine=True)
        self.conv2 = _stage(first, second, instance=ibn, shrink=True)
        self.conv3 = _stage(second, third, shrink=True)
        self.conv4 = _stage(third, fourth)
        self.conv5 = conv_bn(fourth, fourth)
        self.fc = nn.Sequential(nn.Linear(fourth, dimension), nn.BatchNorm1d(dimension), nn.ReLU())

    def forward(self, crops: Tensor) -> Tensor:
        maps = functional.max_pool2d(apply(self.conv1, crops), 3, 2, 1)
        for stage in (self.conv2, self.conv3, self.conv4):
            for part in stage:
                maps = part(maps)
        means = apply(self.conv5, maps).mean(dim=(2, 3))
        out: Tensor = self.fc(means)
        return out


class Shrink(nn.Sequential):
    """A pointwise convolution and a mean over 2×2; ``0.conv`` and ``0.bn`` in the weights."""

    def forward(self, maps: Tensor) -> Tensor:
        return functional.avg_pool2d(apply(self[0], maps), 2)


def _stage(before: int, after: int, *, instance: bool = False, shrink: bool = False) -> nn.Module:
    blocks: list[nn.Module] = [
        Block(before, after, instance=instance), Block(after, after, instance=instance),
    ]  # fmt: skip
    return nn.Sequential(*blocks, *([Shrink(conv_bn(after, after))] if shrink else []))


def network_for(state: Mapping[str, Tensor]) -> OsNet:
    """An empty network of the widths that the weights have. ``KeyError`` if it is no OSNet."""
    widths = tuple(
        int(state[name].shape[0])
        for name in ("conv1.conv.weight", "conv2.0.conv3.conv.weight", "conv3.0.conv3.conv.weight",
                     "conv5.conv.weight")
    )  # fmt: skip
    ibn = "conv2.0.IN.weight" in state
    first, second, third, fourth = widths
    return OsNet((first, second, third, fourth), int(state["fc.0.weight"].shape[0]), ibn=ibn)


def is_left_out(name: str) -> bool:
    """Weights of training alone: the classifier over the training set's identities."""
    return name.startswith("classifier.")
