"""Reads who people said is not whom, for grouping and for suggestions."""

from __future__ import annotations

from typing import Any

from recognition.models import Distinction, Identity
from recognition.seeing.refusals import Refusals, survivor


def refusals_in(library_id: int) -> Refusals:
    """The standing distinctions of a library: pairs that cannot be linked. Two queries."""
    merged = {
        pk: into
        for pk, into in Identity.objects.filter(library=library_id)
        .exclude(merged_into=None)
        .values_list("pk", "merged_into")
        if into is not None
    }
    rows = Distinction.objects.filter(edit__library=library_id, edit__undone_at=None)
    tracks: set[tuple[int, int]] = set()
    identities: set[tuple[int, int]] = set()
    barred: set[tuple[int, int]] = set()
    pairs: Any = rows.values_list("identity", "other_identity", "track", "other_track")
    for identity, other, track, other_track in pairs:
        if track is None:
            pair = sorted((survivor(identity or 0, merged), survivor(other or 0, merged)))
            if pair[0] != pair[1]:
                identities.add((pair[0], pair[1]))
        elif other_track is None:
            barred.add((track, survivor(identity or 0, merged)))
        else:
            tracks.add((min(track, other_track), max(track, other_track)))
    return Refusals(frozenset(tracks), frozenset(identities), frozenset(barred))
