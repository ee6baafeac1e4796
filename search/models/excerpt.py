"""Excerpts: pieces of footage cut into files of their own by a worker, kept for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ingest.models import Asset, Library


class ExcerptOrder(models.Model):
    """Some excerpts that someone asked for at once."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="excerpt_orders")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="excerpt_orders"
    )
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    claim = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.title


class Excerpt(models.Model):
    """One piece, ``start_pts <= pts < end_pts``; ``key`` is its file once it is cut.

    It goes with its asset: no picture of deleted footage stays behind.
    """

    order = models.ForeignKey(ExcerptOrder, on_delete=models.CASCADE, related_name="excerpts")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="excerpts")
    number = models.PositiveIntegerField()
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()
    key = models.CharField(max_length=120, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    frame_count = models.PositiveIntegerField(default=0)
    error_sentence = models.TextField(blank=True)

    class Meta:
        ordering = ("order_id", "number")
        constraints = [models.UniqueConstraint(fields=("order", "number"), name="excerpt_once")]

    def __str__(self) -> str:
        return f"{self.number} of {self.order}"
