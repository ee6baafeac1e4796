"""People and tracks as JSON."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from ingest.models import Asset
from recognition.likeness import LookAlike
from recognition.models import Identity, IdentityEdit, Track
from recognition.reviewing import Doubt
from recognition.selectors import boxes_of, shown_identity
from recognition.services.editing import MOST_PICKED
from recognition.services.identities import MAX_NAME_LENGTH

COLOURS = 12
"""As many as ``static/js/tracks.js`` can tell apart."""


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    """A person of a library."""

    library = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    display_name = serializers.CharField(read_only=True)
    appearances = serializers.IntegerField(read_only=True, help_text="Tracks.")
    assets = serializers.IntegerField(source="asset_count", read_only=True)
    cover = serializers.SerializerMethodField(help_text="Address of the chosen picture.")

    class Meta:
        model = Identity
        fields = (
            "id",
            "library",
            "number",
            "name",
            "display_name",
            "is_hidden",
            "is_locked",
            "appearances",
            "assets",
            "cover",
        )
        read_only_fields = fields

    def get_cover(self, identity: Identity) -> str | None:
        if identity.cover_id is None:
            return None
        return reverse("recognition:crop", args=[identity.cover_id])


class IdentityEditSerializer(serializers.Serializer[Any]):
    """What may be changed about a person; what is left out stays."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=MAX_NAME_LENGTH)
    is_hidden = serializers.BooleanField(required=False)


def _keys(help_text: str, **options: Any) -> serializers.ListField:
    child = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    return serializers.ListField(
        child=child, max_length=MOST_PICKED, help_text=help_text, **options
    )


class OthersSerializer(serializers.Serializer[Any]):
    """Other people of the same library."""

    others = _keys("Ids of identities.", min_length=1)


class TracksSerializer(serializers.Serializer[Any]):
    """Tracks of people."""

    tracks = _keys("Ids of tracks.", min_length=1)


class SomeTracksSerializer(serializers.Serializer[Any]):
    """Tracks of people, or none."""

    tracks = _keys("Ids of tracks.", required=False)


class SplitSerializer(TracksSerializer):
    """Tracks of someone else, and the new person's name."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=MAX_NAME_LENGTH)


class CoverSerializer(serializers.Serializer[Any]):
    """A crop."""

    crop = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class CorrectedSerializer(serializers.Serializer[Any]):
    """What a correction left: its edit (null: nothing had to be changed) and the person."""

    edit = serializers.IntegerField(allow_null=True)
    identity = IdentitySerializer(allow_null=True)


class EditSerializer(serializers.ModelSerializer[IdentityEdit]):
    """One correction."""

    library = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    identity = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    user = serializers.CharField(source="user.username", read_only=True, allow_null=True)
    tracks = serializers.IntegerField(source="track_count", read_only=True)

    class Meta:
        model = IdentityEdit
        fields = ("id", "library", "identity", "user", "kind", "tracks", "created_at", "undone_at")
        read_only_fields = fields


class LookAlikeSerializer(serializers.Serializer[Any]):
    """A track that may show a person."""

    track = serializers.IntegerField(source="track.pk")
    asset = serializers.IntegerField(source="track.asset_id")
    identity = serializers.IntegerField(source="track.identity_id", allow_null=True)
    similarity = serializers.FloatField(help_text="Cosine to the nearest of the person's looks.")
    crop = serializers.SerializerMethodField(help_text="Address of its best picture.")

    def get_crop(self, item: LookAlike) -> str | None:
        return None if item.crop is None else reverse("recognition:crop", args=[item.crop.pk])


class PairSerializer(serializers.Serializer[Any]):
    """Two people who may be one."""

    first = serializers.IntegerField(source="first.identity.pk")
    second = serializers.IntegerField(source="second.identity.pk")
    similarity = serializers.FloatField()


class DoubtSerializer(serializers.Serializer[Any]):
    """A person whose tracks disagree: the tracks of the two sides."""

    identity = serializers.IntegerField(source="person.identity.pk")
    similarity = serializers.FloatField()
    kept = serializers.SerializerMethodField()
    odd = serializers.SerializerMethodField()

    def get_kept(self, doubt: Doubt) -> list[int]:
        return [track.pk for track in doubt.kept]

    def get_odd(self, doubt: Doubt) -> list[int]:
        return [track.pk for track in doubt.odd]


class ReviewSerializer(serializers.Serializer[Any]):
    """What to ask people about."""

    pairs = PairSerializer(many=True)
    doubts = DoubtSerializer(many=True)


class TrackIdentitySerializer(serializers.Serializer[Any]):
    """Who a track shows."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()


class TrackSerializer(serializers.Serializer[Any]):
    """One object followed within one shot. Times are seconds of the proxy."""

    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field has a label of its own
    colour = serializers.IntegerField(help_text=f"0 to {COLOURS - 1}: the same for one person.")
    identity = TrackIdentitySerializer(allow_null=True)
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()
    confidence = serializers.FloatField()
    movement = serializers.CharField()
    direction = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="Its page; null for what is nobody.")
    times_s = serializers.ListField(child=serializers.FloatField())
    boxes = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4),
        help_text="left, top, right, bottom in 0–1 of the picture, one per time.",
    )


class AssetTracksSerializer(serializers.Serializer[Any]):
    """All tracks of one asset."""

    asset = serializers.IntegerField()
    width_px = serializers.IntegerField(allow_null=True)
    height_px = serializers.IntegerField(allow_null=True)
    duration_s = serializers.FloatField(allow_null=True)
    tracks = TrackSerializer(many=True)


class NetworkSerializer(serializers.Serializer[Any]):
    """A network at work."""

    name = serializers.CharField()
    role = serializers.CharField()
    fingerprint = serializers.CharField()
    dimension = serializers.IntegerField()
    licence = serializers.CharField()


def describe_tracks(asset: Asset, tracks: list[Track]) -> dict[str, Any]:
    """The values of ``AssetTracksSerializer``."""
    duration = asset.duration_s
    return {
        "asset": asset.pk,
        "width_px": asset.width_px,
        "height_px": asset.height_px,
        "duration_s": None if duration is None else round(float(duration), 3),
        "tracks": [_describe_track(asset, track) for track in tracks],
    }


def _describe_track(asset: Asset, track: Track) -> dict[str, Any]:
    pts, boxes, _ = boxes_of(track)
    identity = shown_identity(track)
    return {
        "id": track.pk,
        "label": track.label,
        "colour": (identity.number if identity else track.ordinal) % COLOURS,
        "identity": None if identity is None else _describe_identity(identity),
        "start_s": _seconds(asset, track.start_pts),
        "end_s": _seconds(asset, track.end_pts),
        "confidence": round(track.confidence, 3),
        "movement": track.movement,
        "direction": track.direction,
        "url": _page_of(track),
        "times_s": [_seconds(asset, int(value)) for value in pts],
        "boxes": [[round(float(side), 4) for side in box] for box in boxes],
    }


def _page_of(track: Track) -> str | None:
    is_person = track.label == "person"
    return reverse("recognition:sighting", args=[track.pk]) if is_person else None


def _describe_identity(identity: Identity) -> dict[str, Any]:
    return {
        "id": identity.pk,
        "name": identity.display_name,
        "url": reverse("recognition:identity", args=[identity.pk]),
    }


def _seconds(asset: Asset, pts: int) -> float:
    return round(float(asset.seconds_at(pts)), 3)
