"""Pictures, captions and splits: the data folder, opened once and kept as one flat array on disk.

Layout of the data folder: `flickr8k_train.zip`, `flickr8k_train_captions.csv`,
`coco_unlabelled.zip`, `coco128.zip` (with `instances.json`), `coco_val_captions.txt.gz`,
`scenes_train.zip`, `pku_reid_24ids.zip`.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE_PX = 224
"""Pictures are kept as squares of this side: the size in which the data folder holds them."""

DEV_FLICKR_IMAGES = 1000
"""Flickr8k pictures kept apart for development figures: those whose name has the smallest SHA-256.
"""

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pictures:
    """All pictures as squares: `pixels` is uint8 [N, 224, 224, 3] RGB, mapped from disk."""

    pixels: U8
    names: list[str]

    def rows(self, prefix: str) -> NDArray[np.int64]:
        """Row numbers of the pictures whose name begins with `prefix` (`flickr/`, `coco/`,
        `scenes/`).
        """
        return np.array(
            [i for i, name in enumerate(self.names) if name.startswith(prefix)], dtype=np.int64
        )


def _members(archive: zipfile.ZipFile) -> list[str]:
    return sorted(n for n in archive.namelist() if n.endswith((".webp", ".png", ".jpg")))


def _coco128_names(data: Path) -> set[str]:
    with zipfile.ZipFile(data / "coco128.zip") as archive:
        return {Path(n).stem for n in _members(archive)}


def list_pictures(data: Path) -> list[tuple[str, str, str]]:
    """(name, archive, member) of every picture to train on; pictures that are also in coco128 are
    left out.
    """
    kept_apart = _coco128_names(data)
    found: list[tuple[str, str, str]] = []
    for prefix, archive_name in (
        ("flickr", "flickr8k_train"),
        ("coco", "coco_unlabelled"),
        ("scenes", "scenes_train"),
    ):
        with zipfile.ZipFile(data / f"{archive_name}.zip") as archive:
            for member in _members(archive):
                if prefix == "coco" and Path(member).stem.rsplit("_", 1)[-1] in kept_apart:
                    continue
                found.append((f"{prefix}/{member}", f"{archive_name}.zip", member))
    return found


def squash(picture: Image.Image, side_px: int = SIDE_PX) -> U8:
    """Resize to a square, bilinear with antialias → uint8 [side, side, 3] RGB."""
    rgb = picture.convert("RGB")
    if rgb.size != (side_px, side_px):
        rgb = rgb.resize((side_px, side_px), Image.Resampling.BILINEAR)
    return np.asarray(rgb)


def open_pictures(data: Path, work: Path) -> Pictures:
    """Open the flat array of pictures, decoding the archives the first time (2 GB)."""
    names_file, pixels_file = work / "pictures.json", work / "pictures.npy"
    if not names_file.exists():
        work.mkdir(parents=True, exist_ok=True)
        listed = list_pictures(data)
        out = np.lib.format.open_memmap(
            pixels_file, mode="w+", dtype=np.uint8, shape=(len(listed), SIDE_PX, SIDE_PX, 3)
        )
        archives = {a: zipfile.ZipFile(data / a) for a in {entry[1] for entry in listed}}
        for row, (_, archive, member) in enumerate(listed):
            out[row] = squash(Image.open(io.BytesIO(archives[archive].read(member))))
        out.flush()
        names_file.write_text(json.dumps([entry[0] for entry in listed]))
    return Pictures(np.load(pixels_file, mmap_mode="r"), json.loads(names_file.read_text()))


def read_captions(data: Path) -> dict[str, list[str]]:
    """Flickr8k captions by picture name as in `Pictures.names`."""
    captions: dict[str, list[str]] = {}
    with (data / "flickr8k_train_captions.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            captions.setdefault(f"flickr/{row['image']}", []).append(row["caption"])
    return captions


def read_coco_captions(data: Path) -> list[str]:
    """COCO captions, text only, for the text tower."""
    with gzip.open(data / "coco_val_captions.txt.gz", "rt", encoding="utf-8") as stream:
        return [line.strip() for line in stream if line.strip()]


def name_hash(name: str) -> str:
    """The split's rule: a picture's place depends on its name alone, so it holds on any machine."""
    return hashlib.sha256(name.encode()).hexdigest()


def dev_flickr(names: list[str], count: int = DEV_FLICKR_IMAGES) -> list[str]:
    """The Flickr8k pictures kept apart from all training of the pair, the detector and the person
    network.
    """
    flickr = [n for n in names if n.startswith("flickr/")]
    return sorted(flickr, key=name_hash)[:count]


def dev_scenes(names: list[str]) -> list[str]:
    """A fifth of the scene pictures, kept apart to measure scene heads and prompts."""
    return [n for n in names if n.startswith("scenes/") and int(name_hash(n), 16) % 5 == 0]


def dev_coco(names: list[str], count: int = 250) -> list[str]:
    """COCO pictures kept apart from training, for the detector's figures."""
    return sorted((n for n in names if n.startswith("coco/")), key=name_hash)[:count]


def training_mask(names: list[str]) -> NDArray[np.bool_]:
    """True for the pictures that any network may be trained on."""
    apart = set(dev_flickr(names)) | set(dev_scenes(names)) | set(dev_coco(names))
    return np.array([n not in apart for n in names])


def read_pku(data: Path) -> tuple[list[U8], NDArray[np.int64], NDArray[np.int64]]:
    """PKU-Reid crops (RGB, any size), identity and camera of each. Evaluated on only, never trained
    on.
    """
    crops, identities, cameras = [], [], []
    with zipfile.ZipFile(data / "pku_reid_24ids.zip") as archive:
        for member in _members(archive):
            identity, file = member.split("/")
            crops.append(np.asarray(Image.open(io.BytesIO(archive.read(member))).convert("RGB")))
            identities.append(int(identity))
            cameras.append(int(file.split("_")[0]))
    return crops, np.array(identities), np.array(cameras)


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One coco128 picture: RGB pixels, boxes float32 [M, 4] xyxy in pixels, class names, crowd
    flags.
    """

    pixels: U8
    boxes: F32
    labels: list[str]
    crowd: list[bool]


def read_coco128(data: Path) -> list[LabelledPicture]:
    """The 128 pictures with real boxes: for figures only, never trained on."""
    found = []
    with zipfile.ZipFile(data / "coco128.zip") as archive:
        instances = json.loads(archive.read("instances.json"))
        names = {c["id"]: c["name"] for c in instances["categories"]}
        for entry in instances["images"]:
            member = next(
                m for m in _members(archive) if Path(m).stem == Path(entry["file_name"]).stem
            )
            pixels = np.asarray(Image.open(io.BytesIO(archive.read(member))).convert("RGB"))
            marks = [a for a in instances["annotations"] if a["image_id"] == entry["id"]]
            scale = np.array(
                [pixels.shape[1] / entry["width"], pixels.shape[0] / entry["height"]] * 2
            )
            xywh = np.array([a["bbox"] for a in marks], dtype=np.float64).reshape(-1, 4)
            xyxy = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1) * scale
            labels = [names[a["category_id"]] for a in marks]
            crowd = [bool(a.get("iscrowd", 0)) for a in marks]
            found.append(LabelledPicture(pixels, xyxy.astype(np.float32), labels, crowd))
    return found
