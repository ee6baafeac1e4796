"""Comments on identities: plain text; authors change their own, owners may delete any."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ingest.errors import NotAllowed
from ingest.models import Role
from ingest.selectors import User, require_role
from ingest.services import audit
from recognition.errors import CommentRefused
from recognition.models import Comment, Identity
from recognition.models.comment import MAX_COMMENT_LENGTH


@transaction.atomic
def add_comment(*, identity: Identity, user: User, text: str) -> Comment:
    """Say something about an identity. Members. Raises CommentRefused or NotAllowed."""
    require_role(user, identity.library)
    comment = Comment.objects.create(identity=identity, author_id=user.pk, text=_clean(text))
    _log(comment, user, "added")
    return comment


@transaction.atomic
def edit_comment(*, comment: Comment, user: User, text: str) -> Comment:
    """Write one's own comment anew. Raises CommentRefused or NotAllowed."""
    require_role(user, comment.identity.library)
    if comment.author_id != user.pk:
        raise NotAllowed("Only who wrote a comment may change it.")
    comment.text, comment.edited_at = _clean(text), timezone.now()
    comment.save(update_fields=["text", "edited_at"])
    _log(comment, user, "changed")
    return comment


@transaction.atomic
def delete_comment(*, comment: Comment, user: User) -> None:
    """Take a comment away: one's own, or any as an owner. Raises NotAllowed."""
    role = require_role(user, comment.identity.library)
    if comment.author_id != user.pk and role != Role.OWNER:
        raise NotAllowed("Only who wrote a comment, or an owner, may delete it.")
    _log(comment, user, "deleted")
    comment.delete()


def _clean(text: str) -> str:
    """Lines as typed, without control characters around them. Raises CommentRefused."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = "\n".join("".join(c for c in line if c.isprintable()).rstrip() for line in lines)
    if not kept.strip():
        raise CommentRefused("A comment needs some words.")
    if len(kept) > MAX_COMMENT_LENGTH:
        raise CommentRefused(f"A comment may have {MAX_COMMENT_LENGTH} characters at most.")
    return kept.strip()


def _log(comment: Comment, user: User, act: str) -> None:
    identity = comment.identity
    audit.record(
        user=user,
        library=identity.library,
        verb="commented",
        subject=identity,
        label=identity.display_name,
        comment=comment.pk,
        act=act,
    )
