"""Media files, for members of the library alone: anyone else gets the 404 of a missing file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ingest.media_response import derived_response
from ingest.pages import keyframes_for
from ingest.selectors import assets_for


@require_safe
def proxy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The asset's proxy, by ranges."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    return derived_response(request, asset.proxy_key, f"asset-{pk}")


@require_safe
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The asset's poster."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    return derived_response(request, asset.poster_key, f"asset-{pk}-poster")


@require_safe
def sprite(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The asset's sprite."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    return derived_response(request, asset.sprite_key, f"asset-{pk}-sprite")


@require_safe
def keyframe(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One keyframe."""
    found = get_object_or_404(keyframes_for(request.user), pk=pk)
    return derived_response(request, found.image_key, f"keyframe-{pk}")
