"""Grounding DINO (Liu et al. 2023, arXiv:2303.05499; Apache-2.0): finds what words name.

All words go into one prompt, "a hat. a backpack."; a box's confidence for a word is the largest
similarity to one of the word's tokens, so that every box gets exactly one of the words asked
for (the authors' own reading may give half a word, or two at once).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engine.backends.on_torch import (
    Place,
    as_floats,
    opening,
    place_for,
    running,
    split,
    whole_network,
)
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.errors import BadValue
from recognition.engine.geometry import nms_by_label
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime
from recognition.engine.types import Detections, Floats, Image, NetworkInfo

VERSION = "1"
MIN_CONFIDENCE = 0.35
"""The authors' box threshold."""
NMS_IOU = 0.5
"""By eye: the network thins out by itself, but not across words."""
WORDS_AT_ONCE = 12
"""By eye: the prompt has room for 256 tokens, but words get in each other's way."""
LONGEST_WORD = 60


class GroundingDino:
    """An ``OpenSetDetector``."""

    def __init__(self, network: Any, processor: Any, info: NetworkInfo, place: Place) -> None:
        self.info = info
        self._place, self._processor = place, processor
        self._network: Any = network.to(place.device, place.dtype).eval()

    def find(self, images: Sequence[Image], words: Sequence[str]) -> list[Detections]:
        """One ``Detections`` per RGB picture, confidence at least ``MIN_CONFIDENCE``; every label
        is one of ``words``. ``BadValue`` for words that say nothing."""
        clean = [_clean(word) for word in words]
        per_image: list[list[Detections]] = [[] for _ in images]
        for start in range(0, len(words), WORDS_AT_ONCE):
            labels = words[start : start + WORDS_AT_ONCE]
            prompts = clean[start : start + WORDS_AT_ONCE]
            found = split(
                images,
                max(1, self._place.batch // 4),  # pictures are 800 px here
                lambda part, p=prompts, n=labels: self._find(part, p, n),  # type: ignore[misc]
            )
            for rows, one in zip(per_image, found, strict=True):
                rows.append(one)
        return [_joined(rows) for rows in per_image]

    def _find(
        self, images: Sequence[Image], prompts: Sequence[str], labels: Sequence[str]
    ) -> list[Detections]:
        text = " ".join(f"{prompt}." for prompt in prompts)
        with running(self.info.name):
            inputs = self._processor(
                images=[np.array(image) for image in images],
                text=[text] * len(images),
                return_tensors="pt",
                padding=True,
            ).to(self._place.device)
            inputs["pixel_values"] = inputs["pixel_values"].to(self._place.dtype)
            out = self._network(**inputs)
        ids = inputs["input_ids"][0].tolist()
        spans = token_spans(ids, self._stop(), len(prompts))
        scores = 1 / (1 + np.exp(-np.clip(as_floats(out.logits), -50, 50)))
        boxes = as_floats(out.pred_boxes)
        return [_read(s, b, spans, labels) for s, b in zip(scores, boxes, strict=True)]

    def _stop(self) -> int:
        found: int = self._processor.tokenizer.convert_tokens_to_ids(".")
        return found


def token_spans(ids: Sequence[int], stop: int, count: int) -> list[tuple[int, int]]:
    """Where each word's tokens lie in a prompt that ends every word with ``stop``."""
    spans, start = list[tuple[int, int]](), 1  # after [CLS]
    for place, token in enumerate(ids):
        if token == stop and len(spans) < count:
            spans.append((start, place))
            start = place + 1
    if len(spans) != count or any(end <= begin for begin, end in spans):
        raise BadValue("The words to look for do not fit into the network's prompt.")
    return spans


def _read(
    scores: Floats, boxes: Floats, spans: Sequence[tuple[int, int]], labels: Sequence[str]
) -> Detections:
    table = np.stack([scores[:, start:end].max(axis=1) for start, end in spans], axis=1)
    confidence, best = table.max(axis=1), table.argmax(axis=1)
    near = np.flatnonzero(confidence >= MIN_CONFIDENCE)
    centre, half = boxes[near, :2], boxes[near, 2:] / 2
    corners = np.clip(np.concatenate([centre - half, centre + half], axis=1), 0, 1)
    keep = nms_by_label(corners.astype(np.float32), confidence[near], best[near], NMS_IOU)
    return Detections(
        corners[keep].astype(np.float32),
        confidence[near][keep].astype(np.float32),
        tuple(labels[int(i)] for i in best[near][keep]),
    )


def _joined(rows: Sequence[Detections]) -> Detections:
    if not rows:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())
    return Detections(
        np.concatenate([row.xyxy_norm for row in rows]),
        np.concatenate([row.confidence for row in rows]),
        tuple(label for row in rows for label in row.labels),
    )


def _clean(word: str) -> str:
    """A word as the network was trained on: lower case, one line, no full stop inside."""
    plain = " ".join(word.lower().replace(".", " ").split())
    if not any(sign.isalnum() for sign in plain) or len(plain) > LONGEST_WORD:
        raise BadValue(f"“{word[:LONGEST_WORD]}” is nothing that can be looked for.")
    return plain


def read_folder(name: str, folder: Path) -> tuple[Any, Any]:
    """Network and processor from a folder of transformers' format."""
    with opening(name, folder):
        from transformers import AutoProcessor, GroundingDinoForObjectDetection

        network = whole_network(GroundingDinoForObjectDetection, name, folder, use_safetensors=True)
        return network, AutoProcessor.from_pretrained(folder, local_files_only=True)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> GroundingDino:
    """The open-set detector of a folder."""
    place = place_for(entry, runtime)
    return GroundingDino(*read_folder(entry.name, files.folder), runtime.info, place)
