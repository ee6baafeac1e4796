"""A vision transformer (Dosovitskiy et al. 2021) for person crops, from several checkpoints' names.

Understood are the names of timm (TransReID, He et al. 2021, arXiv:2102.04378; PersonViT, Hu et
al. 2024; and their convolutional stem, Luo et al. 2021), of torchvision and of transformers, under
``base.``, ``backbone.``, ``module.`` or no prefix, with or without a linear ``embedding.0`` on top
(EveryPerson). Sizes follow from the weights. Of a side-information table of cameras the mean is
taken: the camera is unknown here. Of TransReID's jigsaw branch the global part is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SIE_SCALE = 3.0
"""TransReID's own factor on side information."""
LEFT_OUT = (
    "bottleneck", "classifier", "head", "fc.", "pooler", "b2.", "vit.pooler", "arcface", "norm_pre",
)  # fmt: skip
"""Beginnings of names that matter in training alone, or for local features."""
HEAD_WIDTH = 64
"""Every ViT from tiny to huge has heads this wide (Dosovitskiy et al. 2021, table 1)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a transformer: vectors, blocks, patches and their grid (rows, columns)."""

    width: int
    heads: int
    depth: int
    hidden: int
    patch: int
    stride: int
    grid: tuple[int, int]
    dimension: int
    has_stem: bool = False
    has_side: bool = False
    has_norm: bool = False


class Attention(nn.Module):
    """Self-attention with one joint projection."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        n, length, width = tokens.shape
        joint = self.qkv(tokens).reshape(n, length, 3, self.heads, width // self.heads)
        query, key, value = joint.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        out: Tensor = self.proj(mixed.transpose(1, 2).reshape(n, length, width))
        return out


class Block(nn.Module):
    """Attention and a two-layer perceptron, each on what was normalised, added to what was."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(shape.width, eps=1e-6)
        self.attn = Attention(shape.width, shape.heads)
        self.norm2 = nn.LayerNorm(shape.width, eps=1e-6)
        self.mlp = nn.ModuleDict(
            {
                "fc1": nn.Linear(shape.width, shape.hidden),
                "fc2": nn.Linear(shape.hidden, shape.width),
            }
        )

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attn(self.norm1(tokens))
        inner = functional.gelu(self.mlp["fc1"](self.norm2(tokens)))
        out: Tensor = tokens + self.mlp["fc2"](inner)
        return out


