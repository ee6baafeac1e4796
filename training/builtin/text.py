"""Trains the text tower and the projections of frozen features (`text`, `projection`).

About ten minutes on two busy CPU cores. The recipe: frozen word table,
biGRU with max pooling, PCA and MLP on the features, AdamW, warm-up and cosine. The mean of the
weights over the last part is kept.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.builtin import data, joint, prepare, schedule, words

PCA_SIZE, PCA_SIZE_MOBILENET = 768, 640


@dataclass(frozen=True, slots=True)
class JointNetworks:
    """The text tower, the projection of all frozen features, the one of MobileNetV1 alone, and the
    words.
    """

    text: joint.TextTower
    light: joint.Projection
    mobilenet: joint.Projection
    vocabulary: words.Vocabulary

    def parts(self) -> nn.Module:
        """All that is trained, with the logarithm of the softmax's scale as `scale`."""
        parts = nn.ModuleDict({"text": self.text, "light": self.light, "mobilenet": self.mobilenet})
        parts.register_parameter("scale", nn.Parameter(torch.tensor(float(np.log(1 / 0.07)))))
        return parts


@dataclass(frozen=True, slots=True)
class Captioned:
    """Captions as padded tokens, int64 [T, 32], each with the row of its picture, int64 [T]."""

    tokens: Tensor
    mask: Tensor
    rows: Tensor


