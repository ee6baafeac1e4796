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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("space", "fingerprint"), name="encoder_once"),
        ]

    def __str__(self) -> str:
        return self.name


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
    """A person's track in the person space: the mean of its crops, unit again."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="embeddings")
    encoder = models.ForeignKey(Encoder, on_delete=models.CASCADE, related_name="+")
    vector = HalfVectorField()
    quality = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("track", "encoder"), name="track_vector_once"),
        ]

    def __str__(self) -> str:
        return f"{self.encoder} of track {self.track_id}"
