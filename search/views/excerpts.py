"""Excerpts: ask for them, watch them being cut, fetch one or all. All members may."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HTMX_STOP_POLLING

from ingest.media_response import media_response
from ingest.selectors import libraries_for
from ingest.views.requests import HtmxRequest, signed_in
from search import bins as reads
from search.exports.formats import file_name
from search.models import Excerpt, ExcerptOrder
from search.services import excerpts as service

_CHUNK_BYTES = 256 * 1024
WORKING = (ExcerptOrder.State.QUEUED, ExcerptOrder.State.RUNNING)


@require_POST
def order_bin(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the moments of a bin as files."""
    bin = get_object_or_404(reads.bins_for(request.user), pk=pk)
    ranges = [(item.asset, item.start_pts, item.end_pts) for item in reads.items_of(bin)]
    order = service.order_excerpts(
        library=bin.library, user=signed_in(request), title=bin.name, ranges=ranges
    )
    return redirect("search:excerpts", pk=order.pk)


@require_safe
@vary_on_headers("HX-Request")
def order_page(request: HtmxRequest, pk: int) -> HttpResponse:
    """How far an order is; for htmx the list alone, until it is done."""
    order = get_object_or_404(_orders(request), pk=pk)
    found = list(order.excerpts.select_related("asset").order_by("number"))
    context = {
        "order": order,
        "excerpts": found,
        "done": sum(1 for excerpt in found if excerpt.key),
        "is_working": order.state in WORKING,
    }
    if not request.htmx:
        return render(request, "search/excerpts.html", context)
    status = 200 if context["is_working"] else HTMX_STOP_POLLING
    return render(request, "search/_excerpts.html", context, status=status)


@require_POST
def order_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget an order of one's own, with its files."""
    order = get_object_or_404(_orders(request), pk=pk)
    service.delete_order(order=order)
    messages.success(request, "The excerpts were removed.")
    return redirect("search:bins")


@require_safe
def excerpt_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One excerpt."""
    mine = Excerpt.objects.filter(order__in=_orders(request)).exclude(key="")
    excerpt = get_object_or_404(mine.select_related("asset"), pk=pk)
    name = _name_of(excerpt)
    path = service.file_of(excerpt)
    response = media_response(request, path, content_type="video/mp4", name=name)
    if response.status_code in (200, 206):
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def order_zip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All excerpts of an order that are cut, as one file that is put together while it is sent."""
    order = get_object_or_404(_orders(request), pk=pk)
    found = list(order.excerpts.exclude(key="").select_related("asset"))
    files = [(_name_of(excerpt), service.file_of(excerpt)) for excerpt in found]
    files = [(name, path) for name, path in files if path.is_file()]
    if not files:
        raise Http404("No excerpt is cut yet.")
    response = StreamingHttpResponse(stream_zip(files), content_type="application/zip")
    name = file_name(order.title, "zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Spout:
    """A file that is only written to: ``take`` gives what was written since."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def stream_zip(files: list[tuple[str, Path]]) -> Iterator[bytes]:
    """A zip of stored (not compressed: film is already) files, in pieces. A file that goes
    meanwhile is left out."""
    spout = _Spout()
    with zipfile.ZipFile(cast("IO[bytes]", spout), "w", zipfile.ZIP_STORED) as archive:
        for name, path in files:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            with source, archive.open(name, "w", force_zip64=True) as entry:
                while chunk := source.read(_CHUNK_BYTES):
                    entry.write(chunk)
                    yield spout.take()
    yield spout.take()


def _orders(request: HttpRequest) -> QuerySet[ExcerptOrder]:
    """One's own orders, while one is a member of their library."""
    user: Any = request.user
    mine = ExcerptOrder.objects.filter(user=user.pk, library__in=libraries_for(user))
    return mine.select_related("library")


def _name_of(excerpt: Excerpt) -> str:
    stem = excerpt.asset.name.rpartition(".")[0] or excerpt.asset.name
    return f"{excerpt.number:03}-{file_name(stem, 'mp4')}"
