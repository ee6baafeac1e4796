"""Fit a scene head: one linear layer over an image encoder's vectors, begun from the prompts.

Labels: the folders of ``scenes_train.zip``, and words in the captions of Flickr8k (at least
two of a picture's five must name the place). Labels that neither names stay near their
prompt. Multinomial regression with several right answers allowed, pulled towards the
prompts; Adam on everything at once, deterministic.

    python -m evaluation.scenes_fit --data ../shared/data --profile builtin

writes ``recognition/engine/heads/scenes_PROFILE.npz`` and its entry in the manifest there.
Pictures of the development splits (``training/builtin/data.py``) are never fitted on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.pictures import Pictures, make_parser, open_networks, report
from evaluation.scenes import accepted
from recognition.engine.manifest import HEADS_DIR
from recognition.engine.scenes import LABELS, PromptScenes, softmax
from recognition.engine.types import Floats, Networks

F64 = npt.NDArray[np.float64]

WORDS = {
    "beach": "beach|shore|seaside",
    "street": "street|sidewalk|crosswalk|road",
    "city": "city|downtown|skyscraper|buildings",
    "forest": "forest|woods|wooded|trees",
    "field": "field|meadow|pasture|grassy",
    "mountain": r"mountain\w*|cliff|rock face|peak|canyon",
    "lake": "lake|pond",
    "river": "river|stream|creek|rapids|waterfall",
    "sea": r"ocean|sea|waves?|surf\w*",
    "snow": r"snow\w*|ski\w*|sled\w*|ice",
    "desert": "desert|dunes?",
    "swimming pool": "pool",
    "playground": "playground|slide|swings?",
    "park": "park",
    "kitchen": "kitchen|stove|cooking",
    "living room": "couch|sofa|living room",
    "bedroom": "bed|bedroom|pillow",
    "bathroom": "bathroom|bathtub|toilet",
    "restaurant": "restaurant|cafe|diner|bar",
    "shop": "store|shop|market|supermarket|mall",
    "stage": "stage|concert|performing|band|microphone",
    "stadium": "stadium|arena|race|track",
    "sports field": "soccer|football|baseball|rugby|lacrosse",
    "gym": "basketball|gym|gymnasium|wrestling",
    "garden": "garden|flowers",
    "staircase": "stairs|staircase|steps|stairway",
    "train station": "train|subway|platform",
    "library": "library|books|bookshelf",
    "office": "office|desk|computer|laptop",
    "classroom": "classroom|students|class|lecture",
    "workshop": "workshop|factory|construction|tools|welding",
    "corridor": "hallway|corridor",
    "parking lot": "parking",
    "suburb": "backyard|driveway|lawn|yard",
    "highway": "highway",
    "airport": "airport|airplane|plane",
    "lobby": "lobby",
}
DEV_FLICKR = 1000
SHARPNESS = 18.0
PULL = 3e-5
"""Towards the prompts: 1e-5 fits the folders best, 1e-4 keeps unseen labels best (dev)."""
STEPS, RATE = 300, 0.3


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--data")
    parser.add_argument("--vectors", type=Path, help="npz of names and vectors, if already made")
    parser.add_argument("--into", type=Path, default=HEADS_DIR)
    options = parser.parse_args()
    report(fit(options), options.json)


def fit(options: argparse.Namespace) -> dict[str, Any]:
    """Encode, fit, measure on the pictures kept apart, write."""
    networks = open_networks(options)
    truth = read_truth(options.data)
    names = sorted(truth)
    vectors = _vectors(networks, options, names)
    table = np.zeros((len(names), len(LABELS)))
    order = {label: i for i, label in enumerate(LABELS)}
    for row, name in enumerate(names):
        table[row, [order[label] for label in truth[name]]] = 1
    apart = _kept_apart(names, options.data)
    learn = ~apart
    prompts = PromptScenes(networks.texts, networks.images.info).prompt_vectors()
    weights, bias = _descend(vectors[learn], table[learn], prompts * SHARPNESS)
    if not options.json:
        print(f"{int(learn.sum())} pictures fitted, {int(apart.sum())} kept apart")
    groups = np.array([name.split("/")[0] + "/" + name.split("/")[1][:7] for name in names])
    figures: dict[str, Any] = {}
    for kind, prefix in (("intel", "scenes/intel"), ("scene15", "scenes/scene15"), ("flickr", "f")):
        part = apart & np.char.startswith(groups.astype(str), prefix)
        figures[kind] = {
            "pictures": int(part.sum()),
            "prompts": _accuracy(vectors[part] @ prompts.T, table[part]),
            "head": _accuracy(vectors[part] @ weights.T + bias, table[part]),
        }
    _write(options.into, networks, weights, bias)
    return figures


def read_truth(data: Path) -> dict[str, set[str]]:
    """Right labels of every picture that has any: ``scenes/…`` and ``flickr/…``."""
    truth: dict[str, set[str]] = {}
    with Pictures(data / "scenes_train.zip") as pictures:
        for name in pictures.names:
            truth[f"scenes/{name}"] = set(accepted(name.split("/")[1])) & set(LABELS)
    captions: dict[str, list[str]] = defaultdict(list)
    path = data / "flickr8k_train_captions.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            captions[row["image"]].append(row["caption"].lower())
    patterns = {label: re.compile(rf"\b({words})\b") for label, words in WORDS.items()}
    for image, texts in captions.items():
        said = Counter(
            label for label, words in patterns.items() for text in texts if words.search(text)
        )
        found = {label for label, count in said.items() if count >= 2}
        if found:
            truth[f"flickr/{image}"] = found
    return truth


def _kept_apart(names: list[str], data: Path) -> npt.NDArray[np.bool_]:
    def number(name: str) -> str:
        return hashlib.sha256(name.encode()).hexdigest()

    with Pictures(data / "flickr8k_train.zip") as pictures:
        flickr = sorted((f"flickr/{name}" for name in pictures.names), key=number)
    dev = set(flickr[:DEV_FLICKR])
    return np.array(
        [
            name in dev or (name.startswith("scenes/") and int(number(name), 16) % 5 == 0)
            for name in names
        ]
    )


def _vectors(networks: Networks, options: argparse.Namespace, names: list[str]) -> Floats:
    if options.vectors:
        with np.load(options.vectors) as stored:
            rows = {str(name): i for i, name in enumerate(stored["names"])}
            found: Floats = stored["vectors"][[rows[name] for name in names]]
            return found
    archives = {"scenes": "scenes_train.zip", "flickr": "flickr8k_train.zip"}
    parts = []
    for kind in ("flickr", "scenes"):  # the order of ``names``
        inside = [name.split("/", 1)[1] for name in names if name.startswith(kind)]
        with Pictures(options.data / archives[kind]) as pictures:
            parts += [networks.images.encode_images(b) for b in pictures.batches(inside)]
    return np.concatenate(parts)


def _descend(vectors: Floats, table: F64, start: Floats) -> tuple[F64, F64]:
    """Weights (labels, d) and bias (labels,) by Adam."""
    rows = vectors.astype(np.float64)
    weights = np.hstack([start.astype(np.float64), np.zeros((len(start), 1))])
    origin, inputs = weights.copy(), np.hstack([rows, np.ones((len(rows), 1))])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        guess = softmax((inputs @ weights.T).astype(np.float32)).astype(np.float64)
        right = guess * table
        right /= right.sum(axis=1, keepdims=True) + 1e-12
        slope = (guess - right).T @ inputs / len(rows) + PULL * (weights - origin)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        rate = RATE * (1 - step / STEPS)
        change = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights = weights - rate * change
    return weights[:, :-1], weights[:, -1]


def _accuracy(logits: F64 | Floats, table: F64) -> float:
    return round(float(table[np.arange(len(table)), logits.argmax(axis=1)].mean()), 4)


def _write(folder: Path, networks: Networks, weights: F64, bias: F64) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"scenes_{networks.profile}.npz"
    arrays = {"weights": weights.astype(np.float16), "bias": bias.astype(np.float16)}
    np.savez(file, **arrays)  # type: ignore[arg-type]
    manifest = folder / "manifest.json"
    data: dict[str, Any] = {"version": 1, "weights": []}
    if manifest.exists():
        data = json.loads(manifest.read_text())
    entry = {
        "name": f"everyid-scenes-{networks.profile}-1",
        "role": f"scene-{networks.profile}",
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "bytes": file.stat().st_size,
        "licence": "Apache-2.0; trained on research-only pictures, see the card",
        "dimension": int(weights.shape[1]),
        "space": networks.images.info.detail["weights"],
        "labels": list(LABELS),
        "files": {},
        "card": "scenes.md",
    }
    others = [w for w in data["weights"] if w["name"] != entry["name"]]
    data["weights"] = sorted([*others, entry], key=lambda w: str(w["name"]))
    manifest.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    main()
