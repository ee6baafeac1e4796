"""Libraries: the list, one library, its members and cameras."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from ingest import pages
from ingest.errors import IngestError, NotAllowed
from ingest.forms import AssetFilter, CameraForm, MemberForm, NewLibraryForm, RoleForm
from ingest.models import Camera, Library, Role
from ingest.selectors import libraries_for, require_role, role_in
from ingest.services import cameras as camera_service
from ingest.services import libraries as service
from ingest.views.requests import STOP_POLLING, HtmxRequest, signed_in

PAGE_SIZE = 60


@require_safe
@vary_on_headers("HX-Request")
def library_list(request: HtmxRequest) -> HttpResponse:
    """The user's libraries; for htmx the cards alone, until nothing is being indexed."""
    cards = pages.library_cards(request.user)
    context = {"cards": cards, "is_working": any(card.working for card in cards)}
    if not request.htmx:
        return render(request, "ingest/libraries.html", context)
    status = 200 if context["is_working"] else STOP_POLLING
    return render(request, "ingest/_library_cards.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def library_create(request: HttpRequest) -> HttpResponse:
    """A new library, owned by who makes it."""
    form = NewLibraryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            library = service.create_library(
                name=form.cleaned_data["name"],
                owner=signed_in(request),
                recognition_reason=form.cleaned_data["reason"]
                if form.cleaned_data["recognises_people"]
                else "",
            )
        except IngestError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{library.name} is ready for footage.")
            return redirect("ingest:upload", slug=library.slug)
    status = 422 if form.errors else 200
    return render(request, "ingest/library_create.html", {"form": form}, status=status)


@require_safe
@vary_on_headers("HX-Request")
def library_page(request: HtmxRequest, slug: str) -> HttpResponse:
    """One library's assets; for htmx the grid alone, until nothing is being indexed."""
    library = library_of(request, slug)
    context = _grid(request, library)
    if not request.htmx:
        return render(request, "ingest/library.html", context | _panels(request, library))
    status = 200 if context["is_working"] else STOP_POLLING
    return render(request, "ingest/_assets.html", context, status=status)


@require_POST
def member_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Give someone a role. Owners only."""
    library = library_of(request, slug)
    require_role(request.user, library, Role.OWNER)
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _again(request, library, {"member_form": form})
    user: User = form.cleaned_data["username"]
    try:
        messages.success(
            request, _give_role(library, user, form.cleaned_data["role"], signed_in(request))
        )
    except NotAllowed as error:  # the last owner
        form.add_error("role", str(error))
        return _again(request, library, {"member_form": form})
    return redirect("ingest:library", slug=slug)


@require_POST
def member_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a member's role, or remove them. Owners only."""
    library = library_of(request, slug)
    require_role(request.user, library, Role.OWNER)
    member = get_object_or_404(pages.members_of(library), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("ingest:library", slug=slug)
    try:
        done = _give_role(library, member.user, form.cleaned_data["role"], signed_in(request))
    except NotAllowed as error:  # the last owner
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    left = member.user == request.user and form.cleaned_data["role"] == "remove"
    if left and role_in(request.user, library) is None:
        return redirect("ingest:libraries")
    return redirect("ingest:library", slug=slug)


@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """End one's own membership. The last owner cannot."""
    library, user = library_of(request, slug), signed_in(request)
    try:
        service.remove_member(library=library, user=user, by=user)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("ingest:library", slug=slug)
    messages.success(request, f"You have left {library.name}.")
    return redirect("ingest:libraries")


@require_POST
def camera_add(request: HttpRequest, slug: str) -> HttpResponse:
    """A new camera. Owners and editors."""
    library = library_of(request, slug)
    require_role(request.user, library, Role.OWNER, Role.EDITOR)
    form = CameraForm(request.POST, instance=Camera(library=library))
    if not form.is_valid():
        return _again(request, library, {"camera_form": form})
    camera = camera_service.save_camera(
        camera=form.instance, overlaps=form.cleaned_data["overlaps"]
    )
    messages.success(request, f"Camera {camera.name} was added.")
    return redirect("ingest:library", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def camera_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a camera, or remove it; its footage stays. Owners and editors."""
    library = library_of(request, slug)
    require_role(request.user, library, Role.OWNER, Role.EDITOR)
    camera = get_object_or_404(library.cameras, pk=pk)
    if request.method == "POST" and "remove" in request.POST:
        camera_service.delete_camera(camera=camera)
        messages.success(request, f"Camera {camera.name} was removed; its footage stays.")
        return redirect("ingest:library", slug=slug)
    initial = {"clock_offset_s": camera.clock_offset_ms / 1000}
    form = CameraForm(request.POST or None, instance=camera, initial=initial)
    if request.method == "POST" and form.is_valid():
        overlaps = form.cleaned_data["overlaps"]
        camera_service.save_camera(camera=form.instance, overlaps=overlaps)
        messages.success(request, f"Camera {camera.name} was changed.")
        return redirect("ingest:library", slug=slug)
    context = {"library": library, "form": form, "camera": camera}
    return render(request, "ingest/camera.html", context, status=422 if form.errors else 200)


def _give_role(library: Library, user: User, wanted: str, by: User) -> str:
    """Do what the form asks; what was done, in words."""
    if wanted == "remove":
        service.remove_member(library=library, user=user, by=by)
        return f"{user.get_username()} is no longer a member."
    service.set_member(library=library, user=user, role=Role(wanted), by=by)
    return f"{user.get_username()} is {wanted} now."


def library_of(request: HttpRequest, slug: str) -> Library:
    """The library, if the user is a member; else 404."""
    return get_object_or_404(libraries_for(request.user), slug=slug)


def _grid(request: HttpRequest, library: Library) -> dict[str, Any]:
    form = AssetFilter(request.GET, library=library)
    chosen = form.cleaned_data if form.is_valid() else {}
    camera = chosen.get("camera")
    found = pages.assets_in(
        library, status=chosen.get("status", ""), camera_id=camera.pk if camera else None
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = pages.status_counts(library)
    return {
        "library": library,
        "may_edit": pages.may_edit(role_in(request.user, library)),
        "filter": form,
        "is_filtered": bool(chosen.get("status") or camera),
        "page": page,
        "cards": pages.asset_cards(page),
        "counts": counts,
        "total": sum(counts.values()),
        "is_working": counts["working"] > 0,
    }


def _panels(request: HttpRequest, library: Library) -> dict[str, Any]:
    role = role_in(request.user, library)
    return {
        "role": role,
        "is_owner": role == Role.OWNER,
        "members": pages.members_of(library),
        "roles": Role.choices,
        "member_form": MemberForm(),
        "camera_form": CameraForm(instance=Camera(library=library)),
        "cameras": library.cameras.all(),
    }


def _again(request: HttpRequest, library: Library, forms: dict[str, Any]) -> HttpResponse:
    """The library's page with a form that was refused, what was typed still in it."""
    context = _grid(request, library) | _panels(request, library) | forms
    return render(request, "ingest/library.html", context, status=422)
