"""What one keeps, for programs. ``address`` is a search's query string (``?q=…&library=…``)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from search.models import Alert, AlertHit, Excerpt, ExcerptOrder, PastSearch, SavedSearch

_LARGEST = 2**62


class SavedSearchSerializer(serializers.ModelSerializer[SavedSearch]):
    """A saved search."""

    name = serializers.CharField(max_length=120)
    address = serializers.CharField(max_length=4000, help_text="`?q=red+coat&library=harbour`")

    class Meta:
        model = SavedSearch
        fields = ("id", "name", "address", "created_at")
        read_only_fields = ("id", "created_at")
        validators = ()


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An alert; ``secret`` signs the calls of its webhook."""

    asset = serializers.IntegerField(
        source="example_id", read_only=True, allow_null=True, help_text="The example's asset."
    )
    pts = serializers.IntegerField(source="example_pts", read_only=True, allow_null=True)

    class Meta:
        model = Alert
        fields = (
            *("id", "name", "address", "asset", "pts"),
            *("by_email", "webhook", "secret", "created_at"),
        )
        read_only_fields = fields


class AlertMakeSerializer(serializers.Serializer[Any]):
    """Either the ``address`` of a search, or an ``asset`` and a ``pts`` of it."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    address = serializers.CharField(max_length=4000, required=False)
    asset = serializers.IntegerField(min_value=1, max_value=_LARGEST, required=False)
    pts = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST, required=False)


class AlertChangeSerializer(serializers.Serializer[Any]):
    """Where else an alert is told."""

    by_email = serializers.BooleanField(required=False)
    webhook = serializers.CharField(max_length=500, required=False, allow_blank=True)


class AlertHitSerializer(serializers.ModelSerializer[AlertHit]):
    """What an alert found: ``start_pts`` inclusive, ``end_pts`` exclusive."""

    asset = serializers.IntegerField(source="asset_id", read_only=True)
    name = serializers.CharField(source="asset.name", read_only=True, help_text="The file's name.")
    library = serializers.CharField(source="asset.library.slug", read_only=True)

    class Meta:
        model = AlertHit
        fields = (
            *("id", "asset", "name", "library", "start_pts", "end_pts"),
            *("why", "is_seen", "created_at"),
        )
        read_only_fields = fields


class PastSearchSerializer(serializers.ModelSerializer[PastSearch]):
    """A search that was asked."""

    class Meta:
        model = PastSearch
        fields = ("id", "text", "address", "asked_at")
        read_only_fields = fields


class SearchHabitSerializer(serializers.Serializer[Any]):
    """Whether one's searches are remembered."""

    keeps_history = serializers.BooleanField()


class ExcerptSerializer(serializers.ModelSerializer[Excerpt]):
    """One piece; fetch it at ``/api/excerpts/files/{id}`` once ``is_cut``."""

    asset = serializers.IntegerField(source="asset_id", read_only=True)
    is_cut = serializers.SerializerMethodField()
    error = serializers.CharField(source="error_sentence", read_only=True, allow_blank=True)

    class Meta:
        model = Excerpt
        fields = (
            *("id", "number", "asset", "start_pts", "end_pts"),
            *("is_cut", "size_bytes", "frame_count", "error"),
        )
        read_only_fields = fields

    def get_is_cut(self, excerpt: Excerpt) -> bool:
        """Whether its file is there."""
        return bool(excerpt.key)


class ExcerptOrderSerializer(serializers.ModelSerializer[ExcerptOrder]):
    """Pieces that were asked for at once."""

    library = serializers.CharField(source="library.slug", read_only=True)
    excerpts = ExcerptSerializer(many=True, read_only=True)

    class Meta:
        model = ExcerptOrder
        fields = ("id", "library", "title", "state", "created_at", "expires_at", "excerpts")
        read_only_fields = fields


class ExcerptsAskSerializer(serializers.Serializer[Any]):
    """Which bin to cut."""

    bin = serializers.IntegerField(min_value=1, max_value=_LARGEST)
