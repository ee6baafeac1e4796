"""Pages of the site itself: health, the API's reference, and what is shown for errors."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from everyid_site import errors
from everyid_site import health as health_report
from everyid_site.reference.reading import group_called, read_groups
from everyid_site.reference.words import GROUPS


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the parts of this installation answer; 503 where pages cannot be served."""
    report = health_report.report()
    return JsonResponse(report.as_json(), status=503 if report.status == "failing" else 200)


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """The API at a glance: how to sign in, limits, errors, and every operation by its group."""
    operations = read_groups(_document(), request.build_absolute_uri("/"))
    groups = [(group, operations[group.slug]) for group in GROUPS]
    search = next(o for o in operations["search"] if o.key == "search_retrieve")
    page = {
        "groups": groups,
        "rates": settings.RATES,
        "first_question": f"export EVERYID_TOKEN=eid_…\n{search.curl}",
        "problem": json.dumps(errors.NOT_FOUND.as_json(), indent=2),
    }
    return render(request, "reference/index.html", page)


@require_safe
def api_group(request: HttpRequest, group: str) -> HttpResponse:
    """The operations of one group: parameters, bodies, answers and commands to copy."""
    chosen = group_called(group)
    if chosen is None:
        raise Http404
    operations = read_groups(_document(), request.build_absolute_uri("/"))[group]
    page = {"group": chosen, "operations": operations, "groups": GROUPS}
    return render(request, "reference/group.html", page)


@cache
def _document() -> dict[str, Any]:
    """The schema, made once in each process: it is the same for everyone."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    return document


class Password(PasswordChangeView):
    """One's own password, by the old one. Whoever is signed in elsewhere as oneself is signed out
    there."""

    template_name = "password.html"
    success_url = reverse_lazy("search:home")

    def get_form(self, form_class: Any = None) -> PasswordChangeForm:
        """The form, with what is asked of a password in a line instead of a list."""
        form = super().get_form(form_class)
        form.fields["new_password1"].help_text = " ".join(password_validators_help_texts())
        return form

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Say that it is done."""
        answer = super().form_valid(form)
        done = "Your password is changed. Everywhere else you are signed out."
        messages.success(self.request, done)
        return answer


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
