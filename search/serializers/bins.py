"""Bins for programs. Times are pts of the asset; seconds and timecodes are for reading."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from search.bins import ItemRow
from search.exports.timeline import Colour
from search.models import Bin

_LARGEST = 2**62


class BinSerializer(serializers.ModelSerializer[Bin]):
    """A collection of moments of one library."""

    library = serializers.SlugField(source="library.slug", help_text="A library's slug.")
    items = serializers.IntegerField(source="item_count", read_only=True, default=0)

    class Meta:
        model = Bin
        fields = ("id", "library", "name", "note", "items", "created_at", "changed_at")
        read_only_fields = ("id", "created_at", "changed_at")
        validators = ()


class BinChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of a bin."""

    name = serializers.CharField(max_length=120, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class MarkerSerializer(serializers.Serializer[Any]):
    """A coloured note on a point of the footage."""

    id = serializers.IntegerField(read_only=True)
    pts = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST)
    colour = serializers.ChoiceField(choices=[colour.value for colour in Colour])
    text = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class BinItemSerializer(serializers.Serializer[Any]):
    """A moment in a bin: ``start_pts`` inclusive, ``end_pts`` exclusive."""

    id = serializers.IntegerField(read_only=True)
    asset = serializers.IntegerField(min_value=1, max_value=_LARGEST)
    name = serializers.CharField(read_only=True, help_text="The file's name.")
    start_pts = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST)
    end_pts = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST)
    start_s = serializers.FloatField(read_only=True)
    end_s = serializers.FloatField(read_only=True)
    timecode_in = serializers.CharField(read_only=True)
    timecode_out = serializers.CharField(read_only=True, help_text="Exclusive.")
    frames = serializers.IntegerField(read_only=True)
    rate = serializers.CharField(read_only=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    markers = MarkerSerializer(many=True, read_only=True)


class BinItemChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of an item."""

    start_pts = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST, required=False)
    end_pts = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class BinOrderSerializer(serializers.Serializer[Any]):
    """The items' ids in their new order; those left out follow."""

    order = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST), max_length=2000
    )


def item_as_json(row: ItemRow) -> dict[str, Any]:
    """One item as plain values."""
    item = row.item
    return {
        "id": item.pk,
        "asset": item.asset_id,
        "name": item.asset.name,
        "start_pts": item.start_pts,
        "end_pts": item.end_pts,
        "start_s": round(float(row.start_s), 3),
        "end_s": round(float(row.end_s), 3),
        "timecode_in": row.start_timecode,
        "timecode_out": row.end_timecode,
        "frames": row.frames,
        "rate": row.rate,
        "note": item.note,
        "markers": [
            {
                "id": m.marker.pk,
                "pts": m.marker.pts,
                "colour": m.marker.colour,
                "text": m.marker.text,
            }
            for m in row.markers
        ],
    }
