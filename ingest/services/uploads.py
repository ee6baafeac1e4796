"""Receives what people send through the browser or the API, and keeps a record of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from ingest import storage
from ingest.errors import IngestError, TooLarge
from ingest.media.opening import storage_errors
from ingest.models import Camera, Library, Upload
from ingest.services.assets import Added, add_file
from ingest.services.names import clean_file_name
from ingest.services.subtitles import is_subtitles, keep_subtitles


def receive(
    *,
    library: Library,
    user: AbstractBaseUser | None,
    uploaded_file: UploadedFile[Any],
    camera: Camera | None = None,
) -> Upload:
    """Take one uploaded file into a library; the record says what became of it, and why.

    Subtitles (``NAME.en.srt``) go to the footage of that name, which has to be there already.
    """
    name = uploaded_file.name or ""
    try:
        added = _take(library, uploaded_file, name, user, camera)
    except IngestError as error:
        added = Added(None, Upload.Outcome.REFUSED, error.code, str(error))
    return Upload.objects.create(
        library=library,
        user_id=user.pk if user is not None else None,
        asset=added.asset,
        name=clean_file_name(name),
        size_bytes=uploaded_file.size or 0,
        outcome=added.outcome,
        error_code=added.code,
        sentence=added.sentence,
    )


def _take(
    library: Library,
    uploaded_file: UploadedFile[Any],
    name: str,
    user: AbstractBaseUser | None,
    camera: Camera | None,
) -> Added:
    if (uploaded_file.size or 0) > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES / 1_000_000
        raise TooLarge(f"This file is larger than the {limit:,.0f} MB that may be uploaded.")
    if is_subtitles(name):
        asset = keep_subtitles(library, uploaded_file, name)
        return Added(asset, Upload.Outcome.ACCEPTED, sentence=f"Subtitles of “{asset.name}”.")
    if isinstance(uploaded_file, TemporaryUploadedFile):
        path, is_ours = Path(uploaded_file.temporary_file_path()), False
        uploaded_file.flush()
    else:
        path, is_ours = _spool(uploaded_file, name), True
    try:
        return add_file(
            library=library, path=path, name=name, user=user, may_link=True, camera=camera
        )
    finally:
        if is_ours:
            path.unlink(missing_ok=True)


def _spool(uploaded_file: UploadedFile[Any], name: str) -> Path:
    """Write a small file that Django kept in memory to disk. Raises StorageFull."""
    path = storage.new_incoming_path(name)
    with storage_errors(), path.open("xb") as target:
        for chunk in uploaded_file.chunks():
            target.write(chunk)
    return path
