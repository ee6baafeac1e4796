"""How fast full-size networks run here, with random weights: nothing is downloaded.

    python -m evaluation.speed --profile standard --random-weights [--json]

Speed does not depend on what weights say, only on their shapes: architectures are built whole from
their own configurations and run on noise. Arithmetic is counted by torch's own counter while the
network runs; bytes are those of weights plus pictures, the least that must move per batch. Both
are set against what this machine was measured to do (a product of large matrices; a copy), and
the larger share says what bounds the network. "An hour" counts the looks that an hour of edited
1080p footage needs (``LOOKS``); decoding is not in it.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOUR_S = 3600
SHOT_S = 4
"""Seconds per shot of edited footage (Cutting et al. 2011 give about four for films of today)."""
SHOTS = HOUR_S // SHOT_S
LOOKS = {
    "detector": HOUR_S * 5,  # watching.BASE_FPS
    "person": SHOTS * 2 * 4,  # two people a shot, crop_pool.PERSON_CROPS each
    "image_text": SHOTS + SHOTS * 2 * 2,  # a keyframe, and two crops with context of each person
    "scene": SHOTS,
    "open_set": SHOTS,
    "captions": SHOTS,  # one look a shot, within the policy's twelve a minute in the mean
}
PICTURE = {"person": (256, 128), "scene": (224, 224)}
TOKENS = 150
"""Of an account, about."""


@dataclass(frozen=True, slots=True)
class Built:
    """A network on its device; ``run(n)`` does n pictures of ``pixels`` each."""

    name: str
    role: str
    network: Any
    run: Callable[[int], None]
    pixels: int


def measure_networks(
    profile: str, *, device: str = "auto", repeat: int = 3, without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The table of one profile: a row per network and what an hour takes. ``without``: roles."""
    import torch

    place = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    dtype = torch.bfloat16 if place != "cpu" else torch.float32
    peak = _peak(place, dtype)
    rows: dict[str, Any] = {}
    for make in BUILDERS[profile]:
        built = make(place, dtype)
        if built.role in without:
            continue
        rows[built.role] = _row(built, place, dtype, peak, repeat)
        print(built.role, json.dumps(rows[built.role]), file=sys.stderr, flush=True)
        del built
    hours = {role: row["hour_s"] for role, row in rows.items()}
    return {
        "profile": profile,
        "weights": "random",
        "device": torch.cuda.get_device_name() if place != "cpu" else _cpu(),
        "number_type": str(dtype).removeprefix("torch."),
        **{key: float(f"{value:.3g}") for key, value in peak.items()},
        "networks": rows,
        "hour_of_edited_1080p_s": round(sum(hours.values())),
    }


def _cpu() -> str:
    import torch

    return f"CPU, {torch.get_num_threads()} threads"


def _row(
    built: Built, place: str, dtype: Any, peak: dict[str, float], repeat: int
) -> dict[str, Any]:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    batches: tuple[int, ...] = (1, 4) if place == "cpu" else (1, 8, 32, 64)
    if built.role == "captions" and place == "cpu":
        batches, repeat = (1,), 1  # minutes
    with torch.inference_mode():
        with FlopCounterMode(display=False) as counter:
            built.run(1)
        flops = counter.get_total_flops()
        rates = {n: n / _median(built.run, n, place, repeat) for n in batches}
    best = max(rates, key=lambda n: rates[n])
    weights = sum(p.numel() * p.element_size() for p in built.network.parameters())
    moved = weights * (TOKENS if built.role == "captions" else 1) / best + built.pixels * 3 * (
        2 if dtype is torch.bfloat16 else 4
    )
    arithmetic_s, bytes_s = flops / peak["flops_per_s"], moved / peak["bytes_per_s"]
    return {
        "name": built.name,
        "parameters_m": round(sum(p.numel() for p in built.network.parameters()) / 1e6, 1),
        "gflop_per_picture": round(flops / 1e9, 2),
        "pictures_per_s": {str(n): round(rate, 3) for n, rate in rates.items()},
        "best_batch": best,
        "bound_by": "arithmetic" if arithmetic_s >= bytes_s else "bytes",
        "of_that_bound": round(max(arithmetic_s, bytes_s) * rates[best], 3),
        "hour_s": round(LOOKS[built.role] / rates[best], 1),
    }


def _median(run: Callable[[int], None], count: int, place: str, repeat: int) -> float:
    import torch

    taken = []
    for _ in range(repeat):
        began = time.perf_counter()
        run(count)
        if place != "cpu":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _peak(place: str, dtype: Any) -> dict[str, float]:
    """Operations and bytes a second that this device reaches, measured."""
    import torch

    side = 2048 if place == "cpu" else 8192
    one = torch.randn(side, side, device=place, dtype=dtype)
    room = torch.empty((1 << 26) if place == "cpu" else (1 << 30), dtype=torch.uint8, device=place)
    other = torch.empty_like(room)
    with torch.inference_mode():
        one @ one
        product_s = _median(lambda _: _multiply(one), 1, place, 5)
        copy_s = _median(lambda _: _copy(room, other), 1, place, 5)
    return {"flops_per_s": 2 * side**3 / product_s, "bytes_per_s": 2 * room.numel() / copy_s}


