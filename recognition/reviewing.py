"""What a person should look at: identities that may be one, and those that may be two.

A fixed number of queries, whatever is found: pairs come out of one blocked matrix product of
every identity's mean vector, exact but for ``MOST_COMPARED``. Nothing here decides; people do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models import Count, Min
from psycopg import sql
from scipy.sparse import csr_array

from ingest.models import Library
from recognition.engine.embedding import unit, weighted_mean
from recognition.engine.neighbours import pairs_from
from recognition.engine.types import Floats
from recognition.likeness import VECTORS_PER_PERSON, person_vectors, same_person
from recognition.models import Crop, Identity, Track
from recognition.selectors import Person, as_people, best_crop_by_track
from recognition.services.distinctions import refusals_in
from recognition.services.person_vectors import PersonVectors

DUPLICATES_BELOW = 0.05
"""So far under the network's ``same_person`` two whole identities are asked about, whose mean
vectors are steadier than single tracks. By eye, on the made films."""
ONE_FROM = 0.25
"""Two sides that are this far above ``same_person`` are one person, and nobody is asked. As far as
clothes are not believed against looks (``seeing.clothes``)."""
MOST_COMPARED = 5000
"""Identities of which every pair is compared, the most seen first; beyond, the rarely seen wait
until the others are settled. The size that ``python -m evaluation.pages`` times."""
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


@dataclass(frozen=True, slots=True)
class Review:
    """All that a person should look at in a library."""

    pairs: list[Pair]
    doubts: list[Doubt]


def review(library: Library) -> Review:
    """Possible duplicates, and people whose tracks disagree; the vectors are read once."""
    seen, least = person_vectors(library.pk), same_person()
    return Review(
        duplicates(library, seen=seen, least=least), doubts(library, seen=seen, least=least)
    )


def duplicates(
    library: Library,
    limit: int = 20,
    *,
    seen: PersonVectors | None = None,
    least: float | None = None,
) -> list[Pair]:
    """Pairs of people of a library who look nearly alike and were never said to be two.

    Left out, too: two who both have a name, and two seen at one time in one asset. ``seen`` and
    ``least`` (``same_person``): where they were read already.
    """
    people, means = _means(library, seen or person_vectors(library.pk))
    if len(people) < 2:
        return []
    least = same_person() if least is None else least
    first, second, similarity = pairs_from(means, least - DUPLICATES_BELOW, _NEAREST)
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


def doubts(
    library: Library,
    limit: int = 12,
    *,
    seen: PersonVectors | None = None,
    least: float | None = None,
) -> list[Doubt]:
    """Unconfirmed people whose tracks are least like each other, the most doubtful first.

    ``seen`` and ``least`` as for ``duplicates``.
    """
    known = seen or person_vectors(library.pk)
    people = _people(_doubtful(library, limit))
    rows_of = {pk: known.of(pk, VECTORS_PER_PERSON) for pk in people}
    looks = {pk: (known.tracks[at].tolist(), known.vectors[at]) for pk, at in rows_of.items()}
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
    sure = (same_person() if least is None else least) + ONE_FROM
    unsure = [doubt for doubt in found if doubt.similarity < sure]
    return sorted(unsure, key=lambda doubt: doubt.similarity)


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


def _likeness(vectors: Floats, is_odd: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """The cosine of the means of two sides."""
    return float(weighted_mean(vectors[~is_odd]) @ weighted_mean(vectors[is_odd]))


def _crops_of(side: Sequence[Track], crops: Mapping[int, Crop]) -> tuple[Crop, ...]:
    return tuple(crops[t.pk] for t in side if t.pk in crops)[:_SIDE_CROPS]


def _means(library: Library, seen: PersonVectors) -> tuple[list[int], Floats]:
    """The people of a library, most seen first, and their mean vectors, unit (n, d). One query."""
    shown = Identity.objects.filter(library=library, is_hidden=False, merged_into=None)
    everyone = np.fromiter(shown.values_list("pk", flat=True), dtype=np.int64)
    order = np.argsort(seen.identities, kind="stable")
    order = order[np.isin(seen.identities[order], everyone)]
    if not len(order):
        return [], np.zeros((0, 0), dtype=np.float32)
    people, starts, sizes = np.unique(seen.identities[order], return_index=True, return_counts=True)
    most = np.lexsort((people, -sizes))[:MOST_COMPARED]
    # Row p of this has a one at each vector of person p: sums without copies of the vectors.
    shape = (len(people), len(seen.vectors))
    ones = np.ones(len(order), dtype=np.float32)
    ends = np.append(starts, len(order))
    sums = csr_array((ones, order, ends), shape=shape)[most] @ seen.vectors
    return people[most].tolist(), unit(sums)


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
