"""Example values for the API's schema: each fits its schema, and reads like a small harbour."""

from __future__ import annotations

from typing import Any

REQUESTS: dict[str, Any] = {
    "alerts_create": {"name": "Red coats", "address": "q=woman+in+a+red+coat&library=harbour"},
    "alerts_partial_update": {"by_email": True, "webhook": "https://desk.example/everyid"},
    "assets_partial_update": {"camera": 3},
    "bin_items_partial_update": {"start_pts": 7680, "end_pts": 89600, "note": "use the turn"},
    "bin_items_markers_create": {"pts": 38400, "colour": "red", "text": "looks up"},
    "bins_create": {"library": "harbour", "name": "Red coats"},
    "bins_partial_update": {"name": "Red coats, best"},
    "bins_items_create": {"asset": 7, "start_pts": 7680, "end_pts": 95360, "note": "wide"},
    "bins_order": {"order": [31, 29, 30]},
    "cameras_partial_update": {"clock_offset_ms": -3600000, "overlaps": [4]},
    "comments_update": {"text": "Seen at the gate, too."},
    "excerpts_create": {"bin": 5},
    "history_switch": {"keeps_history": False},
    "identities_partial_update": {"name": "Anna"},
    "identities_assign_create": {"tracks": [118, 121]},
    "identities_unassign_create": {"tracks": [121]},
    "identities_confirm_create": {"tracks": [118]},
    "identities_refuse_create": {"tracks": [140]},
    "identities_split_create": {"tracks": [121], "name": "Berta"},
    "identities_cover_create": {"crop": 912},
    "identities_merge_create": {"others": [14, 15]},
    "identities_distinguish_create": {"others": [16]},
    "identity_comments_create": {"text": "Works at the kiosk."},
    "identity_erase": {"typed": "Anna"},
    "identity_shares_create": {"title": "Anna, for the cut", "days": 7},
    "libraries_create": {"name": "Harbour", "recognition_reason": "Staff agreed in writing."},
    "library_cameras_create": {"name": "Gate", "place": "North quay"},
    "library_erase": {"typed": "Harbour"},
    "library_members_create": {"username": "berta", "role": "editor"},
    "library_members_partial_update": {"role": "viewer"},
    "library_privacy_update": {"recognises_people": False, "reason": "The project is over."},
    "library_shares_create": {
        "title": "For the client",
        "days": 14,
        "moments": [{"asset": 7, "start_pts": 7680, "end_pts": 95360}],
    },
    "library_uploads_create": {"file": "beach-morning.mp4"},
    "saved_searches_create": {"name": "Red coats", "address": "q=woman+in+a+red+coat"},
    "search_checks_create": {"words": "umbrella, dog", "keyframes": [88, 89]},
    "search_examples_create": {"picture": "coat.jpg", "person": True},
}
"""What is sent, by operation id; a body that is not here is made of its schema."""

ADDRESSES: dict[str, str] = {
    "search_retrieve": "?q=woman+in+a+red+coat&limit=1",
    "search_export": "?q=woman+in+a+red+coat",
    "search_checks_retrieve": "?words=umbrella&keyframe=88",
    "assets_list": "?library=harbour&status=ready",
    "identities_list": "?library=harbour",
    "library_audit_list": "?verb=searched&since=2026-03-01",
    "libraries_company": "?minutes=5",
}
"""The query string of an operation's example."""

ANSWERS: dict[str, Any] = {
    "identity_report_retrieve": {"person": {"id": 12, "name": "Anna"}, "appearances": []},
}

_PARSED = {
    "kind": "person",
    "text": "woman in a red coat",
    "span": [0, 19],
    "value": "woman",
    "negated": False,
    "wants": [
        {"topic": "gender", "values": ["woman"], "negated": False},
        {"topic": "upper_colour", "values": ["red"], "negated": False},
        {"topic": "garment", "values": ["coat"], "negated": False},
    ],
}
_FACETS: dict[str, Any] = {
    "library": [{"value": "harbour", "label": "Harbour", "count": 1}],
    "camera": [{"value": "3", "label": "Gate", "count": 1}],
    "identity": [{"value": "12", "label": "Anna", "count": 1}],
    "scene": [{"value": "beach", "label": "beach", "count": 1}],
    "colour": [{"value": "red", "label": "red", "count": 1}],
    "together": [],
}

