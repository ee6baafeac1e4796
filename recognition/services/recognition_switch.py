"""The switch of identity recognition, per library, with who set it, when and why.

Off means: no vector that tells people apart is kept or made, and no identity is shown. What people
said (names, corrections) stays unseen in the catalogue and is back when it is switched on again,
unless ``erase_people`` was asked for.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from ingest import pipeline
from ingest.models import Asset, Library, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from ingest.services.libraries import MAX_REASON_LENGTH
from ingest.services.names import clean_text
from recognition.errors import ReasonMissing
from recognition.models import Identity, IdentityEdit, Track
from recognition.services.erasure import erase_row, names_of
from recognition.services.grouping import lock_library
from recognition.services.holdings import delete_person_vectors


@transaction.atomic
def switch_recognition(
    *, library: Library, user: User, is_on: bool, reason: str, erase_people: bool = False
) -> Library:
    """Set the switch. Owners alone. Raises ReasonMissing or NotAllowed."""
    require_role(user, library, Role.OWNER)
    why = clean_text(reason, limit=MAX_REASON_LENGTH)
    if not why:
        raise ReasonMissing(
            "Write down why: whoever answers for this library must be able to say it later."
        )
    lock_library(library.pk)
    found = Library.objects.select_for_update(no_key=True).get(pk=library.pk)
    found.recognises_people, found.recognition_reason = is_on, why
    found.recognition_set_by_id, found.recognition_set_at = user.pk, timezone.now()
    found.save()
    audit.record(user=user, library=found, verb="switched", subject=found, is_on=is_on, reason=why)
    if not is_on:
        _forget_people(found, user, erase_people=erase_people)
    transaction.on_commit(partial(_plan_anew, found.pk), robust=True)
    return found


def _forget_people(library: Library, user: User, *, erase_people: bool) -> None:
    delete_person_vectors(library)
    tracks = Track.objects.filter(asset__library=library, identity__isnull=False)
    tracks.filter(assigned_by=Track.Assigner.MACHINE, identity__is_locked=False).update(
        identity=None, identity_similarity=None
    )
    tracks.update(identity_similarity=None)
    said = IdentityEdit.subjects.through.objects.values("identity_id")
    empty = Identity.objects.filter(library=library, is_locked=False, tracks=None)
    empty.exclude(pk__in=said).delete()  # what an edit speaks of may be brought back by its undo
    if erase_people:
        for identity in Identity.objects.filter(library=library).order_by("pk"):
            names = names_of(identity)
            Track.objects.filter(identity=identity).update(
                identity=None, assigned_by=Track.Assigner.MACHINE
            )
            erase_row(identity, names)
        audit.record(user=user, library=library, verb="erased", subject=library, what="people")


def _plan_anew(library_id: int) -> None:
    for asset in Asset.objects.filter(library=library_id).order_by("pk"):
        pipeline.enqueue(asset)
