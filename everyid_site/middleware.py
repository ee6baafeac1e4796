"""Headers of every answer, and what htmx is told where a page would be redirected."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from everyid_site.errors import Problem, answer

# Everything comes from this server; nothing inline runs or styles. Pictures may be data: (the
# admin's icons) and blob: (drawn in the page).
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

_NUL = Problem(400, "bad_request", "The address holds a character that no text has.")

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Adds the policy to every answer that has none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers set."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        return response


class HtmxLogin:
    """A fragment asked for after the session ended leads the whole page to the login.

    A browser follows a redirect by itself, and htmx would put the login page into the fragment's
    place. Stands outside LoginRequiredMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn a redirect to the login into HX-Redirect, for htmx alone."""
        response = self.get_response(request)
        if response.status_code != 302 or request.headers.get("HX-Request") != "true":
            return response
        if urlsplit(response.headers.get("Location", "")).path != resolve_url(settings.LOGIN_URL):
            return response
        login = resolve_url(settings.LOGIN_URL)
        back = urlsplit(request.headers.get("HX-Current-URL", "")).path
        told = HttpResponse(status=204)
        told["HX-Redirect"] = f"{login}?{urlencode({'next': back})}" if back else login
        return told


class NoNul:
    """Refuses an address whose parameters hold a NUL: Postgres keeps no such text."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or 400."""
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\0" in query:
            return answer(request, _NUL)
        return self.get_response(request)
