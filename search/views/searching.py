"""The search page: one view, as a page or as the fragment below the box."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import HTMX_STOP_POLLING, push_url, replace_url

from search.bins import editable_bins
from search.exports.formats import FORMATS
from search.finder import SearchResult, find
from search.forms import Asked, read_address, read_days
from search.looking import looking_for
from search.noting import note_search
from search.presenting import page_of
from search.query.editing import with_days
from search.ranking.filters import address
from search.selectors import (
    around_answers,
    example_queries,
    indexing_of,
    uploadable_libraries,
)
from search.services.saved import remember
from search.suggesting import suggest

BINS_OFFERED = 50
"""By eye: as long as a list to choose from may be."""


@require_safe
def home(request: Any) -> HttpResponse:
    """Ask and look at the answers; live below the box as it is typed into."""
    asked = read_address(dict(request.GET.lists()))
    days = read_days(dict(request.GET.lists()))
    if days is not None:
        return redirect(request.path + address(with_days(asked.text, *days), asked.filters))
    result = find(
        asked.text,
        user=request.user,
        filters=asked.filters,
        limit=asked.limit,
        offset=asked.offset,
    )
    note_search(result, user=request.user)
    if result.state == "found" and not asked.offset:
        remember(
            user=request.user, text=result.query_text, address=address(asked.text, asked.filters)
        )
    is_fragment = bool(request.htmx) and not request.htmx.history_restore_request
    name = "search/_results.html" if is_fragment else "search/home.html"
    response = render(request, name, _context(request, asked, result))
    patch_vary_headers(response, ["HX-Request"])
    if is_fragment:
        _keep_address(request, response, asked)
    return response


def _context(request: Any, asked: Asked, result: SearchResult) -> dict[str, Any]:
    context: dict[str, Any] = {"page": page_of(result, asked), "result": result}
    context["looking"] = looking_for(result, request.GET.get("look", ""))
    context["indexing"], context["collecting"] = around_answers(request.user)
    if context["collecting"]:
        context["bins"] = editable_bins(request.user)[:BINS_OFFERED]
        context["current_bin"] = request.session.get("bin")
    context["formats"] = FORMATS.values()
    if result.state == "recent":
        context["examples"] = example_queries(request.user)
    if result.state == "nothing_indexed":
        context["uploadable"] = uploadable_libraries(request.user)
    if result.state == "nothing_found":
        context["suggestions"] = suggest(result, user=request.user)
    return context


def _keep_address(request: Any, response: HttpResponse, asked: Asked) -> None:
    """A new question is a step back for the back button; typing on in one is not."""
    here = request.get_full_path()
    before = parse_qs(urlsplit(request.htmx.current_url or "").query).get("q", [""])[0]
    same = asked.text.startswith(before) or before.startswith(asked.text)
    is_typing = request.htmx.trigger == "search-form" and "submit" not in request.GET
    keep = replace_url if is_typing and same and before else push_url
    keep(response, here)


@require_safe
def progress(request: Any) -> HttpResponse:
    """How far indexing is; polled by the page until it is done."""
    indexing = indexing_of(request.user)
    context = {"indexing": indexing, "is_polled": True}
    status = 200 if indexing.is_working else HTMX_STOP_POLLING
    return render(request, "search/_progress.html", context, status=status)
