"""A picture that somebody searches by, for an hour: its vector, not its pixels."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from pgvector.django import HalfVectorField

from ingest.models import Keyframe
from recognition.models import Encoder


class Example(models.Model):
    """The vector of an uploaded picture or of a box on a frame, and a thumbnail to show.

    It belongs to one user and is of no use after ``expires_at``. One that was cut from a frame
    goes with the frame.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="search_examples"
    )
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    vector = HalfVectorField()
    thumbnail = models.BinaryField(help_text="WebP, 96 pixels at most.")
    keyframe = models.ForeignKey(
        Keyframe, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return "A part of a frame" if self.keyframe_id else "A picture"
