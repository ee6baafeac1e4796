"""The nouns of seeing."""

from recognition.models.comment import Comment
from recognition.models.correction import Distinction, TrackMove
from recognition.models.description import Attribute, Description
from recognition.models.embedding import (
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
    Reindex,
    TrackEmbedding,
)
from recognition.models.identity import Identity, IdentityEdit, name_of
from recognition.models.share import SharedMoment, ShareLink
from recognition.models.suppression import Suppression
from recognition.models.track import Crop, Track

__all__ = [
    "Attribute",
    "Comment",
    "Crop",
    "CropEmbedding",
    "Description",
    "Distinction",
    "Encoder",
    "Identity",
    "IdentityEdit",
    "KeyframeEmbedding",
    "Reindex",
    "ShareLink",
    "SharedMoment",
    "Suppression",
    "Track",
    "TrackEmbedding",
    "TrackMove",
    "name_of",
]
