"""Pages of bins: the list, one bin, adding, sorting, trimming, markers.

Every change works as a plain form; htmx gets the changed piece back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from ingest.models import Asset, Library
from ingest.pages import may_edit, roles_of
from ingest.selectors import assets_for, libraries_for, role_in
from ingest.views.requests import HtmxRequest, signed_in
from search import bins as reads
from search.errors import BadBin, SearchError
from search.exports.timeline import Colour, Timeline
from search.models import Bin, BinItem
from search.points import parse_point
from search.services import bins as service

_FIRST_NAME = "Selects"
_MAX_DIGITS = 18


@require_safe
def bin_list(request: HttpRequest) -> HttpResponse:
    """The user's bins by library, and a form for a new one."""
    return render(request, "search/bins.html", _list_context(request))


@require_POST
def bin_create(request: HttpRequest) -> HttpResponse:
    """A new bin in a library. Owners and editors."""
    library = get_object_or_404(libraries_for(request.user), slug=request.POST.get("library", ""))
    reads.may_change(request.user, library)
    name = request.POST.get("name", "")
    try:
        made = service.create_bin(library=library, name=name, user=signed_in(request))
    except SearchError as error:
        context = _list_context(request) | {"error": str(error), "typed": name, "chosen": library}
        return render(request, "search/bins.html", context, status=422)
    request.session["bin"] = made.pk
    return redirect("search:bin", pk=made.pk)


