"""What can go wrong with people and their tracks. Django-free.

    RecognitionError
    ├── NameRefused        a name that cannot be given: too long, or with control characters
    │   └── NameTaken      another person of the library already has it
    └── CoverRefused       a picture that does not show this person

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
