"""The joint space: a text tower and projections of frozen picture features, trained against each
other.

Symmetric InfoNCE with a learned temperature (Radford et al. 2021, arXiv 2103.00020) between
captions and pictures. `LightProjection` takes MobileNetV1 and pooled YOLOX-nano features; a second
projection of the MobileNetV1 features alone is trained in the same space and serves as the image
tower's teacher on augmented views.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

DIMENSION = 256

PICTURE_NOISE, WORD_NOISE = 0.8, 0.3
"""Gaussian noise on whitened picture features and on word vectors in training, in units of about
their deviation. Without it a few thousand pictures are learnt by heart: dev R@10 was
.619 without, .645 with .5, .657 with .8 and .644 with 1.2 (a new projection to one text tower).
"""

LOW = -1e4
"""What padding counts for in a maximum."""


class TextTower(nn.Module):  # type: ignore[misc, unused-ignore]
    """Frozen word table → bidirectional GRU, maximum over time, beside the mean of the words → unit
    vectors.

    A recurrent network with max pooling (Conneau et al. 2017, arXiv 1705.02364).
    """

    def __init__(self, table: Tensor, hidden: int = 192) -> None:
        super().__init__()
        self.register_buffer("table", table, persistent=False)
        size = table.shape[1]
        pooled = 2 * hidden + size
        self.recurrent = nn.GRU(size, hidden, batch_first=True, bidirectional=True)
        self.input_dropout = nn.Dropout(0.1)
        self.pooled_dropout = nn.Dropout(0.2)
        self.head = nn.Sequential(
            nn.Linear(pooled, 512), nn.GELU(), nn.Dropout(0.3), nn.Linear(512, DIMENSION)
        )
        self.skip = nn.Linear(pooled, DIMENSION)

    def pool(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Maxima of the states and mean of the words over time, [B, P]."""
        words = self.input_dropout(cast("Tensor", self.table)[tokens])
        if self.training:
            words = words + WORD_NOISE * torch.randn_like(words)
        lengths = mask.sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(
            words, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)
        highest = states.masked_fill(mask[..., None] == 0, LOW).amax(1)
        mean = (words * mask[..., None]).sum(1) / lengths[:, None]
        return torch.cat([highest, mean], -1)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Unit vectors float32 [B, 256] of tokens int64 [B, T]; the mask is 1 on words, which come
        first, and every row has at least one.
        """
        longest = int(mask.sum(1).max())
        pooled = self.pooled_dropout(self.pool(tokens[:, :longest], mask[:, :longest]))
        return functional.normalize(self.head(pooled) + self.skip(pooled), dim=-1)


class Projection(nn.Module):  # type: ignore[misc, unused-ignore]
    """Frozen features [B, D] → z-score, clip at 6, PCA, MLP with a linear skip → 256-d unit
    vectors.
    """

    def __init__(
        self, mean: Tensor, deviation: Tensor, axes: Tensor, spread: Tensor, hidden: int = 768
    ) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.register_buffer("axes", axes)
        self.register_buffer("spread", spread)
        size = axes.shape[0]
        self.input_dropout = nn.Dropout(0.1)
        self.head = nn.Sequential(
            nn.Linear(size, hidden), nn.GELU(), nn.Dropout(0.3), nn.Linear(hidden, DIMENSION)
        )
        self.skip = nn.Linear(size, DIMENSION)

    def reduce(self, features: Tensor) -> Tensor:
        """The frozen first half: float32 [B, D] → [B, P]."""
        scored = ((features - cast("Tensor", self.mean)) / cast("Tensor", self.deviation)).clamp(
            -6, 6
        )
        return (scored @ cast("Tensor", self.axes).T) / cast("Tensor", self.spread)

    def forward(self, features: Tensor) -> Tensor:
        """Unit vectors float32 [B, 256]."""
        return self.project(self.reduce(features))

    def project(self, reduced: Tensor) -> Tensor:
        """The trained second half: float32 [B, P] → unit vectors [B, 256]."""
        if self.training:
            reduced = reduced + PICTURE_NOISE * torch.randn_like(reduced)
        reduced = self.input_dropout(reduced)
        return functional.normalize(self.head(reduced) + self.skip(reduced), dim=-1)


def fit_projection(features: Tensor, size: int) -> Projection:
    """A projection whose z-scores and principal axes come from `features` float32 [N, D]."""
    mean, deviation = features.mean(0), features.std(0) + 1e-3
    scored = ((features - mean) / deviation).clamp(-6, 6)
    _, singular, axes = torch.linalg.svd(scored - scored.mean(0), full_matrices=False)
    spread = singular[:size] / len(features) ** 0.5
    soft = (spread**2 + spread.pow(2).mean()).sqrt()
    return Projection(mean, deviation, axes[:size].clone(), soft)


def contrast(left: Tensor, right: Tensor, scale: Tensor, same: Tensor | None = None) -> Tensor:
    """Symmetric InfoNCE of unit vectors [B, 256]; pairs with `same` [B, B] true off the diagonal
    are left out.
    """
    logits = scale.exp().clamp(max=100) * left @ right.T
    if same is not None:
        logits = logits.masked_fill(
            same & ~torch.eye(len(left), dtype=torch.bool, device=left.device), -1e4
        )
    labels = torch.arange(len(left), device=left.device)
    return (
        functional.cross_entropy(logits, labels) + functional.cross_entropy(logits.T, labels)
    ) / 2


def retrieval(texts: Tensor, images: Tensor, owner: Tensor) -> dict[str, float]:
    """Text→image figures: unit vectors [T, 256], [I, 256] and each text's picture [T]."""
    similarity = texts @ images.T
    own = similarity.gather(1, owner[:, None])
    ranks = (similarity > own).sum(1) + 1
    shares = {f"r_at_{k}": round(float((ranks <= k).float().mean()), 4) for k in (1, 5, 10)}
    return {**shares, "median_rank": float(ranks.float().median())}
