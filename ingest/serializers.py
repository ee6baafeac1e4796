"""Libraries, assets, cameras and uploads as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework import serializers

from ingest.models import Asset, Camera, Library, Line, Membership, Role, StageRun, Upload


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


class RoleSerializer(serializers.Serializer[Any]):
    """What a member may do."""

    role = serializers.ChoiceField(choices=Role.choices)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A member of a library, known by the name they sign in with."""

    username = serializers.SlugRelatedField[User](
        source="user", slug_field="username", queryset=User.objects.filter(is_active=True)
    )
    role = serializers.ChoiceField(choices=Role.choices, default=Role.VIEWER)

    class Meta:
        model = Membership
        fields = ("id", "username", "role", "created_at")
        read_only_fields = ("created_at",)


class CameraSerializer(serializers.ModelSerializer[Camera]):
    """A camera of a library."""

    library = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    overlaps = serializers.PrimaryKeyRelatedField[Camera](
        many=True,
        required=False,
        queryset=Camera.objects.all(),
        help_text="Cameras of the library that see the same place at once.",
    )

    class Meta:
        model = Camera
        fields = ("id", "library", "name", "place", "clock_offset_ms", "overlaps")

    def validate_overlaps(self, cameras: list[Camera]) -> list[Camera]:
        """Others of the same library; of another's cameras nothing is said."""
        own = self.instance if isinstance(self.instance, Camera) else None
        library = own.library if own else self.context["library"]
        if any(c.library_id != library.pk or c == own for c in cameras):
            raise serializers.ValidationError("This library has no such other camera.")
        return cameras

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


class LineSerializer(serializers.ModelSerializer[Line]):
    """What is said while some time passes. `end_pts` is exclusive; seconds are for reading."""

    start_s = serializers.SerializerMethodField(help_text="From the asset's first frame.")
    end_s = serializers.SerializerMethodField()

    class Meta:
        model = Line
        fields = ("start_pts", "end_pts", "start_s", "end_s", "text", "language", "source")
        read_only_fields = fields

    def get_start_s(self, line: Line) -> float:
        """Seconds."""
        return round(float(line.asset.seconds_at(line.start_pts)), 3)

    def get_end_s(self, line: Line) -> float:
        """Seconds."""
        return round(float(line.asset.seconds_at(line.end_pts)), 3)


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
    """One file, as multipart/form-data. Empty files get their answer from the service.

    A video, or subtitles (`NAME.srt`, `NAME.en.vtt`) of one that was sent before under that name.
    """

    file = serializers.FileField(allow_empty_file=True)
