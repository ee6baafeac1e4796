"""Reads of people, tracks and crops. Query counts are pinned by tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from ingest.models import Asset, Camera, Library
from ingest.selectors import User, assets_for, libraries_for
from recognition.engine.types import Floats, Ints
from recognition.models import Crop, Encoder, Identity, IdentityEdit, Track
from recognition.networks import network_infos

CROPS_PER_PERSON = 4
_ROLE_OF_SPACE = {Encoder.Space.JOINT: "image", Encoder.Space.PERSON: "person"}


@dataclass(frozen=True, slots=True)
class Person:
    """An identity as the grid shows it, its cover first among the crops."""

    identity: Identity
    appearances: int
    assets: int
    crops: tuple[Crop, ...]


@dataclass(frozen=True, slots=True)
class Appearance:
    """One track of a person: seconds from the asset's first frame, and its best crop.

    ``left`` and ``width`` are thousandths of the asset's length, for its timeline bar.
    """

    track: Track
    start_s: Fraction
    end_s: Fraction
    left: int
    width: int
    crop: Crop | None


@dataclass(frozen=True, slots=True)
class AssetAppearances:
    """Where a person appears in one asset, in order of time."""

    asset: Asset
    appearances: tuple[Appearance, ...] = field(default=())

    @property
    def seconds(self) -> Fraction:
        """How long the person is seen, counting overlapping tracks once."""
        total, until = Fraction(0), Fraction(0)
        for item in self.appearances:
            total += max(Fraction(0), item.end_s - max(item.start_s, until))
            until = max(until, item.end_s)
        return total


def identities_for(user: User, library: Library | None = None) -> QuerySet[Identity]:
    """The identities of the user's libraries, where those recognise people."""
    mine = libraries_for(user).filter(recognises_people=True)
    found = Identity.objects.filter(library__in=mine).select_related("library")
    return found.filter(library=library) if library is not None else found


def crops_for(user: User) -> QuerySet[Crop]:
    """The crops of assets that the user may see."""
    return Crop.objects.filter(track__asset__in=assets_for(user))


def tracks_of(asset: Asset) -> QuerySet[Track]:
    """The tracks of an asset in order, with their identities and those's libraries."""
    found = Track.objects.filter(asset=asset).select_related("identity__library")
    return found.order_by("ordinal")


def shown_identity(track: Track) -> Identity | None:
    """Who a track shows, as far as pages may say: nobody hidden, nobody where it is off."""
    identity = track.identity
    if identity is None or identity.is_hidden or not identity.library.recognises_people:
        return None
    return identity


def counted_identities(user: User, library: Library | None = None) -> QuerySet[Identity]:
    """Identities with ``appearances`` and ``asset_count``, most appearances first.

    Someone who appears nowhere is left out, unless a human said something about them.
    """
    return (
        identities_for(user, library)
        .annotate(appearances=Count("tracks"), asset_count=Count("tracks__asset", distinct=True))
        .filter(Q(appearances__gt=0) | Q(is_locked=True))
        .order_by("-appearances", "library_id", "number")
    )


def people_in(
    user: User, library: Library | None = None, *, is_hidden: bool = False
) -> QuerySet[Identity]:
    """The people of the grid: hidden ones, or the others."""
    return counted_identities(user, library).filter(is_hidden=is_hidden)


def as_people(identities: Sequence[Identity]) -> list[Person]:
    """Rows of ``people_in`` with their crops: one query for all of them."""
    by_identity: dict[int, list[Crop]] = {}
    for crop in _best_crops(identities):
        by_identity.setdefault(crop.track.identity_id or 0, []).append(crop)
    return [_person(item, by_identity.get(item.pk, [])) for item in identities]


