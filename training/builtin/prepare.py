"""Caches that all trainers share: what the teachers say of every picture as it is.

`features.npz`: MobileNetV1 features and pooled YOLOX-nano maps; `boxes.npz`: YOLOX-nano's boxes.
Both take a few minutes once and are then read from the work folder.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.builtin import teachers as t
from training.builtin.data import F32, SIDE_PX, U8, Pictures, dev_flickr
from training.builtin.windows import draw_view, random_window


@dataclass(frozen=True, slots=True)
class Features:
    """Frozen features by row of `Pictures`: float32 [N, 1024] and [N, 832]."""

    mobilenet: F32
    yolox: F32

    def joined(self) -> F32:
        """Both side by side: float32 [N, 1856]."""
        return np.concatenate([self.mobilenet, self.yolox], axis=1)


def report(what: str, done: int, total: int, began: float) -> None:
    """One line of progress with the time that is left at the pace so far."""
    pace = (time.monotonic() - began) / max(done, 1)
    print(f"{what} {done}/{total}, {pace * (total - done):.0f} s left", flush=True)


def mobilenet_features(pixels: Sequence[U8] | U8, teachers: Path, threads: int = 2) -> F32:
    """MobileNetV1 features of RGB pictures uint8 [N, 224, 224, 3] → float32 [N, 1024], values
    0–255.
    """
    found = np.empty((len(pixels), t.MOBILENET_SIZE), np.float32)
    began = time.monotonic()
    for row, (out,) in enumerate(t.open_mobilenet(teachers, threads).run(p[None] for p in pixels)):
        found[row] = out.reshape(-1)
        if row % 2000 == 1999:
            report("mobilenet", row + 1, len(pixels), began)
    return found


def yolox_outputs(pixels: U8, teachers: Path, threads: int = 2) -> tuple[F32, list[t.Boxes]]:
    """YOLOX-nano on RGB pictures uint8 [N, S, S, 3]: pooled maps float32 [N, 832], boxes in px of
    the picture.
    """
    pooled = np.empty((len(pixels), t.YOLOX_POOLED_SIZE), np.float32)
    boxes = []
    began = time.monotonic()
    scale = pixels.shape[1] / t.YOLOX_SIDE_PX
    for row, out in enumerate(
        t.open_yolox(teachers, threads).run(t.yolox_input(p) for p in pixels)
    ):
        pooled[row] = t.pool(out[1:])
        found = t.decode_yolox(out[0][0])
        boxes.append(t.Boxes(found.xyxy * np.float32(scale), found.scores, found.classes))
        if row % 1000 == 999:
            report("yolox", row + 1, len(pixels), began)
    return pooled, boxes


def open_features(pictures: Pictures, teachers: Path, work: Path) -> Features:
    """Features of all pictures, computed the first time."""
    file = work / "features.npz"
    if not file.exists():
        mobilenet = mobilenet_features(pictures.pixels, teachers)
        pooled, boxes = yolox_outputs(pictures.pixels, teachers)
        counts = np.array([len(b.scores) for b in boxes])
        np.savez(
            work / "boxes.npz",
            counts=counts,
            xyxy=np.concatenate([b.xyxy for b in boxes]),
            scores=np.concatenate([b.scores for b in boxes]),
            classes=np.concatenate([b.classes for b in boxes]).astype(np.int16),
        )
        np.savez(file, mobilenet=mobilenet, yolox=pooled)
    found = np.load(file)
    return Features(found["mobilenet"], found["yolox"])


AGAIN = 3
"""How often each captioned picture is shown again to the frozen networks: once mirrored, then as
windows of at least 60 %."""


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """Joined features float32 [A, R, 1856] of changed views of the pictures `rows` int64 [R]."""

    rows: NDArray[np.int64]
    joined: F32


def open_seen_again(pictures: Pictures, teachers: Path, work: Path) -> SeenAgain:
    """Features of mirrored and cut views of the captioned training pictures, made the first time
    (some minutes): they keep projections from learning each picture by heart.
    """
    dev = set(dev_flickr(pictures.names))
    rows = [
        row
        for row, name in enumerate(pictures.names)
        if name.startswith("flickr/") and name not in dev
    ]
    for turn in range(AGAIN):
        if not (work / f"again_{turn}.npz").exists():
            _see_again(turn, rows, pictures, teachers, work)
    found = [np.load(work / f"again_{turn}.npz") for turn in range(AGAIN)]
    joined = np.stack([np.concatenate([f["mobilenet"], f["yolox"]], axis=1) for f in found])
    return SeenAgain(np.array(rows), joined.astype(np.float32))


def _see_again(turn: int, rows: list[int], pictures: Pictures, teachers: Path, work: Path) -> None:
    random = np.random.default_rng(500 + turn)
    whole = np.array([0, 0, SIDE_PX, SIDE_PX], np.float32)
    pixels = np.empty((len(rows), SIDE_PX, SIDE_PX, 3), np.uint8)
    for at, row in enumerate(rows):
        window = whole if turn == 0 else random_window(random, 0.6)
        mirrored = turn == 0 or bool(random.random() < 0.5)
        pixels[at] = draw_view(pictures.pixels[row], window, mirrored, SIDE_PX)
    mobilenet = mobilenet_features(pixels, teachers)
    yolox, _ = yolox_outputs(pixels, teachers)
    part = work / f"again_{turn}.part.npz"
    np.savez(part, mobilenet=mobilenet, yolox=yolox)
    part.replace(work / f"again_{turn}.npz")


def open_boxes(pictures: Pictures, teachers: Path, work: Path) -> list[t.Boxes]:
    """YOLOX-nano's boxes of all pictures, in pixels of the 224 px square."""
    open_features(pictures, teachers, work)
    found = np.load(work / "boxes.npz")
    ends = np.cumsum(found["counts"])
    xyxy, scores, classes = found["xyxy"], found["scores"], found["classes"].astype(np.int64)
    spans = zip(np.concatenate([[0], ends[:-1]]), ends, strict=True)
    assert len(ends) == len(pictures.names) and xyxy.max() <= SIDE_PX + 1
    return [t.Boxes(xyxy[a:b], scores[a:b], classes[a:b]) for a, b in spans]
