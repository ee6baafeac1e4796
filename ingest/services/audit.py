"""Writes the audit log. Call it inside the transaction of the act, so that both stand or fall.

``record`` for acts; ``record_once`` for looks, which a page repeats while it is open.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ingest.models import AuditEntry, Library
from ingest.selectors import User

Verb = AuditEntry.Verb

ONCE_WITHIN = timedelta(minutes=5)
"""A look repeated within this time is one look (by eye: paging, typing on in a search)."""

_LABEL_LENGTH = 200


def record(
    *,
    user: User | None,
    library: Library | None,
    verb: Verb | str,
    subject: Model | None = None,
    label: str = "",
    address: str | None = None,
    **detail: Any,
) -> AuditEntry:
    """Write that ``user`` (None: the system) did ``verb`` to ``subject`` in ``library``.

    ``label`` is the subject's name, by default its ``str``. ``detail`` takes JSON-able ids,
    counts and choices; never content (no query, caption or comment). Raises ValueError for an
    unknown verb.
    """
    name = str(subject) if subject is not None and not label else label
    return AuditEntry.objects.create(
        user_id=None if user is None else user.pk,
        user_name="" if user is None or user.pk is None else user.get_username(),
        library=library,
        verb=Verb(verb),
        subject_type="" if subject is None else str(subject._meta.model_name),
        subject_id=None if subject is None else subject.pk,
        label=name[:_LABEL_LENGTH],
        detail=detail,
        address=address,
    )


def record_once(
    *,
    user: User | None,
    library: Library | None,
    verb: Verb | str,
    subject: Model | None = None,
    label: str = "",
    **detail: Any,
) -> AuditEntry | None:
    """As ``record``, unless the same was written within ``ONCE_WITHIN``; then None."""
    user_id: Any = None if user is None else user.pk
    same = AuditEntry.objects.filter(
        user_id=user_id,
        library=library,
        verb=Verb(verb),
        subject_type="" if subject is None else str(subject._meta.model_name),
        subject_id=None if subject is None else subject.pk,
        detail=detail,
        created_at__gte=timezone.now() - ONCE_WITHIN,
    )
    if same.exists():
        return None
    return record(user=user, library=library, verb=verb, subject=subject, label=label, **detail)


def forget_subject(subject_type: str, subject_id: int) -> int:
    """Empty the words of every entry about an erased subject; that it was made stays. How many.

    For erasure alone: nothing else changes an entry.
    """
    entries = AuditEntry._base_manager.filter(subject_type=subject_type, subject_id=subject_id)
    return entries.update(label="", detail={})


def forget_library(library: Library) -> int:
    """As ``forget_subject``, for every entry of a library that is being erased."""
    return AuditEntry._base_manager.filter(library=library).update(label="", detail={})
