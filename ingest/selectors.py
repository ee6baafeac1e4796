"""Reads of this room: who may see which footage. Query counts are pinned by tests."""

from __future__ import annotations

from typing import TypeAlias

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from ingest.errors import NotAllowed
from ingest.models import Asset, Camera, Library, Line, Membership, Role, StageRun
from ingest.pipeline.path import stages

User: TypeAlias = AbstractBaseUser | AnonymousUser


def libraries_for(user: User) -> QuerySet[Library]:
    """The libraries that the user is a member of. One query."""
    if user.pk is None:
        return Library.objects.none()
    return Library.objects.filter(memberships__user=user.pk)


def assets_for(user: User) -> QuerySet[Asset]:
    """The assets of those libraries, with their library. One query."""
    if user.pk is None:
        return Asset.objects.none()
    mine = Membership.objects.filter(user=user.pk).values("library")
    return Asset.objects.filter(library__in=mine).select_related("library")


def cameras_for(user: User) -> QuerySet[Camera]:
    """The cameras of those libraries. One query."""
    if user.pk is None:
        return Camera.objects.none()
    return Camera.objects.filter(library__memberships__user=user.pk)


def overlapping_cameras(library_id: int) -> tuple[tuple[int, int], ...]:
    """Pairs of cameras of a library that are declared to see one place at once. One query."""
    seen = Camera.overlaps.through.objects.filter(from_camera__library=library_id)
    pairs = seen.order_by("from_camera", "to_camera").values_list("from_camera", "to_camera")
    return tuple((a, b) for a, b in pairs if a < b)


def role_in(user: User, library: Library) -> Role | None:
    """The user's role in the library; None for an outsider. One query."""
    if user.pk is None:
        return None
    found = Membership.objects.filter(user=user.pk, library=library).values_list("role", flat=True)
    role = found.first()
    return Role(role) if role else None


def require_role(user: User, library: Library, *roles: Role) -> Role:
    """The user's role, if it is one of ``roles`` (any role if none are named). One query.

    Raises NotAllowed.
    """
    role = role_in(user, library)
    if role is None:
        raise NotAllowed("You are not a member of this library.")
    if roles and role not in roles:
        needed = " or ".join(wanted.label.lower() for wanted in roles)
        raise NotAllowed(f"Only an {needed} of this library may do this.")
    return role


def runs_of(asset: Asset) -> list[StageRun]:
    """The asset's runs in the order of the pipeline. One query."""
    order = {stage.name: index for index, stage in enumerate(stages())}
    return sorted(
        asset.stage_runs.all(), key=lambda run: (order.get(run.stage, len(order)), run.pk)
    )


def assets_by_content(library: Library, sha256: str) -> QuerySet[Asset]:
    """The asset of the library with this content, if there is one. One query."""
    return Asset.objects.filter(library=library, content_sha256=sha256)


def lines_of(asset: Asset) -> QuerySet[Line]:
    """What is said in an asset, in time. One question."""
    return (
        asset.lines.defer("search", "next_words")
        .select_related("asset")
        .order_by("start_pts", "id")
    )
