"""Words of a query as vectors, kept for those asked again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from recognition.engine.errors import EngineError
from recognition.engine.types import Floats, TextEncoder
from recognition.networks import text_encoder
from recognition.selectors import current_encoder
from search.retrieval.gathering import Space

KEPT = 2_000
"""Texts; a vector of 256 floats each, two megabytes in all."""


class TextVectors:
    """A least-recently-used cache of text vectors, one per text and weights."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Floats] = OrderedDict()

    def embed(self, encoder: TextEncoder, texts: Sequence[str]) -> Floats:
        """Unit rows (n, dimension) for the texts; only unknown ones are encoded."""
        prefix = encoder.info.fingerprint
        with self._lock:
            missing = [t for t in dict.fromkeys(texts) if (prefix, t) not in self._kept]
        if missing:
            rows = encoder.encode_texts(missing)
            with self._lock:
                self._kept.update({(prefix, t): row for t, row in zip(missing, rows, strict=True)})
        with self._lock:
            found = [self._kept[prefix, text] for text in texts]
            for text in texts:
                self._kept.move_to_end((prefix, text))
            while len(self._kept) > max(self._size, len(texts)):
                self._kept.popitem(last=False)
        return np.stack(found)


_vectors = TextVectors()


def joint_space() -> Space:
    """The joint space at work; without it search goes on by words and structure."""
    try:
        encoder = current_encoder("joint")
        # The tower of that very encoder: a reindex may switch between the two lines.
        texts = text_encoder(encoder.network if encoder and encoder.is_chosen else "")
    except EngineError:
        return Space(None, None, "unavailable")
    if encoder is None:
        return Space(None, None, "indexing")
    return Space(encoder, lambda wanted: _vectors.embed(texts, wanted))
