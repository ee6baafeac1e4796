"""What guests see through a share link: the pictures it names, and nothing else.

Media addresses are signed for an hour, name the link and an ordinal, never a row of the catalogue,
and every request asks again whether the link is open. A password leaves a signed cookie that is
good for this one link.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ingest.media_response import media_response
from ingest.storage import derived_path
from recognition.errors import ShareGone, TooManyTries
from recognition.models import Crop, SharedMoment, ShareLink
from recognition.privacy_forms import PasswordForm
from recognition.services import sharing as service
from recognition.services.excerpts import excerpt_path

MEDIA_FOR_S = 3600
"""A page that is left open longer is loaded again. By judgement."""

COOKIE_FOR_S = 12 * 3600
MOST_PICTURES = 60
Response = TypeVar("Response", bound=HttpResponseBase)
_SALT = "recognition.share"


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The shared page, or the question for its password."""
    try:
        link = service.link_of(token)
    except ShareGone as error:
        return _quiet(render(request, "shared/gone.html", {"sentence": str(error)}, status=404))
    if request.method == "POST" and link.password:
        return _quiet(_unlock(request, link, token))
    if link.password and not _is_unlocked(request, link):
        return _quiet(render(request, "shared/password.html", {"form": PasswordForm()}))
    service.note_opening(link=link, address=_address(request))
    return _quiet(render(request, "shared/page.html", _shown(link)))


@login_not_required
@require_safe
def guest_media(request: HttpRequest, signed: str) -> HttpResponseBase:
    """One picture or excerpt that a shared page names."""
    try:
        kind, pk, number = signing.loads(signed, salt=_SALT, max_age=MEDIA_FOR_S)
        link = service.link_by_id(pk)
    except (signing.BadSignature, ShareGone, ValueError, TypeError) as error:
        raise Http404("There is nothing here.") from error
    if link.password and not _is_unlocked(request, link):
        raise Http404("There is nothing here.")
    path, content_type = _film(link, number) if kind == "film" else _picture(link, number)
    ending = "mp4" if kind == "film" else "webp"
    response = media_response(
        request, path, content_type=content_type, name=f"{kind}-{number}.{ending}"
    )
    return _quiet(response)


def _shown(link: ShareLink) -> dict[str, Any]:
    """What the page says: the title, pictures or films, until when. No name, no library."""
    if link.identity_id is not None:
        pictures = [_signed("crop", link, n) for n in range(len(_crops(link)))]
        return {"link": link, "pictures": pictures}
    films = [
        {
            "address": _signed("film", link, moment.ordinal),
            "seconds": (moment.end_pts - moment.start_pts) * moment.asset.time_base,
        }
        for moment in link.moments.select_related("asset")
    ]
    return {"link": link, "films": films}


def _crops(link: ShareLink) -> list[Crop]:
    """The best picture of each appearance, best first: the person's box alone."""
    best = (
        Crop.objects.filter(track__identity=link.identity_id)
        .order_by("track_id", "-quality", "pk")
        .distinct("track_id")
    )
    return sorted(best, key=lambda crop: (-crop.quality, crop.pk))[:MOST_PICTURES]


def _picture(link: ShareLink, number: int) -> tuple[Any, str]:
    crops = _crops(link) if link.identity_id is not None else []
    if not 0 <= number < len(crops):
        raise Http404("There is no such picture.")
    return derived_path(crops[number].image_key), "image/webp"


def _film(link: ShareLink, number: int) -> tuple[Any, str]:
    moment = SharedMoment.objects.select_related("asset").filter(link=link, ordinal=number).first()
    if moment is None or not moment.asset.proxy_key:
        raise Http404("There is no such film.")
    return excerpt_path(moment), "video/mp4"


def _signed(kind: str, link: ShareLink, number: int) -> str:
    signed = signing.dumps((kind, link.pk, number), salt=_SALT)
    return reverse("recognition:guest-media", args=[signed])


def _unlock(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    form = PasswordForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            typed = form.cleaned_data["password"]
            if service.enter_password(link=link, password=typed, address=_address(request)):
                response = redirect("recognition:guest", token=token)
                response.set_signed_cookie(
                    f"share-{link.pk}",
                    link.password[-16:],
                    salt=_SALT,
                    max_age=COOKIE_FOR_S,
                    httponly=True,
                    samesite="Lax",
                    secure=request.is_secure(),
                )
                return response
            form.add_error("password", "This is not the password.")
        except TooManyTries as error:
            form.add_error("password", str(error))
            status = 429
    return render(request, "shared/password.html", {"form": form}, status=status)


def _is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    kept = request.get_signed_cookie(
        f"share-{link.pk}", default="", salt=_SALT, max_age=COOKIE_FOR_S
    )
    return bool(kept) and kept == link.password[-16:]


def _address(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


def _quiet(response: Response) -> Response:
    """No search engine, no referrer to other sites, no copy kept.

    Not ``no-referrer``: browsers then send ``Origin: null`` with the password, which is refused.
    """
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
