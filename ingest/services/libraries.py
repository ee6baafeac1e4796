"""Makes libraries and says who may see them."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from ingest.errors import IngestError, NotAllowed
from ingest.models import Library, Membership, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from ingest.services.assets import delete_asset
from ingest.services.names import clean_text

MAX_REASON_LENGTH = 300


class NameTaken(IngestError):
    """Another library has this name."""

    code = "name_taken"


class BadName(IngestError):
    """A name with nothing in it."""

    code = "bad_name"


@transaction.atomic
def create_library(
    *,
    name: str,
    owner: AbstractBaseUser | None,
    is_sample: bool = False,
    recognition_reason: str = "",
) -> Library:
    """A new library, with its owner as a member (None: nobody yet).

    It recognises people only if ``recognition_reason`` says why. Raises BadName or NameTaken.
    """
    reason = clean_text(recognition_reason, limit=MAX_REASON_LENGTH)
    title = clean_text(name, limit=120)
    if not title:
        raise BadName("A library needs a name.")
    try:
        with transaction.atomic():
            library = Library.objects.create(
                name=title,
                slug=_free_slug(title),
                is_sample=is_sample,
                recognises_people=bool(reason),
                recognition_reason=reason,
                recognition_set_at=timezone.now() if reason else None,
                recognition_set_by_id=owner.pk if reason and owner else None,
            )
    except IntegrityError as error:
        raise NameTaken(f"There is a library called “{title}” already.") from error
    if owner is not None:
        Membership.objects.create(library=library, user_id=owner.pk, role=Role.OWNER)
    if reason:
        audit.record(
            user=owner, library=library, verb="switched", subject=library, is_on=True, reason=reason
        )
    return library


class ConfirmationWrong(IngestError):
    """What was typed is not the library's name."""

    code = "confirmation_wrong"


def check_erasure(*, library: Library, user: User, typed: str) -> None:
    """Owners may erase a library, typing its name. Raises ConfirmationWrong or NotAllowed."""
    require_role(user, library, Role.OWNER)
    if " ".join(typed.split()).casefold() != library.name.casefold():
        raise ConfirmationWrong(f"Type “{library.name}” to erase this library.")


def erase_library(*, library: Library, user: User | None) -> None:
    """Erase a library, its assets one by one with their files, and the words of its audit log."""
    pk = library.pk
    for asset in library.assets.order_by("pk"):
        delete_asset(asset=asset, user=user, why="library")
    with transaction.atomic():
        audit.forget_library(library)
        audit.forget_subject("library", pk)
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Library), object_id=str(pk)
        ).delete()
        audit.record(user=user, library=None, verb="erased", label="a library", library_id=pk)
        library.delete()


@transaction.atomic
def set_member(
    *, library: Library, user: AbstractBaseUser, role: Role, by: User | None = None
) -> Membership:
    """Make someone a member, or change their role. Raises NotAllowed for the last owner."""
    Library.objects.select_for_update().get(pk=library.pk)
    if role != Role.OWNER:
        _keep_an_owner(library, user)
    membership, _ = Membership.objects.update_or_create(
        library=library, user_id=user.pk, defaults={"role": role}
    )
    audit.record(user=by, library=library, verb="admitted", subject=user, role=str(role))
    return membership


@transaction.atomic
def remove_member(*, library: Library, user: AbstractBaseUser, by: User | None = None) -> None:
    """End someone's membership. Raises NotAllowed for the last owner."""
    Library.objects.select_for_update().get(pk=library.pk)
    _keep_an_owner(library, user)
    Membership.objects.filter(library=library, user_id=user.pk).delete()
    audit.record(user=by, library=library, verb="removed", subject=user)


def _keep_an_owner(library: Library, user: AbstractBaseUser) -> None:
    owners = set(library.memberships.filter(role=Role.OWNER).values_list("user_id", flat=True))
    if owners == {user.pk}:
        raise NotAllowed("A library needs an owner: make someone else one first.")


def _free_slug(name: str) -> str:
    base = slugify(name)[:120] or "library"
    taken = set(Library.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken or slug == "new":
        number += 1
        slug = f"{base}-{number}"
    return slug
