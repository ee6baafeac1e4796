"""A record of what was seen of an asset: one file, which is either whole or not used.

A ZIP of ``seen.json`` and the crops' pictures, each with its checksum (CRC-32, checked by every
read). ``key`` says what it was made of and how; a record of another key is another's.
"""

from __future__ import annotations

import base64
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ingest.media.types import Shot
from recognition.engine.errors import EngineError
from recognition.engine.movement import read_movement
from recognition.engine.types import Tracklet
from recognition.seeing.crop_pool import KeptCrop
from recognition.seeing.watching import Seen

INDEX = "seen.json"
Key = Mapping[str, Any]
"""JSON-able: two records are of the same thing where their keys are equal."""

_PICTURE = re.compile(r"\d{6,}(-context)?\.webp")
_NOT_WHOLE = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError,
    ValueError, LookupError, TypeError, AttributeError, EngineError,
)  # fmt: skip
"""What reading a file raises that was cut off, altered, or never was a record."""


class NotWhole(Exception):
    """A record that cannot be gone by: damaged, or of something else."""


@dataclass(frozen=True, slots=True)
class Record:
    """``seen``: tracks whose ``shot`` counts ``shots`` from 0; ``frames`` looked at for them."""

    shots: tuple[Shot, ...]
    seen: tuple[Seen, ...]
    frames: int


def write_record(path: Path, key: Key, record: Record) -> None:
    """Write a record, pictures included, at once or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(part, "w") as file:  # pictures are compressed already
            for item in record.seen:
                for crop in item.crops:
                    for picture in filter(None, (crop.image, crop.context)):
                        file.write(picture, picture.name)
            file.writestr(INDEX, json.dumps(_as_json(key, record)), zipfile.ZIP_DEFLATED)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_record(
    path: Path, key: Key, folder: Path, *, time_base: Fraction, aspect: float
) -> Record:
    """The record at ``path``, its pictures unpacked into ``folder``, which is made.

    ``time_base`` and ``aspect`` as for ``Watcher``. Raises FileNotFoundError where there is none
    and NotWhole where it is not to be gone by; what was unpacked until then is left.
    """
    try:
        with zipfile.ZipFile(path) as file:
            found = json.loads(file.read(INDEX))
            if found["key"] != json.loads(json.dumps(key)):
                raise NotWhole(f"{path} was made of something else")
            folder.mkdir(parents=True, exist_ok=True)
            return Record(
                tuple(Shot(start, end) for start, end in found["shots"]),
                tuple(_seen(one, file, folder, time_base, aspect) for one in found["seen"]),
                int(found["frames"]),
            )
    except FileNotFoundError:
        raise
    except _NOT_WHOLE as error:
        raise NotWhole(f"{path} is not whole: {error!r}") from error


def _as_json(key: Key, record: Record) -> dict[str, Any]:
    return {
        "key": key,
        "shots": [[shot.start_pts, shot.end_pts] for shot in record.shots],
        "frames": record.frames,
        "seen": [
            {
                "shot": item.shot,
                "label": item.track.label,
                "pts": _packed(item.track.pts, "<i8"),
                "boxes": _packed(item.track.xyxy_norm, "<f4"),
                "confidence": _packed(item.track.confidence, "<f4"),
                "crops": _crops(item.crops),
            }
            for item in record.seen
        ],
    }


def _crops(crops: Sequence[KeptCrop]) -> list[dict[str, Any]]:
    return [
        {
            "pts": crop.pts,
            "box": _packed(crop.xyxy_norm, "<f4"),
            "quality": crop.quality,
            "image": crop.image.name,
            "context": crop.context.name if crop.context else None,
        }
        for crop in crops
    ]


def _seen(
    one: Mapping[str, Any], file: zipfile.ZipFile, folder: Path, time_base: Fraction, aspect: float
) -> Seen:
    track = Tracklet(
        str(one["label"]),
        _unpacked(one["pts"], "<i8").astype(np.int64),
        _unpacked(one["boxes"], "<f4").astype(np.float32).reshape(-1, 4),
        _unpacked(one["confidence"], "<f4").astype(np.float32),
    )
    crops = tuple(
        KeptCrop(
            int(crop["pts"]),
            _unpacked(crop["box"], "<f4").astype(np.float32).reshape(4),
            float(crop["quality"]),
            _unpack_picture(file, crop["image"], folder),
            _unpack_picture(file, crop["context"], folder) if crop["context"] else None,
        )
        for crop in one["crops"]
    )
    return Seen(int(one["shot"]), track, read_movement(track, float(time_base), aspect), crops)


def _unpack_picture(file: zipfile.ZipFile, name: str, folder: Path) -> Path:
    if not _PICTURE.fullmatch(name):
        raise ValueError(f"no picture of a record is called {name!r}")
    path = folder / name
    path.write_bytes(file.read(name))
    return path


def _packed(values: Any, dtype: str) -> str:
    return base64.b64encode(np.asarray(values).astype(dtype).tobytes()).decode("ascii")


def _unpacked(text: str, dtype: str) -> Any:
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=dtype)
