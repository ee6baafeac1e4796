"""A frame looked at more than once: whole, mirrored, and its middle; the mean says more than one.

Small networks read much off one crop that is an accident of it; the mean of a few views is steadier
(Krizhevsky et al. 2012; for retrieval Radford et al. 2021 find the same of ensembles of texts).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from recognition.engine.embedding import unit
from recognition.engine.types import Floats, Image

MIDDLE = 0.8
"""Side of the middle view, chosen on Flickr8k's 1,000 pictures kept apart with an earlier built-in
network: text to image R@1 .111 whole, .122 with the mirror image, .126 with the middle too; two
more views at the sides add nothing. Now R@1 and R@10, one view and three: built-in .137/.482 and
.150/.502, light .229/.664 and .237/.674 (``evaluation.retrieval --dev [--views]``)."""
MEASURED = frozenset({"everyid-image-1", "mobilenet-v1-features + everyid-light-projection-1"})
"""Networks by name, for which it was measured; larger ones cost more and are asked once."""

Encode = Callable[[Sequence[Image]], Floats]


def encode_views(encode: Encode, pictures: Sequence[Image]) -> Floats:
    """Unit rows (n, d): the mean over the views of each picture."""
    total = sum(encode([view(picture) for picture in pictures]) for view in _VIEWS)
    return unit(np.asarray(total, dtype=np.float32))


def in_views(name: str, encode: Encode) -> Encode:
    """How whole frames are encoded by the network of a name."""
    if name not in MEASURED:
        return encode
    return lambda pictures: encode_views(encode, pictures)


def _whole(picture: Image) -> Image:
    return picture


def _mirrored(picture: Image) -> Image:
    return np.ascontiguousarray(picture[:, ::-1])


def _middle(picture: Image) -> Image:
    height, width = picture.shape[:2]
    high, wide = max(1, round(height * MIDDLE)), max(1, round(width * MIDDLE))
    top, left = (height - high) // 2, (width - wide) // 2
    return np.ascontiguousarray(picture[top : top + high, left : left + wide])


_VIEWS = (_whole, _mirrored, _middle)
