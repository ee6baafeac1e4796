"""Vision-language networks of the LLaVA family in transformers' format: LLaVA-1.5, LLaVA-OneVision,
SmolVLM, and others that ``AutoModelForImageTextToText`` opens. In batches; bfloat16 on a GPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image as PillowImage

from recognition.engine.accounts import VERSION as ACCOUNTS
from recognition.engine.backends.on_torch import (
    Place,
    opening,
    place_for,
    running,
    split,
    whole_network,
)
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime, check_image
from recognition.engine.types import Image, NetworkInfo, Turn

VERSION = f"1 {ACCOUNTS}"
"""With that of the prompt and the schema, which decide the answers as much as weights do."""
NEW_TOKENS = 400
"""An account has about 150; the rest is room for many people."""
MAX_SIDE_PX = 768
"""By eye. Networks that cut pictures into tiles take several times as long for larger ones."""
BATCH_SHARE = 4
"""A picture takes the room of this many of a detector's, by eye."""
PLAIN_TEMPLATE = "USER: <image>\n{prompt} ASSISTANT:"
"""LLaVA-1.5's own, for folders that carry none."""


class Llava:
    """A ``Captioner``."""

    def __init__(self, network: Any, processor: Any, info: NetworkInfo, place: Place) -> None:
        self.info = info
        self._place, self._processor = place, processor
        processor.tokenizer.padding_side = "left"  # else shorter prompts end in padding
        if processor.tokenizer.pad_token is None:
            processor.tokenizer.pad_token = processor.tokenizer.eos_token
        self._network: Any = network.to(place.device, place.dtype).eval()

    def answer(self, turns: Sequence[Turn]) -> list[str]:
        """One answer per turn, greedily decoded: the same picture gives the same words."""
        return split(turns, max(1, self._place.batch // BATCH_SHARE), self._answer)

    def _answer(self, turns: Sequence[Turn]) -> list[str]:
        texts = [self._prompt(turn) for turn in turns]
        with running(self.info.name):
            inputs = self._processor(
                text=texts,
                images=[[_picture(turn.image)] for turn in turns],
                padding=True,
                return_tensors="pt",
            ).to(self._place.device)
            for key in ("pixel_values", "pixel_values_videos"):
                if key in inputs:
                    inputs[key] = inputs[key].to(self._place.dtype)
            out = self._network.generate(
                **inputs,
                max_new_tokens=NEW_TOKENS,
                do_sample=False,
                pad_token_id=self._processor.tokenizer.pad_token_id,
            )
            fresh = out[:, inputs["input_ids"].shape[1] :]
            told: list[str] = self._processor.batch_decode(fresh, skip_special_tokens=True)
        return [text.strip() for text in told]

    def _prompt(self, turn: Turn) -> str:
        asked = turn.prompt
        if not _has_template(self._processor):
            if turn.complaint:
                asked = f"{asked}\n{turn.answer}\n{turn.complaint}"
            return PLAIN_TEMPLATE.format(prompt=asked)
        said: list[dict[str, Any]] = [
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": asked}]}
        ]
        if turn.complaint:
            said.append(_words("assistant", turn.answer))
            said.append(_words("user", turn.complaint))
        text: str = self._processor.apply_chat_template(said, add_generation_prompt=True)
        return text


def _words(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def _has_template(processor: Any) -> bool:
    return bool(
        getattr(processor, "chat_template", None)
        or getattr(processor.tokenizer, "chat_template", None)
    )


def _picture(image: Image) -> PillowImage.Image:
    check_image(image)
    picture = PillowImage.fromarray(image)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), PillowImage.Resampling.BICUBIC)
    return picture


def read_folder(name: str, folder: Path, place: Place) -> tuple[Any, Any]:
    """Network and processor from a folder; weights as safetensors alone."""
    with opening(name, folder):
        from transformers import AutoModelForImageTextToText, AutoProcessor

        network = whole_network(
            AutoModelForImageTextToText, name, folder, use_safetensors=True, dtype=place.dtype
        )
        return network, AutoProcessor.from_pretrained(folder, local_files_only=True)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> Llava:
    """The captioner of a folder."""
    place = place_for(entry, runtime)
    return Llava(*read_folder(entry.name, files.folder, place), runtime.info, place)
