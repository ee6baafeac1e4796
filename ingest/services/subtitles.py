"""Subtitles that come after their footage: sent to it, or put beside it where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from ingest import storage
from ingest.errors import IngestError, NotAFile, NotMedia, TooLarge
from ingest.media.opening import storage_errors
from ingest.media.sidecars import (
    LARGEST_BYTES,
    cues_of,
    decoded,
    ending_of,
    find_sidecars,
    stem_of,
)
from ingest.models import Asset, Library, StageRun
from ingest.pipeline import retry
from ingest.services.names import clean_file_name

STAGE = "ingest.stages.lines"
"""What is done again when subtitles come."""
FROM_FILE = "file "
"""How the sources of lines out of sidecars begin; their endings follow."""

_File = TypeVar("_File", bound="UploadedFile[Any]")


def is_subtitles(name: str) -> bool:
    """Whether a file's name says that it is subtitles of another file."""
    return stem_of(name) is not None


def subtitles_last(files: Sequence[_File]) -> list[_File]:
    """Files in an order in which footage comes before its subtitles."""
    return sorted(files, key=lambda file: is_subtitles(file.name or ""))


def keep_subtitles(library: Library, file: UploadedFile[Any], name: str) -> Asset:
    """Keep subtitles beside the uploaded footage that their name says; that asset.

    Whether the sender may add files is for the caller to decide. Raises TooLarge, NotMedia,
    NotAFile (there is no such footage) or StorageFull, each with a sentence.
    """
    if (file.size or 0) > LARGEST_BYTES:
        raise TooLarge(f"Subtitles may have up to {LARGEST_BYTES // 1_000_000} MB.")
    content = file.read(LARGEST_BYTES + 1)
    if not cues_of(decoded(content)):
        raise NotMedia(
            "These subtitles hold no lines that can be read: send SubRip (.srt) or WebVTT (.vtt)."
        )
    clean = clean_file_name(name)
    with transaction.atomic():
        asset = _asset_named(library, stem_of(clean) or "")
        ending = ending_of(clean, stem_of(clean) or "") or ".srt"
        incoming = storage.new_incoming_path("")
        try:
            with storage_errors():
                incoming.write_bytes(content)
                incoming.replace(storage.sidecar_path(asset.original_key, ending))
        finally:
            incoming.unlink(missing_ok=True)
        _read_again(asset)
    return asset


def look_for_subtitles(asset: Asset) -> None:
    """Read the subtitles beside an asset again, where they changed since they were read."""
    run = _last_run(asset)
    if run is None or run.finished_at is None:
        return
    try:
        found = find_sidecars(storage.source_path(asset))
        changed_at = max((s.path.stat().st_mtime for s in found), default=0.0)
    except (OSError, IngestError):
        return  # whoever reads the footage next says what is wrong
    known = asset.lines.filter(source__startswith=FROM_FILE).values_list("source", flat=True)
    there = {f"{FROM_FILE}{sidecar.ending}"[:40] for sidecar in found}
    if changed_at > run.finished_at.timestamp() or not set(known.distinct().order_by()) <= there:
        retry(run)


def _asset_named(library: Library, stem: str) -> Asset:
    """The newest uploaded asset of this name without ending, locked. Raises NotAFile."""
    named = Asset.objects.filter(Q(name=stem) | Q(name__startswith=f"{stem}."), library=library)
    rows = named.select_for_update(no_key=True).order_by("-pk")
    fitting = [row for row in rows if stem in (row.name, PurePath(row.name).stem)]
    uploaded = next((row for row in fitting if row.original_key), None)
    if uploaded is not None:
        return uploaded
    if fitting:
        raise NotAFile(
            f"“{fitting[0].name}” lies where it was indexed: put its subtitles beside it there, "
            "and index it again."
        )
    raise NotAFile(
        f"There is no footage called “{stem}” in this library: send the video first, and name its "
        "subtitles like it."
    )


def _last_run(asset: Asset) -> StageRun | None:
    done = asset.stage_runs.filter(stage=STAGE, state=StageRun.State.DONE)
    return done.order_by("-pk").first()


def _read_again(asset: Asset) -> None:
    """What was read already is read anew; else the path comes to it by itself."""
    run = _last_run(asset)
    if run is not None:
        retry(run)
