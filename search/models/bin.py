"""Bins: moments of one library that people collect, in an order, with notes and markers.

An item holds its asset and pts, never a shot or a track, so that indexing anew loses nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from ingest.models import Asset, Library
from search.exports.timeline import Colour


class Bin(models.Model):
    """A collection that all members of its library see."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="bins")
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-changed_at", "-id")
        constraints = [
            models.UniqueConstraint("library", Lower("name"), name="bin_name_once_per_library")
        ]

    def __str__(self) -> str:
        return self.name


class BinItem(models.Model):
    """A moment in a bin: pts in the asset's time base, ``end_pts`` exclusive."""

    bin = models.ForeignKey(Bin, on_delete=models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="bin_items")
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()
    position = models.PositiveIntegerField(help_text="Order within the bin; gaps are allowed.")
    note = models.TextField(blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(end_pts__gt=F("start_pts")), name="bin_item_not_empty"
            )
        ]

    def __str__(self) -> str:
        return f"{self.asset} {self.start_pts}–{self.end_pts}"


class Marker(models.Model):
    """A coloured note on a point of an item, in the asset's pts."""

    item = models.ForeignKey(BinItem, on_delete=models.CASCADE, related_name="markers")
    pts = models.BigIntegerField()
    colour = models.CharField(max_length=8, choices=[(c.value, c.value) for c in Colour])
    text = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("pts", "id")

    def __str__(self) -> str:
        return self.text or self.colour
