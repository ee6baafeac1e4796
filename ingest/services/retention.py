"""Footage that is older than its library keeps it is erased, by itself, and written down."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ingest.errors import IngestError
from ingest.models import Asset, Library, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from ingest.services.assets import delete_asset

MAX_DAYS = 36_500


class RetentionRefused(IngestError):
    """A number of days that cannot be meant."""

    code = "retention_refused"


@transaction.atomic
def set_retention(*, library: Library, user: User, days: int | None) -> Library:
    """Keep assets for so many days after they were recorded (else: added); None: for good.

    Owners. Raises RetentionRefused or NotAllowed.
    """
    require_role(user, library, Role.OWNER)
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise RetentionRefused(f"Keep footage for 1 to {MAX_DAYS} days, or for good.")
    found = Library.objects.select_for_update(no_key=True).get(pk=library.pk)
    if found.retention_days != days:
        found.retention_days = days
        found.save(update_fields=["retention_days"])
        audit.record(user=user, library=found, verb="switched", subject=found, retention_days=days)
    return found


def erase_expired() -> int:
    """Erase the assets that are older than their library keeps them; how many."""
    count = 0
    for library in Library.objects.filter(retention_days__isnull=False).order_by("pk"):
        for asset in expired_in(library):
            delete_asset(asset=asset, why="retention")
            count += 1
    return count


def expired_in(library: Library) -> QuerySet[Asset]:
    """The assets of a library whose time is up: by when they were recorded, else added."""
    if library.retention_days is None:
        return Asset.objects.none()
    oldest = timezone.now() - timedelta(days=library.retention_days)
    aged = Asset.objects.annotate(since=Coalesce("recorded_at", "created_at"))
    return aged.filter(library=library, since__lt=oldest).order_by("pk")
