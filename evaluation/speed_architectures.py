"""Full-size architectures of the profiles, built here with random weights.

They are built from the vendors' own configurations, at the sizes that ``networks.json`` gives the
product's pictures. OpenVINO's networks are their files: they are measured as they are, where the
files lie in the weights folder or a mirror on this machine's disks.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from evaluation.speed_rows import Built, Cost, Plan
from recognition.engine.errors import WeightsError
from recognition.engine.manifest import by_name, light_weights, network_weights

TOKENS = 150
"""Of an account, about."""
PROMPT_TOKENS = 500
VIEWS, VIEW_PX = 5, 384
PICTURE_TOKENS = 2379
"""What LLaVA-OneVision makes of a frame of 768×432 (``llava.MAX_SIDE_PX``): the whole and two by
two tiles; 729 tokens of the whole, and 30 rows of 54 of the tiles, each with a newline."""
FRAME_DINO = (750, 1333)
"""A frame of 16:9 as Grounding DINO's own preprocessing leaves it: at most 1333 px wide."""
PROFILES = ("standard", "full")


def size_of(name: str) -> tuple[int, int]:
    """Height and width of a network's input, by its manifest."""
    picture = by_name((*network_weights(), *light_weights()), name).picture
    if picture is None:
        raise WeightsError(f"The manifest gives no preprocessing for “{name}”.")
    return picture.height, picture.width


def plain(name: str, network: Any, size: tuple[int, int], place: str, dtype: Any) -> Built:
    """A network that takes pixels alone."""
    import torch

    network = network.to(place, dtype).eval()

    def run(count: int) -> None:
        network(torch.rand(count, 3, *size, device=place, dtype=dtype))

    return Built(name, run, network)


def yolo(name: str, place: str, dtype: Any) -> Built:
    """A detector of ultralytics, its layers as the product runs them (not fused)."""
    from ultralytics.nn.tasks import DetectionModel

    network = DetectionModel(f"{name}.yaml", verbose=False)
    return plain(name, network, size_of(name), place, dtype)


def person_vit(name: str, place: str, dtype: Any) -> Built:
    """PersonViT: ViT-B/16 behind a convolutional stem."""
    from recognition.engine.backends.vit_network import PersonVit, Shape

    height, width = size_of(name)
    grid = (height // 16, width // 16)
    shape = Shape(768, 12, 12, 3072, 16, 16, grid, 768, has_stem=True)
    return plain(name, PersonVit(shape, adds_gem=True), (height, width), place, dtype)


def osnet(name: str, place: str, dtype: Any) -> Built:
    """OSNet x0.25."""
    from recognition.engine.backends.osnet_network import OsNet

    return plain(name, OsNet((16, 64, 96, 128), 512, ibn=False), size_of(name), place, dtype)


def open_clip_images(name: str, place: str, dtype: Any) -> Built:
    """The image tower of an open_clip pair."""
    import open_clip

    tower = open_clip.create_model(name, load_weights=False).visual
    return plain(name, tower, size_of(name), place, dtype)


def open_clip_texts(name: str, place: str, dtype: Any) -> Built:
    """The text tower of an open_clip pair, with one question at a time as search has it."""
    import open_clip
    import torch

    network = open_clip.create_model(name, load_weights=False)
    network.visual = None
    network = network.to(place, dtype).eval()
    length, words = network.context_length, network.vocab_size

    def run(count: int) -> None:
        network.encode_text(torch.randint(1, words, (count, length), device=place))

    return Built(name, run, network)


def everyscene(name: str, place: str, dtype: Any) -> Built:
    """EveryScene: ViT-B/16 over sixteen kinds of place."""
    from transformers import ViTConfig, ViTForImageClassification

    network = ViTForImageClassification(ViTConfig(num_labels=16))
    return plain(name, network, (224, 224), place, dtype)


def grounding_dino(name: str, place: str, dtype: Any) -> Built:
    """Grounding DINO over a Swin-T, asked for two things."""
    import torch
    from transformers import GroundingDinoConfig, GroundingDinoForObjectDetection

    network = GroundingDinoForObjectDetection(GroundingDinoConfig()).to(place, dtype).eval()
    words = torch.tensor([[101, 1037, 6045, 1012, 1037, 13383, 1012, 102]], device=place)

    def run(count: int) -> None:
        ids = words.expand(count, -1)
        pixels = torch.rand(count, 3, *FRAME_DINO, device=place, dtype=dtype)
        network(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids))

    return Built(name, run, network)


