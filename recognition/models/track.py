"""Tracks: one object followed within one shot, and its crops."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ingest.models import Asset, Shot
from recognition.models.identity import Identity


class Track(models.Model):
    """One object within one shot.

    Boxes are not rows: ``pts_packed`` holds int64 little-endian (k,), ``boxes_packed`` float32
    (k, 4) xyxy_norm, ``confidence_packed`` float32 (k,), where the object was detected; between
    them boxes are interpolated. ``end_pts`` is exclusive.
    """

    class Assigner(models.TextChoices):
        MACHINE = "machine"
        HUMAN = "human"

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="tracks")
    # Emptied, not deleted with its shot: when shots are made anew, the tracks stage still has to
    # read off the old tracks what people decided about them.
    shot = models.ForeignKey(Shot, on_delete=models.SET_NULL, null=True, related_name="tracks")
    ordinal = models.PositiveIntegerField(help_text="0 for the asset's first track.")
    label = models.CharField(max_length=40, help_text="What the detector calls it: person, car…")
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()
    pts_packed = models.BinaryField()
    boxes_packed = models.BinaryField()
    confidence_packed = models.BinaryField()
    confidence = models.FloatField(help_text="Mean confidence, 0–1.")
    movement = models.CharField(max_length=12, blank=True, help_text="stationary, walking, running")
    direction = models.CharField(max_length=12, blank=True)
    identity = models.ForeignKey(
        Identity, on_delete=models.SET_NULL, null=True, blank=True, related_name="tracks"
    )
    assigned_by = models.CharField(max_length=8, choices=Assigner.choices, default=Assigner.MACHINE)
    identity_similarity = models.FloatField(null=True, blank=True, help_text="Cosine to the rest.")
    identity_evidence = models.JSONField(
        default=dict,
        blank=True,
        help_text="Natural log-likelihood ratios by kind (looks, travel, clothes, …), and total.",
    )

    class Meta:
        ordering = ("asset_id", "ordinal")
        constraints = [
            models.UniqueConstraint(fields=("asset", "ordinal"), name="track_ordinal_once"),
            models.CheckConstraint(condition=Q(end_pts__gt=F("start_pts")), name="track_not_empty"),
        ]
        indexes = [
            models.Index(fields=("asset", "label"), name="track_label"),
            models.Index(fields=("label", "-confidence", "id"), name="track_surest"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.ordinal} in {self.asset}"


class Crop(models.Model):
    """The pixels of one box of a track, kept as a picture (``image_key``)."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="crops")
    pts = models.BigIntegerField()
    left = models.FloatField()
    top = models.FloatField()
    right = models.FloatField()
    bottom = models.FloatField()
    quality = models.FloatField(help_text="0–1: size, sharpness, confidence, no overlap.")
    image_key = models.CharField(max_length=200)
    context_key = models.CharField(
        max_length=200, blank=True, help_text="The same with half a body around it."
    )

    class Meta:
        ordering = ("track_id", "-quality")
        constraints = [models.UniqueConstraint(fields=("track", "pts"), name="crop_pts_once")]

    def __str__(self) -> str:
        return f"crop of {self.track} at {self.pts}"
