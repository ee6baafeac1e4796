"""Who looks like whom: look-alikes of a person, possible duplicates, doubtful merges.

Ranked by the cosine of track vectors of the encoder at work. Exact over the library's rows: no
index leaves anyone out (decision 4). Nothing here decides; people do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Avg, Count, F, FloatField, Min, Q, QuerySet
from django.db.models.functions import Least
from pgvector import HalfVector
from pgvector.django import HalfVectorField, MaxInnerProduct

from ingest.models import Library
from recognition.engine.clustering import SAME_PERSON
from recognition.engine.embedding import find_modes, unit, weighted_mean
from recognition.engine.types import Floats
from recognition.models import Crop, Encoder, Identity, Track, TrackEmbedding
from recognition.networks import network_infos
from recognition.selectors import Person, as_people, best_crop_by_track, current_encoder
from recognition.services.distinctions import refusals_in

LOOK_ALIKES = 12
ALIKE_BELOW = 0.1
"""So far under the network's ``same_person`` is still asked about: people refuse with a key, and
what is never asked is never found. By eye, on the made films."""
DUPLICATES_BELOW = 0.05
"""The same for two whole identities, whose mean vectors are steadier than single tracks."""
MOST_COMPARED = 3000
"""Identities of which every pair is compared, the most seen first: 3,000² cosines of 256 numbers
take .3 s (measured here); beyond, the rarely seen wait until the others are settled."""
_VECTORS_PER_PERSON = 200
_FETCHED = 120
_SIDE_CROPS = 6


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A track that may show a person: its best crop and its cosine to their nearest look."""

    track: Track
    crop: Crop | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two identities that may be one person, the more seen first."""

    first: Person
    second: Person
    similarity: float

    @property
    def both(self) -> tuple[Person, Person]:
        """For showing them side by side."""
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class Doubt:
    """An identity whose tracks disagree: its two sides by looks, the larger first."""

    person: Person
    similarity: float
    kept: tuple[Track, ...]
    odd: tuple[Track, ...]
    kept_crops: tuple[Crop, ...]
    odd_crops: tuple[Crop, ...]


def same_person() -> float:
    """The cosine from which two groups are one person, for the network at work."""
    for info in network_infos():
        if info.role == "person":
            return float(info.detail.get("same_person", SAME_PERSON))
    return SAME_PERSON


def look_alikes(identity: Identity, limit: int = LOOK_ALIKES) -> list[LookAlike]:
    """Tracks that look most like a person, the most alike first; nobody else's by a human's word.

    Left out: who was refused, tracks of confirmed people, and tracks at the same time as the
    person in the same asset.
    """
    encoder = current_encoder(Encoder.Space.PERSON)
    modes = _looks(identity, encoder)
    if encoder is None or not len(modes):
        return []
    refused = refusals_in(identity.library_id)
    barred = [track for track, other in refused.barred if other == identity.pk]
    strangers = [
        b if a == identity.pk else a for a, b in refused.identities if identity.pk in (a, b)
    ]
    rows = (
        TrackEmbedding.objects.filter(
            encoder=encoder,
            track__asset__library=identity.library_id,
            track__assigned_by=Track.Assigner.MACHINE,
        )
        .exclude(track__identity=identity)
        .exclude(track__identity__is_locked=True)
        .exclude(track__in=barred)
        .exclude(track__identity__in=strangers)
        .annotate(distance=_distance(modes))
        .filter(distance__lte=ALIKE_BELOW - same_person())
        .order_by("distance", "track_id")
        .values_list("track_id", "distance")[:_FETCHED]
    )
    nearest = dict(rows)
    tracks = _tracks(list(nearest), elsewhere_than=identity)[:limit]
    crops = best_crop_by_track(tracks)
    return [LookAlike(t, crops.get(t.pk), -float(nearest[t.pk])) for t in tracks]


def duplicates(library: Library, limit: int = 20) -> list[Pair]:
    """Pairs of people of a library who look nearly alike and were never said to be two."""
    people, means = _means(library)
    if len(people) < 2:
        return []
    table = means @ means.T
    table[np.tril_indices(len(people))] = -1.0
    floor = same_person() - DUPLICATES_BELOW
    best = np.argsort(-table, axis=None, kind="stable")[: limit * 10]
    refused = refusals_in(library.pk).identities
    named = dict(Identity.objects.filter(pk__in=people).values_list("pk", "name"))
    found: list[tuple[int, int, float]] = []
    for flat in best:
        a, b = divmod(int(flat), len(people))
        first, second = people[a], people[b]
        pair = (min(first, second), max(first, second))
        if table[a, b] < floor or len(found) >= limit:
            break
        if pair in refused or (named[first] and named[second]) or _are_at_once(first, second):
            continue
        found.append((first, second, float(table[a, b])))
    return _pairs(found)


def doubts(library: Library, limit: int = 12) -> list[Doubt]:
    """Unconfirmed people whose tracks are least like each other, the most doubtful first."""
    encoder = current_encoder(Encoder.Space.PERSON)
    if encoder is None:
        return []
    asked = list(_doubtful(library)[:limit])
    people = {person.identity.pk: person for person in as_people(asked)}
    found = [_doubt(people[item.pk], encoder) for item in asked]
    return sorted((d for d in found if d is not None), key=lambda d: d.similarity)


def _doubtful(library: Library) -> QuerySet[Identity]:
    return (
        Identity.objects.filter(library=library, is_locked=False, is_hidden=False, merged_into=None)
        .annotate(
            appearances=Count("tracks"),
            asset_count=Count("tracks__asset", distinct=True),
            least=Min("tracks__identity_similarity"),
        )
        .filter(appearances__gte=2, least__isnull=False)
        .order_by("least", "pk")
        .select_related("library")
    )


def _doubt(person: Person, encoder: Encoder) -> Doubt | None:
    rows = (
        TrackEmbedding.objects.filter(encoder=encoder, track__identity=person.identity)
        .order_by("-quality", "track_id")
        .values_list("track_id", "vector")[:_VECTORS_PER_PERSON]
    )
    pairs = list(rows)
    if len(pairs) < 2:
        return None
    vectors = unit(np.stack([_array(vector) for _, vector in pairs]))
    is_odd = two_sides(vectors)
    tracks = Track.objects.in_bulk([pk for pk, _ in pairs])
    kept = tuple(tracks[pk] for (pk, _), odd in zip(pairs, is_odd, strict=True) if not odd)
    gone = tuple(tracks[pk] for (pk, _), odd in zip(pairs, is_odd, strict=True) if odd)
    crops = best_crop_by_track([*kept, *gone])
    similarity = float(weighted_mean(vectors[~is_odd]) @ weighted_mean(vectors[is_odd]))
    return Doubt(
        person,
        similarity,
        kept,
        gone,
        tuple(crops[t.pk] for t in kept if t.pk in crops)[:_SIDE_CROPS],
        tuple(crops[t.pk] for t in gone if t.pk in crops)[:_SIDE_CROPS],
    )


def two_sides(vectors: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The smaller of two sides (bool, (n,)) of unit rows (n, d), n ≥ 2: spherical 2-means.

    Seeded by the two rows least alike, so that it needs no chance; both sides have a member.
    """
    similarity = vectors @ vectors.T
    a, b = divmod(int(np.argmin(similarity)), len(vectors))
    if a == b:  # all the same: any one is the other side
        b = (a + 1) % len(vectors)
    first, second = vectors[a], vectors[b]
    is_second = np.zeros(len(vectors), dtype=np.bool_)
    for _ in range(10):  # settles in two or three rounds
        is_second = vectors @ second > vectors @ first
        is_second[a], is_second[b] = False, True
        first, second = weighted_mean(vectors[~is_second]), weighted_mean(vectors[is_second])
    return is_second if is_second.sum() * 2 <= len(vectors) else ~is_second


