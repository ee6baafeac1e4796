"""Trains the person network (`person`): what Open Model Zoo's re-identification says of augmented
crops.

Made-up identities (`crops.py`) are each seen twice; the teacher's vector of every view is cached.
The student learns the vectors, how views compare with each other, and to tell the identities apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from training.builtin import crops, data, prepare, schedule, views
from training.builtin import teachers as t
from training.builtin.data import F32, U8
from training.builtin.layers import Embedder, start_from_detector, to_input

SEEN = 2
"""Views of each made-up identity."""

PART = 4096
"""Identities in one cached part: parts can be made one at a time, while another trains."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Views uint8 [N, 128, 64, 3] RGB, two in a row of each identity, and the teacher's unit
    vectors [N, 256].
    """

    pixels: U8
    vectors: F32


def teacher_input(crop: U8) -> F32:
    """A crop of any size as Open Model Zoo wants it: BGR float32 [1, 3, 256, 128], 0–255."""
    size = (t.REID_WIDTH_PX, t.REID_HEIGHT_PX)
    return t.reid_input(np.asarray(Image.fromarray(crop).resize(size, Image.Resampling.BILINEAR)))


def teacher_vectors(pixels: list[U8] | U8, teachers: Path, name: str = t.REID) -> F32:
    """The teacher's unit vectors of crops: float32 [N, 256]."""
    network = t.open_reid(teachers, name)
    found = np.stack([out.reshape(-1) for (out,) in network.run(teacher_input(p) for p in pixels)])
    unit: F32 = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def make_part(part: int, data_dir: Path, teachers: Path, work: Path) -> None:
    """Make one part of the cache: `seen_NN.npz` with `PART` identities seen twice."""
    pictures = data.open_pictures(data_dir, work)
    cut, backgrounds = crops.open_crops(
        pictures, prepare.open_boxes(pictures, teachers, work), work
    )
    random = np.random.default_rng(1000 + part)
    pixels = np.empty((PART * SEEN, crops.HEIGHT_PX, crops.WIDTH_PX, 3), np.uint8)
    for number in range(PART):
        person = crops.make_identity(cut, random)
        for again in range(SEEN):
            pixels[number * SEEN + again] = crops.see_again(person, backgrounds, random)
    vectors = teacher_vectors(pixels, teachers)
    half = work / f"seen_{part:02d}.part.npz"
    np.savez(half, pixels=pixels, vectors=vectors.astype(np.float16))
    half.replace(work / f"seen_{part:02d}.npz")


def open_seen(work: Path) -> Seen:
    """All parts of the cache that are there."""
    parts = [np.load(f) for f in sorted(work.glob("seen_[0-9][0-9].npz"))]
    pixels = np.concatenate([p["pixels"] for p in parts])
    return Seen(pixels, np.concatenate([p["vectors"] for p in parts]).astype(np.float32))


def lesson_loss(found: Tensor, wanted: Tensor, pairs: Tensor) -> dict[str, Tensor]:
    """Losses of unit vectors [B, 256] against the teacher's; `pairs` [B] numbers the identities."""
    apart = torch.eye(len(found), dtype=torch.bool, device=found.device)
    ours = (found @ wanted.T / 0.07).masked_fill(apart, -1e4)
    theirs = (wanted @ wanted.T / 0.07).masked_fill(apart, -1e4)
    kinship = functional.kl_div(
        ours.log_softmax(-1), theirs.log_softmax(-1), log_target=True, reduction="batchmean"
    )
    same = (pairs[:, None] == pairs[None]) & ~apart
    logits = (found @ found.T / 0.1).masked_fill(apart, -1e4)
    contrast = -(logits.log_softmax(-1) * same).sum(-1) / same.sum(-1).clamp(min=1)
    return {
        "cosine": 1 - (found * wanted).sum(-1).mean(),
        "kinship": kinship,
        "contrast": contrast.mean(),
    }


def _make_batch(
    seen: Seen, size: int, random: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    people = random.choice(len(seen.pixels) // SEEN, size // SEEN, replace=False)
    numbers = (people[:, None] * SEEN + np.arange(SEEN)[None]).reshape(-1)
    pixels = seen.pixels[numbers]
    mirrored = random.random(len(pixels)) < 0.5
    pixels[mirrored] = pixels[mirrored][:, :, ::-1]
    return (
        torch.from_numpy(pixels),
        torch.from_numpy(seen.vectors[numbers]),
        torch.from_numpy(np.repeat(people, SEEN)),
    )


def make_missing(parts: int, data_dir: Path, teachers: Path, work: Path) -> None:
    """Make the parts of the cache that are not there yet (some minutes each)."""
    for part in range(parts):
        if not (work / f"seen_{part:02d}.npz").exists():
            print(f"making part {part + 1} of {parts}", flush=True)
            make_part(part, data_dir, teachers, work)


def train(
    data_dir: Path,
    teachers: Path,
    work: Path,
    minutes: float,
    seed: int = 0,
    resume: bool = False,
    device: str = "auto",
    parts: int = 8,
    batch: int = 96,
    rate: float = 2e-3,
) -> None:
    """Train for `minutes`, the making of missing parts not counted; writes `person.pt` into the
    work folder.
    """
    torch.manual_seed(seed)
    random, on = np.random.default_rng(seed), schedule.pick_device(device)
    make_missing(parts, data_dir, teachers, work)
    seen = open_seen(work)
    network = Embedder(t.REID_SIZE).to(on, memory_format=torch.channels_last)  # type: ignore[call-overload, unused-ignore]
    if resume:
        network.load_state_dict(torch.load(work / "person.pt", map_location=on)["network"])
    elif (work / "detector.pt").exists():
        start_from_detector(network, work / "detector.pt")
    average, optimiser = schedule.Average(network, 0.997), schedule.optimiser_of(network, rate)
    clock = schedule.Clock(minutes)
    progress = schedule.Progress("person", clock)
    for pixels, wanted, people in views.prefetch(lambda: _make_batch(seen, batch, random)):
        found = network(light_jitter(to_input(pixels.to(on))))
        losses = lesson_loss(found, wanted.to(on), people.to(on))
        loss = 4 * losses["cosine"] + losses["kinship"] + 0.1 * losses["contrast"]
        schedule.take_step(network, optimiser, loss, rate * clock.rate())
        average.update(network)
        if progress.update(losses):
            schedule.save_checkpoint(work / "person.pt", average.state, step=progress.step)
        if clock.progress >= 1:
            return


def light_jitter(images: Tensor) -> Tensor:
    """A little brightness and contrast, to which the teacher's vector may be taken to be blind."""
    count = len(images)
    gain, lift = torch.rand(2, count, 1, 1, 1, device=images.device)
    return images * (0.85 + 0.3 * gain) + (0.3 * lift - 0.15)
