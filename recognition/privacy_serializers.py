"""Privacy, sharing, comments and the audit log as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ingest.models import AuditEntry, Library
from ingest.services.retention import MAX_DAYS as LONGEST_KEPT
from recognition.models import Comment, ShareLink
from recognition.models.comment import MAX_COMMENT_LENGTH
from recognition.services.sharing import DEFAULT_DAYS, MAX_DAYS, MAX_MOMENTS, MIN_PASSWORD

_BIGGEST = 2**63 - 1


class PrivacySerializer(serializers.ModelSerializer[Library]):
    """How a library treats the people in its footage."""

    class Meta:
        model = Library
        fields = ("recognises_people", "recognition_reason", "recognition_set_at", "retention_days")
        read_only_fields = fields


class PrivacyEditSerializer(serializers.Serializer[Any]):
    """What is to be changed; what is left out stays. The switch needs a reason."""

    recognises_people = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    erase_people = serializers.BooleanField(required=False, default=False)
    retention_days = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LONGEST_KEPT
    )


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """Who did what to whom, and when."""

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "created_at",
            "user_name",
            "verb",
            "subject_type",
            "subject_id",
            "label",
            "detail",
            "address",
        )
        read_only_fields = fields


class ChangeSerializer(serializers.ModelSerializer[AuditEntry]):
    """What a member changed."""

    class Meta:
        model = AuditEntry
        fields = ("id", "created_at", "user_name", "verb", "subject_type", "subject_id", "label")
        read_only_fields = fields


class TypedSerializer(serializers.Serializer[Any]):
    """The name of what is to be erased, to be sure."""

    typed = serializers.CharField(max_length=200)


class ErasedSerializer(serializers.Serializer[Any]):
    """What went."""

    tracks = serializers.IntegerField()
    pictures = serializers.IntegerField()
    assets = serializers.IntegerField()
    mentions = serializers.IntegerField()


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """What a member said about an identity."""

    author = serializers.CharField(source="author.username", default="", read_only=True)
    text = serializers.CharField(max_length=MAX_COMMENT_LENGTH, trim_whitespace=False)

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "created_at", "edited_at")
        read_only_fields = ("id", "author", "created_at", "edited_at")


class ShareSerializer(serializers.ModelSerializer[ShareLink]):
    """A share link. ``address`` is given once, when it is made."""

    has_password = serializers.SerializerMethodField()
    address = serializers.CharField(read_only=True, required=False, default=None, allow_null=True)

    class Meta:
        model = ShareLink
        fields = (
            "id",
            "title",
            "identity",
            "has_password",
            "created_at",
            "expires_at",
            "revoked_at",
            "opened_count",
            "address",
        )
        read_only_fields = fields

    def get_has_password(self, link: ShareLink) -> bool:
        """Whether guests are asked for one."""
        return bool(link.password)


class NewShareSerializer(serializers.Serializer[Any]):
    """A link to be made."""

    title = serializers.CharField(max_length=120)
    days = serializers.IntegerField(min_value=1, max_value=MAX_DAYS, default=DEFAULT_DAYS)
    password = serializers.CharField(
        required=False, allow_blank=True, default="", min_length=MIN_PASSWORD, max_length=200
    )


class SharedMomentSerializer(serializers.Serializer[Any]):
    """A time range of an asset: pts in its time base, the end exclusive."""

    asset = serializers.IntegerField(min_value=1, max_value=_BIGGEST)
    start_pts = serializers.IntegerField(min_value=-_BIGGEST, max_value=_BIGGEST)
    end_pts = serializers.IntegerField(min_value=-_BIGGEST, max_value=_BIGGEST)


class NewMomentsShareSerializer(NewShareSerializer):
    """A link to moments of one library."""

    moments = serializers.ListField(
        child=SharedMomentSerializer(), min_length=1, max_length=MAX_MOMENTS
    )