def _multiply(one: Any) -> None:
    one @ one


def _copy(source: Any, target: Any) -> None:
    target.copy_(source)


def _plain(
    name: str, role: str, network: Any, size: tuple[int, int], place: str, dtype: Any
) -> Built:
    """A network that takes pixels alone."""
    import torch

    network = network.to(place, dtype).eval()

    def run(count: int) -> None:
        network(torch.rand(count, 3, *size, device=place, dtype=dtype))

    return Built(name, role, network, run, size[0] * size[1])


def _yolo(architecture: str) -> Callable[[str, Any], Built]:
    def make(place: str, dtype: Any) -> Built:
        from ultralytics.nn.tasks import DetectionModel

        network = DetectionModel(f"{architecture}.yaml", verbose=False)
        return _plain(architecture, "detector", network, (384, 640), place, dtype)

    return make


def _person_vit(place: str, dtype: Any) -> Built:
    from recognition.engine.backends.vit_network import PersonVit, Shape

    shape = Shape(768, 12, 12, 3072, 16, 16, (16, 8), 768, has_stem=True)
    network = PersonVit(shape, adds_gem=True)
    return _plain("personvit-b", "person", network, PICTURE["person"], place, dtype)


def _osnet(place: str, dtype: Any) -> Built:
    """OSNet x1.0 in the place of OpenVINO's 0277, which torch does not run (2.2 M parameters)."""
    from recognition.engine.backends.osnet_network import OsNet

    network = OsNet((64, 256, 384, 512), 512, ibn=False)
    return _plain("osnet-x1.0", "person", network, PICTURE["person"], place, dtype)


def _open_clip(name: str, side: int) -> Callable[[str, Any], Built]:
    def make(place: str, dtype: Any) -> Built:
        import open_clip

        tower = open_clip.create_model(name, load_weights=False).visual
        return _plain(name, "image_text", tower, (side, side), place, dtype)

    return make


def _everyscene(place: str, dtype: Any) -> Built:
    from transformers import ViTConfig, ViTForImageClassification

    network = ViTForImageClassification(ViTConfig(num_labels=16))
    return _plain("everyscene", "scene", network, PICTURE["scene"], place, dtype)


def _grounding_dino(place: str, dtype: Any) -> Built:
    import torch
    from transformers import GroundingDinoConfig, GroundingDinoForObjectDetection

    network = GroundingDinoForObjectDetection(GroundingDinoConfig()).to(place, dtype).eval()
    words = torch.tensor([[101, 1037, 6045, 1012, 1037, 13383, 1012, 102]], device=place)
    size = (800, 1333)

    def run(count: int) -> None:
        ids = words.expand(count, -1)
        pixels = torch.rand(count, 3, *size, device=place, dtype=dtype)
        network(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids))

    return Built("grounding-dino-tiny", "open_set", network, run, size[0] * size[1])


def _llava(
    name: str, width: int, depth: int, heads: int, groups: int, hidden: int
) -> Callable[[str, Any], Built]:
    """LLaVA-OneVision's two halves: SigLIP so400m at 384 px, and a Qwen2 of the given size that
    reads 729 picture and 500 prompt tokens and writes an account."""

    def make(place: str, dtype: Any) -> Built:
        import torch
        from torch import nn
        from transformers import (
            Qwen2Config,
            Qwen2ForCausalLM,
            SiglipVisionConfig,
            SiglipVisionModel,
        )

        eyes = SiglipVisionModel(
            SiglipVisionConfig(
                hidden_size=1152, intermediate_size=4304, num_hidden_layers=26,
                num_attention_heads=16, image_size=384, patch_size=14,
            )
        )  # fmt: skip
        words = Qwen2ForCausalLM(
            Qwen2Config(
                hidden_size=width, intermediate_size=hidden, num_hidden_layers=depth,
                num_attention_heads=heads, num_key_value_heads=groups, vocab_size=152000,
                tie_word_embeddings=width < 2000,
            )
        )  # fmt: skip
        network = nn.ModuleList([eyes, words]).to(place, dtype).eval()

        def run(count: int) -> None:
            eyes(torch.rand(count, 3, 384, 384, device=place, dtype=dtype))
            ids = torch.randint(0, 150000, (count, 1229), device=place)
            words.generate(
                ids, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, pad_token_id=0
            )

        return Built(name, "captions", network, run, 384 * 384)

    return make


BUILDERS: dict[str, tuple[Callable[[str, Any], Built], ...]] = {
    "standard": (
        _yolo("yolo11n"), _osnet, _open_clip("ViT-B-16-SigLIP2", 224),
        _llava("llava-onevision-0.5b", 896, 24, 14, 2, 4864),
    ),
    "full": (
        _yolo("yolo11x"), _person_vit, _open_clip("PE-Core-L-14-336", 336), _everyscene,
        _grounding_dino, _llava("llava-onevision-7b", 3584, 28, 28, 4, 18944),
    ),
}  # fmt: skip
"""Networks by profile; ``full``'s captioner needs some 34 GB on a CPU and 17 GB on a GPU."""