def pad(ids: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Token lists → int64 tokens and mask [N, longest]."""
    longest = max(len(i) for i in ids)
    tokens = torch.zeros(len(ids), longest, dtype=torch.int64)
    for row, sequence in enumerate(ids):
        tokens[row, : len(sequence)] = torch.tensor(sequence)
    mask = torch.zeros_like(tokens)
    for row, sequence in enumerate(ids):
        mask[row, : len(sequence)] = 1
    return tokens, mask


def read_captioned(
    captions: dict[str, list[str]], names: list[str], chosen: set[str], vocabulary: words.Vocabulary
) -> Captioned:
    """All captions of the `chosen` pictures."""
    pairs = [
        (c, row) for row, name in enumerate(names) if name in chosen for c in captions.get(name, ())
    ]
    tokens, mask = pad(words.tokenize([c for c, _ in pairs], vocabulary.pieces))
    return Captioned(tokens, mask, torch.tensor([row for _, row in pairs]))


def shorten(tokens: Tensor, mask: Tensor, share: float = 0.2) -> tuple[Tensor, Tensor]:
    """Cut some captions to a run of three to eight words, as people write queries."""
    tokens, mask = tokens.clone(), mask.clone()
    for row in (torch.rand(len(tokens)) < share).nonzero()[:, 0].tolist():
        length = int(mask[row].sum())
        keep = min(length, random.randint(3, 8))
        start = random.randint(0, length - keep)
        piece = tokens[row, start : start + keep].clone()
        tokens[row], mask[row] = 0, 0
        tokens[row, :keep], mask[row, :keep] = piece, 1
    return tokens, mask


def sample(by_picture: dict[int, list[int]], batch: int) -> tuple[list[int], list[int]]:
    """Rows of `batch` different pictures, and one caption number of each."""
    rows = random.sample(list(by_picture), batch)
    return rows, [random.choice(by_picture[r]) for r in rows]


def open_joint(
    data_dir: Path, teachers: Path, work: Path
) -> tuple[JointNetworks, prepare.Features, data.Pictures]:
    """Untrained networks over the caches; the trained weights are loaded where the work folder has
    them.
    """
    pictures = data.open_pictures(data_dir, work)
    features = prepare.open_features(pictures, teachers, work)
    captions = data.read_captions(data_dir)
    texts = [c for v in captions.values() for c in v] + data.read_coco_captions(data_dir)
    vocabulary = words.open_vocabulary(texts, work)
    usable = torch.from_numpy(data.training_mask(pictures.names))
    both = torch.from_numpy(features.joined())[usable]
    networks = JointNetworks(
        joint.TextTower(torch.from_numpy(vocabulary.vectors())),
        joint.fit_projection(both, PCA_SIZE),
        joint.fit_projection(both[:, : features.mobilenet.shape[1]], PCA_SIZE_MOBILENET),
        vocabulary,
    )
    file = work / "joint.pt"
    if file.exists():
        load(networks, torch.load(file))
    return networks, features, pictures


def load(networks: JointNetworks, state: dict[str, dict[str, Tensor]]) -> None:
    """Fill the networks from a checkpoint's `text`, `light` and `mobilenet`."""
    for name in ("text", "light", "mobilenet"):
        getattr(networks, name).load_state_dict(state[name])


def measure(
    networks: JointNetworks, features: prepare.Features, captioned: Captioned
) -> dict[str, dict[str, float]]:
    """Text→image figures of both projections over the pictures of `captioned`."""
    rows, owner = captioned.rows.unique(return_inverse=True)
    for network in (networks.text, networks.light, networks.mobilenet):
        network.eval()
    with torch.inference_mode():
        texts = networks.text(captioned.tokens, captioned.mask)
        both = torch.from_numpy(features.joined()[rows.numpy()])
        light = joint.retrieval(texts, networks.light(both), owner)
        alone = joint.retrieval(
            texts, networks.mobilenet(both[:, : features.mobilenet.shape[1]]), owner
        )
    return {"light": light, "mobilenet_alone": alone}


class TailMean:
    """Plain mean of the weights over the last part of training (Izmailov et al. 2018, arXiv
    1803.05407).
    """

    def __init__(self, network: nn.Module) -> None:
        self.network, self.count = network, 0
        self.state: dict[str, Tensor] = {}

    def update(self) -> None:
        """Count the weights as they are now."""
        self.count += 1
        state = self.network.state_dict()
        if self.count == 1:
            self.state = {k: v.clone() for k, v in state.items()}
        for key, value in state.items():
            if value.is_floating_point():
                self.state[key] += (value - self.state[key]) / self.count


def group_captions(captioned: Captioned) -> dict[int, list[int]]:
    """Caption numbers by picture row."""
    by_picture: dict[int, list[int]] = {}
    for number, row in enumerate(captioned.rows.tolist()):
        by_picture.setdefault(row, []).append(number)
    return by_picture


def train(
    data_dir: Path,
    teachers: Path,
    work: Path,
    minutes: float = 10.0,
    seed: int = 0,
    resume: bool = False,
    device: str = "cpu",
    batch: int = 384,
    rate: float = 2e-3,
) -> None:
    """Train text tower and projections for `minutes`, on the CPU; writes `joint.pt` into the work
    folder.
    """
    torch.manual_seed(seed)
    random.seed(seed)
    if not resume:
        (work / "joint.pt").unlink(missing_ok=True)
    networks, features, pictures = open_joint(data_dir, teachers, work)
    captions = data.read_captions(data_dir)
    dev = set(data.dev_flickr(pictures.names))
    flickr = {n for n in pictures.names if n.startswith("flickr/")}
    fitted = read_captioned(captions, pictures.names, flickr - dev, networks.vocabulary)
    held = read_captioned(captions, pictures.names, dev, networks.vocabulary)
    by_picture, reduced = group_captions(fitted), reduce_features(networks, features)
    parts = networks.parts()
    optimiser = schedule.optimiser_of(parts, rate, 0.1)
    clock = schedule.Clock(minutes)
    progress, tail = schedule.Progress("joint", clock, 120), TailMean(parts)
    while clock.progress < 1:
        parts.train()
        rows, chosen = sample(by_picture, batch)
        texts = networks.text(*shorten(fitted.tokens[chosen], fitted.mask[chosen]))
        losses = {
            name: joint.contrast(
                texts, head.project(reduced[name][rows]), parts.get_parameter("scale")
            )
            for name, head in (("light", networks.light), ("mobilenet", networks.mobilenet))
        }
        schedule.take_step(
            parts, optimiser, losses["light"] + 0.5 * losses["mobilenet"], rate * clock.rate()
        )
        if clock.progress > 0.7:
            tail.update()
        if progress.update(losses):
            print(measure(networks, features, held), flush=True)
    parts.load_state_dict(tail.state)
    print("averaged", measure(networks, features, held), flush=True)
    torch.save(
        {n: getattr(networks, n).state_dict() for n in ("text", "light", "mobilenet")},
        work / "joint.pt",
    )


def reduce_features(networks: JointNetworks, features: prepare.Features) -> dict[str, Tensor]:
    """The frozen halves of both projections, once for all pictures."""
    both = torch.from_numpy(features.joined())
    with torch.no_grad():
        alone = networks.mobilenet.reduce(both[:, : features.mobilenet.shape[1]])
        return {"light": networks.light.reduce(both), "mobilenet": alone}