def llava_onevision(
    width: int, depth: int, heads: int, groups: int, hidden: int,
    name: str, place: str, dtype: Any,
) -> Built:  # fmt: skip
    """LLaVA-OneVision's two halves: SigLIP so400m at 384 px, and a Qwen2 of the given size that
    reads picture and prompt and writes an account."""
    import torch
    from torch import nn
    from transformers import Qwen2Config, Qwen2ForCausalLM, SiglipVisionConfig, SiglipVisionModel

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
        eyes(torch.rand(count * VIEWS, 3, VIEW_PX, VIEW_PX, device=place, dtype=dtype))
        ids = torch.randint(0, 150000, (count, PICTURE_TOKENS + PROMPT_TOKENS), device=place)
        words.generate(
            ids, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, pad_token_id=0
        )

    return Built(name, run, network)


def openvino_network(name: str, folder: str, place: str, dtype: Any) -> Built:
    """A network of Open Model Zoo with its real weights, run as the product runs it."""
    import numpy as np
    import torch

    from evaluation.speed_graph import graph_of
    from recognition.engine.backends.openvino import openvino_session

    path = Path(folder) / by_name(light_weights(), name).main.path if folder else None
    if path is None or not path.is_file():
        raise WeightsError("its file is its architecture, and is not here: give --mirror FOLDER")
    session = openvino_session(path, torch.get_num_threads())  # as many as torch's networks get
    graph = graph_of(path)
    rng = np.random.default_rng(0)

    def run(count: int) -> None:
        noise = rng.integers(0, 256, (count, 3, *size_of(name))).astype(np.float32)
        session.run(noise)

    cost = Cost(graph.flops, graph.weight_bytes, graph.other_bytes)
    return Built(name, run, cost=cost, parameters=graph.parameters)


def plans_of(profile: str, *, folder: str = "") -> tuple[Plan, ...]:
    """The networks of ``standard`` or ``full`` in the order of the pipeline, and others that may
    stand in their place. ``folder``: where OpenVINO's files lie."""
    return _standard(folder) if profile == "standard" else _full()


def _plan(name: str, role: str, parameters_m: float, make: Any, **more: bool) -> Plan:
    return Plan(name, role, parameters_m, partial(make, name), **more)


def _standard(folder: str) -> tuple[Plan, ...]:
    person, attributes = (
        "person-reidentification-retail-0277",
        "person-attributes-recognition-crossroad-0230",
    )
    small = partial(llava_onevision, 896, 24, 14, 2, 4864)
    return (
        _plan("yolo11n", "detector", 2.6, yolo),
        Plan(person, "person", 2.1, partial(openvino_network, person, folder), on_cpu=True),
        _plan("osnet-x0.25-msmt17", "person", 0.2, osnet, is_chosen=False),
        Plan(
            attributes, "attributes", 0.7, partial(openvino_network, attributes, folder),
            on_cpu=True,
        ),
        _plan("ViT-B-16-SigLIP2", "image_text", 375, open_clip_images),
        _plan("ViT-B-16-SigLIP2", "text", 375, open_clip_texts),
        _plan("llava-onevision-0.5b", "captions", 890, small),
    )  # fmt: skip


def _full() -> tuple[Plan, ...]:
    large = partial(llava_onevision, 3584, 28, 28, 4, 18944)
    return (
        _plan("yolo11x", "detector", 57, yolo),
        _plan("personvit-b-msmt17", "person", 88, person_vit),
        _plan("PE-Core-L-14-336", "image_text", 671, open_clip_images),
        _plan("PE-Core-L-14-336", "text", 671, open_clip_texts),
        _plan("everyscene", "scene", 86, everyscene),
        _plan("grounding-dino-tiny", "open_set", 172, grounding_dino),
        _plan("llava-onevision-7b", "captions", 8030, large),
    )