def _best_crops(identities: Sequence[Identity]) -> QuerySet[Crop]:
    """The best crop of the best tracks of each identity, and each chosen cover."""
    covers = [item.cover_id for item in identities if item.cover_id is not None]
    ranked = (
        Crop.objects.filter(track__identity__in=[item.pk for item in identities])
        .annotate(
            place=Window(RowNumber(), partition_by=F("track_id"), order_by=F("quality").desc())
        )
        .filter(place=1)
    )
    best = (
        Crop.objects.filter(pk__in=ranked.values("pk"))
        .annotate(
            place=Window(
                RowNumber(), partition_by=F("track__identity_id"), order_by=F("quality").desc()
            )
        )
        .filter(place__lte=CROPS_PER_PERSON)
    )
    return (
        Crop.objects.filter(Q(pk__in=best.values("pk")) | Q(pk__in=covers))
        .select_related("track")
        .order_by("-quality", "pk")
    )


def _person(identity: Identity, crops: list[Crop]) -> Person:
    crops = sorted(crops, key=lambda crop: crop.pk != identity.cover_id)
    return Person(
        identity,
        getattr(identity, "appearances", 0),
        getattr(identity, "asset_count", 0),
        tuple(crops[:CROPS_PER_PERSON]),
    )


def appearances_of(identity: Identity, limit: int = 500) -> list[AssetAppearances]:
    """A person's appearances by asset (latest first) and time, each with its best crop."""
    tracks = list(
        Track.objects.filter(identity=identity)
        .select_related("asset", "asset__camera")
        .defer("pts_packed", "boxes_packed", "confidence_packed")
        .order_by("-asset__recorded_at", "-asset_id", "start_pts", "ordinal")[:limit]
    )
    crops = _crop_by_track(tracks)
    grouped: dict[Asset, list[Appearance]] = {}
    for track in tracks:
        grouped.setdefault(track.asset, []).append(_appearance(track, crops.get(track.pk)))
    return [AssetAppearances(asset, tuple(items)) for asset, items in grouped.items()]


def _crop_by_track(tracks: Sequence[Track]) -> dict[int, Crop]:
    best = (
        Crop.objects.filter(track__in=[track.pk for track in tracks])
        .order_by("track_id", "-quality", "pk")
        .distinct("track_id")
    )
    return {crop.track_id: crop for crop in best}


def _appearance(track: Track, crop: Crop | None) -> Appearance:
    asset = track.asset
    start, end = asset.seconds_at(track.start_pts), asset.seconds_at(track.end_pts)
    length = asset.duration_s or max(end, Fraction(1))
    left = min(1000, max(0, round(start / length * 1000)))
    width = max(4, min(1000 - left, round((end - start) / length * 1000)))
    return Appearance(track, start, end, left, width, crop)


def cameras_of(identity: Identity) -> list[tuple[Camera, int]]:
    """The cameras that saw a person, with the number of appearances, most first."""
    counted = (
        Camera.objects.filter(assets__tracks__identity=identity)
        .annotate(appearances=Count("assets__tracks"))
        .order_by("-appearances", "name")
    )
    return [(camera, camera.appearances) for camera in counted]


def edits_of(identity: Identity, limit: int = 20) -> list[IdentityEdit]:
    """What people did to an identity, latest first."""
    return list(identity.edits.select_related("user")[:limit])


def boxes_of(track: Track) -> tuple[Ints, Floats, Floats]:
    """A track's packed arrays: pts int64 (k,), boxes float32 (k, 4) xyxy_norm, confidence (k,)."""
    pts = np.frombuffer(bytes(track.pts_packed), dtype="<i8").astype(np.int64)
    boxes = np.frombuffer(bytes(track.boxes_packed), dtype="<f4").astype(np.float32)
    confidence = np.frombuffer(bytes(track.confidence_packed), dtype="<f4").astype(np.float32)
    return pts, boxes.reshape(-1, 4), confidence


def current_encoder(space: str) -> Encoder | None:
    """The encoder at work in a space; None while nothing was embedded with it."""
    role = _ROLE_OF_SPACE[Encoder.Space(space)]
    for info in network_infos():
        if info.role == role:
            return Encoder.objects.filter(space=space, fingerprint=info.fingerprint).first()
    return None
