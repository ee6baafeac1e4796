"""From checkpoints in the work folder to the files that ship (`export`), each with its entry in the
manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from training.builtin import manifest, onnx_files, text, words
from training.builtin.labels import COCO_LABELS, SHIPPED_LABELS
from training.builtin.layers import Embedder
from training.builtin.teachers import YOLOX_POOLED

MEAN, DEVIATION = 0.45, 0.25
"""What `layers.to_input` applies."""

DETECTOR_WIDTH_PX, DETECTOR_HEIGHT_PX = 384, 224
IMAGE_PX = 160
PERSON_WIDTH_PX, PERSON_HEIGHT_PX = 64, 128


def _picture(width: int, height: int, resize: str) -> dict[str, Any]:
    common = {
        "width": width,
        "height": height,
        "resize": resize,
        "interpolation": "bilinear-antialias",
        "color": "rgb",
        "scale": 1 / 255,
        "mean": [MEAN] * 3,
        "std": [DEVIATION] * 3,
        "layout": "nchw",
    }
    return common if resize == "squash" else {**common, "pad": 114, "align": "center"}


def export_text(data: Path, teachers: Path, work: Path, folder: Path = manifest.SHIPPED) -> None:
    """Write `text.onnx`, `vocab.txt` and `light_projection.onnx`."""
    networks, _, _ = text.open_joint(data, teachers, work)
    (folder / "vocab.txt").write_text("\n".join(networks.vocabulary.pieces) + "\n")
    onnx_files.export_text(networks.text.eval(), networks.vocabulary, folder / "text.onnx")
    tokenizer = {
        "tokenizer": "vocab.txt",
        "kind": "wordpiece",
        "lowercase": True,
        "strip_accents": True,
        "pre_tokenizer": "bert",
        "special_tokens": False,
        "drop_unknown": True,
        "unknown_token": words.UNKNOWN,
        "unknown_id": 1,
        "pad_token": words.PAD,
        "pad_id": 0,
        "max_tokens": words.MAX_TOKENS,
        "inputs": {"tokens": "int64 [B, T]", "mask": "int64 [B, T], 1 on words"},
        "outputs": {"vectors": "float32 [B, 256], unit"},
    }
    manifest.record(
        {
            "name": "everyid-text-1",
            "role": "text",
            "file": "text.onnx",
            "dimension": 256,
            "space": manifest.SPACE,
            "preprocessing": tokenizer,
            "files": {"vocab.txt": ""},
            "card": "text.md",
        },
        folder,
    )
    size = networks.light.axes.shape[1]
    file = folder / "light_projection.onnx"
    onnx_files.export_module(
        networks.light, torch.zeros(2, int(size)), file, ["vectors"], int8=True
    )
    manifest.record(
        {
            "name": "everyid-light-projection-1",
            "role": "projection",
            "file": "light_projection.onnx",
            "dimension": 256,
            "space": manifest.SPACE,
            "preprocessing": _features(),
            "card": "projection.md",
        },
        folder,
    )


def _features() -> dict[str, Any]:
    return {
        "picture": {
            "width": 224,
            "height": 224,
            "resize": "squash",
            "interpolation": "bilinear-antialias",
            "color": "rgb",
        },
        "features": [
            {
                "name": "mobilenet_v1",
                "size": 1024,
                "weight": "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite",
                "input": "the 224 px square, uint8 [1, 224, 224, 3] RGB",
                "value": "its output's 1024 uint8 values as float32, 0-255, not divided",
            },
            {
                "name": "yolox_nano_pooled",
                "size": 832,
                "weight": "yolox_nano_iinfer.onnx",
                "input": "the 224 px square resized to 416x416 (bilinear), "
                "BGR float32 [1, 3, 416, 416], 0-255",
                "value": "spatial mean of each of these tensors, one after the other",
                "tensors": list(YOLOX_POOLED),
                "sizes": [128, 256, 64, 128, 256],
            },
        ],
        "inputs": {"features": "float32 [B, 1856]: mobilenet_v1, then yolox_nano_pooled"},
        "outputs": {"vectors": "float32 [B, 256], unit"},
    }


def export_detector(work: Path, folder: Path = manifest.SHIPPED) -> None:
    """Write `detector.onnx`."""
    from training.builtin.detector_network import Detector, Exported

    network = Detector(len(COCO_LABELS))
    network.load_state_dict(torch.load(work / "detector.pt")["network"])
    chosen = [COCO_LABELS.index(label) for label in SHIPPED_LABELS]
    example = torch.zeros(2, 3, DETECTOR_HEIGHT_PX, DETECTOR_WIDTH_PX)
    onnx_files.export_module(
        Exported(network, chosen), example, folder / "detector.onnx", ["boxes", "scores"]
    )
    manifest.record(
        {
            "name": "everyid-detector-1",
            "role": "detector",
            "file": "detector.onnx",
            "labels": list(SHIPPED_LABELS),
            "preprocessing": _picture(DETECTOR_WIDTH_PX, DETECTOR_HEIGHT_PX, "letterbox"),
            "outputs": {
                "boxes": "float32 [B, N, 4], xyxy in input pixels, may reach outside",
                "scores": "float32 [B, N, C], 0-1; non-maximum suppression is the product's",
            },
            "card": "detector.md",
        },
        folder,
    )


def _export_embedder(work: Path, folder: Path, name: str, entry: dict[str, Any]) -> None:
    network = Embedder()
    network.load_state_dict(torch.load(work / f"{name}.pt")["network"])
    made = entry["preprocessing"]
    example = torch.zeros(2, 3, made["height"], made["width"])
    onnx_files.export_module(network, example, folder / f"{name}.onnx", ["vectors"])
    base = {
        "name": f"everyid-{name}-1",
        "role": name,
        "file": f"{name}.onnx",
        "dimension": 256,
        "card": f"{name}.md",
    }
    manifest.record({**base, **entry, "outputs": {"vectors": "float32 [B, 256], unit"}}, folder)


def export_image(work: Path, folder: Path = manifest.SHIPPED) -> None:
    """Write `image.onnx`."""
    _export_embedder(
        work,
        folder,
        "image",
        {
            "space": manifest.SPACE,
            "preprocessing": _picture(IMAGE_PX, IMAGE_PX, "squash"),
        },
    )


def export_person(work: Path, folder: Path = manifest.SHIPPED) -> None:
    """Write `person.onnx`."""
    _export_embedder(
        work,
        folder,
        "person",
        {
            "space": "everyid-person-1",
            "preprocessing": _picture(PERSON_WIDTH_PX, PERSON_HEIGHT_PX, "squash"),
        },
    )
