"""Reads of people, tracks and crops. Query counts are pinned by tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from ingest.models import Asset, Camera, Library, Membership, Role
from ingest.selectors import User, assets_for, libraries_for
from recognition.engine.errors import WeightsError
from recognition.engine.types import Floats, Ints
from recognition.models import Crop, Encoder, Identity, IdentityEdit, Reindex, Track
from recognition.networks import settings_infos

CROPS_PER_PERSON = 4
APPEARANCES_PER_PAGE = 120
"""Crops on a person's page before the next are fetched. By eye."""
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
    found = Identity.objects.filter(library__in=mine, merged_into=None).select_related("library")
    return found.filter(library=library) if library is not None else found


def crops_for(user: User) -> QuerySet[Crop]:
    """The crops of assets that the user may see."""
    return Crop.objects.filter(track__asset__in=assets_for(user))


def people_tracks_for(user: User) -> QuerySet[Track]:
    """The tracks of people in assets that the user may see, with asset and identity."""
    found = Track.objects.filter(label="person", asset__in=assets_for(user))
    return found.select_related("asset", "asset__camera", "asset__library", "identity__library")


def editable_libraries(user: User) -> set[int]:
    """The libraries in which the user may correct. One query."""
    mine = Membership.objects.filter(user=user.pk, role__in=(Role.OWNER, Role.EDITOR))
    return set(mine.values_list("library", flat=True))


def survivor_of(user: User, pk: int) -> int | None:
    """Whom someone that was merged away (and was the user's to see) is part of now."""
    mine = Identity.objects.filter(library__in=libraries_for(user))
    found = mine.filter(pk=pk).exclude(merged_into=None).first()
    while found is not None and found.merged_into is not None:
        found = found.merged_into
    return None if found is None else found.pk


def find_person(library: Library, words: str) -> Identity | None:
    """The person of a library with this name, or number ("12", "Person 12") if nameless."""
    people = Identity.objects.filter(library=library, merged_into=None)
    named = people.filter(name__iexact=words.strip()).first()
    number = words.casefold().replace("person", "").strip()
    if named is None and number.isascii() and number.isdigit() and len(number) < 10:
        return people.filter(number=int(number)).first()
    return named


def sizes_of(people: Sequence[Identity]) -> dict[int, int]:
    """In how many tracks each appears. One query."""
    rows = Track.objects.filter(identity__in=[p.pk for p in people]).values_list("identity")
    return {pk: count for pk, count in rows.annotate(count=Count("pk")) if pk is not None}


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
    user: User,
    library: Library | None = None,
    *,
    is_hidden: bool = False,
    name: str = "",
    sort: str = "size",
) -> QuerySet[Identity]:
    """The people of the grid: hidden ones, or the others.

    ``sort``: "size" (most appearances first), "new" (latest found first) or "doubt" (whose
    tracks agree least first; confirmed people last). ``name``: part of a name, or a number.
    """
    found = counted_identities(user, library).filter(is_hidden=is_hidden)
    if name:
        number = name.casefold().removeprefix("person").strip()
        is_number = number.isascii() and number.isdigit() and len(number) < 10
        by_number = Q(name="", number=int(number)) if is_number else Q(pk__in=[])
        found = found.filter(Q(name__icontains=name) | by_number)
    if sort == "new":
        return found.order_by("-created_at", "-pk")
    if sort == "doubt":
        least = Min("tracks__identity_similarity")
        return found.annotate(least=least).order_by(
            "is_locked", F("least").asc(nulls_last=True), "library_id", "number"
        )
    return found


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


def appearance_of(track: Track) -> Appearance:
    """One track of a person (with its asset) as an appearance. One query."""
    return _appearance(track, best_crop_by_track([track]).get(track.pk))


def without_last(groups: Sequence[AssetAppearances]) -> list[AssetAppearances]:
    """The same without the last appearance, which only told that there are more."""
    *kept, last = groups
    rest = last.appearances[:-1]
    return [*kept, AssetAppearances(last.asset, rest)] if rest else kept


