"""Footage for search tests: shots with small made vectors, readings and descriptions.

Vectors have one axis per word of ``AXES``; a text lies where its words lie, so that what ought to
be found is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from ingest.models import Asset, Keyframe, Library, Shot
from recognition.engine.embedding import unit
from recognition.engine.types import Floats
from recognition.models import (
    Attribute,
    CropEmbedding,
    Description,
    Encoder,
    Identity,
    KeyframeEmbedding,
    Track,
)
from search.retrieval.gathering import Space
from tests.factories import make_asset, make_crop, make_track

AXES = ("beach", "street", "kitchen", "red", "blue", "dog", "woman", "man")


def embed(texts: Sequence[str]) -> Floats:
    """Unit rows; a text without a known word lies between all axes."""
    rows = [[float(axis in text.lower()) for axis in AXES] for text in texts]
    return unit(np.array([row if any(row) else [1.0] * len(AXES) for row in rows], np.float32))


def make_encoder(fingerprint: str = "made-1", dimension: int = len(AXES)) -> Encoder:
    """The joint encoder of these vectors."""
    return Encoder.objects.create(
        name="made", space=Encoder.Space.JOINT, fingerprint=fingerprint, dimension=dimension
    )


def space(encoder: Encoder | None) -> Space:
    """What ``joint_space`` would answer."""
    return Space(encoder, embed if encoder else None, "ok" if encoder else "indexing")


def show(keyframe: Keyframe, encoder: Encoder, words: str) -> KeyframeEmbedding:
    """Let a keyframe look like some words."""
    vector = embed([words])[0]
    return KeyframeEmbedding.objects.create(keyframe=keyframe, encoder=encoder, vector=vector)


def describe(shot: Shot, sentence: str, **fields: Any) -> Description:
    """A description with its search vector."""
    return Description.objects.create(
        asset_id=shot.asset_id,
        shot=shot,
        sentence=sentence,
        search=SearchVector(Value(sentence), config="english"),
        source="made",
        **({"confidence": 0.8, "scene_confidence": 0.8} | fields),
    )


def see_person(
    shot: Shot,
    encoder: Encoder | None = None,
    words: str = "person",
    *,
    identity: Identity | None = None,
    readings: Sequence[tuple[str, str]] = (),
    **fields: Any,
) -> Track:
    """A person's track with a crop that looks like some words, and readings at .9."""
    track = make_track(shot, identity=identity, **fields)
    if encoder is not None:
        crop = make_crop(track)
        CropEmbedding.objects.create(crop=crop, encoder=encoder, vector=embed([words])[0])
    for name, value in readings:
        Attribute.objects.create(track=track, name=name, value=value, confidence=0.9)
    return track


def make_film(library: Library, encoder: Encoder, looks: str, **fields: Any) -> Asset:
    """An asset of one shot whose keyframe looks like some words."""
    asset = make_asset(library, shots=1, **fields)
    show(asset.keyframes.get(), encoder, looks)
    return asset