def _looks(identity: Identity, encoder: Encoder | None) -> Floats:
    """Unit rows of a person's looks, (0, 0) where there is no vector."""
    rows = list(
        TrackEmbedding.objects.filter(encoder=encoder, track__identity=identity)
        .order_by("-quality", "track_id")
        .values_list("vector", "quality")[:_VECTORS_PER_PERSON]
    )
    if encoder is None or not rows:
        return np.zeros((0, 0), dtype=np.float32)
    weights = np.array([max(quality, 1e-3) for _, quality in rows], dtype=np.float32)
    return find_modes(unit(np.stack([_array(vector) for vector, _ in rows])), weights)


def _distance(modes: Floats) -> Least | MaxInnerProduct:
    """The negative cosine to the nearest look."""
    each = [MaxInnerProduct("vector", HalfVector(mode)) for mode in modes]
    return each[0] if len(each) == 1 else Least(*each, output_field=FloatField())


def _tracks(pks: Sequence[int], *, elsewhere_than: Identity) -> list[Track]:
    """These tracks in this order, but for those at one time with the person in one asset."""
    seen = list(
        Track.objects.filter(identity=elsewhere_than, asset__tracks__in=pks)
        .distinct()
        .values_list("asset_id", "start_pts", "end_pts")
    )
    rows = Track.objects.select_related("asset", "identity").in_bulk(list(pks))
    return [
        rows[pk]
        for pk in pks
        if not any(
            asset == rows[pk].asset_id and start < rows[pk].end_pts and end > rows[pk].start_pts
            for asset, start, end in seen
        )
    ]


def _means(library: Library) -> tuple[list[int], Floats]:
    """The people of a library, most seen first, and their mean vectors, unit (n, d). One query."""
    encoder = current_encoder(Encoder.Space.PERSON)
    rows = list(
        TrackEmbedding.objects.filter(
            encoder=encoder,
            track__identity__library=library,
            track__identity__is_hidden=False,
            track__identity__merged_into=None,
        )
        .values("track__identity")
        .annotate(mean=Avg("vector", output_field=HalfVectorField()), size=Count("pk"))
        .order_by("-size", "track__identity")
        .values_list("track__identity", "mean")[:MOST_COMPARED]
    )
    if encoder is None or not rows:
        return [], np.zeros((0, 0), dtype=np.float32)
    return [pk for pk, _ in rows], unit(np.stack([_array(mean) for _, mean in rows]))


def _are_at_once(first: int, second: int) -> bool:
    """Whether two people are seen at one time in one asset: then they are two."""
    return Track.objects.filter(
        identity=first,
        asset__tracks__identity=second,
        asset__tracks__start_pts__lt=F("end_pts"),
        asset__tracks__end_pts__gt=F("start_pts"),
    ).exists()


def _pairs(found: Sequence[tuple[int, int, float]]) -> list[Pair]:
    pks = {pk for first, second, _ in found for pk in (first, second)}
    people = _people(pks)
    return [
        Pair(people[first], people[second], similarity)
        for first, second, similarity in found
        if first in people and second in people
    ]


def _people(pks: set[int]) -> Mapping[int, Person]:
    rows = (
        Identity.objects.filter(Q(pk__in=pks))
        .select_related("library")
        .annotate(appearances=Count("tracks"), asset_count=Count("tracks__asset", distinct=True))
    )
    return {person.identity.pk: person for person in as_people(list(rows))}


def _array(vector: object) -> Floats:
    if isinstance(vector, HalfVector):
        return np.asarray(vector.to_numpy(), dtype=np.float32)
    return np.asarray(vector, dtype=np.float32)
