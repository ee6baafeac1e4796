"""Reads a library's tracks for grouping, and writes the plan that came of them.

Planning is slow and happens outside any transaction. Writing holds a lock of the library and
checks that it is still as it was read, so that two assets that finish together never make one
person twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from django.db import connection
from django.db.models import Count, Max

from ingest.models import Asset
from recognition.models import Identity, IdentityEdit
from recognition.seeing.grouping import Plan
from recognition.seeing.track_facts import TrackFact
from recognition.services.library_state import LibraryState

_Place = tuple[int | None, float | None]
_LOCK_CLASS = 0x65766970  # "evip": the people of one library at a time


def lock_library(library_id: int) -> None:
    """Wait until no one else groups this library; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, library_id])


def write_plan(asset: Asset, state: LibraryState, plan: Plan) -> dict[str, int]:
    """Make identities, move tracks, remove empty suggestions. Call with the library locked."""
    library_id = asset.library_id
    held = Identity.objects.select_for_update(no_key=True).filter(library_id=library_id)
    known = set(held.order_by("pk").values_list("pk", flat=True))
    made = _make_identities(library_id, plan)
    placed = _placed(state.facts, plan, made)
    moved = _move_tracks(state, plan, placed)
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


def _placed(facts: Sequence[TrackFact], plan: Plan, made: dict[int, int]) -> dict[int, _Place]:
    """Row → identity and similarity, for every row that may be moved."""
    placed: dict[int, _Place] = {
        row: (None, None)
        for row, fact in enumerate(facts)
        if not fact.is_fixed and row not in plan.standing
    }
    for at, group in enumerate(plan.groups):
        identity = group.identity if group.identity is not None else made[at]
        for row in group.members:
            placed[row] = (identity, plan.similarity.get(row))
    return placed


def _move_tracks(state: LibraryState, plan: Plan, placed: dict[int, _Place]) -> int:
    """Write who each free track shows, where that is not what it shows already; never one that a
    human assigned. How many moved."""
    changed = [row for row, place in placed.items() if _is_other(state, plan, row, place)]
    with connection.cursor() as cursor:
        for start in range(0, len(changed), _ROWS_AT_ONCE):
            rows = changed[start : start + _ROWS_AT_ONCE]
            cursor.execute(
                _MOVE,
                [
                    [state.facts[row].id for row in rows],
                    [placed[row][0] for row in rows],
                    [placed[row][1] for row in rows],
                    [json.dumps(dict(plan.evidence.get(row, {}))) for row in rows],
                ],
            )
    return sum(state.facts[row].identity != identity for row, (identity, _) in placed.items())


_ROWS_AT_ONCE = 5000
_MOVE = """
UPDATE recognition_track t
SET identity_id = v.identity, identity_similarity = v.similarity, identity_evidence = v.evidence
FROM unnest(%s::int8[], %s::int8[], %s::float8[], %s::jsonb[])
  AS v (id, identity, similarity, evidence)
WHERE t.id = v.id AND t.assigned_by = 'machine'
"""


def _is_other(state: LibraryState, plan: Plan, row: int, place: _Place) -> bool:
    """Whether a track would show something else, by more than is worth a write."""
    identity, similarity = place
    if state.facts[row].identity != identity:
        return True
    total = plan.evidence.get(row, {}).get("total")
    now = (similarity, total)
    return any(
        np.isnan(was) != (value is None) or (value is not None and abs(was - value) > step)
        for was, value, step in zip(state.shown[row].tolist(), now, _WORTH_WRITING, strict=True)
    )


_WORTH_WRITING = (0.005, 0.1)
"""Similarity and log-likelihood ratio: less than what pages show. By eye."""


def _remove_empty(library_id: int) -> int:
    """Suggestions without tracks go; not those that an edit speaks of, which may be undone, nor
    those that members said something about or share."""
    spoken_of = IdentityEdit.subjects.through.objects.values("identity_id")
    empty = (
        Identity.objects.filter(
            library_id=library_id, is_locked=False, comments=None, share_links=None
        )
        .exclude(pk__in=spoken_of)
        .annotate(count=Count("tracks"))
        .filter(count=0)
        .values_list("pk", flat=True)
    )
    removed, _ = Identity.objects.filter(pk__in=list(empty), is_locked=False).delete()
    return removed
