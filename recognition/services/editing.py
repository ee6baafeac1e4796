"""How an edit of identities is made: what it touches is held, changed, and logged to be reversed.

The order of locks is the same everywhere, so that two editors wait for each other and never
deadlock: the library (``lock_library``, which grouping takes too), identities by primary key,
tracks by primary key. Grouping therefore never writes over an edit that it has not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ingest.models import Library, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from recognition.errors import EditRefused
from recognition.models import Distinction, Identity, IdentityEdit, Track, TrackMove
from recognition.services.grouping import lock_library

MOST_TRACKS = 50_000
"""Tracks that one edit may move: what a merge of this size takes seconds to write (by eye)."""
MOST_PICKED = 900
"""Tracks or people that one form or request may name: Django reads 1,000 fields at most
(``DATA_UPLOAD_MAX_NUMBER_FIELDS``)."""
_BATCH = 1000

Kind = IdentityEdit.Kind
_VERBS = {
    Kind.RENAME: "named",
    Kind.HIDE: "hidden",
    Kind.SHOW: "shown",
    Kind.COVER: "covered",
    Kind.CONFIRM: "confirmed",
    Kind.MERGE: "merged",
    Kind.SPLIT: "split",
    Kind.ASSIGN: "assigned",
    Kind.UNASSIGN: "unassigned",
    Kind.DISTINGUISH: "refused",
    Kind.REFUSE: "refused",
}


def hold_identities(pks: Iterable[int], user: User) -> dict[int, Identity]:
    """The identities as they are now, held until the transaction ends, if the user may edit them.

    Raises EditRefused (of two libraries, or gone) or NotAllowed.
    """
    wanted = sorted(set(pks))
    libraries = list(Library.objects.filter(identities__in=wanted).distinct())
    for library in libraries:
        require_role(user, library, Role.OWNER, Role.EDITOR)
    if len(libraries) > 1:
        raise EditRefused("These people are of different libraries: choose people of one.")
    for library in libraries:
        lock_library(library.pk)
    rows = (
        Identity.objects.select_for_update(of=("self",), no_key=True)
        .select_related("library")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    held = {row.pk: row for row in rows}
    if len(held) != len(wanted):
        raise EditRefused("One of these people is no longer there: reload the page.")
    return held


def hold_tracks(pks: Iterable[int], library: Library) -> list[Track]:
    """People's tracks of a library, held until the transaction ends. Raises EditRefused."""
    wanted = sorted(set(pks))
    if not wanted:
        raise EditRefused("Choose at least one appearance.")
    if len(wanted) > MOST_TRACKS:
        raise EditRefused(f"At most {MOST_TRACKS} appearances can be changed at once.")
    rows = list(
        Track.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=wanted, asset__library=library, label="person")
        .defer("pts_packed", "boxes_packed", "confidence_packed")
        .order_by("pk")
    )
    if len(rows) != len(wanted):
        raise EditRefused(
            "Some of these appearances are no longer there: the footage was looked at anew. "
            "Reload the page and choose again."
        )
    return rows


