"""What was seen in one asset: its people, other objects, and a description of each shot.

The asset's page (``ingest``) fills itself with this fragment by htmx, knowing only its address;
without JavaScript the same is a page of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from ingest.models import Asset
from ingest.selectors import assets_for
from recognition.models import Crop, Description, Identity, Track
from recognition.selectors import shown_identity, tracks_of

TIMES_PER_PERSON = 6
"""Appearances that are listed; the rest are counted. By eye."""

_Spans = list[tuple[Fraction, Fraction]]


@dataclass(slots=True)
class Seen:
    """A person in this asset: the best crop, and when they are in the picture, in seconds."""

    identity: Identity
    crop: Crop | None = None
    spans: _Spans = field(default_factory=list)

    @property
    def starts(self) -> list[Fraction]:
        """The first few appearances."""
        return [start for start, _ in self.spans[:TIMES_PER_PERSON]]

    @property
    def more(self) -> int:
        """How many more there are."""
        return max(0, len(self.spans) - TIMES_PER_PERSON)


@require_safe
@vary_on_headers("HX-Request")
def asset_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment for htmx, else the page."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    tracks = list(tracks_of(asset))
    context = {
        "asset": asset,
        "people": people_seen(asset, tracks),
        "others": others_seen(tracks),
        "unknown": sum(1 for track in tracks if _is_person(track) and track.identity is None),
        "descriptions": descriptions_of(asset),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "recognition/_asset_panel.html" if is_fragment else "recognition/asset_panel.html"
    return render(request, name, context)


def people_seen(asset: Asset, tracks: list[Track]) -> list[Seen]:
    """The people of these tracks, in order of their first appearance. One query."""
    crops = _best_crops(tracks)
    found: dict[int, Seen] = {}
    for track in sorted(tracks, key=lambda track: track.start_pts):
        identity = shown_identity(track)
        if identity is None:
            continue
        seen = found.setdefault(identity.pk, Seen(identity))
        seen.spans.append((asset.seconds_at(track.start_pts), asset.seconds_at(track.end_pts)))
        crop = crops.get(track.pk)
        if crop and (seen.crop is None or crop.quality > seen.crop.quality):
            seen.crop = crop
    return list(found.values())


def others_seen(tracks: list[Track]) -> list[tuple[str, int]]:
    """What else was followed, with counts, most first."""
    return Counter(track.label for track in tracks if not _is_person(track)).most_common(12)


def descriptions_of(asset: Asset) -> QuerySet[Description]:
    """The descriptions of the asset's shots, in order. One query."""
    found = Description.objects.filter(asset=asset).select_related("shot")
    return found.defer("search").order_by("shot__ordinal")


def _best_crops(tracks: list[Track]) -> dict[int, Crop]:
    best = (
        Crop.objects.filter(track__in=[track.pk for track in tracks])
        .order_by("track_id", "-quality", "pk")
        .distinct("track_id")
    )
    return {crop.track_id: crop for crop in best}


def _is_person(track: Track) -> bool:
    return track.label == "person"
