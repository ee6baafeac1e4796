"""Development figures of the shipped files (`evaluate`), from the ONNX weights as the product runs
them.

Pairs: text→image over 1,000 Flickr8k pictures kept apart by name hash. Detector: person boxes of
YOLOX-nano on pictures kept apart, and real COCO boxes on coco128. Person: PKU-Reid, 24 identities,
by Market-1501's protocol (Zheng et al. 2015): every crop a query, the same identity on the same
camera dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from PIL import Image

from training.builtin import data, manifest, prepare, synonyms, words
from training.builtin.data import F32, U8

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shipped:
    """One shipped network: its session and its manifest entry."""

    session: Any
    entry: dict[str, Any]

    def run(self, **inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """All outputs."""
        found: list[NDArray[Any]] = self.session.run(None, inputs)
        return found


def open_shipped(role: str, folder: Path = manifest.SHIPPED, threads: int = 1) -> Shipped:
    """The shipped network of a role."""
    entry = next(w for w in manifest.read(folder)["weights"] if w["role"] == role)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(
        str(folder / entry["file"]), options, providers=["CPUExecutionProvider"]
    )
    return Shipped(session, entry)


def make_input(pixels: U8, made: dict[str, Any]) -> tuple[F32, float, tuple[float, float]]:
    """RGB uint8 [H, W, 3] → float32 [3, height, width], the letterbox's scale and offset in px."""
    width, height = made["width"], made["height"]
    picture = Image.fromarray(pixels)
    scale, left, top = 1.0, 0, 0
    if made["resize"] == "letterbox":
        scale = min(width / pixels.shape[1], height / pixels.shape[0])
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        left, top = (width - size[0]) // 2, (height - size[1]) // 2
        canvas = Image.new("RGB", (width, height), (made["pad"],) * 3)
        canvas.paste(picture.resize(size, Image.Resampling.BILINEAR), (left, top))
        picture = canvas
    elif picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    value = np.asarray(picture, np.float32) * np.float32(made["scale"])
    mean, deviation = (np.array(made[key], np.float32) for key in ("mean", "std"))
    scaled: F32 = ((value - mean) / deviation).transpose(2, 0, 1)
    return scaled, scale, (left, top)


def embed_pictures(network: Shipped, pixels: list[U8] | U8, batch: int = 16) -> F32:
    """Unit vectors of RGB pictures."""
    made = network.entry["preprocessing"]
    found = []
    for start in range(0, len(pixels), batch):
        inputs = np.stack([make_input(p, made)[0] for p in pixels[start : start + batch]])
        found.append(network.run(images=inputs)[0])
    return np.concatenate(found)


def embed_texts(
    network: Shipped, texts: list[str], folder: Path = manifest.SHIPPED, batch: int = 128
) -> F32:
    """Unit vectors of texts."""
    pieces = (folder / network.entry["preprocessing"]["tokenizer"]).read_text().splitlines()
    ids = words.tokenize(texts, pieces)
    found = []
    for start in range(0, len(ids), batch):
        part = ids[start : start + batch]
        tokens = np.zeros((len(part), max(map(len, part))), np.int64)
        mask = np.zeros_like(tokens)
        for row, sequence in enumerate(part):
            tokens[row, : len(sequence)], mask[row, : len(sequence)] = sequence, 1
        found.append(network.run(tokens=tokens, mask=mask)[0])
    return np.concatenate(found)


def retrieval_figures(texts: F32, images: F32, owner: Ints) -> dict[str, float]:
    """Text→image recall at 1, 5, 10 and median rank."""
    similarity = texts @ images.T
    ranks = (similarity > similarity[np.arange(len(texts)), owner][:, None]).sum(1) + 1
    shares = {f"r_at_{k}": round(float((ranks <= k).mean()), 4) for k in (1, 5, 10)}
    return {**shares, "median_rank": float(np.median(ranks))}


def evaluate_pair(data_dir: Path, teachers: Path, work: Path, profile: str) -> dict[str, Any]:
    """The pair of a profile on the dev pictures: `builtin` (image tower) or `light` (projected
    features); `synonyms`: the same with words swapped for synonyms that no training caption has.
    """
    pictures = data.open_pictures(data_dir, work)
    dev = data.dev_flickr(pictures.names)
    rows = [pictures.names.index(n) for n in dev]
    captions = data.read_captions(data_dir)
    texts = [c for name in dev for c in captions[name]]
    owner = np.array([i for i, name in enumerate(dev) for _ in captions[name]])
    if profile == "builtin":
        images = embed_pictures(open_shipped("image"), pictures.pixels[rows])
    else:
        features = prepare.open_features(pictures, teachers, work).joined()[rows]
        images = open_shipped("projection").run(features=features)[0]
    training = [c for name in captions if name not in set(dev) for c in captions[name]]
    swapped = [synonyms.swap(c, known) for known in [synonyms.read_pairs(training)] for c in texts]
    text = open_shipped("text")
    return {
        **retrieval_figures(embed_texts(text, texts), images, owner),
        "synonyms": {
            **retrieval_figures(embed_texts(text, [t for t, _ in swapped]), images, owner),
            "words_swapped_per_caption": round(float(np.mean([n for _, n in swapped])), 2),
            "captions_changed": round(float(np.mean([n > 0 for _, n in swapped])), 3),
        },
    }


def reid_figures(vectors: F32, identities: Ints, cameras: Ints) -> dict[str, float]:
    """Rank-1, -5, -10 and mAP across cameras."""
    similarity = vectors @ vectors.T
    first, precision = [], []
    for query in range(len(vectors)):
        kept = np.flatnonzero((identities != identities[query]) | (cameras != cameras[query]))
        order = kept[np.argsort(-similarity[query, kept], kind="stable")]
        hits = np.flatnonzero(identities[order] == identities[query])
        first.append(hits[0])
        precision.append(np.mean((np.arange(len(hits)) + 1) / (hits + 1)))
    ranks = np.array(first)
    shares = {f"rank_{k}": round(float((ranks < k).mean()), 4) for k in (1, 5, 10)}
    return {**shares, "map": round(float(np.mean(precision)), 4)}


def evaluate_person(data_dir: Path, teachers: Path) -> dict[str, Any]:
    """The person network on PKU-Reid (24 identities), plain, with the mirrored crop, less each
    camera's mean; the teacher.
    """
    pixels, identities, cameras = data.read_pku(data_dir)
    network = open_shipped("person")
    plain = embed_pictures(network, pixels)
    both = plain + embed_pictures(network, [np.ascontiguousarray(p[:, ::-1]) for p in pixels])
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    centred = both.copy()
    for camera in np.unique(cameras):
        centred[cameras == camera] -= both[cameras == camera].mean(0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    from training.builtin.person import teacher_vectors

    return {
        "plain": reid_figures(plain, identities, cameras),
        "mirrored": reid_figures(both, identities, cameras),
        "less_camera_mean": reid_figures(centred, identities, cameras),
        "teacher": reid_figures(teacher_vectors(pixels, teachers), identities, cameras),
        "omz_0277": reid_figures(
            teacher_vectors(pixels, teachers, "person-reidentification-retail-0277"),
            identities,
            cameras,
        ),
    }
