"""One asset: the player, its shots, what the pipeline did; retry, cancel, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest import pages, pipeline
from ingest.forms import AssetCameraForm
from ingest.models import Asset, Role
from ingest.selectors import require_role, role_in
from ingest.services import assets as service
from ingest.services import cameras as camera_service
from ingest.views.requests import STOP_POLLING, HtmxRequest


@require_safe
def asset_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page. ``?t=12.5`` seeks."""
    asset = _asset_of(request, pk)
    role = role_in(request.user, asset.library)
    context = _status(asset, role) | {
        "shots": pages.shot_rows(asset),
        "clocking": pages.clocking_of(asset),
        "tiles": pages.tile_times(asset),
        "uploads": asset.uploads.select_related("user")[:1],
        "camera_form": AssetCameraForm(instance=asset),
        "start_s": _seconds(request.GET.get("t", "")),
        "shows_player": bool(asset.proxy_key),
    }
    return render(request, "ingest/asset.html", context)


@require_safe
def asset_status(request: HtmxRequest, pk: int) -> HttpResponse:
    """How far the asset is, as a fragment that is asked for again until it is done.

    A page without a player is loaded anew as soon as there is one; a page with one (``player=1``)
    is left alone, since someone may be watching, and told by the event ``asset-done``.
    """
    asset = _asset_of(request, pk)
    if not request.htmx:
        return redirect("ingest:asset", pk=pk)
    shows_player = request.GET.get("player") == "1"
    context = _status(asset, role_in(request.user, asset.library)) | {"shows_player": shows_player}
    name = "ingest/_asset_status.html"
    if context["card"].is_working and (shows_player or not asset.proxy_key):
        return render(request, name, context)
    response = render(request, name, context, status=STOP_POLLING)
    if shows_player:
        response["HX-Trigger"] = "asset-done"
    else:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def asset_camera(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which camera recorded the asset. Owners and editors."""
    asset = _editable(request, pk)
    form = AssetCameraForm(request.POST, instance=asset)
    if form.is_valid():
        camera_service.assign_camera(asset=asset, camera=form.cleaned_data["camera"])
        messages.success(request, "The camera was changed.")
    else:
        messages.error(request, "This library has no such camera.")
    return redirect("ingest:asset", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete. Owners and editors."""
    asset = _editable(request, pk)
    if request.method != "POST":
        return render(request, "ingest/asset_delete.html", {"asset": asset})
    name, slug = asset.name, asset.library.slug
    service.delete_asset(asset=asset, user=request.user)
    messages.success(request, f"{name} was deleted, with all that was known about it.")
    return redirect("ingest:library", slug=slug)


@require_POST
def asset_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again what failed or was cancelled; else do what is missing by now."""
    asset = _editable(request, pk)
    run = pages.run_to_retry(asset)
    if run is not None:
        pipeline.retry(run)
    else:
        pipeline.enqueue(asset)
    messages.success(request, f"{asset.name} is in the queue.")
    return _back(request, asset)


@require_POST
def asset_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop indexing. Owners and editors."""
    asset = _editable(request, pk)
    pipeline.cancel(asset)
    messages.success(request, f"Indexing of {asset.name} was stopped.")
    return _back(request, asset)


def _asset_of(request: HttpRequest, pk: int) -> Asset:
    return get_object_or_404(pages.asset_for(request.user, pk))


def _editable(request: HttpRequest, pk: int) -> Asset:
    asset = _asset_of(request, pk)
    require_role(request.user, asset.library, Role.OWNER, Role.EDITOR)
    return asset


def _status(asset: Asset, role: str | None) -> dict[str, Any]:
    card = pages.asset_cards([asset])[0]
    return {"asset": asset, "card": card, "may_edit": pages.may_edit(role)}


def _seconds(text: str) -> float:
    """The time to seek to; 0 where the address says nonsense."""
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e7 else 0.0


def _back(request: HttpRequest, asset: Asset) -> HttpResponse:
    if request.POST.get("back") == "library":
        return redirect("ingest:library", slug=asset.library.slug)
    return redirect("ingest:asset", pk=asset.pk)
