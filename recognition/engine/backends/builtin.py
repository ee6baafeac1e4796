"""The networks that this project trained, run by onnxruntime (see ``builtin/`` for cards).

The detector, which runs far more often than all others together, is run by OpenVINO where the
processor has bfloat16: half the time per picture, boxes within a pixel and a hundredth, scores
within .02 (``tests/recognition/engine/test_builtin.py``).
Shapes and preprocessing come from the manifest; nothing about a network is written here
but how to read its outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engine.backends.openvino import (
    OpenVinoSession,
    has_bfloat16,
    openvino_session,
)
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.embedding import unit
from recognition.engine.errors import WeightsError
from recognition.engine.geometry import Fit, nms_by_label
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import (
    OnnxSession,
    Runtime,
    content_px,
    in_batches,
    onnx_session,
    rows_or_none,
)
from recognition.engine.types import Detections, Floats, Image, Ints, NetworkInfo

VERSION = "1"
MIN_CONFIDENCE = 0.1
SURE = 0.4
"""Confidence from which four of five people are right: ``TrackingConfig.confident``."""
"""ByteTrack's second stage lives on boxes from .1 up (Zhang et al. 2022)."""
NMS_IOU = 0.5
"""By eye; people side by side overlap by less."""
MAX_CANDIDATES = 300
MAX_TEXTS = 64
UNKNOWN = "[UNK]"
PLAIN_LABELS = {"sports ball": "ball", "tv": "television", "cell phone": "phone"}
"""Names of COCO that nobody types."""


def picture_spec(entry: WeightsEntry) -> Preprocessing:
    """The entry's preprocessing for pictures; ``WeightsError`` when it has none."""
    if entry.picture is None:
        raise WeightsError(f"The manifest gives no preprocessing for “{entry.name}”.")
    return entry.picture


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> Any:
    """The network of one of our own entries, by its role."""
    if entry.role == "text":
        return OnnxTextEncoder(entry, files.main, runtime.info)
    make = {"detector": OnnxDetector, "image": OnnxImageEncoder, "person": OnnxPersonEncoder}
    return make[entry.role](entry, files.main, runtime.info, runtime.threads)


class OnnxImageEncoder:
    """The image tower of the joint image-text space."""

    def __init__(self, entry: WeightsEntry, path: Path, info: NetworkInfo, threads: int | None):
        self.info = info
        self._spec = picture_spec(entry)
        self._session = onnx_session(path, threads=threads)

    def encode_images(self, images: Sequence[Image]) -> Floats:
        """Unit rows (n, dimension) of RGB pictures of any size."""
        rows = [self._session.run(batch)[0] for batch, _ in in_batches(images, self._spec)]
        return unit(rows_or_none(rows, self.info.dimension))


class OnnxPersonEncoder:
    """The person network, averaged over each crop and its mirror image.

    The mirror costs a second run and gave .310 instead of .305 rank-1, see the card.
    """

    def __init__(self, entry: WeightsEntry, path: Path, info: NetworkInfo, threads: int | None):
        self.info = info
        self._spec = picture_spec(entry)
        self._session = onnx_session(path, threads=threads)
        self._mirror_axis = 3 if self._spec.layout == "nchw" else 2

    def encode_people(self, crops: Sequence[Image]) -> Floats:
        """Unit rows (n, dimension) of RGB crops, upright."""
        rows = []
        for batch, _ in in_batches(crops, self._spec):
            mirrored = np.ascontiguousarray(np.flip(batch, axis=self._mirror_axis))
            rows.append(unit(self._session.run(batch)[0]) + unit(self._session.run(mirrored)[0]))
        return unit(rows_or_none(rows, self.info.dimension))


