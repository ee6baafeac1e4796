"""Uploads: what someone sent, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ingest.models.asset import Asset
from ingest.models.library import Library


class Upload(models.Model):
    """One file that was offered: accepted as an asset, a duplicate of one, or refused."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        DUPLICATE = "duplicate"
        REFUSED = "refused"

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="uploads"
    )
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads"
    )
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    error_code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.outcome})"
