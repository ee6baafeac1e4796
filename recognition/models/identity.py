"""Identities: one person across assets."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ingest.models import Library


class Identity(models.Model):
    """One person of a library; *suggested* until a human says something about it.

    ``is_locked`` is set by any human edit: a locked identity is never deleted, renamed or emptied
    by a stage. ``number`` gives unnamed people a stable name ("Person 12").
    """

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="identities")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120, blank=True)
    is_locked = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    cover = models.ForeignKey(
        "recognition.Crop", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("library_id", "number")
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=("library", "number"), name="identity_number_once"),
            models.UniqueConstraint(
                "library", Lower("name"), condition=~Q(name=""), name="identity_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name a human gave, else "Person N"."""
        return self.name or f"Person {self.number}"


class IdentityEdit(models.Model):
    """What a human did to an identity, and when: a log, never rewritten."""

    class Kind(models.TextChoices):
        RENAME = "rename"
        HIDE = "hide"
        SHOW = "show"
        COVER = "cover"

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="edits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}"
