"""Trains the detector on YOLOX-nano's boxes (`detector`); see `detector_network.py` for the network
and its loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.builtin import data, prepare, schedule, views
from training.builtin.detector_network import Detector, Targets, assign, detection_loss
from training.builtin.labels import COCO_LABELS
from training.builtin.layers import to_input
from training.builtin.teachers import Boxes

VIEW_PX = 192
"""Side of a training view: more views an hour than 256 px; the network takes any size."""

SCORE_FROM = 0.1
"""Boxes of the teacher below this score are background; above it the score itself is the target."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pixels uint8 [B, S, S, 3] and the targets of their cells."""

    pixels: Tensor
    targets: Targets


def confident(boxes: Boxes) -> Boxes:
    """Boxes worth learning, with scores stretched so that a sure teacher (.8) asks for a sure
    student (1).
    """
    kept = boxes.scores > SCORE_FROM
    return Boxes(
        boxes.xyxy[kept],
        np.minimum(boxes.scores[kept] / 0.8, 1.0).astype(np.float32),
        boxes.classes[kept],
    )


def training_rows(pictures: data.Pictures) -> list[int]:
    """Pictures of Flickr8k and COCO outside the dev splits."""
    usable = data.training_mask(pictures.names)
    return [i for i, n in enumerate(pictures.names) if usable[i] and not n.startswith("scenes/")]


def make_batch(
    pictures: data.Pictures,
    boxes: list[Boxes],
    rows: list[int],
    size: int,
    random: np.random.Generator,
) -> Batch:
    """`size` views with their targets."""
    built = [views.build_view(pictures, boxes, rows, VIEW_PX, random) for _ in range(size)]
    parts = []
    for view in built:
        b = view.boxes
        parts.append(
            assign(
                torch.from_numpy(b.xyxy),
                torch.from_numpy(b.classes),
                torch.from_numpy(b.scores),
                VIEW_PX,
                len(COCO_LABELS),
            )
        )
    scores, places, weights = (torch.stack(p) for p in zip(*parts, strict=True))
    pixels = torch.from_numpy(np.stack([v.pixels for v in built]))
    return Batch(pixels, Targets(scores, places, weights))


def train(
    data_dir: Path,
    teachers: Path,
    work: Path,
    minutes: float,
    seed: int = 0,
    resume: bool = False,
    device: str = "auto",
    batch: int = 24,
    rate: float = 2e-3,
) -> None:
    """Train for `minutes`; writes `detector.pt` (averaged weights) into the work folder every few
    minutes.
    """
    torch.manual_seed(seed)
    random, on = np.random.default_rng(seed), schedule.pick_device(device)
    pictures = data.open_pictures(data_dir, work)
    boxes = [confident(b) for b in prepare.open_boxes(pictures, teachers, work)]
    rows = training_rows(pictures)
    network = Detector(len(COCO_LABELS)).to(on, memory_format=torch.channels_last)  # type: ignore[call-overload, unused-ignore]
    if resume:
        network.load_state_dict(torch.load(work / "detector.pt", map_location=on)["network"])
    class_weights = torch.full((len(COCO_LABELS),), 0.5, device=on)
    class_weights[0] = 1.0
    average, optimiser = schedule.Average(network), schedule.optimiser_of(network, rate)
    clock = schedule.Clock(minutes)
    progress = schedule.Progress("detector", clock)
    for part in views.prefetch(lambda: make_batch(pictures, boxes, rows, batch, random)):
        logits, found = network(views.jitter(to_input(part.pixels.to(on))))
        wrong, off = detection_loss(logits, found, part.targets.to(on), class_weights)
        schedule.take_step(network, optimiser, wrong + 1.5 * off, rate * clock.rate())
        average.update(network)
        if progress.update({"class": wrong, "box": off}):
            schedule.save_checkpoint(work / "detector.pt", average.state, step=progress.step)
        if clock.progress >= 1:
            return