_OF_FIELD: dict[str, Any] = {
    "address": "q=woman+in+a+red+coat", "alone": 3, "appearances": 24, "around": 12, "assets": 9,
    "audio_codec": "aac", "author": "anna", "away_s": 1800.0, "box": [0.31, 0.22, 0.48, 0.9],
    "camera": 3, "clock_offset_ms": 0, "code": "not_found", "confidence": 0.87,
    "container": "mp4", "content_sha256": "9f2c…", "count": 4, "cover": "/people/crops/912",
    "crop": "/people/crops/912",
    "description": "A woman in a red coat walks along a beach.", "detail": {}, "dimension": 512,
    "direction": "right", "display_name": "Anna", "duration_s": 61.44, "edit": 77,
    "elapsed_ms": 41.5, "end_pts": 95360, "end_s": 7.45, "error": "", "error_code": "",
    "error_sentence": "", "expected": 1.3, "fingerprint": "3f9a51c2", "first": 12,
    "frame_count": 171, "frame_rate": "25", "frames": 171, "height_px": 1080, "id": 7,
    "identity": 12, "items": 3, "keyframe": 88, "keyframes": [88, 89], "kept": [118, 119],
    "label": "Anna", "language": "en", "last": "2026-03-14T09:26:53Z", "library": "harbour",
    "licence": "Apache-2.0", "like": "example:Q2hKZ0", "movement": "walks", "name": "Anna",
    "network": "yolo-world", "note": "", "number": 1, "odd": [121], "opened_count": 2,
    "origin": 3, "overlaps": [4], "pair_count": 2, "part": "woman in a red coat",
    "password": "", "people_count": 14, "place": "North quay", "picture": "/people/crops/912",
    "poster": "/assets/7/poster", "probability": 0.62, "proxy": "/assets/7/proxy", "pts": 38400,
    "query": "woman in a red coat", "rate": "25", "ratio": 3.1, "reel": "A001", "role": "owner",
    "recognition_reason": "Staff agreed in writing.", "retention_days": 90, "scene": "beach",
    "score": 0.4, "second": 14, "secret": "whsec_…", "sentence": "", "similarity": 0.81,
    "size_bytes": 48211034, "slug": "harbour", "source": "clothes", "start_pts": 7680,
    "start_s": 0.6, "start_timecode": "10:00:00:00", "steps": 58,
    "strength": 0.9, "subject_id": 12, "subject_type": "identity", "target": 4,
    "text": "Cast off!", "time_zone": "Europe/Lisbon", "timecode_in": "10:00:00:15",
    "timecode_out": "10:00:07:11", "times": 4, "times_s": [0.6, 0.8], "title": "For the client",
    "total": 1, "track": 118, "tracks": 24, "unseen_s": 95.0, "untimed": 0, "untimed_assets": 0,
    "url": "/people/12/", "user": "anna", "user_name": "anna", "username": "berta",
    "usual_s": 75.0, "low_s": 40.0, "high_s": 160.0, "left": 6, "video_codec": "h264",
    "visits": 40, "webhook": "", "why": "a red coat", "width_px": 1920, "word": "umbrella",
    "words": "a woman in a red coat", "value": "harbour", "corrected": [],
}  # fmt: skip
_OF_SCHEMA_FIELD: dict[str, Any] = {
    "Alert.name": "Red coats", "AlertHit.name": "beach-morning.mp4",
    "AnsweredAsset.camera": "Gate", "AnsweredAsset.name": "beach-morning.mp4",
    "AnsweredPerson.id": 12, "Asset.name": "beach-morning.mp4",
    "AssetDetail.name": "beach-morning.mp4",
    "AssetDetail.stages": [{"stage": "ingest.stages.probe", "state": "done"}],
    "AssetTracks.asset": 7, "Bin.id": 5, "BinItem.note": "wide", "Marker.text": "looks up",
    "Bin.name": "Red coats", "BinItem.id": 31,
    "BinItem.asset": 7, "BinItem.name": "beach-morning.mp4", "Camera.name": "Gate",
    "Camera.id": 3, "Change.label": "Anna", "Check.words": "umbrella", "Choice.label": "Harbour",
    "Comment.text": "Works at the kiosk.", "ExcerptOrder.title": "Red coats",
    "Evidence.words": "wears a red coat", "Identity.id": 12, "Library.name": "Harbour",
    "LookAlike.identity": 14, "Member.role": "editor", "Network.name": "everyid-image",
    "Network.role": "image_text", "Next.name": "Quay", "Next.camera": 4,
    "PastSearch.text": "woman in a red coat", "PatternCamera.name": "Gate", "PatternCamera.id": 3,
    "PatternPerson.id": 12, "Problem.status": 404, "Problem.title": "Not found",
    "Problem.type": "about:blank", "Problem.detail": "There is nothing here.",
    "SavedSearch.name": "Red coats", "Search.parsed": [_PARSED], "Search.facets": _FACETS,
    "SharedPlace.camera": "Gate",
    "Split.name": "Berta", "Track.boxes": [[0.31, 0.2, 0.47, 0.9], [0.33, 0.2, 0.49, 0.9]],
    "Track.colour": 0, "Track.id": 118, "Track.label": "person", "TrackIdentity.id": 12,
    "Upload.name": "beach-morning.mp4", "Upload.asset": 7,
}  # fmt: skip
_OF_TYPE: dict[str, Any] = {"integer": 7, "number": 0.5, "string": "…", "boolean": False}
_OF_FORMAT = {"date-time": "2026-03-14T09:26:53Z", "date": "2026-03-14", "uri": "file"}


