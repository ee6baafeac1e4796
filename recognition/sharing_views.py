"""Share links, for members: made, listed, revoked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest.models import Asset, Role
from ingest.selectors import assets_for, libraries_for, require_role
from recognition.errors import ShareRefused
from recognition.models import ShareLink
from recognition.privacy_forms import ShareForm
from recognition.selectors import identities_for
from recognition.services import sharing as service
from recognition.services.sharing import MomentWanted


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share_identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a link to a person's pictures; its address is shown this once."""
    identity = get_object_or_404(identities_for(request.user), pk=pk)
    require_role(request.user, identity.library, Role.OWNER, Role.EDITOR)
    form = ShareForm(request.POST or None, initial={"title": "Is this the person you look for?"})
    context: dict[str, Any] = {
        "identity": identity,
        "library": identity.library,
        "links": ShareLink.objects.filter(identity=identity).select_related("created_by"),
    }
    return _made(
        request, form, context, lambda **values: service.share_identity(identity=identity, **values)
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share_moments(request: HttpRequest) -> HttpResponse:
    """Make a link to moments: ``m=ASSET:START_PTS:END_PTS``, once for each.

    Pages that choose moments send theirs as ``moment``, and no title yet: that asks for one.
    """
    wanted = moments_of(request, request.POST or request.GET)
    if not wanted:
        raise Http404("Choose some moments first.")
    library = wanted[0].asset.library
    require_role(request.user, library, Role.OWNER, Role.EDITOR)
    typed = request.POST if "title" in request.POST else None
    form = ShareForm(typed, initial={"title": "Moments for you"})
    context: dict[str, Any] = {
        "library": library,
        "moments": [f"{m.asset.pk}:{m.start_pts}:{m.end_pts}" for m in wanted],
    }
    return _made(
        request,
        form,
        context,
        lambda **values: service.share_moments(library=library, moments=wanted, **values),
    )


@require_safe
def shares(request: HttpRequest, slug: str) -> HttpResponse:
    """The links of a library, open and closed. Owners and editors."""
    library = get_object_or_404(libraries_for(request.user), slug=slug)
    require_role(request.user, library, Role.OWNER, Role.EDITOR)
    links = ShareLink.objects.filter(library=library).select_related("created_by", "identity")
    return render(request, "recognition/shares.html", {"library": library, "links": links})


@require_POST
def share_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a link for good. Who made it, and owners."""
    mine = libraries_for(request.user)
    link = get_object_or_404(ShareLink.objects.select_related("library"), pk=pk, library__in=mine)
    service.revoke(link=link, user=request.user)
    messages.success(request, "The link is closed: it leads nowhere now.")
    return redirect("recognition:shares", slug=link.library.slug)


def moments_of(request: HttpRequest, asked: Any) -> list[MomentWanted]:
    """The moments that an address or form names; 404 for any that is not the user's to see."""
    found = []
    # A moment that was ticked and pressed comes twice.
    texts = dict.fromkeys([*asked.getlist("m"), *asked.getlist("moment")])
    for text in list(texts)[: service.MAX_MOMENTS + 1]:
        parts = text.split(":")
        if len(parts) != 3 or not all(_is_number(part) for part in parts):
            raise Http404("There is no such moment.")
        pk, start, end = (int(part) for part in parts)
        asset: Asset = get_object_or_404(assets_for(request.user), pk=pk)
        found.append(MomentWanted(asset, start, end))
    return found


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 18


def _made(
    request: HttpRequest,
    form: ShareForm,
    context: dict[str, Any],
    make: Callable[..., tuple[ShareLink, str]],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            link, token = make(user=request.user, **form.cleaned_data)
        except ShareRefused as error:
            form.add_error(None, str(error))
        else:
            path = reverse("recognition:guest", args=[token])
            context |= {"made": link, "address": request.build_absolute_uri(path)}
    context["form"] = form
    return render(request, "recognition/share.html", context, status=422 if form.errors else 200)
