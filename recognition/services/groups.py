"""What people say about who belongs together: merge, split, assign, unassign, confirm, refuse.

Every function is one transaction and one edit, and saying the same again changes nothing (the
edit is None then). Tracks that a human chose by hand are ``assigned_by`` a human from then on.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max, Q

from ingest.selectors import User
from recognition.errors import EditRefused
from recognition.models import Distinction, Identity, IdentityEdit, Track
from recognition.services.editing import MOST_TRACKS, Draft, hold_identities, hold_tracks
from recognition.services.identities import check_free, check_living, clean_name, hold_living

Kind = IdentityEdit.Kind
_HUMAN = Track.Assigner.HUMAN


@transaction.atomic
def merge(*, into: Identity, others: Sequence[int], user: User) -> Identity:
    """Others are the same person as ``into``, who takes their tracks and, if nameless, a name.

    Who is merged already is left out, so asking twice is harmless. Raises EditRefused (two people
    who were said not to be the same; of two libraries) or NotAllowed.
    """
    held = hold_identities([into.pk, *others], user)
    found = held[into.pk]
    check_living(found)
    merging = [
        held[pk] for pk in dict.fromkeys(others) if pk != found.pk and not _is_in(held[pk], found)
    ]
    for other in merging:
        check_living(other)
    _check_not_distinguished([found, *merging])
    draft = Draft(found, user, Kind.MERGE)
    for other in merging:
        tracks = _tracks_of(other)
        draft.move(tracks, found, None)
        name, cover = other.name, other.cover_id
        draft.set(other, merged_into_id=found.pk, name="")
        draft.set(found, name=found.name or name, cover_id=found.cover_id or cover)
    if merging:
        draft.lock(found)
    found.last_edit = draft.keep()
    return found


@transaction.atomic
def split(*, identity: Identity, tracks: Sequence[int], user: User, name: str = "") -> Identity:
    """Hand-picked tracks of a person are someone else: a new identity, which is returned.

    The two are not the same from then on. Raises EditRefused, NameTaken or NotAllowed.
    """
    found = hold_living(identity, user)
    chosen = hold_tracks(tracks, found.library)
    _check_shows(chosen, found)
    if not Track.objects.filter(identity=found).exclude(pk__in=[t.pk for t in chosen]).exists():
        raise EditRefused(
            f"These are all appearances of {found.display_name}: leave at least one, "
            "or rename this person instead."
        )
    wanted = clean_name(name)
    last = Identity.objects.filter(library=found.library).aggregate(last=Max("number"))["last"]
    made = Identity.objects.create(library=found.library, number=(last or 0) + 1)
    check_free(made, wanted)
    draft = Draft(found, user, Kind.SPLIT)
    draft.set(made, name=wanted)
    draft.move(chosen, made, _HUMAN)
    draft.distinguish(Distinction(identity=found, other_identity=made))
    draft.lock(found, made)
    made.last_edit = draft.keep()
    return made


@transaction.atomic
def assign(*, identity: Identity, tracks: Sequence[int], user: User) -> Identity:
    """These tracks show this person. Raises EditRefused or NotAllowed."""
    found = hold_living(identity, user)
    chosen = hold_tracks(tracks, found.library)
    draft = Draft(found, user, Kind.ASSIGN)
    draft.move(chosen, found, _HUMAN)
    draft.lock(found)
    found.last_edit = draft.keep()
    return found


@transaction.atomic
def unassign(*, identity: Identity, tracks: Sequence[int], user: User) -> Identity:
    """These tracks do not show this person, and nobody else as far as is known.

    Tracks that are nobody's by hand already are left as they are. Raises EditRefused or NotAllowed.
    """
    found = hold_living(identity, user)
    chosen = hold_tracks(tracks, found.library)
    fresh = [t for t in chosen if (t.identity_id, t.assigned_by) != (None, _HUMAN)]
    _check_shows(fresh, found)
    draft = Draft(found, user, Kind.UNASSIGN)
    draft.move(fresh, None, _HUMAN)
    for track in fresh:
        draft.distinguish(Distinction(track=track, identity=found))
    if fresh:
        draft.lock(found)
    found.last_edit = draft.keep()
    return found


@transaction.atomic
def confirm(
    *, identity: Identity, user: User, tracks: Sequence[int] = (), others: Sequence[int] = ()
) -> Identity:
    """This group is one person; ``tracks`` surely show them; so are the ``others``, each.

    Raises EditRefused or NotAllowed.
    """
    held = hold_identities([identity.pk, *others], user)
    found = held[identity.pk]
    draft = Draft(found, user, Kind.CONFIRM)
    for person in held.values():
        check_living(person)
        draft.lock(person)
    if tracks:
        chosen = hold_tracks(tracks, found.library)
        _check_shows(chosen, found)
        draft.move(chosen, found, _HUMAN)
    found.last_edit = draft.keep()
    return found


@transaction.atomic
def distinguish(*, identity: Identity, others: Sequence[int], user: User) -> Identity:
    """These people are not this one, however alike they look. Raises EditRefused or NotAllowed."""
    held = hold_identities([identity.pk, *others], user)
    found = held[identity.pk]
    draft = Draft(found, user, Kind.DISTINGUISH)
    for person in held.values():
        check_living(person)
        if person.pk != found.pk:
            draft.distinguish(Distinction(identity=found, other_identity=person))
            draft.lock(found, person)
    found.last_edit = draft.keep()
    return found


@transaction.atomic
def refuse(*, identity: Identity, tracks: Sequence[int], user: User) -> Identity:
    """These tracks, which look like this person, are somebody else. Remembered.

    Raises EditRefused (a track that shows this person: unassign it instead) or NotAllowed.
    """
    found = hold_living(identity, user)
    chosen = hold_tracks(tracks, found.library)
    if any(track.identity_id == found.pk for track in chosen):
        raise EditRefused(
            f"Some of these are appearances of {found.display_name}: take them out instead."
        )
    draft = Draft(found, user, Kind.REFUSE)
    for track in chosen:
        draft.distinguish(Distinction(track=track, identity=found))
    found.last_edit = draft.keep()
    return found


def _tracks_of(identity: Identity) -> list[Track]:
    own = Track.objects.filter(identity=identity)
    if own.count() > MOST_TRACKS:
        raise EditRefused(f"At most {MOST_TRACKS} appearances can be changed at once.")
    rows = own.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(rows.defer("pts_packed", "boxes_packed", "confidence_packed"))


def _is_in(other: Identity, found: Identity) -> bool:
    """Whether ``other`` was merged into ``found`` already, at whatever remove."""
    at: Identity | None = other
    while at is not None and at.merged_into_id is not None:
        at = at.merged_into
        if at is not None and at.pk == found.pk:
            return True
    return False


def _check_shows(tracks: Sequence[Track], identity: Identity) -> None:
    if any(track.identity_id != identity.pk for track in tracks):
        raise EditRefused(
            f"Some of these appearances are not {identity.display_name}'s: reload the page."
        )


def _check_not_distinguished(people: Sequence[Identity]) -> None:
    pks = [person.pk for person in people]
    known = (
        Distinction.objects.filter(edit__undone_at=None)
        .filter(Q(identity__in=pks) & Q(other_identity__in=pks))
        .select_related("identity", "other_identity")
        .first()
    )
    if known is not None:
        assert known.identity is not None
        assert known.other_identity is not None
        raise EditRefused(
            f"{known.identity.display_name} and {known.other_identity.display_name} were said not "
            "to be the same: undo that in their history first."
        )
