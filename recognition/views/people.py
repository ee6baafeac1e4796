"""The grid of people, what to look at among them, and the history of corrections."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingest.models import Library
from ingest.selectors import libraries_for
from recognition import reviewing, selectors
from recognition.forms import PeopleFilter
from recognition.live import news_context

PAGE_SIZE = 60
HISTORY_SIZE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The grid of people: the named ones, then the unknown; or one of the two in pages."""
    asked = PeopleFilter(request.GET)
    chosen = asked.cleaned_data if asked.is_valid() else {}
    libraries = list(libraries_for(request.user))
    library = _library(request, libraries)
    is_hidden, shown = bool(chosen.get("hidden")), chosen.get("show") or "all"
    found = selectors.people_in(
        request.user,
        library,
        is_hidden=is_hidden,
        name=chosen.get("name") or "",
        sort=chosen.get("sort") or "size",
    )
    named = Paginator(found.exclude(name=""), PAGE_SIZE)
    unknown = Paginator(found.filter(name=""), PAGE_SIZE)
    at = chosen.get("page") or 1
    named_page = named.get_page(at if shown == "named" else 1)
    unknown_page = unknown.get_page(1 if shown == "named" else at)
    top = list(named_page) if shown != "unknown" else []
    rest = list(unknown_page) if shown != "named" else []
    cards = selectors.as_people([*top, *rest])
    context = {
        "libraries": libraries,
        "library": library,
        "editable": selectors.editable_libraries(request.user),
        "is_hidden": is_hidden,
        "shown": shown,
        "sort": chosen.get("sort") or "size",
        "name": chosen.get("name") or "",
        "named": cards[: len(top)],
        "named_count": named.count,
        "unknown": cards[len(top) :],
        "page": named_page if shown == "named" else unknown_page,
        "unknown_count": unknown.count,
        "shows_library": library is None and len(libraries) > 1,
        "off": [item for item in libraries if not item.recognises_people],
        "has_sample": any(item.is_sample for item in ([library] if library else libraries)),
    }
    return render(request, "recognition/people.html", context | news_context(request))


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one person, and groups that may be two, each settled by one click."""
    libraries = list(libraries_for(request.user))
    library = _library(request, libraries) or next(iter(libraries), None)
    found = reviewing.review(library) if library and library.recognises_people else None
    context = {
        "libraries": libraries,
        "library": library,
        "can_edit": library is not None
        and library.pk in selectors.editable_libraries(request.user),
        "pairs": found.pairs if found else [],
        "doubts": found.doubts if found else [],
    }
    return render(request, "recognition/review.html", context)


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Everything that people corrected, latest first, each with its undo."""
    libraries = list(libraries_for(request.user))
    library = _library(request, libraries)
    edits = Paginator(selectors.edits_for(request.user, library), HISTORY_SIZE)
    context = {
        "libraries": libraries,
        "library": library,
        "editable": selectors.editable_libraries(request.user),
        "page": edits.get_page(request.GET.get("page")),
    }
    return render(request, "recognition/history.html", context)


def _library(request: HttpRequest, libraries: list[Library]) -> Library | None:
    slug = request.GET.get("library")
    library = next((item for item in libraries if item.slug == slug), None)
    if library is None and slug:
        raise Http404("There is no such library.")
    return library