class Draft:
    """An edit in the making. Nothing is written before ``keep``."""

    def __init__(self, identity: Identity, user: User, kind: Kind) -> None:
        self.identity, self.user, self.kind = identity, user, kind
        self._identities = {identity.pk: identity}
        self._before: dict[int, dict[str, Any]] = {}
        self._after: dict[int, dict[str, Any]] = {}
        self._locked: dict[int, bool] = {}
        self._moves: list[TrackMove] = []
        self._distinctions: list[Distinction] = []

    def set(self, identity: Identity, **fields: Any) -> None:
        """Change fields of a held identity (foreign keys by their ``…_id``)."""
        self.involve(identity)
        for name, value in fields.items():
            held = getattr(identity, name)
            if held != value:
                self._before.setdefault(identity.pk, {})[name] = held
                self._after.setdefault(identity.pk, {})[name] = value
                setattr(identity, name, value)

    def involve(self, *identities: Identity) -> None:
        """The edit belongs to the history of these, too."""
        self._identities.update({identity.pk: identity for identity in identities})

    def lock(self, *identities: Identity) -> None:
        """A human spoke about these: no stage changes them from now on."""
        self.involve(*identities)
        for identity in identities:
            self._locked[identity.pk] = identity.is_locked
            identity.is_locked = True

    def move(self, tracks: Sequence[Track], to: Identity | None, by: Track.Assigner | None) -> None:
        """Give held tracks to someone; ``by`` None: who assigned each stays as it is."""
        target = None if to is None else to.pk
        for track in tracks:
            assigner = track.assigned_by if by is None else by
            if (track.identity_id, track.assigned_by) == (target, assigner):
                continue
            self._moves.append(
                TrackMove(
                    track=track,
                    from_identity_id=track.identity_id,
                    from_assigned_by=track.assigned_by,
                    from_similarity=track.identity_similarity,
                    to_identity_id=target,
                    to_assigned_by=assigner,
                )
            )

    def distinguish(self, distinction: Distinction) -> None:
        """Two are not the same; left out where that is said already."""
        standing = Distinction.objects.filter(edit__undone_at=None)
        pair = (distinction.identity_id, distinction.other_identity_id)
        known = standing.filter(
            identity__in=[pk for pk in pair if pk is not None],
            other_identity__in=[pk for pk in pair if pk is not None],
        )
        if distinction.track_id is not None:
            known = standing.filter(
                track=distinction.track_id,
                identity=distinction.identity_id,
                other_track=distinction.other_track_id,
            )
        if not known.exists():
            self._distinctions.append(distinction)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        newly_locked = any(not was for was in self._locked.values())
        says = self._after or self._moves or self._distinctions
        return not says and not (self.kind == Kind.CONFIRM and newly_locked)

    def keep(self) -> IdentityEdit | None:
        """Write the changes and the edit; None where nothing changed."""
        if self.is_empty:
            return None
        edit = IdentityEdit.objects.create(
            library_id=self.identity.library_id,
            identity=self.identity,
            user_id=self.user.pk,
            kind=self.kind,
            before=self._side(self._before),
            after=self._side(self._after),
            locks={str(pk): was for pk, was in self._locked.items()},
            track_count=len(self._moves) or len(self._distinctions),
        )
        self._write_identities()
        self._write_moves(edit)
        for distinction in self._distinctions:
            distinction.edit = edit
        Distinction.objects.bulk_create(self._distinctions, batch_size=_BATCH)
        sources = {move.from_identity_id for move in self._moves} - {None}
        edit.subjects.set({*self._identities, *(pk for pk in sources if pk is not None)})
        audit.record(
            user=self.user,
            library=self.identity.library,
            verb=_VERBS[self.kind],
            subject=self.identity,
            edit=edit.pk,
            tracks=len(self._moves),
        )
        return edit

    def _side(self, cells: dict[int, dict[str, Any]]) -> dict[str, Any]:
        others = {str(pk): own for pk, own in cells.items() if pk != self.identity.pk}
        own = cells.get(self.identity.pk, {})
        return {**own, "others": others} if others else dict(own)

    def _write_identities(self) -> None:
        # Names that were taken away go first: another of these may get them.
        touched = {*self._after, *self._locked}
        for pk in sorted(touched, key=lambda pk: (bool(self._identities[pk].name), pk)):
            self._identities[pk].save(
                update_fields=(
                    "name", "is_hidden", "cover", "is_locked", "merged_into", "updated_at",
                )
            )  # fmt: skip

    def _write_moves(self, edit: IdentityEdit) -> None:
        for move in self._moves:
            move.edit = edit
        TrackMove.objects.bulk_create(self._moves, batch_size=_BATCH)
        targets: dict[tuple[int | None, str], list[int]] = {}
        for move in self._moves:
            assert move.track_id is not None
            targets.setdefault((move.to_identity_id, move.to_assigned_by), []).append(move.track_id)
        for (identity, assigner), tracks in targets.items():
            Track.objects.filter(pk__in=tracks).update(
                identity=identity, assigned_by=assigner, identity_similarity=None
            )