def appearances_of(
    identity: Identity, limit: int = APPEARANCES_PER_PAGE, offset: int = 0
) -> list[AssetAppearances]:
    """A person's appearances by asset (latest first) and time, each with its best crop."""
    tracks = list(
        Track.objects.filter(identity=identity)
        .select_related("asset", "asset__camera")
        .defer("pts_packed", "boxes_packed", "confidence_packed")
        .order_by("-asset__recorded_at", "-asset_id", "start_pts", "ordinal")[
            offset : offset + limit
        ]
    )
    crops = best_crop_by_track(tracks)
    grouped: dict[Asset, list[Appearance]] = {}
    for track in tracks:
        grouped.setdefault(track.asset, []).append(_appearance(track, crops.get(track.pk)))
    return [AssetAppearances(asset, tuple(items)) for asset, items in grouped.items()]


def best_crop_by_track(tracks: Sequence[Track]) -> dict[int, Crop]:
    """The best crop of each track. One query."""
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


def size_of(identity: Identity) -> tuple[int, int]:
    """In how many tracks and assets a person appears. One query."""
    found = Track.objects.filter(identity=identity).aggregate(
        tracks=Count("pk"), assets=Count("asset", distinct=True)
    )
    return found["tracks"], found["assets"]


def edits_of(identity: Identity, limit: int = 20) -> list[IdentityEdit]:
    """What people did to an identity, or to those it is made of, latest first."""
    return list(_edits().filter(subjects=identity)[:limit])


def edits_for(user: User, library: Library | None = None) -> QuerySet[IdentityEdit]:
    """The edits of the user's libraries, where those recognise people, latest first."""
    found = _edits().filter(library__in=libraries_for(user).filter(recognises_people=True))
    return found.filter(library=library) if library is not None else found


def _edits() -> QuerySet[IdentityEdit]:
    return IdentityEdit.objects.select_related("user", "undone_by", "identity", "library").order_by(
        "-pk"
    )


def boxes_of(track: Track) -> tuple[Ints, Floats, Floats]:
    """A track's packed arrays: pts int64 (k,), boxes float32 (k, 4) xyxy_norm, confidence (k,)."""
    pts = np.frombuffer(bytes(track.pts_packed), dtype="<i8").astype(np.int64)
    boxes = np.frombuffer(bytes(track.boxes_packed), dtype="<f4").astype(np.float32)
    confidence = np.frombuffer(bytes(track.confidence_packed), dtype="<f4").astype(np.float32)
    return pts, boxes.reshape(-1, 4), confidence


def current_encoder(space: str) -> Encoder | None:
    """The encoder at work in a space: the one that a reindex switched to, else the settings'.

    None while nothing was embedded with it. Raises WeightsError where settings ask for weights
    that are not here and nothing was chosen.
    """
    role = _ROLE_OF_SPACE[Encoder.Space(space)]
    problem: WeightsError | None = None
    prints: list[str] = []
    try:
        prints = [info.fingerprint for info in settings_infos() if info.role == role]
    except WeightsError as error:
        problem = error
    # Every search asks it, and Django would take longer to write it than Postgres to answer.
    names = [column.attname for column in Encoder._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM recognition_encoder WHERE space = %s"  # noqa: S608
            " AND (is_chosen OR fingerprint = ANY(%s)) ORDER BY is_chosen DESC LIMIT 1",
            (space, prints),
        )
        row = cursor.fetchone()
    if row is None and problem is not None:
        raise problem
    return Encoder.from_db("default", names, row) if row else None


def reindexes_under_way() -> list[Reindex]:
    """Switches of encoders that run, or that were killed and will be gone on with."""
    return list(Reindex.objects.filter(state=Reindex.State.RUNNING).select_related("encoder"))