class HalfInstance(nn.Module):
    """Instance normalisation of one half of the channels, batch normalisation of the other."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.half = width // 2
        self.IN = nn.InstanceNorm2d(self.half, affine=True)
        self.BN = nn.BatchNorm2d(width - self.half)

    def forward(self, maps: Tensor) -> Tensor:
        return torch.cat([self.IN(maps[:, : self.half]), self.BN(maps[:, self.half :])], dim=1)


class Patches(nn.Module):
    """Pictures to patch vectors; with a stem of convolutions before, at half the size."""

    def __init__(self, shape: Shape, inner: int = 64) -> None:
        super().__init__()
        patch, stride, before = shape.patch, shape.stride, 3
        if shape.has_stem:
            patch = stride = shape.patch // 2
            before = inner
            self.conv = nn.Sequential(
                nn.Conv2d(3, inner, 7, 2, 3, bias=False), HalfInstance(inner), nn.ReLU(),
                nn.Conv2d(inner, inner, 3, 1, 1, bias=False), HalfInstance(inner), nn.ReLU(),
                nn.Conv2d(inner, inner, 3, 1, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
            )  # fmt: skip
        self.has_stem = shape.has_stem
        self.proj = nn.Conv2d(before, shape.width, patch, stride)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.conv(pictures) if self.has_stem else pictures
        out: Tensor = self.proj(maps).flatten(2).transpose(1, 2)
        return out


class PersonVit(nn.Module):
    """Crops (n, 3, h, w) → (n, dimension), before normalisation to unit length."""

    def __init__(self, shape: Shape, *, adds_gem: bool = False) -> None:
        super().__init__()
        count = shape.grid[0] * shape.grid[1]
        self.adds_gem = adds_gem
        self.patch_embed = Patches(shape)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, shape.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, count + 1, shape.width))
        self.side = nn.Parameter(torch.zeros(1, 1, shape.width)) if shape.has_side else None
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.norm = nn.LayerNorm(shape.width, eps=1e-6)
        linear = shape.dimension != shape.width or shape.has_norm
        self.embedding = nn.Sequential(*self._top(shape)) if linear else None

    @staticmethod
    def _top(shape: Shape) -> list[nn.Module]:
        linear: list[nn.Module] = [nn.Linear(shape.width, shape.dimension)]
        return [*linear, nn.BatchNorm1d(shape.dimension)] if shape.has_norm else linear

    def forward(self, crops: Tensor) -> Tensor:
        patches = self.patch_embed(crops)
        first = self.cls_token.expand(len(patches), -1, -1)
        tokens = torch.cat([first, patches], dim=1) + self.pos_embed
        if self.side is not None:
            tokens = tokens + SIE_SCALE * self.side
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        out = tokens[:, 0]
        if self.adds_gem:  # generalised mean, p = 3 (Radenović et al. 2018)
            out = out + tokens[:, 1:].clamp(min=1e-6).pow(3).mean(dim=1).pow(1 / 3)
        return self.embedding(out) if self.embedding is not None else out


def network_for(
    state: Mapping[str, Tensor], size_px: tuple[int, int], pooling: str = ""
) -> tuple[PersonVit, dict[str, Tensor]]:
    """An empty network and the weights under its names; ``size_px`` is (height, width) of crops.

    ``pooling``: ``cls``, ``cls+gem`` or empty (gem where there is a convolutional stem, as in
    Luo et al. 2021). ``KeyError`` or ``ValueError`` with what is missing or does not fit.
    """
    named = _timm_names(_without_prefix(state))
    if "pos_embed" not in named or "patch_embed.proj.weight" not in named:
        raise KeyError("no position embedding or patch projection: this is no vision transformer")
    shape = _shape_of(named, size_px)
    named["pos_embed"] = _resized(named["pos_embed"], shape.grid)
    gem = pooling == "cls+gem" or (not pooling and shape.has_stem)
    return PersonVit(shape, adds_gem=gem), named


def _without_prefix(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Names without the wrappers' prefixes; what serves training alone is left out."""
    found: dict[str, Tensor] = {}
    for name, value in state.items():
        short = re.sub(r"^(module\.|model\.)*(base\.|backbone\.|vit\.)*", "", name)
        if not short.startswith(LEFT_OUT):
            found[short] = value
    return found


def _timm_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    if "class_token" in state:
        state = _from_torchvision(state)
    elif "embeddings.cls_token" in state:
        state = _from_transformers(state)
    if "b1.0.norm1.weight" in state:  # TransReID: the last block and norm of the global branch
        last = max(int(n.split(".")[1]) for n in state if n.startswith("blocks."))
        inside = {n: v for n, v in state.items() if n.startswith("b1.")}
        state = {
            n: v for n, v in state.items() if not n.startswith(("b1.", "norm.", f"blocks.{last}."))
        }
        for name, value in inside.items():
            new = name.replace("b1.0.", f"blocks.{last}.").replace("b1.1.", "norm.")
            state[new] = value
    if "sie_embed" in state:
        state["side"] = state.pop("sie_embed").mean(dim=0, keepdim=True)
    return state


