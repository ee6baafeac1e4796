"""Reads a library's tracks for grouping, and writes the plan that came of them.

Planning is slow and happens outside any transaction. Writing holds a lock of the library and
checks that it is still as it was read, so that two assets that finish together never make one
person twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Max

from ingest.models import Asset
from recognition.engine.types import Floats
from recognition.models import (
    Attribute,
    Distinction,
    Encoder,
    Identity,
    IdentityEdit,
    Track,
    TrackEmbedding,
)
from recognition.seeing.clothes import SURE_FROM, Clothes
from recognition.seeing.grouping import Plan, TrackFact
from recognition.seeing.refusals import NONE, Refusals
from recognition.services.distinctions import refusals_in

_LOCK_CLASS = 0x65766970  # "evip": the people of one library at a time


@dataclass(frozen=True, slots=True)
class LibraryState:
    """People's tracks of a library with their vectors (n, d), and what a plan rests on.

    ``refusals``: the pairs that people said are not the same; no plan puts them together.
    """

    facts: tuple[TrackFact, ...]
    vectors: Floats
    version: tuple[Any, ...]
    refusals: Refusals = NONE


def lock_library(library_id: int) -> None:
    """Wait until no one else groups this library; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, library_id])


def read_state(library_id: int, encoder: Encoder) -> LibraryState:
    """The tracks of a library that have a vector of this encoder, as they are now."""
    version = read_version(library_id)
    rows = (
        TrackEmbedding.objects.filter(encoder=encoder, track__asset__library=library_id)
        .order_by("track_id")
        .values_list(
            "track_id",
            "track__asset_id",
            "track__start_pts",
            "track__end_pts",
            "track__asset__time_base_num",
            "track__asset__time_base_den",
            "track__identity_id",
            "track__identity__is_locked",
            "track__assigned_by",
            "quality",
            "vector",
        )
    )
    worn = _worn_in(library_id)
    facts: list[TrackFact] = []
    vectors: list[Floats] = []
    for row in rows.iterator():
        facts.append(_fact(row[:-1], tuple(worn.get(row[0], ()))))
        vectors.append(np.asarray(row[-1], dtype=np.float32))
    table = np.stack(vectors) if vectors else np.zeros((0, encoder.dimension))
    refusals = refusals_in(library_id)
    return LibraryState(tuple(facts), table.astype(np.float32), version, refusals)


def _worn_in(library_id: int) -> dict[int, list[tuple[str, str]]]:
    """The colours that each track of a library surely wears, by track."""
    worn: dict[int, list[tuple[str, str]]] = {}
    read = Attribute.objects.filter(
        track__asset__library=library_id, name__endswith="_colour", confidence__gte=SURE_FROM
    ).order_by("track_id", "name", "confidence")
    for track, name, value in read.values_list("track_id", "name", "value"):
        worn.setdefault(track, []).append((name, value))
    return worn


def _fact(row: tuple[Any, ...], clothes: Clothes) -> TrackFact:
    """A row of ``read_state`` without its vector."""
    track, asset, start, end, num, den, identity, is_locked, by, quality = row
    second = num / den if num and den else 1.0
    is_fixed = bool(is_locked) or by == Track.Assigner.HUMAN
    start_s, end_s = start * second, end * second
    return TrackFact(track, asset, start_s, end_s, identity, is_fixed, quality, clothes)


def read_version(library_id: int) -> tuple[Any, ...]:
    """What must not have changed between reading and writing."""
    tracks = Track.objects.filter(asset__library=library_id, label="person").order_by("pk")
    people = Identity.objects.filter(library=library_id).order_by("pk")
    apart = Distinction.objects.filter(edit__library=library_id, edit__undone_at=None)
    return (
        tuple(tracks.values_list("pk", "identity_id", "assigned_by")),
        tuple(people.values_list("pk", "is_locked", "merged_into")),
        tuple(apart.values_list("pk", flat=True)),
    )


def write_plan(asset: Asset, state: LibraryState, plan: Plan) -> dict[str, int]:
    """Make identities, move tracks, remove empty suggestions. Call with the library locked."""
    library_id = asset.library_id
    held = Identity.objects.select_for_update(no_key=True).filter(library_id=library_id)
    known = set(held.order_by("pk").values_list("pk", flat=True))
    made = _make_identities(library_id, plan)
    placed = _placed(state.facts, plan, made)
    moved = _move_tracks(state.facts, plan, placed)
    removed = _remove_empty(library_id)
    return {
        "identities": len(known) + len(made) - removed,
        "made": len(made),
        "removed": removed,
        "moved": moved,
    }


def _make_identities(library_id: int, plan: Plan) -> dict[int, int]:
    """New identities for groups that have none: key of the group → primary key."""
    wanting = [at for at, group in enumerate(plan.groups) if group.identity is None]
    last = Identity.objects.filter(library_id=library_id).aggregate(last=Max("number"))["last"]
    first = (last or 0) + 1
    # The largest group gets the smallest number: people count from those they see most.
    wanting.sort(key=lambda at: (-len(plan.groups[at].members), at))
    made = Identity.objects.bulk_create(
        [Identity(library_id=library_id, number=first + step) for step in range(len(wanting))]
    )
    return {at: identity.pk for at, identity in zip(wanting, made, strict=True)}


def _placed(
    facts: Sequence[TrackFact], plan: Plan, made: dict[int, int]
) -> dict[int, tuple[int | None, float | None]]:
    """Row → identity and similarity, for every row that may be moved."""
    placed: dict[int, tuple[int | None, float | None]] = {
        row: (None, None)
        for row, fact in enumerate(facts)
        if not fact.is_fixed and row not in plan.standing
    }
    for at, group in enumerate(plan.groups):
        identity = group.identity if group.identity is not None else made[at]
        for row in group.members:
            placed[row] = (identity, plan.similarity.get(row))
    return placed


def _move_tracks(
    facts: Sequence[TrackFact],
    plan: Plan,
    placed: dict[int, tuple[int | None, float | None]],
) -> int:
    """Write who each free track shows; never one that a human assigned. How many moved."""
    tracks = [
        Track(pk=facts[row].id, identity_id=identity, identity_similarity=similarity)
        for row, (identity, similarity) in placed.items()
    ]
    machine = Track.objects.filter(assigned_by=Track.Assigner.MACHINE)
    machine.bulk_update(tracks, ["identity", "identity_similarity"], batch_size=500)
    return sum(facts[row].identity != identity for row, (identity, _) in placed.items())


def _remove_empty(library_id: int) -> int:
    """Suggestions without tracks go; not those that an edit speaks of: it may be undone."""
    spoken_of = IdentityEdit.subjects.through.objects.values("identity_id")
    empty = (
        Identity.objects.filter(library_id=library_id, is_locked=False)
        .exclude(pk__in=spoken_of)
        .annotate(count=Count("tracks"))
        .filter(count=0)
        .values_list("pk", flat=True)
    )
    removed, _ = Identity.objects.filter(pk__in=list(empty), is_locked=False).delete()
    return removed
