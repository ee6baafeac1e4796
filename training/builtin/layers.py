"""The convolutional backbone that the detector, the image tower and the person network share in
shape.

Dense 3×3 bottlenecks (He et al. 2016, arXiv 1512.03385): on CPUs without matrix tiles they train
several times faster than depthwise ones of a quarter of their arithmetic (measured).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (32, 64, 160, 320)
DEPTHS = (1, 2, 3, 2)


def conv(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, active: bool = True
) -> nn.Sequential:
    """Convolution without bias, batch norm, and ReLU unless `active` is off."""
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if active:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class Bottleneck(nn.Module):  # type: ignore[misc, unused-ignore]
    """1×1 to half the width, 3×3, 1×1 back, added to the input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        half = width // 2
        self.body = nn.Sequential(
            conv(width, half, 1), conv(half, half), conv(half, width, 1, active=False)
        )
        nn.init.zeros_(cast("nn.BatchNorm2d", self.body[-1][1]).weight)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape in and out."""
        return functional.relu(x + self.body(x))


class Backbone(nn.Module):  # type: ignore[misc, unused-ignore]
    """Pictures float32 [B, 3, H, W] → maps of strides 4, 8, 16 and 32."""

    def __init__(self, widths: Sequence[int] = WIDTHS, depths: Sequence[int] = DEPTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        stages, inputs = [], 12
        for width, depth in zip(widths, depths, strict=True):
            stages.append(
                nn.Sequential(conv(inputs, width, 3, 2), *(Bottleneck(width) for _ in range(depth)))
            )
            inputs = width
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        """The four maps, finest first."""
        x = functional.pixel_unshuffle(x, 2)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class Embedder(nn.Module):  # type: ignore[misc, unused-ignore]
    """Backbone, mean and maximum over the last map, and a linear head → unit vectors [B,
    dimension].
    """

    def __init__(
        self, dimension: int = 256, widths: Sequence[int] = WIDTHS, depths: Sequence[int] = DEPTHS
    ) -> None:
        super().__init__()
        self.backbone = Backbone(widths, depths)
        self.widen = conv(self.backbone.widths[-1], 512, 1)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(1024, dimension)

    def pooled(self, images: Tensor) -> Tensor:
        """Mean and maximum of the widened last map: [B, 1024]."""
        last = self.widen(self.backbone(images)[-1])
        return torch.cat([last.mean((2, 3)), last.amax((2, 3))], dim=1)

    def forward(self, images: Tensor) -> Tensor:
        """Unit vectors float32 [B, dimension]."""
        return functional.normalize(self.head(self.dropout(self.pooled(images))), dim=-1)


def start_from_detector(tower: Embedder, file: Path) -> None:
    """Copy the detector's backbone into an embedder: it has the same shape and has seen the same
    pictures.
    """
    state = torch.load(file, map_location="cpu")["network"]
    prefix = "backbone."
    tower.backbone.load_state_dict(
        {k[len(prefix) :]: v for k, v in state.items() if k.startswith(prefix)}
    )


def to_input(pixels: Tensor, mean: float = 0.45, deviation: float = 0.25) -> Tensor:
    """uint8 [B, H, W, 3] RGB → float32 [B, 3, H, W] as the shipped networks take it, channels last
    in memory.
    """
    scaled = (pixels.permute(0, 3, 1, 2).float() / 255 - mean) / deviation
    return scaled.contiguous(memory_format=torch.channels_last)