class Sampler:
    """Makes an example of any schema of one document."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        """``schemas``: the document's ``components.schemas``."""
        self.schemas = schemas

    def of(self, schema: dict[str, Any], *, owner: str = "", field: str = "") -> Any:
        """An example of a schema, which is ``owner``'s ``field`` where it is a field."""
        known = _OF_SCHEMA_FIELD.get(f"{owner}.{field}")
        if "$ref" in schema and known is None:
            name = schema["$ref"].rpartition("/")[2]
            return self.of(self.schemas[name], owner=name)
        if "$ref" in schema:
            return known
        for value in (known, _OF_FIELD.get(field)):
            if value is not None and self._fits(value, schema):
                return value
        if field in ("next", "previous") and schema.get("nullable"):
            return None
        for choices in ("allOf", "oneOf", "anyOf"):
            if choices in schema:
                return self.of(schema[choices][0], owner=owner, field=field)
        if "enum" in schema:
            return schema["enum"][0]
        return self._made(schema, owner, field)

    def _made(self, schema: dict[str, Any], owner: str, field: str) -> Any:
        kind = schema.get("type")
        if kind == "array":
            least = max(1, schema.get("minItems", 1))
            return [self.of(schema["items"], owner=owner, field=f"{field}[]")] * least
        if kind == "object" and "properties" in schema:
            fields = schema["properties"].items()
            made = {k: self.of(v, owner=owner, field=k) for k, v in fields}
            return {**made, "count": 1} if owner.startswith("Paginated") else made
        if kind == "object":
            return {}
        if "default" in schema:
            return schema["default"]
        if schema.get("format") in _OF_FORMAT:
            return _OF_FORMAT[schema["format"]]
        return _OF_TYPE.get(kind or "")

    @staticmethod
    def _fits(value: Any, schema: dict[str, Any]) -> bool:
        """Whether a field's usual value is of this schema's type."""
        kinds: dict[str, tuple[type, ...]] = {
            "integer": (int,), "number": (int, float), "string": (str,), "boolean": (bool,),
            "array": (list,), "object": (dict,),
        }  # fmt: skip
        if "enum" in schema:
            return value in schema["enum"]
        return "type" in schema and isinstance(value, kinds[schema["type"]])
