"""Crops, the boxes of an asset's tracks, and a sighting that plays in place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from ingest.media_response import media_response
from ingest.selectors import assets_for
from ingest.storage import derived_path
from ingest.views.requests import HtmxRequest
from recognition import selectors
from recognition.serializers import describe_tracks


@require_safe
def crop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A crop's picture."""
    found = get_object_or_404(selectors.crops_for(request.user), pk=pk)
    path = derived_path(found.image_key)
    return media_response(request, path, content_type="image/webp", name=f"crop-{found.pk}.webp")


@require_safe
@cache_control(private=True, no_cache=True)
def asset_tracks(request: HttpRequest, pk: int) -> JsonResponse:
    """The boxes of an asset's tracks over time, for drawing over the player."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    return JsonResponse(describe_tracks(asset, list(selectors.tracks_of(asset))))


@require_safe
@vary_on_headers("HX-Request")
def sighting(request: HtmxRequest, pk: int) -> HttpResponse:
    """One appearance, which plays in place; a page of its own without JavaScript.

    With ``card`` htmx gets what can be done about who is in a box of the player.
    """
    track = get_object_or_404(selectors.people_tracks_for(request.user), pk=pk)
    kind = "_track_card" if "card" in request.GET else "_sighting"
    name = f"recognition/{kind if request.htmx else 'sighting'}.html"
    library, identity = track.asset.library, selectors.shown_identity(track)
    context = {
        "item": selectors.appearance_of(track),
        "track": track,
        "identity": identity,
        "may_find": library.recognises_people and (identity or track.identity is None),
        "may_edit": library.pk in selectors.editable_libraries(request.user),
    }
    return render(request, name, context)
