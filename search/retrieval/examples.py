"""From ``like=…`` of an address to the vector that it stands for, within a user's libraries.

``frame:ID`` is a keyframe, ``track:ID`` somebody (or something) in footage, ``picture:TOKEN`` a
picture that the user sent or cut from a frame within the last hour.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.signing import BadSignature, Signer
from django.utils import timezone
from pgvector import HalfVector

from ingest.models import Keyframe
from recognition.engine.types import Floats
from recognition.models import (
    Crop,
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
    Track,
    TrackEmbedding,
)
from recognition.selectors import current_encoder
from search.errors import ExampleGone
from search.models import Example
from search.retrieval.example_vectors import TRACKS, ExampleVector
from search.retrieval.scope import Scope
from search.retrieval.vector_tables import CROPS, KEYFRAMES

User = AbstractBaseUser | AnonymousUser
_SIGNER = Signer(salt="search.example")
GONE = "The picture that was searched by is gone: it is kept for an hour. Choose it again."
NOT_YOURS = "There is no such picture, or it is not yours to see."
UNSEEN = "This picture has not been looked at by the networks at work yet. Try again later."


def token_of(example: Example) -> str:
    """What stands in an address for a kept example."""
    return f"picture:{_SIGNER.sign(str(example.pk))}"


def example_of(like: Sequence[str], *, user: User | None, scope: Scope) -> ExampleVector | None:
    """The example of an address, None where there is none. Raises ExampleGone."""
    if not like:
        return None
    kind, _, key = like[0].partition(":")
    if kind == "picture":
        return _picture(key, user, scope)
    if kind not in ("frame", "track") or not (key.isascii() and key.isdigit() and len(key) < 19):
        raise ExampleGone(NOT_YOURS)
    return _frame(int(key), scope) if kind == "frame" else _track(int(key), scope)


def _picture(token: str, user: User | None, scope: Scope) -> ExampleVector:
    try:
        pk = int(_SIGNER.unsign(token))
    except (BadSignature, ValueError):
        raise ExampleGone(GONE) from None
    found = Example.objects.filter(pk=pk, expires_at__gt=timezone.now())
    if user is not None:
        found = found.filter(user=user.pk)
    kept = found.select_related("encoder", "keyframe__asset").first()
    if kept is None:
        raise ExampleGone(GONE)
    if kept.keyframe and kept.keyframe.asset.library_id not in scope.library_ids:
        raise ExampleGone(NOT_YOURS)
    if kept.encoder != current_encoder(kept.encoder.space):
        raise ExampleGone(GONE)
    tables: tuple[Any, ...] = (KEYFRAMES, CROPS) if kept.keyframe else (KEYFRAMES,)
    if kept.encoder.space == Encoder.Space.PERSON:
        tables = (TRACKS,)
    thumbnail = b64encode(bytes(kept.thumbnail)).decode()
    return ExampleVector(tables, kept.encoder, _array(kept.vector), str(kept), ("data", thumbnail))


def _frame(pk: int, scope: Scope) -> ExampleVector:
    mine = Keyframe.objects.filter(pk=pk, asset__library__in=scope.library_ids)
    keyframe = mine.select_related("asset").first()
    if keyframe is None:
        raise ExampleGone(NOT_YOURS)
    encoder = current_encoder(Encoder.Space.JOINT)
    row = KeyframeEmbedding.objects.filter(keyframe=keyframe, encoder=encoder).first()
    if row is None or encoder is None:
        raise ExampleGone(UNSEEN)
    label = f"a frame of {keyframe.asset.name}"
    picture = ("keyframe", str(pk))
    return ExampleVector((KEYFRAMES,), encoder, _array(row.vector), label, picture, own=pk)


def _track(pk: int, scope: Scope) -> ExampleVector:
    """Who it is by the person space where that is on, else what it looks like."""
    mine = Track.objects.filter(pk=pk, shot__asset__library__in=scope.library_ids)
    track = mine.select_related("asset__library").first()
    if track is None:
        raise ExampleGone(NOT_YOURS)
    crop = Crop.objects.filter(track=track).order_by("-quality", "pk").first()
    label = f"a {track.label} in {track.asset.name}"
    picture = ("crop", str(crop.pk)) if crop else ("", "")
    person = current_encoder(Encoder.Space.PERSON)
    looks = TrackEmbedding.objects.filter(track=track, encoder=person).first()
    if looks is not None and person is not None and track.asset.library.recognises_people:
        vector = _array(looks.vector)
        return ExampleVector((TRACKS,), person, vector, label, picture, own=pk, track_id=pk)
    joint = current_encoder(Encoder.Space.JOINT)
    kept = CropEmbedding.objects.filter(crop=crop, encoder=joint).first() if crop else None
    if kept is None or joint is None:
        raise ExampleGone(UNSEEN)
    return ExampleVector((CROPS,), joint, _array(kept.vector), label, picture, own=kept.crop_id)


def _array(vector: Any) -> Floats:
    values = vector.to_list() if isinstance(vector, HalfVector) else vector
    return np.asarray(values, dtype=np.float32)
