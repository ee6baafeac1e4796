"""Taking edits back, and doing them again.

An edit is undone by writing what it found, and done again by writing what it left; both only
where nothing has changed the same since. What stands in the way is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ingest.models import Role
from ingest.selectors import User, require_role
from ingest.services import audit
from recognition.errors import UndoBlocked
from recognition.models import Crop, Identity, IdentityEdit, Track, TrackMove
from recognition.services.editing import hold_identities
from recognition.services.grouping import lock_library

_Cells = Mapping[int, Mapping[str, Any]]


def undo(*, edit: IdentityEdit, user: User) -> IdentityEdit:
    """Take an edit back; harmless if it is. Raises UndoBlocked or NotAllowed."""
    return _reverse(edit, user, is_undo=True)


def redo(*, edit: IdentityEdit, user: User) -> IdentityEdit:
    """Do an edit again that was undone; harmless if it stands. Raises UndoBlocked or NotAllowed."""
    return _reverse(edit, user, is_undo=False)


@transaction.atomic
def _reverse(edit: IdentityEdit, user: User, *, is_undo: bool) -> IdentityEdit:
    require_role(user, edit.library, Role.OWNER, Role.EDITOR)
    lock_library(edit.library_id)
    found = IdentityEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    if found.is_undone == is_undo:
        return found
    now, then = found.cells(found.after), found.cells(found.before)
    if not is_undo:
        now, then = then, now
    subjects = found.subjects.values_list("pk", flat=True)
    people = hold_identities({*subjects, found.identity_id, *now}, user)
    moves = list(found.moves.exclude(track=None).order_by("track_id"))
    tracks = _hold(moves)
    _check_fields(found, people, now)
    _check_tracks(found, moves, tracks, is_undo=is_undo)
    _check_merged(found, people, moves, then, is_undo=is_undo)
    _mark(found, user, is_undo=is_undo)
    _write_people(found, people, then)
    _write_tracks(moves, is_undo=is_undo)
    audit.record(
        user=user,
        library=found.library,
        verb="undone" if is_undo else "confirmed",
        subject=people[found.identity_id],
        edit=found.pk,
        kind=found.kind,
    )
    return found


def _hold(moves: Sequence[TrackMove]) -> dict[int, Track]:
    rows = (
        Track.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[move.track_id for move in moves])
        .defer("pts_packed", "boxes_packed", "confidence_packed")
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def _check_fields(edit: IdentityEdit, people: Mapping[int, Identity], now: _Cells) -> None:
    for pk, fields in now.items():
        for name, value in fields.items():
            held = getattr(people[pk], name)
            if held != value and not (name == "cover_id" and _is_gone(value)):
                raise _blocked(edit, _later(edit).filter(subjects=pk))


def _is_gone(crop: int | None) -> bool:
    """Crops are made anew by stages; a cover that went is no correction in the way."""
    return crop is not None and not Crop.objects.filter(pk=crop).exists()


def _check_tracks(
    edit: IdentityEdit, moves: Sequence[TrackMove], tracks: Mapping[int, Track], *, is_undo: bool
) -> None:
    astray: list[int] = []
    for move in moves:
        assert move.track_id is not None
        track = tracks[move.track_id]
        expected = (move.to_identity_id, move.to_assigned_by)
        if not is_undo:
            expected = (move.from_identity_id, move.from_assigned_by)
        if (track.identity_id, track.assigned_by) != expected:
            astray.append(track.pk)
            if not _is_machines(track, expected):
                raise _blocked(edit, _later(edit).filter(moves__track=track))
    later = _later(edit).filter(moves__track__in=astray).distinct()
    if astray and later.exists():
        raise _blocked(edit, later)


def _is_machines(track: Track, expected: tuple[int | None, str]) -> bool:
    """Whether a stage, not a person, has regrouped a track since: that stands in no one's way."""
    machine = Track.Assigner.MACHINE
    return track.assigned_by == machine and expected[1] == machine


