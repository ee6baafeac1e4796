"""Cameras: where footage was recorded."""

from __future__ import annotations

from django.db import models

from ingest.models.library import Library


class Camera(models.Model):
    """A camera of a library, with its place and how far its clock is off."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="cameras")
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)
    clock_offset_ms = models.BigIntegerField(
        default=0, help_text="Added to recorded times to make them true."
    )

    overlaps = models.ManyToManyField(
        "self",
        blank=True,
        verbose_name="overlapping cameras",
        help_text="They see one place at once: one person may be on both.",
    )

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=("library", "name"), name="camera_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