def _from_torchvision(state: dict[str, Tensor]) -> dict[str, Tensor]:
    rules = (
        (r"^class_token$", "cls_token"), (r"^conv_proj\.", "patch_embed.proj."),
        (r"^encoder\.pos_embedding$", "pos_embed"), (r"^encoder\.ln\.", "norm."),
        (r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."),
        (r"\.ln_1\.", ".norm1."), (r"\.ln_2\.", ".norm2."),
        (r"\.self_attention\.in_proj_", ".attn.qkv."),
        (r"\.self_attention\.out_proj\.", ".attn.proj."),
        (r"\.mlp\.(0|linear_1)\.", ".mlp.fc1."), (r"\.mlp\.(3|linear_2)\.", ".mlp.fc2."),
    )  # fmt: skip
    return {_renamed(name, rules): value for name, value in state.items()}


def _from_transformers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    rules = (
        (r"^embeddings\.cls_token$", "cls_token"),
        (r"^embeddings\.position_embeddings$", "pos_embed"),
        (r"^embeddings\.patch_embeddings\.projection\.", "patch_embed.proj."),
        (r"^layernorm\.", "norm."), (r"^(?:encoder\.)?layers?\.(\d+)\.", r"blocks.\1."),
        (r"\.layernorm_before\.", ".norm1."), (r"\.layernorm_after\.", ".norm2."),
        (r"\.attention\.(?:output\.dense|o_proj)\.", ".attn.proj."),
        (r"\.(?:intermediate\.dense|mlp\.fc1)\.", ".mlp.fc1."),
        (r"(blocks\.\d+)\.(?:output\.dense|mlp\.fc2)\.", r"\1.mlp.fc2."),
    )  # fmt: skip
    renamed = {_renamed(name, rules): value for name, value in state.items()}
    parts = re.compile(r"(.*)\.attention\.(?:attention\.)?(?:query|q_proj)\.(weight|bias)$")
    for name in list(renamed):
        if found := parts.match(name):
            names = [
                name.replace("query", other).replace("q_proj", projection)
                for other, projection in (
                    ("query", "q_proj"), ("key", "k_proj"), ("value", "v_proj"),
                )
            ]  # fmt: skip
            renamed[f"{found[1]}.attn.qkv.{found[2]}"] = torch.cat([renamed.pop(n) for n in names])
    return renamed


def _renamed(name: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in rules:
        name = re.sub(pattern, new, name)
    return name


def _shape_of(state: Mapping[str, Tensor], size_px: tuple[int, int]) -> Shape:
    has_stem = "patch_embed.conv.0.weight" in state
    projection = state["patch_embed.proj.weight"]
    patch = int(projection.shape[-1]) * (2 if has_stem else 1)
    width = int(projection.shape[0])
    count = int(state["pos_embed"].shape[1]) - 1
    stride = patch
    for candidate in range(patch, 0, -1):
        rows, columns = ((side - patch) // candidate + 1 for side in size_px)
        if rows * columns == count:
            stride = candidate
            break
    rows, columns = ((side - patch) // stride + 1 for side in size_px)
    depth = 1 + max((int(n.split(".")[1]) for n in state if n.startswith("blocks.")), default=-1)
    top = state.get("embedding.0.weight")
    return Shape(
        width=width,
        heads=max(1, width // HEAD_WIDTH),
        depth=depth,
        hidden=int(state["blocks.0.mlp.fc1.weight"].shape[0]),
        patch=patch,
        stride=stride,
        grid=(rows, columns),
        dimension=int(top.shape[0]) if top is not None else width,
        has_stem=has_stem,
        has_side="side" in state,
        has_norm="embedding.1.running_mean" in state,
    )


def _resized(positions: Tensor, grid: tuple[int, int]) -> Tensor:
    """Position vectors (1, 1 + n, width) for another grid, bicubic, as all authors do."""
    count = positions.shape[1] - 1
    if count == grid[0] * grid[1]:
        return positions
    rows, columns = _grid_of(count)
    maps = positions[:, 1:].reshape(1, rows, columns, -1).permute(0, 3, 1, 2)
    new = functional.interpolate(maps, grid, mode="bicubic", align_corners=False)
    return torch.cat([positions[:, :1], new.flatten(2).transpose(1, 2)], dim=1)


def _grid_of(count: int) -> tuple[int, int]:
    """A square, or twice as high as wide: the two grids that people networks are trained on."""
    side = round(count**0.5)
    if side * side == count:
        return side, side
    columns = round((count / 2) ** 0.5)
    if 2 * columns * columns == count:
        return 2 * columns, columns
    raise ValueError(f"{count} positions form no grid that is known (a square, or 2 × 1)")
