"""Pages of the site itself: health, and what is shown when there is nothing to show."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from everyid_site import errors
from everyid_site import health as health_report


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the parts of this installation answer; 503 where pages cannot be served."""
    report = health_report.report()
    return JsonResponse(report.as_json(), status=503 if report.status == "failing" else 200)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what is missing and for what is someone else's."""
    return errors.answer(request, errors.NOT_FOUND)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return errors.answer(request, errors.FORBIDDEN)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where a form's token does not belong to the session."""
    return errors.answer(request, errors.FORGED)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the database has gone before a view was reached (session, login)."""
    error = sys.exc_info()[1]
    problem = errors.problem_of(error) if error is not None else None
    return errors.answer(request, problem or errors.BROKEN)
