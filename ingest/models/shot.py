"""Shots and keyframes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ingest.models.asset import Asset


class Shot(models.Model):
    """The frames between two cuts: pts in the asset's time base, ``end_pts`` exclusive."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="shots")
    ordinal = models.PositiveIntegerField(help_text="0 for the first shot.")
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()

    class Meta:
        ordering = ("asset_id", "ordinal")
        constraints = [
            models.UniqueConstraint(fields=("asset", "ordinal"), name="shot_ordinal_once"),
            models.CheckConstraint(condition=Q(end_pts__gt=F("start_pts")), name="shot_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} shot {self.ordinal + 1}"


class Keyframe(models.Model):
    """A frame kept as a picture (``image_key`` under MEDIA_ROOT/derived)."""

    shot = models.ForeignKey(Shot, on_delete=models.CASCADE, related_name="keyframes")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="keyframes")
    pts = models.BigIntegerField()
    image_key = models.CharField(max_length=200)

    class Meta:
        ordering = ("asset_id", "pts")
        constraints = [models.UniqueConstraint(fields=("asset", "pts"), name="keyframe_pts_once")]

    def __str__(self) -> str:
        return f"{self.asset} at {self.pts}"
