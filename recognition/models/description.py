"""Descriptions of shots and attributes of tracks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from ingest.models import Asset, Shot
from recognition.models.track import Track


class Description(models.Model):
    """What was seen in one shot: a sentence, three words, a scene, each with its confidence."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="descriptions")
    shot = models.OneToOneField(Shot, on_delete=models.CASCADE, related_name="description")
    sentence = models.TextField()
    words = ArrayField(models.CharField(max_length=40), default=list)
    scene = models.CharField(max_length=60, blank=True, help_text="Empty: cannot be told.")
    scene_confidence = models.FloatField(default=0.0)
    setting = models.CharField(max_length=10, blank=True, help_text="indoors, outdoors or empty")
    light = models.CharField(max_length=10, blank=True, help_text="day, night or empty")
    confidence = models.FloatField(default=0.0)
    people_count = models.PositiveIntegerField(default=0)
    accounts = models.JSONField(
        default=list, help_text="What a captioner told of snapshots: pts, reason, and the account."
    )
    source = models.CharField(max_length=80, help_text="Composer or captioner, with version.")
    search = SearchVectorField(null=True)

    class Meta:
        ordering = ("asset_id", "shot_id")
        indexes = [
            GinIndex(fields=("search",), name="description_search"),
            # In the orders that search reads in: the surest first.
            models.Index(fields=("scene", "-scene_confidence", "shot"), name="description_scene"),
            models.Index(fields=("setting", "-confidence", "shot"), name="description_setting"),
            models.Index(fields=("light", "-confidence", "shot"), name="description_light"),
            models.Index(fields=("-confidence", "shot"), name="description_surest"),
        ]

    def __str__(self) -> str:
        return self.sentence


class Attribute(models.Model):
    """Something read off a track: ``name`` upper_colour, gender, bag…; ``value`` red, woman…"""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="attributes")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=40)
    confidence = models.FloatField()

    class Meta:
        ordering = ("track_id", "name", "-confidence")
        constraints = [
            models.UniqueConstraint(fields=("track", "name", "value"), name="attribute_once"),
        ]
        indexes = [
            models.Index(fields=("name", "value", "-confidence", "track"), name="attribute_surest")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
