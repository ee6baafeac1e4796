"""Image-text retrieval, as usual on Flickr8k (Hodosh et al. 2013).

text_to_image: each caption ranks all pictures; r_at_k: its own is among the first k.
image_to_text: each picture ranks all captions; r_at_k: one of its own is.
``--dev`` keeps only the 1,000 pictures of Flickr8k's training part that the built-in
networks never saw (smallest SHA-256 of "flickr/NAME": ``training/builtin/data.py``).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.pictures import Pictures, make_parser, open_networks, report
from recognition.engine.types import Floats, Ints
from recognition.engine.views import in_views

DEV_COUNT = 1000


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--images", role="image_text")
    parser.add_argument("--captions", type=Path, required=True, help="CSV: image,caption")
    parser.add_argument("--dev", action="store_true", help="only pictures kept from training")
    parser.add_argument(
        "--views", action="store_true", help="pictures as keyframes are: the mean of three views"
    )
    parser.add_argument("--limit", type=int, help="only the first so many pictures")
    options = parser.parse_args()
    report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Both directions."""
    networks = open_networks(options)
    captions = read_captions(options.captions)
    with Pictures(options.images) as pictures:
        inside = set(pictures.names)
        names = [name for name in dict.fromkeys(image for image, _ in captions) if name in inside]
        if options.dev:
            names = sorted(names, key=dev_key)[:DEV_COUNT]
        names = names[: options.limit]
        if not names:
            raise SystemExit("None of the pictures that the captions name is there.")
        whole = networks.images.encode_images
        encode = in_views(networks.images.info.name, whole) if options.views else whole
        images = np.concatenate([encode(batch) for batch in pictures.batches(names)])
    number = {name: i for i, name in enumerate(names)}
    kept = [(number[image], text) for image, text in captions if image in number]
    texts = networks.texts.encode_texts([text for _, text in kept])
    owners = np.array([owner for owner, _ in kept], dtype=np.int64)
    return {
        "encoder": networks.images.info.name,
        "fingerprint": networks.images.info.fingerprint,
        "images": len(names),
        "captions": len(kept),
        **measure(texts @ images.T, owners),
    }


def dev_key(name: str) -> str:
    """The order by which pictures were kept apart from training."""
    return hashlib.sha256(f"flickr/{name}".encode()).hexdigest()


def read_captions(path: Path) -> list[tuple[str, str]]:
    """(image, caption) of every row."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [(row["image"], row["caption"]) for row in csv.DictReader(stream)]


def measure(similarity: Floats, owners: Ints) -> dict[str, dict[str, float]]:
    """Figures from similarities (captions, images) and each caption's image."""
    own = similarity[np.arange(len(owners)), owners]
    forward = 1 + (similarity > own[:, None]).sum(axis=1)
    backward = []
    for image in range(similarity.shape[1]):
        mine = owners == image
        if mine.any():
            column = similarity[:, image]
            backward.append(1 + int((column[~mine] > column[mine].max()).sum()))
    return {
        "text_to_image": _figures(forward),
        "image_to_text": _figures(np.asarray(backward, dtype=np.int64)),
    }


def _figures(ranks: Ints) -> dict[str, float]:
    return {
        **{f"r_at_{k}": round(float((ranks <= k).mean()), 4) for k in (1, 5, 10)},
        "median_rank": float(np.median(ranks)),
    }


if __name__ == "__main__":
    main()
