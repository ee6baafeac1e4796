"""Finds again, in footage that is watched anew, where an erased person was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.models import Asset
from recognition.models import Suppression
from recognition.services.decisions import Path, overlap


def suppressed_paths(asset: Asset) -> list[Path]:
    """Where nobody is to be followed in an asset."""
    return [
        Path(
            "person",
            np.frombuffer(bytes(row.pts_packed), dtype="<i8").astype(np.int64),
            np.frombuffer(bytes(row.boxes_packed), dtype="<f4").astype(np.float32).reshape(-1, 4),
        )
        for row in Suppression.objects.filter(asset=asset)
    ]


def is_suppressed(path: Path, erased: Sequence[Path]) -> bool:
    """Whether something was seen where an erased person was, by the measure of ``decisions``."""
    return any(overlap(before, path) > 0 for before in erased)
