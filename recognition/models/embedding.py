"""Embeddings: unit vectors, each with the encoder that made it.

Vectors of different encoders are never compared. Each encoder has partial HNSW expression indexes
of its own (made by ``services.catalogue.ensure_indexes``), so that a new encoder is indexed
beside the old one.
"""

from __future__ import annotations

from django.db import models
from pgvector.django import HalfVectorField

from ingest.models import Keyframe
from recognition.models.track import Crop, Track


class Encoder(models.Model):
    """A network that makes vectors, in one version of its weights."""

    class Space(models.TextChoices):
        JOINT = "joint"  # pictures and words in one space
        PERSON = "person"  # the same person lies close

    name = models.CharField(max_length=80)
    space = models.CharField(max_length=8, choices=Space.choices)
    fingerprint = models.CharField(max_length=64)
    dimension = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    network = models.CharField(
        max_length=80, blank=True, help_text="The name by which it was switched to."
    )
    is_chosen = models.BooleanField(
        default=False, help_text="Was switched to by a reindex: goes before what settings say."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("space", "fingerprint"), name="encoder_once"),
            models.UniqueConstraint(
                fields=("space",), condition=models.Q(is_chosen=True), name="one_chosen_encoder"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Reindex(models.Model):
    """One switch of a space to another encoder: how far it is, and when it was done.

    What was embedded are rows already; a switch that was killed goes on from them.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    space = models.CharField(max_length=8, choices=Encoder.Space.choices)
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="reindexes")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    unreadable = models.PositiveBigIntegerField(default=0)
    sentence = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-started_at", "-pk")
        verbose_name_plural = "reindexes"

    def __str__(self) -> str:
        return f"{self.space} to {self.encoder}: {self.state}"

    @property
    def percent(self) -> int:
        """How much is embedded, 0–100; 100 only when nothing is missing."""
        return min(100, self.done * 100 // self.total) if self.total else 100


class KeyframeEmbedding(models.Model):
    """A whole keyframe in the joint space."""

    keyframe = models.ForeignKey(Keyframe, on_delete=models.CASCADE, related_name="embeddings")
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    vector = HalfVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("keyframe", "encoder"), name="keyframe_vector_once"),
        ]

    def __str__(self) -> str:
        return f"{self.encoder} of keyframe {self.keyframe_id}"


class CropEmbedding(models.Model):
    """A crop with its context in the joint space."""

    crop = models.ForeignKey(Crop, on_delete=models.CASCADE, related_name="embeddings")
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    vector = HalfVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("crop", "encoder"), name="crop_vector_once"),
        ]

    def __str__(self) -> str:
        return f"{self.encoder} of crop {self.crop_id}"


class TrackEmbedding(models.Model):
    """A person's track in the person space: the mean of its main look's crops, unit again.

    ``from_pts`` and ``to_pts`` (included) are set where the track shows something else before or
    after: of where the person was it then says nothing.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="embeddings")
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    vector = HalfVectorField()
    quality = models.FloatField(default=0.0)
    from_pts = models.BigIntegerField(null=True, blank=True)
    to_pts = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("track", "encoder"), name="track_vector_once"),
        ]

    def __str__(self) -> str:
        return f"{self.encoder} of track {self.track_id}"
