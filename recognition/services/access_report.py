"""Everything that is held about an identity, for whoever asks what is held about them.

(GDPR Art. 15 calls it the right of access; this is what the catalogue knows, not legal advice.)
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Model
from django.utils import timezone
from pgvector.django import HalfVectorField

from ingest import storage
from ingest.errors import NotAFile
from ingest.models import Asset, AuditEntry, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from recognition.models import Attribute, Comment, Crop, Encoder, Identity, ShareLink, Track
from recognition.services.erasure import names_of
from recognition.services.holdings import mentions, models_of_rooms, path_to


def report_on(*, identity: Identity, user: User) -> dict[str, Any]:
    """JSON-able, newest facts; asking is written down. Owners. Raises NotAllowed."""
    require_role(user, identity.library, Role.OWNER)
    names = names_of(identity)
    crops = list(Crop.objects.filter(track__identity=identity).order_by("track_id", "pts"))
    report = {
        "made_at": timezone.now().isoformat(),
        "made_by": user.get_username(),
        "identity": _identity(identity),
        "names": names,
        "appearances": _appearances(identity, crops),
        "cameras": _cameras(identity),
        "vectors": _vectors(identity),
        "files": [
            _file(key) for crop in crops for key in (crop.image_key, crop.context_key) if key
        ],
        "edits": _edits(identity),
        "comments": _comments(identity),
        "shares": _shares(identity),
        "mentions": [
            {"table": found.table, "row": str(found.pk), "columns": list(found.columns)}
            for found in mentions(identity.library, names)
        ],
        "audit": _audit(identity),
    }
    audit.record(user=user, library=identity.library, verb="reported", subject=identity)
    return report


def _identity(identity: Identity) -> dict[str, Any]:
    return {
        "id": identity.pk,
        "library": identity.library.name,
        "number": identity.number,
        "name": identity.name,
        "is_confirmed": identity.is_locked,
        "is_hidden": identity.is_hidden,
        "created_at": identity.created_at.isoformat(),
    }


def _appearances(identity: Identity, crops: list[Crop]) -> list[dict[str, Any]]:
    pictures: dict[int, list[Crop]] = {}
    for crop in crops:
        pictures.setdefault(crop.track_id, []).append(crop)
    read: dict[int, list[str]] = {}
    for attribute in Attribute.objects.filter(track__identity=identity):
        text = f"{attribute.name}: {attribute.value} ({attribute.confidence:.0%})"
        read.setdefault(attribute.track_id, []).append(text)
    tracks = Track.objects.filter(identity=identity).select_related("asset__camera")
    return [
        _appearance(track, pictures.get(track.pk, []), read.get(track.pk, []))
        for track in tracks.order_by("asset_id", "start_pts")
    ]


def _appearance(track: Track, crops: list[Crop], attributes: list[str]) -> dict[str, Any]:
    asset = track.asset
    return {
        "track": track.pk,
        "asset": asset.pk,
        "asset_name": asset.name,
        "camera": asset.camera.name if asset.camera else "",
        "recorded_at": asset.recorded_at.isoformat() if asset.recorded_at else None,
        "start_pts": track.start_pts,
        "end_pts": track.end_pts,
        "time_base": str(asset.time_base),
        "start_s": _seconds(asset, track.start_pts),
        "end_s": _seconds(asset, track.end_pts),
        "assigned_by": track.assigned_by,
        "similarity": track.identity_similarity,
        "boxes": len(bytes(track.pts_packed)) // 8,
        "movement": track.movement,
        "attributes": attributes,
        "crops": [crop.pk for crop in crops],
    }


def _seconds(asset: Asset, pts: int) -> float:
    return round(float(asset.seconds_at(pts)), 3)


def _cameras(identity: Identity) -> list[dict[str, Any]]:
    rows = (
        Track.objects.filter(identity=identity, asset__camera__isnull=False)
        .order_by("asset__camera__name")
        .values_list("asset__camera__name", "asset__camera__place")
        .annotate(appearances=Count("id"))
    )
    return [{"camera": n, "place": p, "appearances": count} for n, p, count in rows]


def _vectors(identity: Identity) -> list[dict[str, Any]]:
    """Counts by table and encoder, over every table of vectors that leads to the identity."""
    found = []
    for model in models_of_rooms():
        path = path_to(model, Identity) if _has_vector(model) else None
        if path is None:
            continue
        rows = model._base_manager.filter(**{path: identity}).order_by("encoder")
        for encoder_id, count in rows.values_list("encoder").annotate(count=Count("pk")):
            encoder = Encoder.objects.get(pk=encoder_id)
            found.append(
                {
                    "table": model._meta.db_table,
                    "encoder": encoder.name,
                    "space": encoder.space,
                    "dimension": encoder.dimension,
                    "count": count,
                }
            )
    return found


def _has_vector(model: type[Model]) -> bool:
    return any(isinstance(field, HalfVectorField) for field in model._meta.concrete_fields)


def _file(key: str) -> dict[str, Any]:
    try:
        size = storage.derived_path(key).stat().st_size
    except (NotAFile, FileNotFoundError):
        size = None
    return {"file": key, "bytes": size}


def _edits(identity: Identity) -> list[dict[str, Any]]:
    return [
        {
            "at": edit.created_at.isoformat(),
            "by": str(edit.user or ""),
            "kind": edit.kind,
            "before": edit.before,
            "after": edit.after,
        }
        for edit in identity.edits.select_related("user")
    ]


def _comments(identity: Identity) -> list[dict[str, Any]]:
    return [
        {"at": item.created_at.isoformat(), "by": str(item.author or ""), "text": item.text}
        for item in Comment.objects.filter(identity=identity).select_related("author")
    ]


def _shares(identity: Identity) -> list[dict[str, Any]]:
    return [
        {
            "title": link.title,
            "created_at": link.created_at.isoformat(),
            "expires_at": link.expires_at.isoformat(),
            "revoked_at": link.revoked_at.isoformat() if link.revoked_at else None,
            "opened": link.opened_count,
        }
        for link in ShareLink.objects.filter(identity=identity)
    ]


def _audit(identity: Identity) -> list[dict[str, Any]]:
    entries = AuditEntry.objects.filter(subject_type="identity", subject_id=identity.pk)
    return [
        {"at": entry.created_at.isoformat(), "by": entry.user_name, "verb": entry.verb}
        for entry in entries
    ]