class OnnxTextEncoder:
    """The text tower: BERT wordpieces to a vector of the joint space.

    One thread: a query is a handful of small steps in a row, and waking other threads
    for each costs more than they save (.7 ms against 3–20 ms on two busy cores).
    """

    def __init__(self, entry: WeightsEntry, path: Path, info: NetworkInfo):
        if entry.text is None:
            raise WeightsError(f"The manifest gives no tokenizer for “{entry.name}”.")
        self.info = info
        self._length = entry.text.max_tokens
        self._session = onnx_session(path, threads=1, max_batch=MAX_TEXTS)
        self._tokenizer = _wordpiece(path.parent / entry.text.tokenizer, entry.text.lowercase)
        self._unknown = self._tokenizer.token_to_id(UNKNOWN)

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows (n, dimension). Words beyond ``max_tokens`` and unknown ones are not
        read; a text without any known word is read as one unknown word, as in training."""
        if not texts:
            return np.zeros((0, self.info.dimension), dtype=np.float32)
        ids, mask = pad_tokens([self._tokens(text) for text in texts])
        return unit(self._session.run(ids, mask)[0])

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        known = [token for token in ids if token != self._unknown]
        return known[: self._length] or [self._unknown]


def calibrated(confidence: Floats, sure_from: float) -> Floats:
    """Confidences on the scale that tracking's thresholds are for: ``sure_from`` becomes ``SURE``.

    Linear from 0 to ``sure_from`` and from there to 1, so that the order stays.
    """
    low = confidence * (SURE / sure_from)
    high = SURE + (confidence - sure_from) * ((1 - SURE) / (1 - sure_from))
    return np.asarray(np.where(confidence < sure_from, low, high), dtype=np.float32)


def pad_tokens(rows: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Token numbers (n, longest) padded with 0, and a mask of 1 on words."""
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask


def _wordpiece(vocabulary: Path, lowercase: bool) -> Any:
    """BERT's own normalisation and greedy wordpieces over a vocabulary file."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    pieces = vocabulary.read_text(encoding="utf-8").splitlines()
    numbers = {piece: number for number, piece in enumerate(pieces)}
    tokenizer: Any = Tokenizer(WordPiece(numbers, unk_token=UNKNOWN, max_input_chars_per_word=60))
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase, strip_accents=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


class OnnxDetector:
    """The built-in detector: boxes in input pixels and a probability per label."""

    def __init__(self, entry: WeightsEntry, path: Path, info: NetworkInfo, threads: int | None):
        self.info = info
        self.labels = tuple(PLAIN_LABELS.get(label, label) for label in entry.labels)
        self._spec = picture_spec(entry)
        self._session: OnnxSession | OpenVinoSession = (
            openvino_session(path, threads, precision="bf16")
            if has_bfloat16()
            else onnx_session(path, threads=threads)
        )
        self._sure_from = entry.calibration.get("four_in_five_right_from", SURE)
        # Classes that measured too badly to be claimed are computed, and not told.
        told = entry.raw.get("told_labels", entry.labels)
        self._told = np.flatnonzero([label in told for label in entry.labels])
        self.labels = tuple(self.labels[int(i)] for i in self._told)

    def content_px(self, picture_px: tuple[int, int]) -> tuple[int, int]:
        """The (width, height) at which a picture is read."""
        return content_px(picture_px, self._spec)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """One ``Detections`` per RGB picture, confidence at least ``MIN_CONFIDENCE``."""
        found: list[Detections] = []
        for batch, fits in in_batches(images, self._spec):
            boxes, scores = self._session.run(batch)[:2]
            found += [self._read(b, s, f) for b, s, f in zip(boxes, scores, fits, strict=True)]
        return found

    def _read(self, boxes: Floats, scores: Floats, fit: Fit) -> Detections:
        scores = scores[:, self._told]
        confidence = calibrated(scores.max(axis=1), self._sure_from)
        near = np.flatnonzero(confidence >= MIN_CONFIDENCE)
        near = near[np.argsort(-confidence[near], kind="stable")][:MAX_CANDIDATES]
        labels = scores[near].argmax(axis=1)
        keep = nms_by_label(boxes[near], confidence[near], labels, NMS_IOU)
        return Detections(
            fit.to_picture(boxes[near][keep]),
            confidence[near][keep].astype(np.float32),
            tuple(self.labels[int(i)] for i in labels[keep]),
        )