@require_safe
def bin_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One bin."""
    return render(request, "search/bin.html", _page_context(request, _bin_of(request, pk)))


@require_POST
def bin_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a bin, or rewrite its note."""
    bin = _editable(request, pk)
    try:
        service.change_bin(bin=bin, name=request.POST.get("name"), note=request.POST.get("note"))
    except SearchError as error:
        context = _page_context(request, _bin_of(request, pk))
        context |= {"error": str(error), "typed": request.POST}
        return render(request, "search/bin.html", context, status=422)
    return redirect("search:bin", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def bin_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete. Owners."""
    bin = _bin_of(request, pk)
    reads.may_delete(request.user, bin.library)
    if request.method != "POST":
        return render(request, "search/bin_delete.html", {"bin": bin})
    service.delete_bin(bin=bin)
    messages.success(request, f"The bin “{bin.name}” was deleted. Its footage stays.")
    return redirect("search:bins")


@require_POST
def bin_add(request: HttpRequest) -> HttpResponse:
    """Add moments (``moment=ASSET:START:END`` or ``asset``, ``in``, ``out``) to a bin.

    Without ``bin`` they go to the bin of their library that was used last, or to a new one.
    """
    ranges = _ranges_of(request)
    bin = _target(request, ranges[0].asset.library)
    made = service.add_items(bin=bin, ranges=ranges, user=signed_in(request))
    request.session["bin"] = bin.pk
    context = {"bin": bin, "added": len(made), "asked": len(ranges)}
    if getattr(request, "htmx", False):
        return render(request, "search/_added.html", context)
    there = len(ranges) - len(made)
    said = f"{len(made)} added to “{bin.name}”." if made else f"Already in “{bin.name}”."
    messages.success(request, said + (f" {there} had been there." if made and there else ""))
    return redirect("search:bin", pk=bin.pk)


@require_POST
def bin_sort(request: HttpRequest, pk: int) -> HttpResponse:
    """Sort a bin: ``order`` names its items' ids by comma."""
    bin = _editable(request, pk)
    order = request.POST.get("order", "").split(",")
    service.sort_items(bin=bin, ids=[_number(text) for text in order if text])
    return _items(request, bin)


@require_POST
def item_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: ``move`` up or down, ``remove``, or new ``in``, ``out`` and ``note``."""
    item = _editable_item(request, pk)
    if "remove" in request.POST:
        service.remove_items(items=[item])
    elif "move" in request.POST:
        service.move_item(item=item, step=-1 if request.POST["move"] == "up" else 1)
    else:
        service.change_item(
            item=item,
            start_pts=_point(item.asset, request.POST.get("in")),
            end_pts=_point(item.asset, request.POST.get("out")),
            note=request.POST.get("note"),
        )
    if request.POST.get("back") == "asset":
        messages.success(request, f"Trimmed in “{item.bin.name}”.")
        return redirect("search:bin", pk=item.bin_id)
    return _items(request, item.bin)


@require_POST
def marker_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a marker on an item, by default at its in."""
    item = _editable_item(request, pk)
    at = _point(item.asset, request.POST.get("at"))
    service.add_marker(
        item=item,
        pts=item.start_pts if at is None else at,
        colour=request.POST.get("colour", ""),
        text=request.POST.get("text", ""),
    )
    return _items(request, item.bin)


@require_POST
def marker_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a marker away."""
    marker = get_object_or_404(reads.markers_for(request.user), pk=pk)
    reads.may_change(request.user, marker.item.bin.library)
    service.remove_marker(marker=marker)
    return _items(request, marker.item.bin)


@require_safe
@vary_on_headers("HX-Request")
def asset_bins(request: HtmxRequest, pk: int) -> HttpResponse:
    """Beside the player: add what is between in and out to a bin, or trim an item."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    bins = reads.editable_bins(request.user).filter(library=asset.library)
    item_id = request.GET.get("item", "")
    item = reads.items_for(request.user).filter(pk=_number(item_id), asset=asset).first()
    context = {
        "asset": asset,
        "bins": bins,
        "current": request.session.get("bin"),
        "may_edit": may_edit(role_in(request.user, asset.library)),
        "row": reads.rows_of([item])[0] if item else None,
        "is_spoken": asset.library.has_lines and asset.lines.exists(),
        "shown_in": Bin.objects.filter(items__asset=asset).distinct(),
    }
    name = "search/_asset_bins.html" if request.htmx else "search/asset_bins.html"
    return render(request, name, context)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    libraries = list(libraries_for(request.user))
    roles = roles_of(request.user, libraries)
    return {
        "bins": reads.bins_for(request.user),
        "editable": [library for library in libraries if may_edit(roles[library.pk])],
    }


def _page_context(request: HttpRequest, bin: Bin) -> dict[str, Any]:
    role = role_in(request.user, bin.library)
    items = reads.items_of(bin)
    rows = reads.rows_of(items)
    whole = Timeline(bin.name, tuple(reads.event_of(item) for item in items))
    return {
        "bin": bin,
        "rows": rows,
        "offers": reads.offers(whole, is_spoken=_is_spoken(bin, items)) if items else (),
        "seconds": sum(row.seconds for row in rows),
        "may_edit": may_edit(role),
        "is_owner": role == "owner",
        "colours": list(Colour),
    }


def _is_spoken(bin: Bin, items: Sequence[BinItem]) -> bool:
    """Whether anything is said in a bin; where nothing is in its library, nobody is asked."""
    ranges = [(item.asset_id, item.start_pts, item.end_pts) for item in items]
    return bin.library.has_lines and reads.is_anything_said(ranges)


def _items(request: HttpRequest, bin: Bin) -> HttpResponse:
    """After a change: the list for htmx, the page for a form."""
    if not getattr(request, "htmx", False):
        return redirect("search:bin", pk=bin.pk)
    return render(request, "search/_bin_items.html", _page_context(request, bin))


def _bin_of(request: HttpRequest, pk: int) -> Bin:
    return get_object_or_404(_bins(request), pk=pk)


def _bins(request: HttpRequest) -> QuerySet[Bin]:
    return reads.bins_for(request.user)


def _editable(request: HttpRequest, pk: int) -> Bin:
    bin = _bin_of(request, pk)
    reads.may_change(request.user, bin.library)
    return bin


def _editable_item(request: HttpRequest, pk: int) -> BinItem:
    item = get_object_or_404(reads.items_for(request.user), pk=pk)
    reads.may_change(request.user, item.bin.library)
    return item


def _ranges_of(request: HttpRequest) -> list[service.Range]:
    """What is to be added, of assets that the user may see. Raises BadBin."""
    asked = [moment.split(":") for moment in request.POST.getlist("moment")[: service.MOST_ITEMS]]
    if any(len(parts) != 3 for parts in asked):
        raise BadBin("This names no moment: load the page again and choose anew.")
    ids = {_number(parts[0]) for parts in asked} | {_number(request.POST.get("asset", ""))}
    assets = assets_for(request.user).in_bulk(ids - {-1})
    ranges = [
        service.Range(assets[_number(pk)], _signed(start), _signed(end))
        for pk, start, end in asked
        if _number(pk) in assets
    ]
    asset = assets.get(_number(request.POST.get("asset", "")))
    if asset is not None:
        start = _point(asset, request.POST.get("in"))
        end = _point(asset, request.POST.get("out"))
        first = asset.first_pts or 0 if start is None else start
        last = asset.end_pts or 0 if end is None else end
        ranges.append(service.Range(asset, first, last))
    if not ranges:
        raise BadBin("Nothing was chosen: tick a moment first.")
    return ranges


def _target(request: HttpRequest, library: Library) -> Bin:
    """The bin that is meant: chosen, or last used in the library, or new."""
    if chosen := request.POST.get("bin"):
        return _editable(request, _number(chosen))
    reads.may_change(request.user, library)
    known = reads.editable_bins(request.user).filter(library=library)
    last = known.filter(pk=request.session.get("bin") or -1).first() or known.first()
    if last is not None:
        return last
    return service.create_bin(library=library, name=_FIRST_NAME, user=signed_in(request))


def _point(asset: Asset, text: str | None) -> int | None:
    return parse_point(asset, text) if text and text.strip() else None


def _number(text: str) -> int:
    """The id that a text states; −1, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else -1


def _signed(text: str) -> int:
    plain = text.removeprefix("-")
    if _number(plain) < 0:
        raise BadBin("This names no moment: load the page again and choose anew.")
    return int(text)
