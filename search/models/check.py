"""What an open-set network saw of some words in a keyframe: asked from the search page, kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ingest.models import Keyframe


class Check(models.Model):
    """One keyframe looked at for some words by one network; the answer is kept and asked again
    for nothing. It goes with its keyframe, that is with its asset.

    ``words`` are between commas, as ``words_of`` cleans them; ``words_sha256`` is what makes them
    one, so that an erased name in them cannot collide with another. ``seen`` is a list of
    ``{"word", "confidence", "box"}``, the surest first, the box xyxy_norm. ``asked_by`` is for the
    limit alone and forgotten after an hour.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        DONE = "done"
        FAILED = "failed"

    keyframe = models.ForeignKey(Keyframe, on_delete=models.CASCADE, related_name="checks")
    words = models.CharField(max_length=600)
    words_sha256 = models.CharField(max_length=64)
    network = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    seen = models.JSONField(default=list)
    error_sentence = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("keyframe", "words_sha256", "fingerprint"), name="check_once_per_network"
            )
        ]

    def __str__(self) -> str:
        return f"Keyframe {self.keyframe_id} looked at: {self.state}"
