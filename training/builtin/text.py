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
from torch.nn import functional

from training.builtin import data, joint, prepare, schedule, words

PCA_SIZE, PCA_SIZE_MOBILENET = 768, 640
SENTENCES = 0.5
"""Weight of the distances to MiniLM's sentence vectors. By eye."""


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


@dataclass(frozen=True, slots=True)
class Shown:
    """Pictures as projections are given them: the frozen halves' values of each picture as it is
    and of its changed views, float32 [A + 1, R, P] by projection; `place` finds a picture's row.
    """

    reduced: dict[str, Tensor]
    place: Tensor

    def draw(self, name: str, rows: Tensor, turns: Tensor) -> Tensor:
        """Values [B, P] of the pictures `rows` [B], each in one of its views [B]."""
        return self.reduced[name][turns, self.place[rows]]


def show(networks: JointNetworks, features: prepare.Features, again: prepare.SeenAgain) -> Shown:
    """The frozen halves of both projections, once for all captioned pictures and views."""
    given = torch.from_numpy(np.concatenate([features.joined()[again.rows][None], again.joined]))
    alone = given[..., : features.mobilenet.shape[1]]
    place = torch.full((len(features.mobilenet),), -1)
    place[torch.from_numpy(again.rows)] = torch.arange(len(again.rows))
    with torch.no_grad():
        reduced = {
            "light": torch.stack([networks.light.reduce(view) for view in given]),
            "mobilenet": torch.stack([networks.mobilenet.reduce(view) for view in alone]),
        }
    return Shown(reduced, place)


@dataclass(frozen=True, slots=True)
class Sentences:
    """MiniLM's vectors float32 [T, 384] of the captions, and COCO captions with theirs."""

    captions: Tensor
    coco_tokens: Tensor
    coco_mask: Tensor
    coco: Tensor


def open_sentences(
    data_dir: Path,
    captioned: Captioned,
    pictures: data.Pictures,
    vocabulary: words.Vocabulary,
    work: Path,
) -> Sentences:
    """What MiniLM says of the captions of `captioned`, in its order, and of COCO's."""
    captions = data.read_captions(data_dir)
    texts = [
        caption
        for row in captioned.rows.unique_consecutive().tolist()
        for caption in captions[pictures.names[row]]
    ]
    coco = data.read_coco_captions(data_dir)
    vectors = torch.from_numpy(words.open_sentences(texts + coco, work))
    padded = pad(words.tokenize(coco, vocabulary.pieces))
    return Sentences(vectors[: len(texts)], *padded, vectors[len(texts) :])


class Student(nn.Module):  # type: ignore[misc, unused-ignore]
    """The text tower with a head that predicts MiniLM's vectors; the head is dropped afterwards."""

    def __init__(self, tower: joint.TextTower) -> None:
        super().__init__()
        self.tower, self.hint = tower, nn.Linear(joint.DIMENSION, 384)

    def miss(self, found: Tensor, wanted: Tensor) -> Tensor:
        """Mean cosine distance of the prediction."""
        return 1 - functional.cosine_similarity(self.hint(found), wanted).mean()


def take_losses(
    parts: nn.Module,
    student: Student,
    networks: JointNetworks,
    batch: tuple[Captioned, Tensor],
    shown: Shown,
    sentences: Sentences,
) -> dict[str, Tensor]:
    """Losses of one batch of captions (with their numbers): InfoNCE against both projections, and
    how far the tower is from MiniLM on these and on as many COCO captions.
    """
    captioned, numbers = batch
    texts = student.tower(*shorten(captioned.tokens, captioned.mask))
    turns = torch.randint(next(iter(shown.reduced.values())).shape[0], captioned.rows.shape)
    losses = {
        name: joint.contrast(
            texts,
            head.project(shown.draw(name, captioned.rows, turns)),
            parts.get_parameter("scale"),
        )
        for name, head in (("light", networks.light), ("mobilenet", networks.mobilenet))
    }
    others = torch.randint(len(sentences.coco), (len(numbers) // 3,))
    elsewhere = student.tower(sentences.coco_tokens[others], sentences.coco_mask[others])
    losses["sentences"] = student.miss(texts, sentences.captions[numbers])
    losses["elsewhere"] = student.miss(elsewhere, sentences.coco[others])
    return losses


def train(
    data_dir: Path,
    teachers: Path,
    work: Path,
    minutes: float = 15.0,
    seed: int = 0,
    resume: bool = False,
    device: str = "cpu",
    batch: int = 384,
    rate: float = 2e-3,
) -> None:
    """Train text tower and projections for `minutes`, on the CPU; writes `joint.pt` into the work
    folder. Going on from a checkpoint (`resume`) starts at half the rate.
    """
    rate = rate / 2 if resume else rate
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
    shown = show(networks, features, prepare.open_seen_again(pictures, teachers, work))
    sentences = open_sentences(data_dir, fitted, pictures, networks.vocabulary, work)
    by_picture, parts = group_captions(fitted), networks.parts()
    student = Student(networks.text)
    parts.add_module("student", student)
    optimiser = schedule.optimiser_of(parts, rate, 0.1)
    clock = schedule.Clock(minutes)
    progress, tail = schedule.Progress("joint", clock, 120), TailMean(parts)
    while clock.progress < 1:
        parts.train()
        _, chosen = sample(by_picture, batch)
        part = Captioned(fitted.tokens[chosen], fitted.mask[chosen], fitted.rows[chosen])
        losses = take_losses(
            parts, student, networks, (part, torch.tensor(chosen)), shown, sentences
        )
        loss = losses["light"] + 0.3 * losses["mobilenet"]
        loss = loss + SENTENCES * (losses["sentences"] + losses["elsewhere"])
        schedule.take_step(parts, optimiser, loss, rate * clock.rate())
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
