"""Errors as answers: one sentence for a person, one shape for a program (RFC 9457).

A domain error becomes a page, an htmx fragment or ``application/problem+json``, by who asks.
Every JSON error of the site has the same members: ``type``, ``title``, ``status``, ``detail``,
``code``, and ``errors`` (field → sentences) where input was refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.exceptions import NotFound as ApiNotFound
from rest_framework.exceptions import PermissionDenied as ApiPermissionDenied
from rest_framework.response import Response
from rest_framework.views import set_rollback

from ingest.errors import IngestError
from recognition.engine.errors import EngineError
from recognition.errors import RecognitionError
from search.errors import SearchError

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
DOMAIN_ERRORS = (IngestError, RecognitionError, EngineError, SearchError)
OUTAGES = (OperationalError, InterfaceError)

# Codes that are not simply "refused" (422) or, where another try may help, "unavailable" (503).
_STATUS_OF_CODE = {
    "not_allowed": 403,
    "duplicate": 409,
    "name_taken": 409,
    "edit_refused": 409,
    "undo_blocked": 409,
    "claim_lost": 409,
    "share_gone": 404,
    "too_many_tries": 429,
    "storage_full": 507,
    "weights": 503,
    "weights_missing": 503,
    "weights_damaged": 503,
}


# Where the status in words is no sentence for people.
_HEADINGS = {405: "This is no page", 422: "That cannot be done"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, ready to be shown."""

    status: int
    code: str
    sentence: str
    errors: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    @property
    def heading(self) -> str:
        """The same for people."""
        return _HEADINGS.get(self.status) or self.title.capitalize()

    def as_json(self) -> dict[str, Any]:
        """The members of RFC 9457, with ``code`` and ``errors``."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.sentence,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = self.errors
        return body


NOT_FOUND = Problem(404, "not_found", "There is nothing here, or it is not yours to see.")
FORBIDDEN = Problem(403, "forbidden", "You may not do this.")
OUTAGE = Problem(
    503, "database_unavailable", "The database cannot be reached just now. Try again in a moment."
)
FORGED = Problem(
    403,
    "csrf",
    "This page is from before you last signed in, or cookies are blocked, so nothing was done. "
    "Load it again, then repeat what you did.",
)
NOT_SO = Problem(405, "method_not_allowed", "This address only takes what a page's form sends.")
BROKEN = Problem(500, "internal", "Something broke on our side. It has been written to the log.")


def problem_of(error: BaseException) -> Problem | None:
    """The problem that an expected error stands for; None for a bug."""
    if isinstance(error, DOMAIN_ERRORS):
        default = 422 if error.permanent else 503
        return Problem(_STATUS_OF_CODE.get(error.code, default), error.code, str(error))
    if isinstance(error, OUTAGES):
        log.error("database unavailable: %s", error)
        return OUTAGE
    return None


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: an API address, or JSON and nothing else."""
    return request.path.startswith("/api/") or request.headers.get("Accept") == "application/json"


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as JSON, fragment or page. An outage touches neither session nor user."""
    if wants_json(request):
        return JsonResponse(problem.as_json(), status=problem.status, content_type=PROBLEM_JSON)
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "errors/_problem.html" if is_fragment else "errors/problem.html"
    is_cut_off = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    context = {"problem": problem, "is_cut_off": is_cut_off}
    page = render_to_string(name, context, request=None if is_cut_off else request)
    response = HttpResponse(page, status=problem.status)
    if is_fragment:  # beside the page, not in the place of what was asked for
        response["HX-Retarget"] = "#toast"
        response["HX-Reswap"] = "innerHTML"
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "5"
    return response


class DomainErrors:
    """Middleware: what a view raised, as an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; a refused method of a page gets a sentence, too."""
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        told = answer(request, NOT_SO)
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer expected errors; leave bugs to Django."""
        problem = problem_of(error)
        return None if problem is None else answer(request, problem)


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's handler: every refusal in the one JSON shape."""
    problem = problem_of(error)
    headers: dict[str, str] = {}
    if problem is None:
        known = _as_api_exception(error)
        if known is None:
            return None
        problem = _problem_of_api(known)
        headers = _headers_of(known)
    set_rollback()
    return Response(
        problem.as_json(), status=problem.status, headers=headers, content_type=PROBLEM_JSON
    )


def _as_api_exception(error: Exception) -> APIException | None:
    if isinstance(error, Http404):
        return ApiNotFound(NOT_FOUND.sentence)
    if isinstance(error, PermissionDenied):
        return ApiPermissionDenied(FORBIDDEN.sentence)
    return error if isinstance(error, APIException) else None


def _problem_of_api(error: APIException) -> Problem:
    if isinstance(error, ValidationError):
        detail = error.detail
        errors = detail if isinstance(detail, dict) else {"": detail}
        return Problem(error.status_code, "invalid", "Some of the input is not right.", errors)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return Problem(error.status_code, code, str(error.detail))


def _headers_of(error: APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return headers
