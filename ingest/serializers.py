"""Libraries, assets, cameras and uploads as JSON."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from ingest.models import Asset, Camera, Library, Role, StageRun, Upload


class LibrarySerializer(serializers.ModelSerializer[Library]):
    """A library you are a member of."""

    role = serializers.ChoiceField(choices=Role.choices, read_only=True, help_text="Yours.")
    assets = serializers.IntegerField(read_only=True, source="total", default=0)

    recognition_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=300,
        default="",
        help_text="Why people are recognised in it. Empty: they are not.",
    )

    class Meta:
        model = Library
        fields = (
            "slug",
            "name",
            "role",
            "assets",
            "is_sample",
            "recognises_people",
            "recognition_reason",
            "time_zone",
            "created_at",
        )
        read_only_fields = ("slug", "is_sample", "recognises_people", "time_zone", "created_at")


class CameraSerializer(serializers.ModelSerializer[Camera]):
    """A camera of a library."""

    library = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Camera
        fields = ("id", "library", "name", "place", "clock_offset_ms")

    def validate_name(self, name: str) -> str:
        """Names are told apart within a library."""
        if isinstance(self.instance, Camera):
            mates = self.instance.library.cameras.exclude(pk=self.instance.pk)
        else:
            mates = self.context["library"].cameras.all()
        others = mates.filter(name=name)
        if others.exists():
            raise serializers.ValidationError("This library has a camera of this name already.")
        return name


class StageRunSerializer(serializers.ModelSerializer[StageRun]):
    """How one stage of the pipeline stands for an asset."""

    class Meta:
        model = StageRun
        fields = (
            "stage",
            "state",
            "attempts",
            "progress",
            "started_at",
            "finished_at",
            "error_code",
            "error_sentence",
            "summary",
        )
        read_only_fields = fields


class AssetSerializer(serializers.ModelSerializer[Asset]):
    """One media file. Exact times are in ``time_base``; the others are for reading."""

    library = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    duration_s = serializers.SerializerMethodField(help_text="Length; null before it is known.")
    frame_rate = serializers.SerializerMethodField(help_text="A fraction, for example 30000/1001.")
    proxy = serializers.SerializerMethodField(help_text="Address of the playable copy.")
    poster = serializers.SerializerMethodField(help_text="Address of the picture.")

    class Meta:
        model = Asset
        fields = (
            "id",
            "library",
            "camera",
            "name",
            "status",
            "error_code",
            "error_sentence",
            "size_bytes",
            "content_sha256",
            "container",
            "video_codec",
            "audio_codec",
            "width_px",
            "height_px",
            "frame_rate",
            "is_variable_rate",
            "duration_s",
            "start_timecode",
            "reel",
            "recorded_at",
            "created_at",
            "ready_at",
            "proxy",
            "poster",
        )
        read_only_fields = tuple(name for name in fields if name != "camera")

    def get_duration_s(self, asset: Asset) -> float | None:
        """Seconds."""
        return None if asset.duration_s is None else float(asset.duration_s)

    def get_frame_rate(self, asset: Asset) -> str | None:
        """As a fraction."""
        return None if asset.frame_rate is None else str(asset.frame_rate)

    def get_proxy(self, asset: Asset) -> str | None:
        """Null before it is made."""
        return reverse("ingest:proxy", args=[asset.pk]) if asset.proxy_key else None

    def get_poster(self, asset: Asset) -> str | None:
        """Null before it is made."""
        return reverse("ingest:poster", args=[asset.pk]) if asset.poster_key else None

    def validate_camera(self, camera: Camera | None) -> Camera | None:
        """A camera of the asset's own library."""
        if camera and self.instance and camera.library_id != self.instance.library_id:
            raise serializers.ValidationError("This library has no such camera.")
        return camera


class AssetDetailSerializer(AssetSerializer):
    """One media file with the state of its stages."""

    stages = serializers.SerializerMethodField()

    class Meta(AssetSerializer.Meta):
        fields = (*AssetSerializer.Meta.fields, "stages")  # type: ignore[assignment]

    def get_stages(self, asset: Asset) -> list[dict[str, Any]]:
        """The newest run of each stage."""
        runs = self.context["runs"][asset.pk]
        return list(StageRunSerializer(runs, many=True).data)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """What became of one file that was sent."""

    library = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Upload
        fields = (
            "id",
            "library",
            "name",
            "size_bytes",
            "outcome",
            "error_code",
            "sentence",
            "asset",
            "created_at",
        )
        read_only_fields = fields


class FileSerializer(serializers.Serializer[Any]):
    """One file, as multipart/form-data. Empty files get their answer from the service."""

    file = serializers.FileField(allow_empty_file=True)
