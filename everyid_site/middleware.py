"""Headers of every answer, and what htmx is told where a page would be redirected."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
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


class LoginReturn:
    """Whoever is sent to the login because the session ended comes back to the page they were on.

    A browser follows a redirect by itself, and htmx would put the login page into a fragment's
    place: it is told to leave. What was sent by a form is not done, and its address shows no page:
    the way back leads to the form. Stands outside LoginRequiredMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Rewrite a redirect to the login."""
        response = self.get_response(request)
        is_htmx = request.headers.get("HX-Request") == "true"
        if not _asks_for_login(response) or (request.method in ("GET", "HEAD") and not is_htmx):
            return response
        if request.path == resolve_url("logout"):  # done already
            return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        asked = {"next": _page_of(request)}
        if request.method not in ("GET", "HEAD"):
            asked["unsent"] = "1"
        login = f"{resolve_url(settings.LOGIN_URL)}?{urlencode(asked)}"
        if not is_htmx:
            return HttpResponseRedirect(login)
        told = HttpResponse(status=204)
        told["HX-Redirect"] = login
        return told


def _asks_for_login(response: HttpResponse) -> bool:
    """Whether it is a redirect to the login with a way back, which signing out has not."""
    to = urlsplit(response.headers.get("Location", ""))
    is_login = response.status_code == 302 and to.path == resolve_url(settings.LOGIN_URL)
    return is_login and "next" in parse_qs(to.query)


def _page_of(request: HttpRequest) -> str:
    """The path, with its parameters, of the page that asked; home where that is not known.

    A page that asks itself anew with other parameters (a search being typed) is left at those.
    """
    sent_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    page = urlsplit(sent_from)
    if request.method == "GET" and page.path == request.path:
        return request.get_full_path()
    if not page.path or page.netloc != request.get_host():
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return f"{page.path}?{page.query}" if page.query else page.path


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
