"""Identities: one person across assets, and the log of what people said about them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ingest.models import Library


class Identity(models.Model):
    """One person of a library; *suggested* until a human says something about it.

    ``is_locked`` is set by a human's edit: a locked identity is never deleted, renamed or emptied
    by a stage. ``number`` gives unnamed people a stable name ("Person 12"). One that was merged
    into another stays as a row without tracks, so that the merge can be undone exactly.
    """

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="identities")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120, blank=True)
    is_locked = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    cover = models.ForeignKey(
        "recognition.Crop", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="absorbed"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # The edit that the service which returned this row made; None where nothing changed.
    last_edit: IdentityEdit | None = None

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
        return name_of(self.name, self.number)


class IdentityEdit(models.Model):
    """What a human did to identities, and when: the log that state follows from.

    ``before`` and ``after`` hold the fields of ``identity`` that changed, and under ``others``
    (by primary key) those of more identities; ``TrackMove`` and ``Distinction`` rows hold the
    rest. An edit is never rewritten; undoing it sets ``undone_at``, doing it again empties that.
    ``locks``: which identities it locks, and whether each was locked before.
    """

    class Kind(models.TextChoices):
        RENAME = "rename"
        HIDE = "hide"
        SHOW = "show"
        COVER = "cover"
        CONFIRM = "confirm"
        MERGE = "merge"
        SPLIT = "split"
        ASSIGN = "assign"
        UNASSIGN = "unassign"
        DISTINGUISH = "distinguish"
        REFUSE = "refuse"

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="identity_edits")
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="edits")
    subjects = models.ManyToManyField(Identity, related_name="edits_about")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    locks = models.JSONField(default=dict)
    track_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("library", "-id"), name="identity_edit_library")]

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}"

    @property
    def is_undone(self) -> bool:
        """Whether the edit is taken back."""
        return self.undone_at is not None

    def cells(self, side: dict[str, Any]) -> dict[int, dict[str, Any]]:
        """The changed fields of one side (``before`` or ``after``) by identity."""
        own = {name: value for name, value in side.items() if name != "others"}
        others = {int(pk): fields for pk, fields in side.get("others", {}).items()}
        return ({self.identity_id: own} if own else {}) | others


def name_of(name: str, number: int) -> str:
    """What somebody is called: by the name that a human gave, else by number."""
    return name or f"Person {number}"
