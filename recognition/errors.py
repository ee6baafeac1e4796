"""What can go wrong with people and their tracks. Django-free.

    RecognitionError
    ├── NameRefused        a name that cannot be given: too long, or with control characters
    │   └── NameTaken      another person of the library already has it
    ├── CoverRefused       a picture that does not show this person
    ├── ReasonMissing      a switch was to be set and nothing says why
    ├── ConfirmationWrong  what was typed is not the name of what is to be erased
    ├── CommentRefused     a comment with nothing in it, or too long
    ├── ShareRefused       a link that cannot be made or opened
    │   ├── ShareGone      expired, revoked, or never there
    │   └── TooManyTries   too many wrong passwords for now
    └── EditRefused        a correction that cannot be made as asked
        └── UndoBlocked    later corrections stand in the way of taking one back

Every error carries a ``code`` for programs, a sentence for people (its ``str``) and
``permanent``: whether trying the same again is pointless. What the networks raise is in
``recognition.engine.errors``.
"""

from __future__ import annotations


class RecognitionError(Exception):
    """Base of all errors of this room."""

    code = "recognition"
    permanent = True


class NameRefused(RecognitionError):
    code = "name_refused"


class NameTaken(NameRefused):
    """Another identity has the name; ``identity_id`` leads to it."""

    code = "name_taken"

    def __init__(self, sentence: str, *, identity_id: int) -> None:
        super().__init__(sentence)
        self.identity_id = identity_id


class CoverRefused(RecognitionError):
    code = "cover_refused"


class ReasonMissing(RecognitionError):
    code = "reason_missing"


class ConfirmationWrong(RecognitionError):
    code = "confirmation_wrong"


class CommentRefused(RecognitionError):
    code = "comment_refused"


class ShareRefused(RecognitionError):
    code = "share_refused"


class ShareGone(ShareRefused):
    code = "share_gone"


class TooManyTries(ShareRefused):
    code = "too_many_tries"


class EditRefused(RecognitionError):
    code = "edit_refused"


class UndoBlocked(EditRefused):
    """Later edits changed the same; ``edit_id`` is the latest of them, if one did."""

    code = "undo_blocked"

    def __init__(self, sentence: str, *, edit_id: int | None = None) -> None:
        super().__init__(sentence)
        self.edit_id = edit_id


class EncoderSwitched(RecognitionError):
    """Another encoder has taken over while vectors were made: they are made again."""

    code = "encoder_switched"
    permanent = False


class CannotReindex(RecognitionError):
    """A switch of encoders cannot be started, or cannot go on."""

    code = "cannot_reindex"
