"""Embeddings: keyframes and crops in the joint space, people's tracks in the person space.

Vectors carry their encoder and are never compared with another's. An asset's vectors of an
earlier encoder are replaced; the encoder's indexes stand before its first vector is written. What
a reindex has embedded already is not embedded again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ingest.models import Keyframe
from ingest.pipeline_types import Stage, StageContext
from recognition.engine.types import Floats, Image, Networks
from recognition.engine.views import in_views
from recognition.models import (
    Crop,
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
)
from recognition.networks import fingerprints, networks, queue_for
from recognition.services.catalogue import hold_encoders, register_encoder
from recognition.services.permission import library_recognises
from recognition.services.pictures import read_in_batches
from recognition.services.vectors import (
    TrackVector,
    delete_vectors,
    reindexed,
    track_vectors,
    write_track_vectors,
    write_vectors,
)

PERSON = "person"


def configuration() -> dict[str, Any]:
    """What the vectors depend on: the two encoders."""
    return {"networks": fingerprints("image", "person")}


def run(context: StageContext) -> None:
    """Encode the asset's keyframes and crops and write the vectors."""
    at_work = networks()
    joint = register_encoder(info=at_work.images.info, space=Encoder.Space.JOINT)
    person = register_encoder(info=at_work.people.info, space=Encoder.Space.PERSON)
    known = reindexed(context.asset, joint, person)
    keyframes = list(Keyframe.objects.filter(asset=context.asset).exclude(pk__in=known.keyframes))
    crops = list(Crop.objects.filter(track__asset=context.asset).select_related("track"))
    around = [crop for crop in crops if crop.context_key and crop.pk not in known.crops]
    is_on = library_recognises(context.asset)
    people = [
        c for c in crops if is_on and c.track.label == PERSON and c.track_id not in known.tracks
    ]
    tell = _counter(context, len(keyframes) + len(around) + len(people))
    in_whole = in_views(at_work.images.info.name, at_work.images.encode_images)
    of_keyframes = _encode(in_whole, [k.image_key for k in keyframes], tell)
    of_crops = _encode(at_work.images.encode_images, [c.context_key for c in around], tell)
    of_tracks = _encode_tracks(at_work, people, tell)
    with context.commit() as summary:
        hold_encoders(joint, person)
        if not library_recognises(context.asset, is_held=True):
            of_tracks, known = [], known.without_people(person)
        delete_vectors(context.asset, but=known)
        write_vectors(KeyframeEmbedding, joint, [k.pk for k in keyframes], of_keyframes)
        write_vectors(CropEmbedding, joint, [c.pk for c in around], of_crops)
        write_track_vectors(person, of_tracks)
        summary["keyframes"] = len(keyframes) + len(known.keyframes)
        summary["crops"] = len(around) + len(known.crops)
        summary["tracks"] = len(of_tracks) + len(known.tracks)


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
    """One vector per person's track: the look that most of its crops have."""
    rows = _encode(at_work.people.encode_people, [crop.image_key for crop in crops], tell)
    return track_vectors(crops, rows)


STAGE = Stage(
    name="recognition.stages.embeddings",
    version=4,
    queue=partial(queue_for, "image", "person"),
    configuration=configuration,
    run=run,
    tells_people_apart=True,
)
