"""Makes the sample footage: four cameras and one edited film.

Everything is drawn here, but for photographs that scikit-image and scikit-learn carry (the
astronaut Eileen Collins, NASA, public domain; the cat Chelsea and a cup of coffee, CC0; a temple
in China and a flower, CC BY). Seeds are fixed, so the files are the same each time on a machine.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from skimage import data, transform
from sklearn.datasets import load_sample_image

from everyid_site.demo.cast import CAST
from everyid_site.demo.figures import Pose, draw_person
from everyid_site.demo.places import PLACES
from everyid_site.demo.script import FILMS, RECORDED, Part, Photograph, Scene, Shots

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX, RATE_FPS = 960, 540, 20
# Raised when the films change, so that a new set is made beside an old one.
VERSION = 2


def make_sample_footage(folder: Path) -> list[Path]:
    """Make the films under ``folder`` that are not there yet; returns all of them in order.

    The name of a film's parent folder is its camera, or "edited". Takes about half a minute on
    two cores, each film in a process of its own.
    """
    paths = {folder / f"v{VERSION}" / name: name for name in FILMS}
    missing = {path: name for path, name in paths.items() if not path.exists()}
    if missing:
        # Spawned, not forked: the caller may hold threads and database connections.
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
            list(pool.map(make_film, missing.keys(), missing.values()))
    return list(paths)


def make_film(path: Path, name: str) -> None:
    """Make the film ``name`` at ``path``; a half-made file never stands there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    encode_film(unfinished, frames_of(FILMS[name]), RECORDED.get(name))
    unfinished.rename(path)


def frames_of(shots: Shots) -> Iterator[Bytes]:
    """The frames of a film, RGB uint8 (HEIGHT_PX, WIDTH_PX, 3)."""
    plates = _grain()
    for shot in shots:
        draw = _photograph(shot) if isinstance(shot, Photograph) else _scene(shot)
        for index in range(round(shot.seconds * RATE_FPS)):
            frame = draw(index / RATE_FPS) + plates[index % len(plates)]
            yield np.clip(frame, 0, 255).astype(np.uint8)


def _grain() -> list[Floats]:
    """A few plates of film grain, (HEIGHT_PX, WIDTH_PX, 1): cuts and stillness are never exact
    in real footage."""
    random = np.random.default_rng(7)
    small = random.integers(-3, 4, (5, HEIGHT_PX // 2, WIDTH_PX // 2, 1)).astype(np.float32)
    return list(small.repeat(2, 1).repeat(2, 2))


def _scene(scene: Scene) -> Callable[[float], Floats]:
    """Draws the scene at a time in seconds."""
    backdrop = PLACES[scene.place](HEIGHT_PX, WIDTH_PX, np.random.default_rng(scene.seed))

    def draw(time_s: float) -> Floats:
        frame = backdrop.copy()
        for part in sorted(scene.parts, key=lambda p: p.ground):
            if part.enter_s <= time_s < part.leave_s:
                _draw_part(frame, part, time_s, scene.seconds)
        return frame

    return draw


def _draw_part(frame: Floats, part: Part, time_s: float, seconds: float) -> None:
    """Draw one person where the part has them at that time, in place."""
    length_s = min(part.leave_s, seconds) - part.enter_s
    done = (time_s - part.enter_s) / length_s
    facing = int(np.sign(part.end - part.start))
    # A step a half second; who stands still shifts a little, as people do.
    phase = 2 * math.pi * time_s * 0.95 if facing else 0.25 * math.sin(time_s * 1.3)
    x = (part.start + (part.end - part.start) * done) * WIDTH_PX
    sway = 2 * math.sin(time_s * 1.1) if not facing else 0.0
    pose = Pose(phase, facing, 1.0 if facing else 0.3)
    foot_xy = (x + sway, part.ground * HEIGHT_PX)
    draw_person(frame, CAST[part.who], pose, foot_xy, part.size * HEIGHT_PX)


def _picture(name: str) -> Bytes:
    pictures: dict[str, Callable[[], Bytes]] = {
        "astronaut": data.astronaut,
        "cat": data.chelsea,
        "coffee": data.coffee,
        "temple": lambda: load_sample_image("china.jpg"),
        "flower": lambda: load_sample_image("flower.jpg"),
    }
    return pictures[name]()


def _photograph(shot: Photograph) -> Callable[[float], Floats]:
    """Draws a slow pan over a photograph at a time in seconds."""
    picture = _picture(shot.name)
    scale = max(WIDTH_PX * 1.08 / picture.shape[1], HEIGHT_PX * 1.08 / picture.shape[0])
    size = (round(picture.shape[0] * scale), round(picture.shape[1] * scale))
    large: Floats = transform.resize(picture, size, preserve_range=True).astype(np.float32)

    def draw(time_s: float) -> Floats:
        part = time_s / shot.seconds
        # Faces sit in the upper half of portraits: start there.
        top = int((size[0] - HEIGHT_PX) * 0.3 * part)
        left = int((size[1] - WIDTH_PX) * part)
        return large[top : top + HEIGHT_PX, left : left + WIDTH_PX].copy()

    return draw


def encode_film(path: Path, frames: Iterator[Bytes], recorded: datetime | None = None) -> None:
    """Encode frames as H.264 in MP4 at RATE_FPS; ``recorded``: what the camera's clock says."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        if recorded is not None:
            container.metadata["creation_time"] = recorded.isoformat()
        stream = container.add_stream(
            "libx264", rate=RATE_FPS, options={"preset": "superfast", "crf": "23"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE_FPS)
        for index, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
