"""Pages of people, their crops and the tracks of an asset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from ingest.media_response import media_response
from ingest.models import Role
from ingest.selectors import assets_for, libraries_for, role_in
from ingest.services import audit
from ingest.storage import derived_path
from ingest.views.requests import HtmxRequest
from recognition import selectors
from recognition.errors import CoverRefused, NameRefused, NameTaken
from recognition.forms import CoverForm, NameForm, PeopleFilter
from recognition.live import comments_context, news_context
from recognition.models import Identity
from recognition.serializers import describe_tracks
from recognition.services import identities as service

PAGE_SIZE = 60


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The grid of people: the named ones, then the unknown, most appearances first."""
    asked = PeopleFilter(request.GET)
    chosen = asked.cleaned_data if asked.is_valid() else {}
    libraries = list(libraries_for(request.user))
    library = next((item for item in libraries if item.slug == chosen.get("library")), None)
    if library is None and request.GET.get("library"):
        raise Http404("There is no such library.")
    is_hidden = bool(chosen.get("hidden"))
    found = selectors.people_in(request.user, library, is_hidden=is_hidden)
    named = list(found.exclude(name=""))
    page = Paginator(found.filter(name=""), PAGE_SIZE).get_page(chosen.get("page") or 1)
    cards = selectors.as_people([*named, *page])
    context = {
        "libraries": libraries,
        "library": library,
        "is_hidden": is_hidden,
        "named": cards[: len(named)],
        "unknown": cards[len(named) :],
        "page": page,
        "shows_library": library is None and len(libraries) > 1,
        "off": [item for item in libraries if not item.recognises_people],
        "has_sample": any(item.is_sample for item in ([library] if library else libraries)),
    }
    return render(request, "recognition/people.html", context | news_context(request))


@require_safe
@vary_on_headers("HX-Request")
def identity(request: HtmxRequest, pk: int) -> HttpResponse:
    """One person: name, picture, cameras, and where they appear; for htmx the name alone."""
    found = _identity_of(request, pk)
    if request.htmx:
        return _render_name(request, found, is_editing="edit" in request.GET)
    audit.record_once(user=request.user, library=found.library, verb="viewed", subject=found)
    return _render_identity(request, found, is_editing="edit" in request.GET)


@require_POST
def rename(request: HtmxRequest, pk: int) -> HttpResponse:
    """Give a person a name; a refused one is shown again with the reason."""
    found, form = _identity_of(request, pk), NameForm(request.POST)
    show = _render_name if request.htmx else _render_identity
    try:
        if form.is_valid():
            found = service.rename(
                identity=found, user=request.user, name=form.cleaned_data["name"]
            )
    except NameTaken as error:
        form.add_error("name", str(error))
        return show(request, found, form=form, is_editing=True, clash=error.identity_id, status=409)
    except NameRefused as error:
        form.add_error("name", str(error))
    if not form.is_valid():
        return show(request, found, form=form, is_editing=True, status=422)
    if request.htmx:
        return _render_name(request, found)
    return redirect("recognition:identity", pk=found.pk)


@require_POST
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a person out of pages and answers."""
    return _edit(request, pk, service.hide, "{} is hidden now.")


@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a hidden person back."""
    return _edit(request, pk, service.show, "{} is shown again.")


@require_POST
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a person's picture among their crops."""
    found, form = _identity_of(request, pk), CoverForm(request.POST)
    if not form.is_valid():
        raise Http404("There is no such picture.")
    crop = get_object_or_404(selectors.crops_for(request.user), pk=form.cleaned_data["crop"])
    try:
        service.choose_cover(identity=found, user=request.user, crop=crop)
    except CoverRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The picture was changed.")
    return redirect("recognition:identity", pk=found.pk)


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


def _identity_of(request: HttpRequest, pk: int) -> Identity:
    return get_object_or_404(selectors.identities_for(request.user), pk=pk)


def _edit(
    request: HttpRequest, pk: int, change: Callable[..., Identity], sentence: str
) -> HttpResponse:
    found = change(identity=_identity_of(request, pk), user=request.user)
    messages.success(request, sentence.format(found.display_name))
    return redirect("recognition:identity", pk=found.pk)


def _name_context(
    request: HttpRequest,
    found: Identity,
    form: NameForm | None = None,
    is_editing: bool = False,
    clash: int | None = None,
) -> dict[str, Any]:
    role = role_in(request.user, found.library)
    can_edit = role in (Role.OWNER, Role.EDITOR)
    return {
        "identity": found,
        "form": form or NameForm(initial={"name": found.name}),
        "is_editing": is_editing and can_edit,
        "can_edit": can_edit,
        "clash": clash,
    }


def _render_name(
    request: HttpRequest, found: Identity, *, status: int = 200, **state: Any
) -> HttpResponse:
    context = _name_context(request, found, **state)
    return render(request, "recognition/_name.html", context, status=status)


def _render_identity(
    request: HttpRequest, found: Identity, *, status: int = 200, **state: Any
) -> HttpResponse:
    appearances = selectors.appearances_of(found)
    [person] = selectors.as_people([found])
    context = _name_context(request, found, **state) | {
        "person": person,
        "assets": appearances,
        "count": sum(len(group.appearances) for group in appearances),
        "cameras": selectors.cameras_of(found),
        "edits": selectors.edits_of(found),
    }
    context |= comments_context(request, found) | news_context(request, found)
    return render(request, "recognition/identity.html", context, status=status)
