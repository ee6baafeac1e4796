"""Vectors as rows: written by the embeddings stage and by a reindex alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Q
from pgvector import HalfVector

from ingest.models import Asset
from recognition.engine.types import Floats
from recognition.models import (
    Crop,
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
    Reindex,
    TrackEmbedding,
)
from recognition.seeing.main_look import main_look

_BATCH = 500


@dataclass(frozen=True, slots=True)
class TrackVector:
    """A person's track in the person space; ``quality`` that of its best crop; ``from_pts`` and
    ``to_pts``: see ``main_look``."""

    track_id: int
    vector: Floats
    quality: float
    from_pts: int | None = None
    to_pts: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Keyframes, crops and tracks of an asset that have vectors of the encoders at work."""

    keyframes: frozenset[int] = field(default=frozenset())
    crops: frozenset[int] = field(default=frozenset())
    tracks: frozenset[int] = field(default=frozenset())
    encoders: tuple[Encoder, ...] = ()

    def without_people(self, person: Encoder) -> Known:
        """The same for a library that recognises nobody any more."""
        kept = tuple(encoder for encoder in self.encoders if encoder != person)
        return Known(self.keyframes, self.crops, frozenset(), kept)


def reindexed(asset: Asset, joint: Encoder, person: Encoder) -> Known:
    """What a reindex has embedded for an asset that still carries vectors of the encoder before.

    Nothing where there are vectors of one encoder alone: then the stage itself is done anew.
    """
    keyframes = KeyframeEmbedding.objects.filter(keyframe__asset=asset)
    crops = CropEmbedding.objects.filter(crop__track__asset=asset)
    tracks = TrackEmbedding.objects.filter(track__asset=asset)
    under_way = Reindex.objects.filter(state=Reindex.State.RUNNING).values("encoder")
    kept: list[Encoder] = []
    if keyframes.exclude(Q(encoder=joint) | Q(encoder__in=under_way)).exists():
        kept.append(joint)
    if tracks.exclude(Q(encoder=person) | Q(encoder__in=under_way)).exists():
        kept.append(person)
    return Known(
        frozenset(keyframes.filter(encoder__in=kept).values_list("keyframe_id", flat=True)),
        frozenset(crops.filter(encoder__in=kept).values_list("crop_id", flat=True)),
        frozenset(tracks.filter(encoder__in=kept).values_list("track_id", flat=True)),
        tuple(kept),
    )


def delete_vectors(asset: Asset, *, but: Known) -> None:
    """Delete an asset's vectors of all encoders but those whose vectors are known and kept."""
    KeyframeEmbedding.objects.filter(keyframe__asset=asset).exclude(
        encoder__in=but.encoders
    ).delete()
    CropEmbedding.objects.filter(crop__track__asset=asset).exclude(
        encoder__in=but.encoders
    ).delete()
    TrackEmbedding.objects.filter(track__asset=asset).exclude(encoder__in=but.encoders).delete()


def track_vectors(crops: Sequence[Crop], rows: Sequence[Floats]) -> list[TrackVector]:
    """One vector per track: that of the look which most of its crops have, by their quality.

    With it goes from when to when the track shows that look (``seeing.main_look``).
    """
    grouped: dict[int, list[tuple[Floats, Crop]]] = {}
    for crop, row in zip(crops, rows, strict=True):
        grouped.setdefault(crop.track_id, []).append((row, crop))
    return [_track_vector(track_id, members) for track_id, members in grouped.items()]


def write_vectors(
    model: type[KeyframeEmbedding] | type[CropEmbedding],
    encoder: Encoder,
    keys: Sequence[int],
    vectors: Sequence[Floats],
) -> None:
    """Vectors of keyframes or crops; one that is there already stays."""
    owner = "keyframe_id" if model is KeyframeEmbedding else "crop_id"
    rows: list[Any] = [
        model(encoder=encoder, vector=HalfVector(vector), **{owner: key})
        for key, vector in zip(keys, vectors, strict=True)
    ]
    model._default_manager.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def write_track_vectors(encoder: Encoder, vectors: Sequence[TrackVector]) -> None:
    """Vectors of tracks; one that is there already stays."""
    rows = [
        TrackEmbedding(
            track_id=item.track_id,
            encoder=encoder,
            vector=HalfVector(item.vector),
            quality=item.quality,
            from_pts=item.from_pts,
            to_pts=item.to_pts,
        )
        for item in vectors
    ]
    TrackEmbedding.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _track_vector(track_id: int, members: Sequence[tuple[Floats, Crop]]) -> TrackVector:
    quality = np.array([crop.quality for _, crop in members], dtype=np.float32)
    pts = np.array([crop.pts for _, crop in members], dtype=np.int64)
    look = main_look(np.stack([row for row, _ in members]), quality, pts)
    return TrackVector(track_id, look.vector, float(quality.max()), look.from_pts, look.to_pts)
