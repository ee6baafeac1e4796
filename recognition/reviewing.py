"""What a person should look at: identities that may be one, and those that may be two.

A fixed number of queries, whatever is found: pairs come out of one blocked matrix product of
every identity's mean vector, exact but for ``MOST_COMPARED``. Nothing here decides; people do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models import Avg, BinaryField, Count, F, Func, Min, Window
from django.db.models.functions import RowNumber
from pgvector.django import HalfVectorField
from psycopg import sql

from ingest.models import Library
from recognition.engine.embedding import unit, weighted_mean
from recognition.engine.neighbours import pairs_from
from recognition.engine.types import Floats
from recognition.likeness import VECTORS_PER_PERSON, as_array, same_person
from recognition.models import Crop, Encoder, Identity, Track, TrackEmbedding
from recognition.selectors import Person, as_people, best_crop_by_track, current_encoder
from recognition.services.distinctions import refusals_in

DUPLICATES_BELOW = 0.05
"""So far under the network's ``same_person`` two whole identities are asked about, whose mean
vectors are steadier than single tracks. By eye, on the made films."""
MOST_COMPARED = 5000
"""Identities of which every pair is compared, the most seen first; beyond, the rarely seen wait
until the others are settled. The size that ``tests/recognition/test_people_at_scale.py`` times."""
_NEAREST = 20
"""Of each person so many of the most alike are looked at: who was refused stays among them."""
_CANDIDATES = 400
_SIDE_CROPS = 6


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


def duplicates(library: Library, limit: int = 20) -> list[Pair]:
    """Pairs of people of a library who look nearly alike and were never said to be two.

    Left out, too: two who both have a name, and two seen at one time in one asset.
    """
    people, means = _means(library)
    if len(people) < 2:
        return []
    first, second, similarity = pairs_from(means, same_person() - DUPLICATES_BELOW, _NEAREST)
    refused = refusals_in(library.pk).identities
    named = _named(library)
    found: list[tuple[int, int, float]] = []
    for at in np.argsort(-similarity, kind="stable"):
        a, b = people[first[at]], people[second[at]]
        if (min(a, b), max(a, b)) not in refused and not (a in named and b in named):
            found.append((a, b, float(similarity[at])))
        if len(found) == _CANDIDATES:
            break
    at_once = _at_once([(a, b) for a, b, _ in found])
    return _pairs([item for item in found if item[:2] not in at_once][:limit])


def doubts(library: Library, limit: int = 12) -> list[Doubt]:
    """Unconfirmed people whose tracks are least like each other, the most doubtful first."""
    encoder = current_encoder(Encoder.Space.PERSON)
    if encoder is None:
        return []
    people = _people(_doubtful(library, limit))
    looks = _vectors(people, encoder)
    sides = {pk: two_sides(rows) for pk, (_, rows) in looks.items() if len(rows) > 1}
    tracks = Track.objects.defer("pts_packed", "boxes_packed", "confidence_packed").in_bulk(
        [track for pk in sides for track in looks[pk][0]]
    )
    split = {
        pk: tuple(
            tuple(tracks[t] for t, odd in zip(looks[pk][0], is_odd, strict=True) if odd is side)
            for side in (False, True)
        )
        for pk, is_odd in ((pk, rows.tolist()) for pk, rows in sides.items())
    }
    # A track without a crop is rare: of twice as many there are enough with one.
    shown = [t for both in split.values() for side in both for t in side[: 2 * _SIDE_CROPS]]
    crops = best_crop_by_track(shown)
    found = [
        Doubt(
            people[pk],
            _likeness(looks[pk][1], sides[pk]),
            kept,
            odd,
            _crops_of(kept, crops),
            _crops_of(odd, crops),
        )
        for pk, (kept, odd) in split.items()
    ]
    return sorted(found, key=lambda doubt: doubt.similarity)


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


def _doubtful(library: Library, limit: int) -> list[int]:
    """Unconfirmed people with two tracks and more, whose tracks agree least. One query."""
    rows = (
        Track.objects.filter(
            identity__library=library,
            identity__is_locked=False,
            identity__is_hidden=False,
            identity__merged_into=None,
        )
        .values("identity")
        .annotate(size=Count("pk"), least=Min("identity_similarity"))
        .filter(size__gte=2, least__isnull=False)
        .order_by("least", "identity")
    )
    return [pk for pk in rows.values_list("identity", flat=True)[:limit] if pk is not None]


def _vectors(people: Iterable[int], encoder: Encoder) -> dict[int, tuple[list[int], Floats]]:
    """Tracks and unit vectors (n, d) of each person, the clearest first. One query."""
    ranked = (
        TrackEmbedding.objects.filter(encoder=encoder, track__identity__in=list(people))
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=F("track__identity"),
                order_by=[F("quality").desc(), F("track")],
            )
        )
        .filter(place__lte=VECTORS_PER_PERSON)
        .order_by("track__identity", "place")
        .values_list("track__identity", "track", "vector")
    )
    found: dict[int, tuple[list[int], list[Floats]]] = {}
    for pk, track, vector in ranked:
        tracks, rows = found.setdefault(pk or 0, ([], []))
        tracks.append(track)
        rows.append(as_array(vector))
    return {pk: (tracks, unit(np.stack(rows))) for pk, (tracks, rows) in found.items()}


def _likeness(vectors: Floats, is_odd: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """The cosine of the means of two sides."""
    return float(weighted_mean(vectors[~is_odd]) @ weighted_mean(vectors[is_odd]))


def _crops_of(side: Sequence[Track], crops: Mapping[int, Crop]) -> tuple[Crop, ...]:
    return tuple(crops[t.pk] for t in side if t.pk in crops)[:_SIDE_CROPS]


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
        .annotate(mean=_sent(Avg("vector", output_field=HalfVectorField())), size=Count("pk"))
        .order_by("-size", "track__identity")
        .values_list("track__identity", "mean")[:MOST_COMPARED]
    )
    if encoder is None or not rows:
        return [], np.zeros((0, 0), dtype=np.float32)
    # As halfvec_send writes one: its dimension and an unused number before its values.
    record = np.dtype(
        [("dimension", ">i2"), ("unused", ">i2"), ("vector", ">f2", (encoder.dimension,))]
    )
    table = np.frombuffer(b"".join(bytes(mean) for _, mean in rows), dtype=record)
    return [pk for pk, _ in rows], unit(table["vector"].astype(np.float32))


def _sent(vector: Avg) -> Func:
    """A vector as bytes: reading thousands from text takes seconds."""
    return Func(vector, function="halfvec_send", output_field=BinaryField())


def _named(library: Library) -> set[int]:
    return set(
        Identity.objects.filter(library=library).exclude(name="").values_list("pk", flat=True)
    )


_AT_ONCE = sql.SQL(
    "SELECT pair.a, pair.b FROM unnest(%s::bigint[], %s::bigint[]) AS pair (a, b)"
    " CROSS JOIN LATERAL (SELECT 1 FROM {tracks} x JOIN {tracks} y ON y.asset_id = x.asset_id"
    " AND y.start_pts < x.end_pts AND y.end_pts > x.start_pts"
    " WHERE x.identity_id = pair.a AND y.identity_id = pair.b LIMIT 1) AS seen"
).format(tracks=sql.Identifier(Track._meta.db_table))


def _at_once(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs who are seen at one time in one asset: then they are two. One query.

    ``LATERAL … LIMIT`` keeps Postgres from joining every track with every other first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE, [[a for a, _ in pairs], [b for _, b in pairs]])
        return {(a, b) for a, b in cursor.fetchall()}


def _pairs(found: Sequence[tuple[int, int, float]]) -> list[Pair]:
    people = _people([pk for first, second, _ in found for pk in (first, second)])
    return [
        Pair(people[first], people[second], similarity)
        for first, second, similarity in found
        if first in people and second in people
    ]


def _people(pks: Iterable[int]) -> dict[int, Person]:
    """These people with their crops, in this order. Two queries."""
    wanted = list(pks)
    rows = (
        Identity.objects.filter(pk__in=wanted)
        .select_related("library")
        .annotate(appearances=Count("tracks"), asset_count=Count("tracks__asset", distinct=True))
    )
    people = {person.identity.pk: person for person in as_people(list(rows))}
    return {pk: people[pk] for pk in wanted if pk in people}
