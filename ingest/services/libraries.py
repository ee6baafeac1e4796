"""Makes libraries and says who may see them."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from ingest.errors import IngestError, NotAllowed
from ingest.models import Library, Membership, Role
from ingest.services.names import clean_text


class NameTaken(IngestError):
    """Another library has this name."""

    code = "name_taken"


class BadName(IngestError):
    """A name with nothing in it."""

    code = "bad_name"


@transaction.atomic
def create_library(
    *, name: str, owner: AbstractBaseUser | None, is_sample: bool = False
) -> Library:
    """A new library, with its owner as a member (None: nobody yet).

    Raises BadName or NameTaken.
    """
    title = clean_text(name, limit=120)
    if not title:
        raise BadName("A library needs a name.")
    try:
        with transaction.atomic():
            library = Library.objects.create(
                name=title, slug=_free_slug(title), is_sample=is_sample
            )
    except IntegrityError as error:
        raise NameTaken(f"There is a library called “{title}” already.") from error
    if owner is not None:
        Membership.objects.create(library=library, user_id=owner.pk, role=Role.OWNER)
    return library


@transaction.atomic
def set_member(*, library: Library, user: AbstractBaseUser, role: Role) -> Membership:
    """Make someone a member, or change their role. Raises NotAllowed for the last owner."""
    Library.objects.select_for_update().get(pk=library.pk)
    if role != Role.OWNER:
        _keep_an_owner(library, user)
    membership, _ = Membership.objects.update_or_create(
        library=library, user_id=user.pk, defaults={"role": role}
    )
    return membership


@transaction.atomic
def remove_member(*, library: Library, user: AbstractBaseUser) -> None:
    """End someone's membership. Raises NotAllowed for the last owner."""
    Library.objects.select_for_update().get(pk=library.pk)
    _keep_an_owner(library, user)
    Membership.objects.filter(library=library, user_id=user.pk).delete()


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
