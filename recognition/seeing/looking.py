"""Looking for what words name, with an open-set detector: the words, and what is seen. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from recognition.engine.errors import BadValue
from recognition.engine.movement import Movement
from recognition.engine.types import Detections, Tracklet
from recognition.seeing.watching import Seen

MOST_WORDS = 12
"""By eye: each dozen costs one more run of the network per keyframe."""
LONGEST_WORD = 40
"""What a track's label holds."""


def words_of(text: str) -> tuple[str, ...]:
    """The things that a line of text names, between commas or line breaks, in lower case, once.

    Raises ``BadValue`` with a sentence for people.
    """
    parts = (" ".join(part.lower().split()) for part in re.split(r"[,;\n]", text))
    words = tuple(dict.fromkeys(part for part in parts if part))
    if len(words) > MOST_WORDS:
        raise BadValue(f"At most {MOST_WORDS} things can be looked for, these are {len(words)}.")
    for word in words:
        if len(word) > LONGEST_WORD:
            raise BadValue(f"“{word[:20]}…” is too long: at most {LONGEST_WORD} characters.")
        if not any(sign.isalpha() for sign in word) or not word.isprintable():
            raise BadValue(f"“{word}” is nothing that can be looked for.")
    return words


def sightings(found: Iterable[tuple[int, int, Detections]]) -> list[Seen]:
    """What was seen in keyframes as tracks: ``found`` are (shot, pts, detections) in order of pts.

    One track per shot and word, with the surest box of each keyframe: whether two of a kind in
    two keyframes are one thing cannot be told from pictures seconds apart.
    """
    boxes: dict[tuple[int, str], list[tuple[int, int, Detections]]] = {}
    for shot, pts, detections in found:
        for word in dict.fromkeys(detections.labels):
            own = [i for i, label in enumerate(detections.labels) if label == word]
            best = max(own, key=lambda i: float(detections.confidence[i]))
            boxes.setdefault((shot, word), []).append((pts, best, detections))
    return [_seen(shot, word, rows) for (shot, word), rows in boxes.items()]


def _seen(shot: int, word: str, rows: Sequence[tuple[int, int, Detections]]) -> Seen:
    track = Tracklet(
        word,
        np.array([pts for pts, _, _ in rows], dtype=np.int64),
        np.stack([seen.xyxy_norm[i] for _, i, seen in rows]).astype(np.float32),
        np.array([seen.confidence[i] for _, i, seen in rows], dtype=np.float32),
    )
    still = np.zeros((len(rows), 2), dtype=np.float32)
    return Seen(shot, track, Movement("stationary", "none", 0.0, 0.0, still), ())
