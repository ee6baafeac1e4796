"""How long each network takes: milliseconds per picture, preprocessing included.

Pictures are noise of the sizes that the pipeline hands over: 1280×720 frames, and crops of
256×112. The median of several runs after one to warm up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from evaluation.pictures import make_parser, open_networks, report
from recognition.engine.runtime import machine_threads
from recognition.engine.types import Image

BATCHES = (1, 4, 16)
FRAME, CROP = (720, 1280), (256, 112)


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds per picture by network and batch size."""
    began = time.perf_counter()
    networks = open_networks(options)
    figures: dict[str, Any] = {
        "profile": networks.profile,
        "threads": options.threads or machine_threads(),
        "load_ms": round((time.perf_counter() - began) * 1e3, 1),
    }
    rng = np.random.default_rng(0)
    frames = [_noise(rng, FRAME) for _ in range(max(BATCHES))]
    crops = [_noise(rng, CROP) for _ in range(max(BATCHES))]
    texts = [f"a woman in a red coat near the beach {i}" for i in range(max(BATCHES))]
    tasks: dict[str, Callable[[int], object]] = {
        "detector": lambda n: networks.detector.detect(frames[:n]),
        "image (frame)": lambda n: networks.images.encode_images(frames[:n]),
        "image (crop)": lambda n: networks.images.encode_images(crops[:n]),
        "person": lambda n: networks.people.encode_people(crops[:n]),
        "attributes": lambda n: networks.attributes.read(crops[:n]),
        "text": lambda n: networks.texts.encode_texts(texts[:n]),
    }
    for name, task in tasks.items():
        figures[name] = {f"batch {n}": _milliseconds(task, n, options.repeat) for n in BATCHES}
    return figures


def _noise(rng: np.random.Generator, size: tuple[int, int]) -> Image:
    return rng.integers(0, 256, (*size, 3), dtype=np.uint8)


def _milliseconds(task: Callable[[int], object], count: int, repeat: int) -> float:
    task(count)
    taken = []
    for _ in range(repeat):
        began = time.perf_counter()
        task(count)
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) / count * 1e3, 2)


if __name__ == "__main__":
    main()
