"""Assets: one media file in a library."""

from __future__ import annotations

from fractions import Fraction

from django.db import models
from django.db.models import Q

from ingest.models.camera import Camera
from ingest.models.library import Library


class Asset(models.Model):
    """One media file. Times are pts in ``time_base``; the catalogue holds no float seconds."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"
        CANCELLED = "cancelled"

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="assets")
    camera = models.ForeignKey(
        Camera, on_delete=models.SET_NULL, null=True, blank=True, related_name="assets"
    )
    name = models.CharField(max_length=255, help_text="The file's name, for people only.")
    content_sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    # Exactly one of the two: a key under MEDIA_ROOT/originals, or an absolute path left in place.
    original_key = models.CharField(max_length=200, blank=True)
    external_path = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PENDING)
    error_code = models.CharField(max_length=40, blank=True)
    error_sentence = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    # Filled by the probe stage.
    container = models.CharField(max_length=80, blank=True)
    video_codec = models.CharField(max_length=40, blank=True)
    audio_codec = models.CharField(max_length=40, blank=True)
    width_px = models.PositiveIntegerField(null=True, blank=True)
    height_px = models.PositiveIntegerField(null=True, blank=True)
    time_base_num = models.BigIntegerField(null=True, blank=True)
    time_base_den = models.BigIntegerField(null=True, blank=True)
    frame_rate_num = models.BigIntegerField(null=True, blank=True)
    frame_rate_den = models.BigIntegerField(null=True, blank=True)
    is_variable_rate = models.BooleanField(default=False)
    has_audio = models.BooleanField(default=False)
    start_timecode = models.CharField(max_length=16, blank=True)
    is_drop_frame = models.BooleanField(default=False)
    reel = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    # Filled by the shots stage. ``end_pts`` is exclusive.
    first_pts = models.BigIntegerField(null=True, blank=True)
    end_pts = models.BigIntegerField(null=True, blank=True)
    frame_count = models.PositiveIntegerField(null=True, blank=True)
    proxy_key = models.CharField(max_length=200, blank=True)
    poster_key = models.CharField(max_length=200, blank=True)
    sprite_key = models.CharField(max_length=200, blank=True)
    sprite_layout = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("library", "content_sha256"), name="asset_content_once_per_library"
            ),
            models.CheckConstraint(
                condition=Q(original_key="") ^ Q(external_path=""), name="asset_has_one_source"
            ),
        ]
        indexes = [
            # Every page of answers asks whether something is under way: nearly never much.
            models.Index(
                fields=("library",),
                name="asset_under_way",
                condition=Q(status__in=("pending", "processing")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def time_base(self) -> Fraction:
        """Seconds per pts unit. Before the probe: 1."""
        if self.time_base_num is None or not self.time_base_den:
            return Fraction(1)
        return Fraction(self.time_base_num, self.time_base_den)

    @property
    def frame_rate(self) -> Fraction | None:
        """Average frames per second, if known."""
        if self.frame_rate_num is None or not self.frame_rate_den:
            return None
        return Fraction(self.frame_rate_num, self.frame_rate_den)

    @property
    def duration_s(self) -> Fraction | None:
        """Length in seconds, exact, once the shots stage has run."""
        if self.first_pts is None or self.end_pts is None:
            return None
        return (self.end_pts - self.first_pts) * self.time_base

    def seconds_at(self, pts: int) -> Fraction:
        """Seconds from the asset's first frame (= the proxy's time) to ``pts``."""
        return (pts - (self.first_pts or 0)) * self.time_base
