"""The nouns of seeing."""

from recognition.models.description import Attribute, Description
from recognition.models.embedding import CropEmbedding, Encoder, KeyframeEmbedding, TrackEmbedding
from recognition.models.identity import Identity, IdentityEdit
from recognition.models.track import Crop, Track

__all__ = [
    "Attribute",
    "Crop",
    "CropEmbedding",
    "Description",
    "Encoder",
    "Identity",
    "IdentityEdit",
    "KeyframeEmbedding",
    "Track",
    "TrackEmbedding",
]
