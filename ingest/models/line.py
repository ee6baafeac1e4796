"""Lines: what is said in an asset, and when."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from ingest.models.asset import Asset


class Line(models.Model):
    """What is said while some time passes: pts in the asset's time base, ``end_pts`` exclusive.

    A phrase may run over into the next line: ``next_words`` are those that follow at once, and
    ``next_end_pts`` is where their line ends; empty and null where nothing follows. ``search``
    has the words as they are spelled, those of ``next_words`` among them, and their English stems.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="lines")
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()
    text = models.TextField()
    next_words = models.CharField(max_length=300, blank=True)
    next_end_pts = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(max_length=20, blank=True, help_text="A code; empty: not said.")
    source = models.CharField(max_length=40, help_text="For example: subtitles 1, file .en.srt.")
    search = SearchVectorField(null=True)

    class Meta:
        ordering = ("asset_id", "start_pts", "id")
        constraints = [
            models.CheckConstraint(condition=Q(end_pts__gt=F("start_pts")), name="line_not_empty"),
        ]
        indexes = [
            GinIndex(fields=("search",), name="line_search"),
            models.Index(fields=("asset", "start_pts"), name="line_in_time"),
        ]

    def __str__(self) -> str:
        return self.text
