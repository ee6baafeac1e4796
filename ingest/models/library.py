"""Libraries and who may see them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Role(models.TextChoices):
    """What a member may do: viewers read, editors correct and upload, owners manage members."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Library(models.Model):
    """A collection of assets with members."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=140, unique=True)
    is_sample = models.BooleanField(default=False, help_text="Made by `make demo`; said on pages.")
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)
    # Off until someone says why it is on (docs/decisions/, "identity recognition is a switch").
    recognises_people = models.BooleanField(
        default=False, help_text="Whether people are told apart and found again."
    )
    recognition_reason = models.CharField(max_length=300, blank=True)
    recognition_set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    recognition_set_at = models.DateTimeField(null=True, blank=True)
    look_for = models.CharField(
        max_length=600, blank=True, help_text="Things between commas, for an open-set detector."
    )
    retention_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="Assets older than this are erased. Empty: kept."
    )
    # Read with the libraries of a search, so that those where nothing is said cost no question.
    has_lines = models.BooleanField(
        default=False, help_text="Whether any of its footage ever had lines that are said."
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="ingest.Membership", related_name="libraries"
    )

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "libraries"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One user's role in one library."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("library", "user"), name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.library} ({self.role})"
