"""Who did what: the audit log (owners), the activity of a library, and news for open pages."""

from __future__ import annotations

import csv
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingest import audit_reads
from ingest.forms import AuditFilter, ChangesForm
from ingest.models import Library, Role
from ingest.selectors import require_role, role_in
from ingest.services import audit
from ingest.views.libraries import library_of

PAGE_SIZE = 50
_COLUMNS = ("when", "who", "verb", "subject", "subject_id", "label", "detail", "address")


@require_safe
def audit_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The audit log of a library, narrowed and in pages. Owners."""
    library = _owned(request, slug)
    form, chosen = _asked(request)
    entries = audit_reads.entries_in(library, chosen)
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"library": library, "form": form, "page": page, "is_filtered": any(chosen.values())}
    return render(request, "ingest/audit.html", context)


@require_safe
def audit_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table, itself written down. Owners."""
    library = _owned(request, slug)
    _, chosen = _asked(request)
    entries = list(audit_reads.entries_in(library, chosen))
    audit.record(
        user=request.user,
        library=library,
        verb="exported",
        label="the audit log",
        entries=len(entries),
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{library.slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(_COLUMNS)
    writer.writerows(audit_reads.as_row(entry) for entry in entries)
    return response


@require_safe
def activity(request: HttpRequest, slug: str) -> HttpResponse:
    """What members changed, latest first; for htmx the list alone, for ever. Members."""
    library = library_of(request, slug)
    entries = audit_reads.changes_in([library])
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "library": library,
        "page": page,
        "is_owner": role_in(request.user, library) == Role.OWNER,
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "ingest/_activity.html" if is_fragment else "ingest/activity.html"
    return render(request, name, context)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What others changed since a page was made, as a quiet bar that asks again by itself."""
    form = ChangesForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    news = audit_reads.news_for(
        request.user, since=asked.get("since"), identity_id=asked.get("identity")
    )
    return render(request, "ingest/_changes.html", {"news": news})


def _owned(request: HttpRequest, slug: str) -> Library:
    library = library_of(request, slug)
    require_role(request.user, library, Role.OWNER)
    return library


def _asked(request: HttpRequest) -> tuple[AuditFilter, dict[str, Any]]:
    form = AuditFilter(request.GET)
    return form, (form.cleaned_data if form.is_valid() else {})
