"""What people say about identities. Each edit is logged and locks the identity.

A locked identity is never renamed, emptied or deleted by a stage.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import IntegrityError, transaction

from ingest.models import Role
from ingest.selectors import User, require_role
from ingest.services import audit
from recognition.errors import CoverRefused, NameRefused, NameTaken
from recognition.models import Crop, Identity, IdentityEdit

MAX_NAME_LENGTH = 120
_VERBS = {
    IdentityEdit.Kind.RENAME: "named",
    IdentityEdit.Kind.HIDE: "hidden",
    IdentityEdit.Kind.SHOW: "shown",
    IdentityEdit.Kind.COVER: "covered",
}


def rename(*, identity: Identity, user: User, name: str) -> Identity:
    """Give a person a name; an empty one takes it away again.

    Raises NameTaken, NameRefused or NotAllowed.
    """
    wanted = clean_name(name)
    try:
        with transaction.atomic():
            found = _claim(identity, user)
            _check_free(found, wanted)
            if found.name != wanted:
                before, found.name = found.name, wanted
                _keep(found, user, IdentityEdit.Kind.RENAME, {"name": before}, {"name": wanted})
    except IntegrityError as error:  # someone else gave the name between the look and the write
        _check_free(identity, wanted)
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
        identity = _set_hidden(identity, user, is_hidden=is_hidden)
    require_role(user, identity.library, Role.OWNER, Role.EDITOR)
    return identity


def hide(*, identity: Identity, user: User) -> Identity:
    """Leave a person out of pages and answers. Raises NotAllowed."""
    return _set_hidden(identity, user, is_hidden=True)


def show(*, identity: Identity, user: User) -> Identity:
    """Undo ``hide``. Raises NotAllowed."""
    return _set_hidden(identity, user, is_hidden=False)


@transaction.atomic
def choose_cover(*, identity: Identity, user: User, crop: Crop) -> Identity:
    """Make one of a person's crops their picture. Raises CoverRefused or NotAllowed."""
    found = _claim(identity, user)
    if not Crop.objects.filter(pk=crop.pk, track__identity=found).exists():
        raise CoverRefused(f"This picture does not show {found.display_name}.")
    if found.cover_id != crop.pk:
        before, found.cover = found.cover_id, crop
        _keep(found, user, IdentityEdit.Kind.COVER, {"crop": before}, {"crop": crop.pk})
    return found


def clean_name(name: str) -> str:
    """A name as it is kept: composed (NFC), single spaces. Raises NameRefused."""
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in text):
        raise NameRefused("A name cannot have control characters: type it anew.")
    if len(text) > MAX_NAME_LENGTH:
        raise NameRefused(f"A name can have {MAX_NAME_LENGTH} characters at most.")
    return text


@transaction.atomic
def _set_hidden(identity: Identity, user: User, *, is_hidden: bool) -> Identity:
    found = _claim(identity, user)
    if found.is_hidden != is_hidden:
        found.is_hidden = is_hidden
        kind = IdentityEdit.Kind.HIDE if is_hidden else IdentityEdit.Kind.SHOW
        _keep(found, user, kind, {"is_hidden": not is_hidden}, {"is_hidden": is_hidden})
    return found


def _claim(identity: Identity, user: User) -> Identity:
    """The row as it is now, held until the transaction ends, if the user may edit it."""
    found = (
        Identity.objects.select_for_update(of=("self",))
        .select_related("library")
        .get(pk=identity.pk)
    )
    require_role(user, found.library, Role.OWNER, Role.EDITOR)
    return found


def _check_free(identity: Identity, name: str) -> None:
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
            f"{hidden}: choose another name.",
            identity_id=other.pk,
        )


def _keep(
    identity: Identity,
    user: User,
    kind: IdentityEdit.Kind,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    identity.is_locked = True
    identity.save(update_fields=("name", "is_hidden", "cover", "is_locked", "updated_at"))
    IdentityEdit.objects.create(
        identity=identity, user_id=user.pk, kind=kind, before=before, after=after
    )
    audit.record(user=user, library=identity.library, verb=_VERBS[kind], subject=identity)
