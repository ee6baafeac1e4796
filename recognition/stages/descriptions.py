"""Descriptions: attributes of people, colours of things, and of each shot its scene, a sentence and
its words.

Attributes are read off a track's crops, which vote together. A shot's sentence is composed from
what was measured (``engine.captions``), or told by a captioner of snapshots, where one is at work
(``engine.captioning``); its ``search`` vector weights what is there (A), what is
said of it (B) and other words for both (C).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from django.contrib.postgres.search import SearchVector
from django.db.models import Func, Value

from ingest.models import Asset, Keyframe, Shot
from ingest.pipeline_types import Stage, StageContext
from recognition.engine import accounts, snapshots
from recognition.engine.attributes import merge
from recognition.engine.clothing import read_clothing
from recognition.engine.thing_colours import SURFACES, read_thing
from recognition.engine.types import Floats, Image, Networks, Reading
from recognition.models import Attribute, Crop, Description, KeyframeEmbedding, Track
from recognition.networks import fingerprints, networks, queue_for
from recognition.seeing.describing import ShotDescription, TrackSeen, Words, describe_shot
from recognition.seeing.telling import add_told, tell
from recognition.selectors import boxes_of
from recognition.services.pictures import read_in_batches, read_picture
from recognition.services.snapshots import Telling, ask_captioner

SOURCE = "composed 2"
PERSON = "person"
_COLOURS = {"upper_colour", "lower_colour"}
_BATCH = 500
_HALF = 0.5  # progress: attributes are the first half
_BEFORE_CAPTIONS = 0.2  # and with a captioner both together are a fifth


def configuration() -> dict[str, Any]:
    """What descriptions depend on: the readers, and the composer."""
    at_work = fingerprints("attributes", "scene", "image", "captions")
    found: dict[str, Any] = {"networks": at_work, "source": SOURCE}
    if "captions" in at_work:
        found["snapshots"] = [snapshots.VERSION, asdict(snapshots.DEFAULT_POLICY)]
    return found


def run(context: StageContext) -> None:
    """Read attributes and scenes and write a description of every shot."""
    asset, at_work = context.asset, networks()
    tracks = list(Track.objects.filter(asset=asset).order_by("ordinal"))
    attributes = _read_tracks(context, at_work, tracks)
    shots = list(Shot.objects.filter(asset=asset).order_by("ordinal"))
    scenes = _read_scenes(context, at_work, shots)
    telling = _ask(context, at_work, shots, tracks)
    attributes = add_told(attributes, telling.people)
    seen = {
        shot.pk: [_seen(t, asset, attributes) for t in tracks if t.shot_id == shot.pk]
        for shot in shots
    }
    described = {
        shot.pk: tell(
            describe_shot(seen[shot.pk], scenes[shot.pk]), telling.accounts.get(shot.pk, [])
        )
        for shot in shots
    }
    with context.commit() as summary:
        Attribute.objects.filter(track__asset=asset).delete()
        Description.objects.filter(asset=asset).delete()
        rows = [
            Attribute(track_id=key, name=r.name, value=r.value, confidence=r.confidence)
            for key, readings in attributes.items()
            for r in readings
        ]
        Attribute.objects.bulk_create(rows, batch_size=_BATCH)
        Description.objects.bulk_create(
            [_description(asset, key, item, at_work, telling) for key, item in described.items()],
            batch_size=_BATCH,
        )
        summary["shots"] = len(described)
        summary["attributes"] = len(rows)
        summary.update(telling.counts)


def _ask(
    context: StageContext, at_work: Networks, shots: Sequence[Shot], tracks: Sequence[Track]
) -> Telling:
    """What the captioner tells, if there is one: it takes by far the longest."""
    if at_work.captioner is None or not shots:
        return Telling()

    def tell_progress(fraction: float) -> None:
        context.progress(_BEFORE_CAPTIONS + (1 - _BEFORE_CAPTIONS) * fraction)

    return ask_captioner(
        at_work.captioner, context.asset, shots, tracks, lambda: context.source_path, tell_progress
    )


def _measured(at_work: Networks) -> float:
    """Which part of the stage measuring is, for its progress."""
    return _BEFORE_CAPTIONS if at_work.captioner else 1.0


def _read_tracks(
    context: StageContext, at_work: Networks, tracks: Sequence[Track]
) -> dict[int, tuple[Reading, ...]]:
    """What is read off each person's and thing's track, from all its crops together."""
    read = [track for track in tracks if track.label == PERSON or track.label in SURFACES]
    keys: dict[int, list[str]] = {track.pk: [] for track in read}
    for crop in Crop.objects.filter(track__in=list(keys)):
        keys[crop.track_id].append(crop.image_key)
    found: dict[int, tuple[Reading, ...]] = {}
    for done, track in enumerate(read):
        crops = [read_picture(image) for image in keys[track.pk]]
        is_person = track.label == PERSON
        found[track.pk] = (
            _read_person(at_work, crops) if is_person else tuple(read_thing(track.label, crops))
        )
        context.progress(_measured(at_work) * _HALF * (done + 1) / len(read))
    return found


def _read_person(at_work: Networks, crops: Sequence[Image]) -> tuple[Reading, ...]:
    """Attributes of one person: colours vote over all crops, the rest is averaged."""
    if not crops:
        return ()
    others = [r for r in merge(at_work.attributes.read(crops)) if r.name not in _COLOURS]
    return (*read_clothing(crops), *others)


def _read_scenes(
    context: StageContext, at_work: Networks, shots: Sequence[Shot]
) -> dict[int, list[list[Reading]]]:
    """The scene readings of each shot's keyframes."""
    found: dict[int, list[list[Reading]]] = {shot.pk: [] for shot in shots}
    keyframes = list(Keyframe.objects.filter(asset=context.asset).order_by("pts"))
    vectors = _vectors(context.asset, at_work)
    done = 0
    for images in read_in_batches([keyframe.image_key for keyframe in keyframes]):
        batch = keyframes[done : done + len(images)]
        known = [vectors.get(keyframe.pk) for keyframe in batch]
        rows = _stack(known) if _is_complete(known) else at_work.images.encode_images(images)
        for keyframe, readings in zip(batch, at_work.scenes.read_scenes(images, rows), strict=True):
            found[keyframe.shot_id].append(readings)
        done += len(images)
        context.progress(_measured(at_work) * (_HALF + _HALF * done / len(keyframes)))
    return found


