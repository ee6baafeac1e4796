"""Takes files into libraries, and throws assets away.

A file is accepted whole or not at all: it is read, compared by content with what is there, looked
into, stored under a generated key, and only then given a row.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from ingest import storage
from ingest.errors import DuplicateAsset, IngestError, NotAFile, TooLarge
from ingest.media.content import sha256_of
from ingest.media.opening import check_file, storage_errors
from ingest.models import Asset, Camera, Library, Upload
from ingest.pipeline import enqueue
from ingest.services import audit
from ingest.services.inspection import inspect_file
from ingest.services.names import clean_file_name
from ingest.services.subtitles import look_for_subtitles

Outcome = Upload.Outcome

_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file: ``sentence`` and ``code`` are empty for footage that was accepted.

    ``asset`` is the new one, or for a duplicate the one that is there already.
    """

    asset: Asset | None
    outcome: Outcome
    code: str = ""
    sentence: str = ""


def add_file(
    *,
    library: Library,
    path: Path,
    name: str,
    user: AbstractBaseUser | None = None,
    in_place: bool = False,
    may_link: bool = False,
    camera: Camera | None = None,
) -> Added:
    """Take a file into a library and queue its stages, or say in a sentence why not.

    ``in_place``: the file stays where it is, else it is copied; ``may_link``: the file is ours
    and will be removed, so a second name for it does instead of a copy. Whether ``user`` may add
    files is for the caller to decide. Never leaves anything half-stored.
    """
    shown = clean_file_name(name)
    try:
        digest, size = _read(path, is_limited=not in_place)
        existing = _existing(library, digest)
        if existing is not None:
            return _duplicate(existing, path, in_place=in_place)
        inspect_file(path)
        source = _source_of(path, shown, digest, in_place=in_place, may_link=may_link)
        return _create(
            Asset(
                library=library,
                camera=camera,
                name=shown,
                content_sha256=digest,
                size_bytes=size,
                **source,
            )
        )
    except DuplicateAsset:
        return _duplicate(_existing(library, digest), path, in_place=in_place)
    except IngestError as error:
        return Added(None, Outcome.REFUSED, error.code, str(error))
    except OSError as error:
        reason = error.strerror or "unknown error"
        sentence = f"The file could not be read or stored ({reason}): check the disk and try again."
        return Added(None, Outcome.REFUSED, "io", sentence)


def delete_asset(
    *, asset: Asset, user: AbstractBaseUser | AnonymousUser | None = None, why: str = "asked"
) -> None:
    """Erase an asset: its rows, what stages made of it, and the upload; not a file in place.

    The audit log keeps that it was erased, by whom (None: by itself) and ``why``, not its name.
    """
    with transaction.atomic():
        locked = Asset.objects.select_for_update().filter(pk=asset.pk).first()
        if locked is None:
            return
        files = partial(storage.delete_asset_files, locked.pk, original_key=locked.original_key)
        Upload.objects.filter(asset=locked).delete()
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Asset), object_id=str(locked.pk)
        ).delete()
        library = locked.library
        locked.delete()
        audit.forget_subject("asset", asset.pk)
        audit.record(
            user=user, library=library, verb="erased", subject=asset, label="an asset", why=why
        )
        transaction.on_commit(files)


def _read(path: Path, *, is_limited: bool) -> tuple[str, int]:
    """Digest and size of the content. Raises NotAFile, EmptyFile or TooLarge."""
    size = check_file(path)
    if is_limited and size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES / 1_000_000
        raise TooLarge(f"This file is larger than the {limit:,.0f} MB that may be uploaded.")
    return sha256_of(path), size


def _existing(library: Library, digest: str) -> Asset | None:
    return Asset.objects.filter(library=library, content_sha256=digest).first()


def _source_of(
    path: Path, name: str, digest: str, *, in_place: bool, may_link: bool
) -> dict[str, str]:
    """Where the new asset's file is: it stays, or is among the originals from now on."""
    if not in_place:
        return {"original_key": _store(path, name, digest, may_link=may_link)}
    place = os.fspath(path.absolute())
    try:
        place.encode()
    except UnicodeEncodeError as error:
        raise NotAFile(
            "The name of this file or its folder is not valid text: rename it, or have the file "
            "copied (--copy)."
        ) from error
    return {"external_path": place}


def _store(path: Path, name: str, digest: str, *, may_link: bool) -> str:
    """Bring a file among the originals; its key. Raises StorageFull, OSError or NotAFile."""
    incoming = storage.new_incoming_path(name)
    try:
        with storage_errors():
            if not (may_link and _linked(path, incoming)):
                _copy(path, incoming, digest)
            return storage.keep_incoming(incoming)
    finally:
        incoming.unlink(missing_ok=True)


def _linked(path: Path, target: Path) -> bool:
    """Give the file a second name, where the file system can."""
    try:
        os.link(path, target)
    except OSError:
        return False
    return True


def _copy(path: Path, target: Path, digest: str) -> None:
    """Copy a file onto the disk for good; it must be the one that was read before."""
    found = hashlib.sha256()
    with path.open("rb") as source, target.open("xb") as copy:
        while chunk := source.read(_COPY_BYTES):
            found.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if found.hexdigest() != digest:
        raise NotAFile("This file changed while it was read: wait until it is complete.")


def _create(asset: Asset) -> Added:
    """Give the stored file its row and its runs, or remove it. Raises DuplicateAsset."""
    is_created = False
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    asset.save(force_insert=True)
            except IntegrityError as error:
                raise DuplicateAsset("The same footage is already here.") from error
            enqueue(asset)
        is_created = True
    finally:
        if not is_created and asset.original_key:
            storage.delete_original(asset.original_key)
    return Added(asset, Outcome.ACCEPTED)


def _duplicate(existing: Asset | None, path: Path, *, in_place: bool) -> Added:
    """Point to the asset that is there; what has changed since is done for it, if anything has."""
    if existing is None:  # deleted in this very moment
        return Added(None, Outcome.REFUSED, "duplicate", "The same footage was just deleted.")
    if in_place and existing.external_path and not Path(existing.external_path).is_file():
        existing.external_path = os.fspath(path.absolute())
        existing.save(update_fields=["external_path"])
    enqueue(existing)
    look_for_subtitles(existing)
    sentence = f"The same footage is already here as “{existing.name}”."
    return Added(existing, Outcome.DUPLICATE, DuplicateAsset.code, sentence)
