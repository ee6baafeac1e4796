"""Who is with whom, and how people pass between cameras: a picture to walk, and a table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from ingest.models import Camera, Library
from ingest.selectors import libraries_for
from ingest.services import audit
from ingest.views.requests import HtmxRequest
from recognition import selectors
from recognition.models import Identity
from recognition.pattern_forms import UNSEEN_S, OutlookForm, PatternForm
from recognition.patterns.company import MOST_NEIGHBOURS, MOST_PEOPLE, MOST_ROWS, company_in
from recognition.patterns.passages import MOST_CAMERAS, network_in, outlook_from, outlook_of
from recognition.patterns.reading import Window
from recognition.portraits import zone_of
from recognition.views.acts import identity_of

SHORTLY = 3
"""Cameras on a person's page."""


@require_safe
@vary_on_headers("HX-Request")
def company(request: HtmxRequest) -> HttpResponse:
    """Who is with whom in a library, or around one person; for htmx the picture and table alone."""
    library, context = _context(request)
    form = context["form"]
    if library is not None and form.is_valid():
        around = _around(request, library, form.cleaned_data["around"])
        found = company_in(library, form.window, around)
        context |= {
            "found": found,
            "source": _address("api-company", form, library),
            "most_people": MOST_PEOPLE if around is None else MOST_NEIGHBOURS,
            "most_rows": MOST_ROWS,
            "everyone": _walk(request, library, form),
        }
    return _render(request, "company", context)


@require_safe
@vary_on_headers("HX-Request")
def passages(request: HtmxRequest) -> HttpResponse:
    """How people pass between a library's cameras, and where somebody is next who left one."""
    library, context = _context(request)
    form, asked = context["form"], OutlookForm({"unseen_s": request.GET.get("unseen_s")})
    if library is not None and form.is_valid():
        left = context["chosen"][0] if len(context["chosen"]) == 1 else None
        unseen_s = (asked.cleaned_data["unseen_s"] if asked.is_valid() else None) or 0.0
        context |= {
            "found": network_in(library, form.window),
            "left": left,
            "outlook": outlook_from(library, _days(form.window), left, unseen_s) if left else None,
            "source": _address("api-passages", form, library),
            "unseen": UNSEEN_S,
            "most_cameras": MOST_CAMERAS,
            "everyone": _walk(request, library, form),
        }
    return _render(request, "passages", context)


@require_safe
@vary_on_headers("HX-Request")
def next_camera(request: HtmxRequest, pk: int) -> HttpResponse:
    """Where a person is likely seen next; for htmx a few lines on the person's page."""
    found = identity_of(request, pk)
    if found.is_hidden:
        raise Http404("There is no such person.")
    asked = OutlookForm(request.GET)
    unseen_s = asked.cleaned_data["unseen_s"] if asked.is_valid() else None
    audit.record_once(user=request.user, library=found.library, verb="viewed", subject=found)
    context = {
        "identity": found,
        "library": found.library,
        "outlook": outlook_of(found, unseen_s),
        "unseen": UNSEEN_S,
        "zone": zone_of(found.library).key,
        "most": SHORTLY if request.htmx else None,
    }
    name = "recognition/_next_camera.html" if request.htmx else "recognition/next_camera.html"
    return render(request, name, context)


def _context(request: HttpRequest) -> tuple[Library | None, dict[str, Any]]:
    """The library, and what both pages show. Without one, or where it does not recognise people,
    there is nothing to look at."""
    libraries = list(libraries_for(request.user))
    slug = request.GET.get("library")
    library = next((item for item in libraries if item.slug == slug), None)
    if library is None and slug:
        raise Http404("There is no such library.")
    able = [item for item in libraries if item.recognises_people]
    library = library or next(iter(able or libraries), None)
    form = PatternForm(request.GET)
    cameras = list(Camera.objects.filter(library=library)) if library is not None else []
    chosen = form.cleaned_data.get("camera", ()) if form.is_valid() else ()
    context = {
        "libraries": libraries,
        "library": library,
        "form": form,
        "problem": form.problem(),
        "cameras": cameras,
        "chosen": [camera for camera in cameras if camera.pk in chosen],
        "chosen_keys": chosen,
        "zone": zone_of(library).key if library is not None else "UTC",
    }
    is_on = library is not None and library.recognises_people
    return (library if is_on else None), context


def _around(request: HttpRequest, library: Library, pk: int | None) -> Identity | None:
    if pk is None:
        return None
    people = selectors.identities_for(request.user, library).filter(is_hidden=False)
    found = get_object_or_404(people, pk=pk)
    audit.record_once(user=request.user, library=library, verb="viewed", subject=found)
    return found


def _days(window: Window) -> Window:
    return Window(window.since, window.until)


def _pairs(form: PatternForm, *without: str) -> str:
    """What was chosen, as a query string."""
    chosen = form.cleaned_data
    pairs = [(name, chosen[name]) for name in ("since", "until", "minutes", "around")]
    pairs += [("camera", key) for key in chosen["camera"]]
    return urlencode([(name, value) for name, value in pairs if value and name not in without])


def _address(name: str, form: PatternForm, library: Library) -> str:
    return f"{reverse(name, args=[library.slug])}?{_pairs(form)}"


def _walk(request: HttpRequest, library: Library, form: PatternForm) -> str:
    """This page, filtered the same, around nobody: what is walked to is added to it."""
    rest = _pairs(form, "around")
    return f"{request.path}?library={library.slug}{'&' if rest else ''}{rest}"


def _render(request: HtmxRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    part = f"recognition/_{name}.html" if request.htmx else f"recognition/{name}.html"
    response = render(request, part, context)
    if request.htmx:
        response["HX-Push-Url"] = request.get_full_path()
    return response
