"""Pictures that stages wrote, read back as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from ingest.errors import StageFailed
from ingest.storage import derived_path
from recognition.engine.types import Image

BATCH = 16
"""Pictures in memory at once: what the encoders take in one run."""


def read_picture(key: str) -> Image:
    """The picture of a key as RGB uint8 (height, width, 3). Raises StageFailed if it has gone."""
    try:
        with PillowImage.open(derived_path(key)) as picture:
            return np.asarray(picture.convert("RGB"))
    except (FileNotFoundError, UnidentifiedImageError) as error:
        raise StageFailed(
            "A picture that an earlier stage made has gone from the disk: "
            "retry this asset from its first stage.",
            permanent=True,
        ) from error


def read_in_batches(keys: Sequence[str], size: int = BATCH) -> Iterator[list[Image]]:
    """The pictures of keys, in order, ``size`` at a time, so that memory stays small."""
    for start in range(0, len(keys), size):
        yield [read_picture(key) for key in keys[start : start + size]]
