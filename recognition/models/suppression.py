"""Suppressions: places in footage where nobody is followed any more, after an erasure."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ingest.models import Asset


class Suppression(models.Model):
    """Where an erased person was: no vector, no picture, no name, only when and where in the frame.

    ``pts_packed`` holds int64 little-endian (k,), ``boxes_packed`` float32 (k, 4) xyxy_norm, as in
    ``Track``. A track that stages find there again is thrown away before it is written.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="suppressions")
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()
    pts_packed = models.BinaryField()
    boxes_packed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("asset_id", "start_pts")
        constraints = [
            models.CheckConstraint(
                condition=Q(end_pts__gt=F("start_pts")), name="suppression_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.start_pts}–{self.end_pts}"
