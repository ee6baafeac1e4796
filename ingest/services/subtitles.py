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
    changed_since,
    cues_of,
    decoded,
    ending_of,
    marks_of,
    stem_of,
)
from ingest.models import Asset, Library, StageRun
from ingest.pipeline import retry
from ingest.services.names import clean_file_name

STAGE = "ingest.stages.lines"
"""What is done again when subtitles come."""
CLOCKS_DIFFER_S = 60
"""By how much a file server's clock may be behind ours. A minute, by judgement."""
State = StageRun.State

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


@transaction.atomic
def look_for_subtitles(asset: Asset) -> None:
    """Read the subtitles beside an asset again, where they changed since they were read.

    A stage that is reading at this moment may have come too early for them: it is done anew.
    """
    if Asset.objects.select_for_update(no_key=True).filter(pk=asset.pk).first() is None:
        return
    run = _last_reading(asset)
    if run is None or run.started_at is None:
        return
    try:
        path = storage.source_path(asset)
        if run.state == State.RUNNING:
            has_changed = changed_since(path, run.started_at.timestamp() - CLOCKS_DIFFER_S)
        else:
            has_changed = run.summary.get("beside", {}) != marks_of(path)
    except (OSError, IngestError):
        return  # whoever reads the footage next says what is wrong
    if has_changed:
        retry(run, even_under_way=True)


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


def _last_reading(asset: Asset) -> StageRun | None:
    """The newest run that has read subtitles, or is reading them; the asset is locked."""
    begun = asset.stage_runs.filter(stage=STAGE, state__in=(State.DONE, State.RUNNING))
    return begun.order_by("-pk").first()


def _read_again(asset: Asset) -> None:
    """What was read already, or is being read, is read anew; else the path comes to it by itself.

    The asset is locked, and so a stage under way commits before this or never.
    """
    run = _last_reading(asset)
    if run is not None:
        retry(run, even_under_way=True)
