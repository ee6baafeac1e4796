"""The audit log: who did what to whom. Rows are added, never changed or removed by code.

The one exception is erasure, which empties the words of an entry and leaves that it was made
(``services.audit.forget_subject``).
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from ingest.models.library import Library


class AuditIsAppendOnlyError(RuntimeError):
    """Code tried to change or remove an entry: a bug."""


class _AppendOnly(models.QuerySet["AuditEntry"]):
    """Refuses what would rewrite history."""

    def update(self, **values: Any) -> NoReturn:
        """Always raises."""
        raise AuditIsAppendOnlyError("Audit entries are never changed.")

    def delete(self) -> NoReturn:
        """Always raises."""
        raise AuditIsAppendOnlyError("Audit entries are never removed.")


class AuditEntry(models.Model):
    """One act of one user. ``user_name`` and ``label`` outlive what they name.

    ``detail`` holds counts, ids and choices, never content: no query, no caption, no comment.
    """

    class Verb(models.TextChoices):
        SEARCHED = "searched"
        VIEWED = "viewed"
        NAMED = "named"
        MERGED = "merged"
        SPLIT = "split"
        ASSIGNED = "assigned"
        UNASSIGNED = "unassigned"
        HIDDEN = "hidden"
        SHOWN = "shown"
        COVERED = "covered", "chose a picture of"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        UNDONE = "undone", "undid a change to"
        EXPORTED = "exported"
        REPORTED = "reported"
        SHARED = "shared"
        OPENED = "opened", "opened the link to"
        REVOKED = "revoked", "revoked the link to"
        COMMENTED = "commented", "commented on"
        ERASED = "erased"
        SWITCHED = "switched"
        ADMITTED = "admitted"
        REMOVED = "removed"

    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    user_name = models.CharField(max_length=150, blank=True, help_text="Empty: by the system.")
    library = models.ForeignKey(
        Library, on_delete=models.SET_NULL, null=True, related_name="audit_entries"
    )
    verb = models.CharField(max_length=12, choices=Verb.choices)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(max_length=200, blank=True, help_text="The subject's name back then.")
    detail = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    objects = models.Manager.from_queryset(_AppendOnly)()

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=("library", "-id"), name="audit_library"),
            models.Index(fields=("subject_type", "subject_id"), name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name or 'The system'} {self.verb} {self.label}".rstrip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the entry; raises AuditIsAppendOnlyError for one that is there."""
        if not self._state.adding:
            raise AuditIsAppendOnlyError("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Always raises."""
        raise AuditIsAppendOnlyError("Audit entries are never removed.")
