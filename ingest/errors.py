"""What can go wrong with footage and the pipeline. Django-free.

    IngestError
    ├── MediaError             the file itself (permanent)
    │   ├── NotMedia           not a container that can be opened
    │   ├── EmptyFile          zero bytes
    │   ├── NoVideoStream      audio only, subtitles only
    │   ├── NoFrames           no frame can be decoded (truncated, init segment only)
    │   ├── EncryptedMedia     encrypted samples (cenc, cbcs)
    │   └── TooLarge           picture dimensions or length beyond the limits
    ├── NotAFile               a folder, a device, a missing path
    ├── DuplicateAsset         the same content is already in the library
    ├── StorageFull            no space left (not permanent)
    ├── StageError             a stage of the pipeline
    │   ├── ClaimLost          another worker owns the run now; nothing was written
    │   └── StageFailed        any other failure; ``permanent`` decides retry
    ├── BadToken               a token of the API that cannot be made so
    └── NotAllowed             the user has no such right in the library

Every error carries a ``code`` for programs, a sentence for people (its ``str``) and
``permanent``: whether trying the same again is pointless.
"""

from __future__ import annotations


class IngestError(Exception):
    """Base of all errors of this room."""

    code = "ingest"
    permanent = True


class MediaError(IngestError):
    """The file itself cannot be used."""

    code = "media"


class NotMedia(MediaError):
    code = "not_media"


class EmptyFile(MediaError):
    code = "empty_file"


class NoVideoStream(MediaError):
    code = "no_video_stream"


class NoFrames(MediaError):
    code = "no_frames"


class EncryptedMedia(MediaError):
    code = "encrypted"


class TooLarge(MediaError):
    code = "too_large"


class NotAFile(IngestError):
    code = "not_a_file"


class BadToken(IngestError):
    code = "bad_token"


class DuplicateAsset(IngestError):
    code = "duplicate"


class StorageFull(IngestError):
    code = "storage_full"
    permanent = False


class StageError(IngestError):
    code = "stage"


class ClaimLost(StageError):
    code = "claim_lost"
    permanent = False


class StageFailed(StageError):
    """A stage failed; say whether another try may succeed."""

    code = "stage_failed"

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class NotAllowed(IngestError):
    code = "not_allowed"
