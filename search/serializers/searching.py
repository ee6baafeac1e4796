"""What a search answers to programs: one shape for the API and the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from search.finder import FoundMoment, SearchResult
from search.query.parsing import Part
from search.ranking.moments import Why


class ParsedPartSerializer(serializers.Serializer[Any]):
    """One part of a query, as it was understood."""

    kind = serializers.CharField()
    text = serializers.CharField()
    span = serializers.ListField(
        child=serializers.IntegerField(), min_length=2, max_length=2, help_text="Half-open."
    )
    value = serializers.CharField(help_text="The canonical word, or an id for names.")
    negated = serializers.BooleanField()
    count = serializers.DictField(required=False)
    wants = serializers.ListField(child=serializers.DictField(), required=False)
    actions = serializers.ListField(child=serializers.CharField(), required=False)
    labels = serializers.ListField(child=serializers.CharField(), required=False)
    either = serializers.BooleanField(
        required=False, help_text="An alternative to the part before it."
    )
    opens = serializers.CharField(
        required=False,
        help_text="The order that begins here, after a clause that “after” or “before” leads.",
    )
    when = serializers.CharField(
        required=False, help_text="The days and hours that are meant, in the first library's zone."
    )
    length = serializers.DictField(
        required=False,
        help_text="least_s and most_s, null where open; of: moment, shot or clip (the whole file).",
    )
    idle = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="What the text says may be there or not; it asks for nothing.",
    )
    corrected = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class EvidenceSerializer(serializers.Serializer[Any]):
    """Why a moment was found: a part of the query, what matched it, how well."""

    part = serializers.CharField(help_text="The words of the query.")
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="likeness, clothes, person, movement, object, scene, text, …"
    )
    words = serializers.CharField()
    strength = serializers.FloatField(min_value=0, max_value=1)
    band = serializers.ChoiceField(choices=["strong", "possible", "weak"])


class AnsweredAssetSerializer(serializers.Serializer[Any]):
    """The asset of a moment; ``name`` is the file's name."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    library = serializers.CharField(help_text="The library's slug.")
    camera = serializers.CharField(allow_blank=True)


class AnsweredPersonSerializer(serializers.Serializer[Any]):
    """Someone seen in a moment."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class MomentSerializer(serializers.Serializer[Any]):
    """A time range that answers; seconds count from the asset's first frame, end is exclusive."""

    asset = AnsweredAssetSerializer()
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()
    start_pts = serializers.IntegerField()
    end_pts = serializers.IntegerField()
    score = serializers.FloatField(min_value=0, max_value=1)
    band = serializers.ChoiceField(choices=["strong", "possible", "weak"])
    keyframe = serializers.IntegerField(allow_null=True)
    people = AnsweredPersonSerializer(many=True)
    scene = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    evidence = EvidenceSerializer(many=True)


class ChoiceSerializer(serializers.Serializer[Any]):
    """A filter's value with the number of moments that have it."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    """Choices by filter, most moments first."""

    library = ChoiceSerializer(many=True)
    camera = ChoiceSerializer(many=True)
    identity = ChoiceSerializer(many=True)
    scene = ChoiceSerializer(many=True)
    colour = ChoiceSerializer(many=True)
    together = ChoiceSerializer(many=True, required=False, help_text="Once somebody was chosen.")


class SearchSerializer(serializers.Serializer[Any]):
    """An answer: how the query was understood, its moments best first, filters with counts."""

    query = serializers.CharField(allow_blank=True)
    parsed = ParsedPartSerializer(many=True)
    state = serializers.ChoiceField(choices=["found", "recent", "nothing_found", "nothing_indexed"])
    vectors = serializers.ChoiceField(choices=["ok", "none", "indexing", "unavailable"])
    total = serializers.IntegerField()
    is_capped = serializers.BooleanField(help_text="Not every candidate was weighed.")
    goes_on = serializers.BooleanField(
        help_text="Looking further may bring more: ask with `offset` = `total`."
    )
    untimed_assets = serializers.IntegerField(
        help_text="Left out because nobody knows when they were recorded."
    )
    elapsed_ms = serializers.FloatField()
    moments = MomentSerializer(many=True)
    facets = FacetsSerializer()


def as_json(result: SearchResult) -> dict[str, Any]:
    """The answer as plain values, in the shape of ``SearchSerializer``."""
    return {
        "query": result.query_text,
        "parsed": [_part_as_json(part, result.today) for part in result.parsed.understood],
        "state": result.state,
        "vectors": result.vector_state,
        "total": result.total,
        "is_capped": result.is_capped,
        "goes_on": result.goes_on,
        "untimed_assets": result.untimed,
        "elapsed_ms": result.elapsed_ms,
        "moments": [moment_as_json(moment) for moment in result.moments],
        "facets": {
            facet.name: [
                {"value": str(c.value), "label": c.label, "count": c.count} for c in facet.choices
            ]
            for facet in result.facets
        },
    }


def _part_as_json(part: Part, today: date | None) -> dict[str, Any]:
    found = part.as_dict()
    if part.when is not None and today is not None:
        found["when"] = part.when.said(today)
    if part.length is not None:
        ends = (part.length.least_s, part.length.most_s)
        found["length"] = {
            name: None if end is None else float(end)
            for name, end in zip(("least_s", "most_s"), ends, strict=True)
        } | {"of": str(part.length.of)}
    return found


def moment_as_json(found: FoundMoment) -> dict[str, Any]:
    """One moment as plain values."""
    moment, asset = found.moment, found.asset
    return {
        "asset": {
            "id": asset.asset_id,
            "name": asset.name,
            "library": asset.library_slug,
            "camera": asset.camera_name,
        },
        "start_s": round(float(found.start_s), 3),
        "end_s": round(float(found.end_s), 3),
        "start_pts": moment.start_pts,
        "end_pts": moment.end_pts,
        "score": moment.score,
        "band": str(moment.band),
        "keyframe": moment.keyframe_id,
        "people": [{"id": p.identity_id, "name": p.name} for p in found.people],
        "scene": moment.scene,
        "description": moment.sentence,
        "evidence": [_why_as_json(why) for why in found.why],
    }


def _why_as_json(why: Why) -> dict[str, Any]:
    return {
        "part": why.text,
        "source": why.reason.source,
        "words": why.reason.words,
        "strength": round(why.reason.strength, 3),
        "band": str(why.band),
    }
