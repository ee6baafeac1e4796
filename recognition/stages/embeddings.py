"""Embeddings: keyframes and crops in the joint space, people's tracks in the person space.

Vectors carry their encoder and are never compared with another's. An asset's vectors of an
earlier encoder are replaced; the encoder's indexes stand before its first vector is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pgvector import HalfVector

from ingest.models import Asset, Keyframe
from ingest.pipeline_types import Stage, StageContext
from recognition.engine.embedding import weighted_mean
from recognition.engine.types import Floats, Image, Networks
from recognition.models import (
    Crop,
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
    TrackEmbedding,
)
from recognition.networks import fingerprints, networks
from recognition.services.catalogue import register_encoder
from recognition.services.permission import library_recognises
from recognition.services.pictures import read_in_batches

_BATCH = 500
PERSON = "person"


@dataclass(frozen=True, slots=True)
class TrackVector:
    """A person's track in the person space; ``quality`` that of its best crop."""

    track_id: int
    vector: Floats
    quality: float


def configuration() -> dict[str, Any]:
    """What the vectors depend on: the two encoders."""
    return {"networks": fingerprints("image", "person")}


def run(context: StageContext) -> None:
    """Encode the asset's keyframes and crops and write the vectors."""
    at_work = networks()
    joint = register_encoder(info=at_work.images.info, space=Encoder.Space.JOINT)
    person = register_encoder(info=at_work.people.info, space=Encoder.Space.PERSON)
    keyframes = list(Keyframe.objects.filter(asset=context.asset))
    crops = list(Crop.objects.filter(track__asset=context.asset).select_related("track"))
    around = [crop for crop in crops if crop.context_key]
    is_on = library_recognises(context.asset)
    people = [crop for crop in crops if crop.track.label == PERSON] if is_on else []
    tell = _counter(context, len(keyframes) + len(around) + len(people))
    of_keyframes = _encode(at_work.images.encode_images, [k.image_key for k in keyframes], tell)
    of_crops = _encode(at_work.images.encode_images, [c.context_key for c in around], tell)
    of_tracks = _encode_tracks(at_work, people, tell)
    with context.commit() as summary:
        _delete_vectors(context.asset)
        if not library_recognises(context.asset, is_held=True):
            of_tracks = []
        _write(KeyframeEmbedding, joint, [k.pk for k in keyframes], of_keyframes)
        _write(CropEmbedding, joint, [c.pk for c in around], of_crops)
        _write_tracks(person, of_tracks)
        summary["keyframes"] = len(keyframes)
        summary["crops"] = len(around)
        summary["tracks"] = len(of_tracks)


def _counter(context: StageContext, total: int) -> Callable[[int], None]:
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        context.progress(done / max(1, total))

    return tell


def _encode(
    encode: Callable[[Sequence[Image]], Floats], keys: Sequence[str], tell: Callable[[int], None]
) -> list[Floats]:
    rows: list[Floats] = []
    for images in read_in_batches(keys):
        rows.extend(encode(images))
        tell(len(images))
    return rows


def _encode_tracks(
    at_work: Networks, crops: Sequence[Crop], tell: Callable[[int], None]
) -> list[TrackVector]:
    """One vector per person's track: the mean of its crops, weighted by quality, unit again."""
    rows = _encode(at_work.people.encode_people, [crop.image_key for crop in crops], tell)
    grouped: dict[int, list[tuple[Floats, float]]] = {}
    for crop, row in zip(crops, rows, strict=True):
        grouped.setdefault(crop.track_id, []).append((row, crop.quality))
    return [_mean_of(track_id, members) for track_id, members in grouped.items()]


def _mean_of(track_id: int, members: Sequence[tuple[Floats, float]]) -> TrackVector:
    quality = np.array([weight for _, weight in members], dtype=np.float32)
    vector = weighted_mean(np.stack([row for row, _ in members]), quality)
    return TrackVector(track_id, vector, float(quality.max()))


def _delete_vectors(asset: Asset) -> None:
    KeyframeEmbedding.objects.filter(keyframe__asset=asset).delete()
    CropEmbedding.objects.filter(crop__track__asset=asset).delete()
    TrackEmbedding.objects.filter(track__asset=asset).delete()


def _write(
    model: type[KeyframeEmbedding] | type[CropEmbedding],
    encoder: Encoder,
    keys: Sequence[int],
    vectors: Sequence[Floats],
) -> None:
    owner = "keyframe_id" if model is KeyframeEmbedding else "crop_id"
    rows: list[Any] = [
        model(encoder=encoder, vector=HalfVector(vector), **{owner: key})
        for key, vector in zip(keys, vectors, strict=True)
    ]
    model._default_manager.bulk_create(rows, batch_size=_BATCH)


def _write_tracks(encoder: Encoder, vectors: Sequence[TrackVector]) -> None:
    rows = [
        TrackEmbedding(
            track_id=item.track_id,
            encoder=encoder,
            vector=HalfVector(item.vector),
            quality=item.quality,
        )
        for item in vectors
    ]
    TrackEmbedding.objects.bulk_create(rows, batch_size=_BATCH)


STAGE = Stage(
    name="recognition.stages.embeddings",
    version=1,
    queue="gpu",
    configuration=configuration,
    run=run,
    tells_people_apart=True,
)
