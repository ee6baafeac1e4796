"""What people say about one identity. Each edit is logged, can be undone, and locks the identity.

A locked identity is never renamed, emptied or deleted by a stage. Edits that move tracks between
identities are in ``services.groups``; taking back is in ``services.history``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from ingest.models import Role
from ingest.selectors import User, require_role
from recognition.errors import CoverRefused, EditRefused, NameRefused, NameTaken
from recognition.models import Crop, Identity, IdentityEdit
from recognition.services.editing import Draft, hold_identities

MAX_NAME_LENGTH = 120


def rename(*, identity: Identity, user: User, name: str) -> Identity:
    """Give a person a name; an empty one takes it away again.

    Raises NameTaken, NameRefused, EditRefused or NotAllowed.
    """
    wanted = clean_name(name)
    try:
        with transaction.atomic():
            found = hold_living(identity, user)
            check_free(found, wanted)
            draft = Draft(found, user, IdentityEdit.Kind.RENAME)
            draft.set(found, name=wanted)
            draft.lock(found)
            found.last_edit = draft.keep()
    except IntegrityError as error:  # someone else gave the name between the look and the write
        check_free(identity, wanted)
        raise NameRefused(f"“{wanted}” could not be saved: try again.") from error
    return found


@transaction.atomic
def edit(
    *, identity: Identity, user: User, name: str | None = None, is_hidden: bool | None = None
) -> Identity:
    """Rename and hide or show at once, or neither. Raises as ``rename`` and ``hide``."""
    if name is not None:
        identity = rename(identity=identity, user=user, name=name)
    if is_hidden is not None:
        identity = (hide if is_hidden else show)(identity=identity, user=user)
    require_role(user, identity.library, Role.OWNER, Role.EDITOR)
    return identity


def hide(*, identity: Identity, user: User, others: Sequence[int] = ()) -> Identity:
    """Leave people out of pages and answers. Raises EditRefused or NotAllowed."""
    return _set_hidden(identity, user, others, is_hidden=True)


def show(*, identity: Identity, user: User, others: Sequence[int] = ()) -> Identity:
    """Bring hidden people back. Raises EditRefused or NotAllowed."""
    return _set_hidden(identity, user, others, is_hidden=False)


@transaction.atomic
def choose_cover(*, identity: Identity, user: User, crop: Crop) -> Identity:
    """Make one of a person's crops their picture. Raises CoverRefused or NotAllowed."""
    found = hold_living(identity, user)
    if not Crop.objects.filter(pk=crop.pk, track__identity=found).exists():
        raise CoverRefused(f"This picture does not show {found.display_name}.")
    draft = Draft(found, user, IdentityEdit.Kind.COVER)
    draft.set(found, cover_id=crop.pk)
    draft.lock(found)
    found.last_edit = draft.keep()
    return found


def hold_living(identity: Identity, user: User) -> Identity:
    """The row as it is now, held, if the user may edit it and it was not merged into another."""
    found = hold_identities([identity.pk], user)[identity.pk]
    check_living(found)
    return found


def check_living(identity: Identity) -> None:
    """Raises EditRefused for someone who was merged into another."""
    if identity.merged_into is not None:
        raise EditRefused(
            f"{identity.display_name} was merged into {identity.merged_into.display_name}: "
            "correct that person instead, or undo the merge first."
        )


def clean_name(name: str) -> str:
    """A name as it is kept: composed (NFC), single spaces. Raises NameRefused."""
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in text):
        raise NameRefused("A name cannot have control characters: type it anew.")
    if len(text) > MAX_NAME_LENGTH:
        raise NameRefused(f"A name can have {MAX_NAME_LENGTH} characters at most.")
    return text


def check_free(identity: Identity, name: str) -> None:
    """Raises NameTaken if another identity of the library has the name."""
    if not name:
        return
    other = (
        Identity.objects.filter(library_id=identity.library_id, name__iexact=name)
        .exclude(pk=identity.pk)
        .first()
    )
    if other is not None:
        hidden = ", who is hidden" if other.is_hidden else ""
        raise NameTaken(
            f"“{other.name}” is already the name of person {other.number} of this library"
            f"{hidden}: choose another name, or merge the two.",
            identity_id=other.pk,
        )


@transaction.atomic
def _set_hidden(
    identity: Identity, user: User, others: Sequence[int], *, is_hidden: bool
) -> Identity:
    held = hold_identities([identity.pk, *others], user)
    found = held[identity.pk]
    draft = Draft(found, user, IdentityEdit.Kind.HIDE if is_hidden else IdentityEdit.Kind.SHOW)
    for person in held.values():
        check_living(person)
        if person.is_hidden != is_hidden:
            draft.set(person, is_hidden=is_hidden)
            draft.lock(person)
    found.last_edit = draft.keep()
    return found
