"""The detector: backbone, feature pyramid, one head for three strides; anchor-free, one box per
cell.

After FCOS (Tian et al. 2019, arXiv 1904.01355), with CenterNet's Gaussian targets (Zhou et al.
2019, arXiv 1904.07850) in place of its centre-ness branch and the quality focal loss (Li et al.
2020, arXiv 2006.04388), whose soft targets are the teacher's scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.builtin.layers import Backbone, conv

STRIDES = (8, 16, 32)
LEVELS_PX = ((0.0, 56.0), (40.0, 120.0), (88.0, 1e4))
"""Range of sqrt(area) that each stride answers for; they overlap, so that most boxes have two
chances. By eye.
"""


class Pyramid(nn.Module):  # type: ignore[misc, unused-ignore]
    """Top-down pyramid (Lin et al. 2017, arXiv 1612.03144) of one width over strides 8, 16, 32."""

    def __init__(self, inputs: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList([conv(i, width, 1) for i in inputs])
        self.smooth = nn.ModuleList([conv(width, width) for _ in inputs])

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps of one width, finest first."""
        sides = [lateral(m) for lateral, m in zip(self.lateral, maps, strict=True)]
        for level in range(len(sides) - 2, -1, -1):
            sides[level] = sides[level] + functional.interpolate(
                sides[level + 1], scale_factor=2.0, mode="nearest"
            )
        return [smooth(s) for smooth, s in zip(self.smooth, sides, strict=True)]


class Detector(nn.Module):  # type: ignore[misc, unused-ignore]
    """Pictures float32 [B, 3, H, W], sides multiples of 32 → logits [B, N, C], boxes xyxy in px [B,
    N, 4].
    """

    def __init__(self, classes: int, width: int = 64) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.pyramid = Pyramid(self.backbone.widths[1:], width)
        self.tower = nn.Sequential(conv(width, width), conv(width, width))
        self.classify = nn.Conv2d(width, classes, 1)
        self.regress = nn.Conv2d(width, 4, 1)
        self.sizes = nn.Parameter(torch.zeros(len(STRIDES)))
        nn.init.constant_(self.classify.bias, -math.log(99))  # type: ignore[arg-type, unused-ignore]
        nn.init.normal_(self.classify.weight, std=0.01)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """All cells of all strides, finest first, row by row."""
        logits, boxes = [], []
        for level, features in enumerate(self.pyramid(self.backbone(images)[1:])):
            deep = self.tower(features)
            logits.append(self.classify(deep).flatten(2).transpose(1, 2))
            reach = functional.softplus(self.regress(deep) + self.sizes[level]) * (
                2 * STRIDES[level]
            )
            reach = reach.flatten(2).transpose(1, 2)
            centres = cell_centres(features.shape[2], features.shape[3], STRIDES[level]).to(reach)
            boxes.append(torch.cat([centres - reach[..., :2], centres + reach[..., 2:]], dim=-1))
        return torch.cat(logits, dim=1), torch.cat(boxes, dim=1)


class Exported(nn.Module):  # type: ignore[misc, unused-ignore]
    """The detector as it ships: boxes [B, N, 4] and the scores [B, N, K] of the chosen classes."""

    def __init__(self, detector: Detector, classes: list[int]) -> None:
        super().__init__()
        self.detector = detector
        self.register_buffer("classes", torch.tensor(classes))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Boxes xyxy in input pixels, scores 0–1; no suppression."""
        logits, boxes = self.detector(images)
        return boxes, logits.sigmoid()[..., self.classes]


def cell_centres(rows: int, columns: int, stride: int) -> Tensor:
    """Centres x, y of a grid's cells in pixels: float32 [rows · columns, 2]."""
    ys, xs = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return (torch.stack([xs, ys], dim=-1).reshape(-1, 2).float() + 0.5) * stride


@dataclass(frozen=True, slots=True)
class Targets:
    """Per cell: class scores float32 [B, N, C], the box to find [B, N, 4] and its weight [B, N] (0:
    no box).
    """

    scores: Tensor
    boxes: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> Targets:
        """The same on a device."""
        return Targets(self.scores.to(device), self.boxes.to(device), self.weights.to(device))


def all_centres(side_px: int) -> tuple[Tensor, Tensor, Tensor]:
    """Centres [N, 2], stride [N] and level [N] of all cells of a square view."""
    grids = [cell_centres(side_px // s, side_px // s, s) for s in STRIDES]
    strides = torch.cat(
        [torch.full((len(g),), float(s)) for g, s in zip(grids, STRIDES, strict=True)]
    )
    levels = torch.cat([torch.full((len(g),), i) for i, g in enumerate(grids)])
    return torch.cat(grids), strides, levels


def assign(
    boxes: Tensor, classes: Tensor, scores: Tensor, side_px: int, count: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Targets of one view from boxes [M, 4], classes [M], scores [M] → ([N, C], [N, 4], [N])."""
    centres, strides, levels = all_centres(side_px)
    wanted = torch.zeros(len(centres), count)
    if not len(boxes):
        return wanted, torch.zeros(len(centres), 4), torch.zeros(len(centres))
    middle, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    away = ((centres[:, None] - middle[None]).abs() - strides[:, None, None] / 2).clamp(min=0)
    bell = torch.exp(-((away / (size[None] * 0.17).clamp(min=2)) ** 2).sum(-1) / 2)
    extent = size.prod(-1).sqrt()
    limits = torch.tensor(LEVELS_PX)[levels]
    bell = bell * ((extent[None] >= limits[:, :1]) & (extent[None] < limits[:, 1:]))
    strength = bell * scores[None]
    wanted.scatter_reduce_(1, classes[None].expand(len(centres), -1), strength, "amax")
    weight, which = torch.where(bell > 0.3, strength, torch.zeros(())).max(1)
    return wanted, boxes[which], weight


def generalised_iou(left: Tensor, right: Tensor) -> Tensor:
    """GIoU of boxes [M, 4] pair by pair (Rezatofighi et al. 2019, arXiv 1902.09630)."""
    low, high = torch.maximum(left[:, :2], right[:, :2]), torch.minimum(left[:, 2:], right[:, 2:])
    overlap = (high - low).clamp(min=0).prod(-1)
    areas = (left[:, 2:] - left[:, :2]).prod(-1) + (right[:, 2:] - right[:, :2]).prod(-1)
    union = areas - overlap
    hull = (
        torch.maximum(left[:, 2:], right[:, 2:]) - torch.minimum(left[:, :2], right[:, :2])
    ).prod(-1)
    return overlap / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


def detection_loss(
    logits: Tensor, boxes: Tensor, targets: Targets, class_weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Quality focal loss and GIoU loss, each divided by the sum of the targets' weights."""
    total = targets.weights.sum().clamp(min=1)
    cross = functional.binary_cross_entropy_with_logits(logits, targets.scores, reduction="none")
    focal = (targets.scores - logits.detach().sigmoid()).abs().pow(1.5)
    found = targets.weights > 0
    overlap = generalised_iou(boxes[found], targets.boxes[found])
    return (cross * focal * class_weights).sum() / total, (
        (1 - overlap) * targets.weights[found]
    ).sum() / total