def _vectors(asset: Asset, at_work: Networks) -> dict[int, Floats]:
    """The keyframes' vectors of the encoder at work, as the embeddings stage left them."""
    rows = KeyframeEmbedding.objects.filter(
        keyframe__asset=asset, encoder__fingerprint=at_work.images.info.fingerprint
    )
    found = rows.values_list("keyframe_id", "vector")
    return {key: np.asarray(vector, dtype=np.float32) for key, vector in found}


def _is_complete(known: Sequence[Floats | None]) -> bool:
    return all(vector is not None for vector in known)


def _stack(known: Sequence[Floats | None]) -> Floats:
    return np.stack([vector for vector in known if vector is not None]).astype(np.float32)


def _seen(track: Track, asset: Asset, attributes: dict[int, tuple[Reading, ...]]) -> TrackSeen:
    _, boxes, _ = boxes_of(track)
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    pixels = (asset.height_px or 9) / (asset.width_px or 16)
    aspect = float(np.median(height * pixels / np.maximum(width, 1e-6)))
    weight = float((width * height).mean()) * (track.end_pts - track.start_pts)
    return TrackSeen(
        label=track.label,
        start_pts=track.start_pts,
        end_pts=track.end_pts,
        gait=track.movement,
        aspect=aspect,
        weight=weight,
        attributes=attributes.get(track.pk, ()),
    )


def _description(
    asset: Asset, shot_id: int, item: ShotDescription, at_work: Networks, telling: Telling
) -> Description:
    caption, scene = item.caption, item.scene
    told = telling.accounts.get(shot_id, [])
    captioner = at_work.captioner if told else None
    source = f"{captioner.info.name} {accounts.VERSION}" if captioner else SOURCE
    return Description(
        asset=asset,
        shot_id=shot_id,
        sentence=caption.sentence,
        words=[word[:40] for word in caption.words],
        scene=scene.value if scene else "",
        scene_confidence=scene.confidence if scene else 0.0,
        setting=item.setting,
        light=item.light,
        confidence=caption.confidence,
        people_count=item.people_count,
        accounts=[one.as_json() for one in told],
        source=source[:80],
        search=_search_vector(item.words),
    )


def _search_vector(words: Words) -> Any:
    """The weighted tsvector, in English and without accents."""
    parts = [(words.names, "A"), (words.details, "B"), (words.others, "C")]
    first, *rest = (
        SearchVector(Func(Value(text), function="unaccent"), config="english", weight=weight)
        for text, weight in parts
    )
    vector: Any = first
    for part in rest:
        vector = vector + part
    return vector


STAGE = Stage(
    name="recognition.stages.descriptions",
    version=3,
    queue=partial(queue_for, "attributes", "scene", "captions", "open_set"),
    configuration=configuration,
    run=run,
)
