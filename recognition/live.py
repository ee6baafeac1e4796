"""What every page about people shows beside its own: news, and what was said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from ingest.audit_reads import news_for
from ingest.models import Role
from ingest.selectors import role_in
from recognition.models import Comment, Identity
from recognition.privacy_forms import CommentForm


def news_context(request: HttpRequest, identity: Identity | None = None) -> dict[str, Any]:
    """The bar that tells what others change from now on."""
    pk = None if identity is None else identity.pk
    return {"news": news_for(request.user, since=None, identity_id=pk)}


def comments_context(
    request: HttpRequest, identity: Identity, form: CommentForm | None = None
) -> dict[str, Any]:
    """An identity's comments, and what the user may do with them. Two queries."""
    role = role_in(request.user, identity.library)
    return {
        "identity": identity,
        "comments": Comment.objects.filter(identity=identity).select_related("author"),
        "comment_form": form or CommentForm(),
        "is_owner": role == Role.OWNER,
        "can_edit": role in (Role.OWNER, Role.EDITOR),
    }