def _check_merged(
    edit: IdentityEdit,
    people: Mapping[int, Identity],
    moves: Sequence[TrackMove],
    then: _Cells,
    *,
    is_undo: bool,
) -> None:
    """Nobody gets tracks or a name who was merged into another since."""
    goals = {move.from_identity_id if is_undo else move.to_identity_id for move in moves}
    for pk in {*goals, *then} - {None}:
        person = people.get(pk) if pk is not None else None
        if person is None or person.merged_into_id is None:
            continue
        if "merged_into_id" not in then.get(person.pk, {}):
            raise _blocked(edit, _later(edit).filter(subjects=person.pk, kind="merge"))


def _mark(edit: IdentityEdit, user: User, *, is_undo: bool) -> None:
    edit.undone_at = timezone.now() if is_undo else None
    edit.undone_by_id = user.pk if is_undo else None
    edit.save(update_fields=("undone_at", "undone_by"))


def _write_people(edit: IdentityEdit, people: Mapping[int, Identity], then: _Cells) -> None:
    for pk, fields in then.items():
        for name, value in fields.items():
            setattr(people[pk], name, None if name == "cover_id" and _is_gone(value) else value)
    for pk in map(int, edit.locks):
        if pk in people:
            people[pk].is_locked = _is_locked(people[pk])
    # Names that are taken away go first: another of these may get them back.
    order = sorted(people.values(), key=lambda person: (bool(person.name), person.pk))
    try:
        with transaction.atomic():
            for person in order:
                person.save()
    except IntegrityError as error:
        raise UndoBlocked(
            "The name that would come back belongs to another person now: rename that one first."
        ) from error


def _is_locked(person: Identity) -> bool:
    """Locked while an edit that locks them stands, or if they were before the first of those."""
    edits = IdentityEdit.objects.filter(locks__has_key=str(person.pk)).order_by("pk")
    if edits.filter(undone_at=None).exists():
        return True
    first = edits.first()
    return first is not None and bool(first.locks[str(person.pk)])


def _write_tracks(moves: Sequence[TrackMove], *, is_undo: bool) -> None:
    goals: dict[tuple[int | None, str, float | None], list[int]] = {}
    for move in moves:
        assert move.track_id is not None
        goal: tuple[int | None, str, float | None]
        goal = (move.to_identity_id, move.to_assigned_by, None)
        if is_undo:
            goal = (move.from_identity_id, move.from_assigned_by, move.from_similarity)
        goals.setdefault(goal, []).append(move.track_id)
    for (identity, assigner, similarity), pks in goals.items():
        Track.objects.filter(pk__in=pks).update(
            identity=identity, assigned_by=assigner, identity_similarity=similarity
        )


def _later(edit: IdentityEdit) -> Any:
    return IdentityEdit.objects.filter(
        library=edit.library_id, pk__gt=edit.pk, undone_at=None
    ).order_by("-pk")


def _blocked(edit: IdentityEdit, later: Any) -> UndoBlocked:
    latest = later.select_related("user", "identity").first()
    if latest is None:
        return UndoBlocked(
            "What this changed is no longer as it was left, so it cannot be taken back or done "
            "again: correct it by hand."
        )
    who = latest.user.get_username() if latest.user else "someone who has left"
    return UndoBlocked(
        f"A later correction stands in the way: {who} {said(latest)}. Undo that first.",
        edit_id=latest.pk,
    )


_SAID = {
    "rename": "renamed {}",
    "hide": "hid {}",
    "show": "showed {} again",
    "cover": "chose another picture of {}",
    "confirm": "confirmed {}",
    "merge": "merged others into {}",
    "split": "split {}",
    "assign": "added appearances to {}",
    "unassign": "took appearances out of {}",
    "distinguish": "said that others are not {}",
    "refuse": "refused look-alikes of {}",
}


def said(edit: IdentityEdit) -> str:
    """An edit in words, in the past tense, without its author."""
    return _SAID[edit.kind].format(edit.identity.display_name)
