"""What the image tower is taught: where the joint space puts each picture, and every caption.

The joint space comes from the work folder where text tower and projections were trained there
(`joint.pt`), else from the files that ship: so the image tower can be trained on alone, towards the
space that the product has, without moving it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from training.builtin import data, evaluate, joint, prepare, text, words
from training.builtin.image_views import Views


@dataclass(frozen=True, slots=True)
class Lessons:
    """What the student is taught: joint vectors float32 [V, 256] of the views, their z-scored
    features float16 [V, 1024], caption vectors float32 [T, 256], and captions by picture row.
    """

    vectors: Tensor
    features: Tensor
    texts: Tensor
    captions_of: dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class Held:
    """Text vectors [T, 256] of the dev captions, the picture each belongs to [T], and the pictures'
    rows [I].
    """

    texts: Tensor
    owner: Tensor
    rows: Tensor


class JointSpace(Protocol):
    """Where texts and frozen features of pictures lie."""

    def embed_texts(self, texts: list[str]) -> Tensor:
        """Unit vectors float32 [T, 256]."""
        ...

    def embed_pictures(self, features: Tensor) -> Tensor:
        """Unit vectors float32 [N, 256] of all frozen features, float32 [N, 1856]."""
        ...

    def embed_crops(self, features: Tensor) -> Tensor:
        """Unit vectors float32 [N, 256] of MobileNetV1's features alone, float32 [N, 1024]."""
        ...


class TrainedSpace:
    """The space of the checkpoint in the work folder."""

    def __init__(self, networks: text.JointNetworks) -> None:
        self.networks = networks

    def embed_texts(self, texts: list[str]) -> Tensor:
        """By the text tower in torch."""
        tower = self.networks.text.eval()
        tokens, mask = text.pad(words.tokenize(texts, self.networks.vocabulary.pieces))
        with torch.inference_mode():
            parts = [tower(a, b) for a, b in zip(tokens.split(2048), mask.split(2048), strict=True)]
        return torch.cat(parts).clone()

    def embed_pictures(self, features: Tensor) -> Tensor:
        """By the projection of all features."""
        return _projected(self.networks.light, features)

    def embed_crops(self, features: Tensor) -> Tensor:
        """By the projection of MobileNetV1's features."""
        return _projected(self.networks.mobilenet, features)


class ShippedSpace:
    """The space of the shipped files."""

    def embed_texts(self, texts: list[str]) -> Tensor:
        """By `text.onnx`."""
        return torch.from_numpy(evaluate.embed_texts(evaluate.open_shipped("text"), texts))

    def embed_pictures(self, features: Tensor) -> Tensor:
        """By `light_projection.onnx`."""
        network = evaluate.open_shipped("projection")
        parts = [network.run(features=part.numpy())[0] for part in features.split(1024)]
        return torch.from_numpy(np.concatenate(parts))

    def embed_crops(self, features: Tensor) -> Tensor:
        """Not to be had: that projection does not ship."""
        raise SystemExit("--crops needs the text tower and projections trained here first (text)")


def _projected(projection: joint.Projection, features: Tensor) -> Tensor:
    with torch.inference_mode():
        parts = [projection.eval()(part) for part in features.split(4096)]
    return torch.cat(parts).clone()


def open_space(data_dir: Path, teachers: Path, work: Path) -> JointSpace:
    """The joint space to teach."""
    if not (work / "joint.pt").exists():
        return ShippedSpace()
    networks, _, _ = text.open_joint(data_dir, teachers, work)
    return TrainedSpace(networks)


def prepare_lessons(
    space: JointSpace, data_dir: Path, teachers: Path, work: Path, found: Views
) -> Lessons:
    """The lessons of all views."""
    pictures = data.open_pictures(data_dir, work)
    captions = data.read_captions(data_dir)
    usable = data.training_mask(pictures.names)
    pairs = [
        (caption, row)
        for row, name in enumerate(pictures.names)
        if usable[row]
        for caption in captions.get(name, ())
    ]
    captions_of: dict[int, list[int]] = {}
    for number, (_, row) in enumerate(pairs):
        captions_of.setdefault(row, []).append(number)
    texts = space.embed_texts([c for c, _ in pairs] + data.read_coco_captions(data_dir))
    features = torch.from_numpy(found.features).float()
    joined = prepare.open_features(pictures, teachers, work).joined()[found.rows]
    vectors = space.embed_pictures(torch.from_numpy(joined))
    exact = torch.from_numpy(found.exact)
    if exact.any():
        vectors[exact] = space.embed_crops(features[exact])
    scored = ((features - features.mean(0)) / (features.std(0) + 1)).clamp(-5, 5).half()
    return Lessons(vectors, scored, texts, captions_of)


def held_captions(space: JointSpace, data_dir: Path, pictures: data.Pictures) -> Held:
    """The dev captions as the joint space has them."""
    captions = data.read_captions(data_dir)
    dev = data.dev_flickr(pictures.names)
    texts = [c for name in dev for c in captions[name]]
    owner = [place for place, name in enumerate(dev) for _ in captions[name]]
    rows = [pictures.names.index(name) for name in dev]
    return Held(space.embed_texts(texts), torch.tensor(owner), torch.tensor(rows))
