"""One person's page: name, picture, appearances, when, with whom, and look-alikes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from ingest.models import Role
from ingest.selectors import role_in
from ingest.services import audit
from ingest.views.requests import HtmxRequest
from recognition import likeness, portraits, selectors
from recognition.errors import NameRefused, NameTaken
from recognition.forms import CoverForm, NameForm, PeopleFilter
from recognition.live import comments_context, news_context
from recognition.models import Identity
from recognition.services import identities as service
from recognition.views.acts import identity_of, perform, say_done


@require_safe
@vary_on_headers("HX-Request")
def identity(request: HtmxRequest, pk: int) -> HttpResponse:
    """One person: name, picture, cameras, and where they appear; for htmx the name alone."""
    survivor = selectors.survivor_of(request.user, pk)
    if survivor is not None:
        return redirect("recognition:identity", pk=survivor)
    found = identity_of(request, pk)
    if request.htmx:
        return _render_name(request, found, is_editing="edit" in request.GET)
    audit.record_once(user=request.user, library=found.library, verb="viewed", subject=found)
    return _render_identity(request, found, is_editing="edit" in request.GET)


@require_POST
def rename(request: HtmxRequest, pk: int) -> HttpResponse:
    """Give a person a name; a refused one is shown again with the reason."""
    found, form = identity_of(request, pk), NameForm(request.POST)
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
    if found.last_edit is not None:
        say_done(request, f"This is {found.display_name} now.", found.last_edit)
    return redirect("recognition:identity", pk=found.pk)


@require_POST
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a person out of pages and answers."""
    found = identity_of(request, pk)
    return perform(
        request, lambda: service.hide(identity=found, user=request.user), "{} is hidden now."
    )


@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a hidden person back."""
    found = identity_of(request, pk)
    return perform(
        request, lambda: service.show(identity=found, user=request.user), "{} is shown again."
    )


@require_POST
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a person's picture among their crops."""
    found, form = identity_of(request, pk), CoverForm(request.POST)
    if not form.is_valid():
        raise Http404("There is no such picture.")
    crop = get_object_or_404(selectors.crops_for(request.user), pk=form.cleaned_data["crop"])
    return perform(
        request,
        lambda: service.choose_cover(identity=found, user=request.user, crop=crop),
        "The picture of {} was changed.",
        at=reverse("recognition:identity", args=[found.pk]),
    )


@require_safe
@vary_on_headers("HX-Request")
def look_alikes(request: HtmxRequest, pk: int) -> HttpResponse:
    """ "These, too?": tracks that look most like a person, to accept or refuse."""
    found = identity_of(request, pk)
    name = "recognition/_look_alikes.html" if request.htmx else "recognition/look_alikes.html"
    context = {
        "identity": found,
        "alike": likeness.look_alikes(found),
        "can_edit": _can_edit(request, found),
    }
    return render(request, name, context)


@require_safe
@vary_on_headers("HX-Request")
def appearances(request: HtmxRequest, pk: int) -> HttpResponse:
    """More appearances of a person, as the page is scrolled."""
    found = identity_of(request, pk)
    if not request.htmx:
        return _render_identity(request, found)
    context = _appearances(request, found) | {
        "identity": found,
        "can_edit": _can_edit(request, found),
    }
    return render(request, "recognition/_appearances.html", context)


def _can_edit(request: HttpRequest, found: Identity) -> bool:
    return role_in(request.user, found.library) in (Role.OWNER, Role.EDITOR)


def _name_context(
    request: HttpRequest,
    found: Identity,
    form: NameForm | None = None,
    is_editing: bool = False,
    clash: int | None = None,
) -> dict[str, Any]:
    can_edit = _can_edit(request, found)
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
    [person] = selectors.as_people([found])
    context = _name_context(request, found, **state) | _appearances(request, found)
    tracks, assets = selectors.size_of(found)
    context |= {
        "person": person,
        "count": tracks,
        "asset_count": assets,
        "cameras": selectors.cameras_of(found),
        "edits": selectors.edits_of(found),
        "days": portraits.heat_map(found),
        "companions": portraits.companions_of(found),
        "walks": portraits.walks_of(found),
        "zone": portraits.zone_of(found.library).key,
    }
    context |= comments_context(request, found) | news_context(request, found)
    return render(request, "recognition/identity.html", context, status=status)


def _appearances(request: HttpRequest, found: Identity) -> dict[str, Any]:
    """One page of appearances, and the number of the next, if there is one."""
    size = selectors.APPEARANCES_PER_PAGE
    asked = PeopleFilter(request.GET)
    page = (asked.cleaned_data.get("page") if asked.is_valid() else None) or 1
    groups = selectors.appearances_of(found, size + 1, (page - 1) * size)
    listed = sum(len(group.appearances) for group in groups)
    return {
        "assets": selectors.without_last(groups) if listed > size else groups,
        "next_page": page + 1 if listed > size else None,
    }
