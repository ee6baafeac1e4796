"""Erases a person: vectors, pictures, names, everywhere; the footage itself stays.

Where the person was, a suppression is left (when and where in the frame, nothing else), so that
stages which run again do not follow the same person again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from ingest import storage
from ingest.errors import NotAFile
from ingest.models import Library, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from ingest.services.forgetting import forget_names, lock_words
from ingest.services.libraries import check_erasure
from ingest.services.libraries import erase_library as ingest_erase_library
from recognition.errors import ConfirmationWrong
from recognition.models import Crop, Identity, IdentityEdit, Suppression, Track, name_of
from recognition.services.grouping import lock_library
from recognition.services.holdings import forget_examples, scrub


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: tracks, pictures, assets that they were in, rows in which the name stood."""

    tracks: int
    pictures: int
    assets: int
    mentions: int


@transaction.atomic
def erase_identity(*, identity: Identity, user: User, typed: str) -> Erased:
    """Erase a person from a library. Owners alone; ``typed`` is the name, to be sure.

    Raises ConfirmationWrong or NotAllowed.
    """
    require_role(user, identity.library, Role.OWNER)
    lock_library(identity.library_id)
    found = Identity.objects.get(pk=identity.pk)  # as it is called now
    if " ".join(typed.split()).casefold() != found.display_name.casefold():
        raise ConfirmationWrong(f"Type “{found.display_name}” to erase this person.")
    return erase_confirmed(identity=identity, user=user)


@transaction.atomic
def erase_confirmed(*, identity: Identity, user: User) -> Erased:
    """The same by who may do it and was asked already, as Django's admin does."""
    lock_library(identity.library_id)
    found = Identity.objects.select_for_update().select_related("library").get(pk=identity.pk)
    tracks = list(Track.objects.filter(identity=found))
    names, library = names_of(found), found.library
    assets = {track.asset_id for track in tracks}
    keys = _picture_keys(tracks)
    Suppression.objects.bulk_create([_suppression(track) for track in tracks], batch_size=500)
    Track.objects.filter(pk__in=[track.pk for track in tracks]).delete()
    mentions = erase_row(found, names)
    forget_examples(library)
    erased = Erased(len(tracks), len(keys), len(assets), mentions)
    audit.record(
        user=user,
        library=library,
        verb="erased",
        subject=identity,
        label="a person",
        tracks=erased.tracks,
        assets=sorted(assets),
    )
    transaction.on_commit(partial(_delete_pictures, keys), robust=True)
    for asset_id in assets:  # of whoever looked on, where a stage has not gone by it yet
        transaction.on_commit(partial(storage.delete_records, asset_id), robust=True)
    return erased


def names_of(identity: Identity) -> list[str]:
    """The names a person has or ever had by the log of edits, and of those merged into them."""
    people = _with_absorbed(identity)
    names = {person.name for person in people.values()}
    for edit in IdentityEdit.objects.filter(subjects__in=people).distinct():
        for side in (edit.before, edit.after):
            cells = edit.cells(side)
            names |= {str(cells[pk].get("name", "")) for pk in people if pk in cells}
    return sorted(filter(None, names))


def _with_absorbed(identity: Identity) -> dict[int, Identity]:
    """The identity and all that were merged into it, at whatever remove."""
    found = {identity.pk: identity}
    fresh = [identity.pk]
    while fresh:
        rows = Identity.objects.filter(merged_into__in=fresh).exclude(pk__in=found)
        fresh = [row.pk for row in rows]
        found.update({row.pk: row for row in rows})
    return found


def erase_row(identity: Identity, names: Sequence[str]) -> int:
    """Delete the identity with its edits, comments and links, and its names elsewhere; how many."""
    library, pk = identity.library, identity.pk
    number = identity.number
    others = Identity.objects.filter(library=library).exclude(pk=pk).exclude(name="")
    keep = list(others.values_list("name", flat=True))
    people = _with_absorbed(identity)
    IdentityEdit.objects.filter(subjects__in=people).delete()
    identity.delete()
    for person in people:
        audit.forget_subject("identity", person)
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Identity), object_id=str(pk)
    ).delete()
    gone = [*names, name_of("", number)]
    lock_words(library.pk)  # whoever reads words now sees what was forgotten, or is seen
    forget_names(library, gone, keep)
    return scrub(library, gone, keep)


def _suppression(track: Track) -> Suppression:
    return Suppression(
        asset_id=track.asset_id,
        start_pts=track.start_pts,
        end_pts=track.end_pts,
        pts_packed=track.pts_packed,
        boxes_packed=track.boxes_packed,
    )


def _picture_keys(tracks: Sequence[Track]) -> list[str]:
    crops = Crop.objects.filter(track__in=[track.pk for track in tracks])
    rows = crops.values_list("image_key", "context_key")
    return [key for row in rows for key in row if key]


def _delete_pictures(keys: Sequence[str]) -> None:
    for key in keys:
        try:
            storage.derived_path(key).unlink(missing_ok=True)
        except NotAFile:  # a key that leads nowhere has no file
            continue


def erase_library(*, library: Library, user: User, typed: str) -> None:
    """Erase a library: its people and their names, then all its footage and the library itself.

    Owners; ``typed`` is its name. Raises ``ingest``'s ConfirmationWrong or NotAllowed.
    """
    check_erasure(library=library, user=user, typed=typed)
    erase_library_confirmed(library=library, user=user)


def erase_library_confirmed(*, library: Library, user: User) -> None:
    """The same by who may do it and was asked already, as Django's admin does."""
    with transaction.atomic():
        lock_library(library.pk)
        people = list(Identity.objects.filter(library=library))
        names = {name for identity in people for name in names_of(identity)}
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Identity),
            object_id__in=[str(identity.pk) for identity in people],
        ).delete()
        Identity.objects.filter(library=library).delete()
        scrub(library, sorted(names))
        forget_examples(library)
    ingest_erase_library(library=library, user=user)
