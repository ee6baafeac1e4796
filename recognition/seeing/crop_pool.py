"""Keeps the few best crops of each track while footage runs by.

Crops are cut during the one decode, before it is known how a track goes on; so for each track
that is still followed a few candidates are held in memory, spread over time, and the worst one
makes room for a better one. When the track has ended, the best are written as pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from ingest.media.types import Picture
from recognition.engine.crops import (
    CropCandidate,
    choose_crops,
    geometry_scores,
    person_context_box,
    score_crop,
    shrink,
)
from recognition.engine.geometry import coverage_matrix, pixels_of
from recognition.engine.types import Detections, Floats, Image, Tracklet

PERSON = "person"
PERSON_CROPS = 4
"""Crops kept of a person: enough for front, side and back. By eye."""
PERSON_CONTEXTS = 2
"""Crops of a person that are kept with their surroundings too, for the image-text space."""
THING_CROPS = 1
"""Things are searched for in whole keyframes; one crop shows what the detector meant."""
POOL = 6
"""Candidates held per track: half again as many as are kept."""
MAX_HEIGHT_PX = 256
CONTEXT_HEIGHT_PX = 256
QUALITY_WEBP = 88
"""Of 100: no difference is seen at this size. By eye."""


@dataclass(frozen=True, slots=True)
class KeptCrop:
    """A crop that was written: its place, quality in 0–1, and the files."""

    pts: int
    xyxy_norm: Floats
    quality: float
    image: Path
    context: Path | None


@dataclass(slots=True)
class _Held:
    candidate: CropCandidate
    geometry: float
    image: Image
    context: Image | None


class CropPool:
    """Candidates of all tracks that are followed now, by the tracker's numbers."""

    def __init__(self, folder: Path, aspect: float) -> None:
        self._folder = folder
        self._aspect = aspect
        self._held: dict[int, list[_Held]] = {}
        self._written = 0

    def offer(self, frame: Picture, detections: Detections, tracks: dict[int, int]) -> None:
        """Consider each detection of a frame that joined a track (index → number)."""
        scores = frame_scores(detections, frame.size_px)
        for index, number in tracks.items():
            box = detections.xyxy_norm[index]
            candidate = CropCandidate(index, frame.pts, box, float(scores[index]))
            held = self._held.setdefault(number, [])
            room = POOL if detections.labels[index] == PERSON else THING_CROPS
            if _is_worth_a_look(candidate, held, room):
                is_person = detections.labels[index] == PERSON
                held.append(self._cut(frame, candidate, with_context=is_person))
                self._held[number] = _best(held, room)

    def keep(self, number: int, track: Tracklet) -> list[KeptCrop]:
        """Write the best crops of a track that has ended, and forget the rest."""
        is_person = track.label == PERSON
        held = _best(self._held.pop(number, []), PERSON_CROPS if is_person else THING_CROPS)
        held.sort(key=lambda h: -h.candidate.score)
        contexts = PERSON_CONTEXTS if is_person else 0
        return [self._write(h, with_context=i < contexts) for i, h in enumerate(held)]

    def drop(self, number: int) -> None:
        """Forget a track that is not worth keeping."""
        self._held.pop(number, None)

    def _cut(self, frame: Picture, candidate: CropCandidate, *, with_context: bool) -> _Held:
        around = candidate.xyxy_norm
        if with_context:
            around = person_context_box(around, self._aspect)
        x, y, right, bottom = pixels_of(around, frame.size_px)
        pixels = frame.part(x, y, right, bottom)
        box = pixels_of(candidate.xyxy_norm, frame.size_px)
        own = pixels[box[1] - y : box[3] - y, box[0] - x : box[2] - x]
        image = shrink(own, MAX_HEIGHT_PX)
        context = shrink(pixels, CONTEXT_HEIGHT_PX) if with_context else None
        return _Held(score_crop(candidate, image), candidate.score, image, context)

    def _write(self, held: _Held, *, with_context: bool) -> KeptCrop:
        name = f"{self._written:06d}"
        self._written += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        image = self._folder / f"{name}.webp"
        write_webp(held.image, image)
        context: Path | None = None
        if with_context and held.context is not None:
            context = self._folder / f"{name}-context.webp"
            write_webp(held.context, context)
        chosen = held.candidate
        quality = float(np.clip(chosen.score, 0.0, 1.0))
        return KeptCrop(chosen.pts, chosen.xyxy_norm, quality, image, context)


def frame_scores(detections: Detections, picture_px: tuple[int, int]) -> Floats:
    """Scores (n,) in 0–1 of the boxes of one frame: confidence × size × not cut × not covered.

    A box covers as far as it is sure: small networks see doubtful boxes all over a clear body.
    """
    count = len(detections)
    if count == 0:
        return np.zeros(0, dtype=np.float32)
    order = np.arange(count, dtype=np.int64)
    boxes = Tracklet(PERSON, order, detections.xyxy_norm, detections.confidence)
    alone = geometry_scores(boxes, (), picture_px)
    covered = coverage_matrix(detections.xyxy_norm, detections.xyxy_norm) * detections.confidence
    np.fill_diagonal(covered, 0.0)
    return np.asarray(alone * (1.0 - covered.max(axis=1)), dtype=np.float32)


def write_webp(image: Image, path: Path) -> None:
    """Write an RGB picture as WebP."""
    PillowImage.fromarray(image).save(path, "WEBP", quality=QUALITY_WEBP, method=2)


def _is_worth_a_look(candidate: CropCandidate, held: list[_Held], room: int) -> bool:
    """Whether pixels should be cut: there is room, the box is better than a held one, or it is
    far in time from them all."""
    if len(held) < room or candidate.score > min(h.geometry for h in held):
        return True
    first = min(h.candidate.pts for h in held)
    last = max(h.candidate.pts for h in held)
    return room > 1 and candidate.pts - last > (candidate.pts - first) / (2 * room)


def _best(held: list[_Held], at_most: int) -> list[_Held]:
    """The best few, spread over time, at most one per pts."""
    if len(held) <= at_most:
        return held
    by_index = [replace(h.candidate, index=i) for i, h in enumerate(held)]
    return [held[c.index] for c in choose_crops(by_index, at_most=at_most)]
