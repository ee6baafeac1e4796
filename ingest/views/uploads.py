"""Uploads in the browser: many files, each with an answer of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ingest.forms import UploadForm
from ingest.models import Role, Upload
from ingest.selectors import require_role
from ingest.services import uploads as service
from ingest.services.subtitles import subtitles_last
from ingest.views.libraries import library_of
from ingest.views.requests import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take files; answers JSON to the page's module, a page to a plain form."""
    library = library_of(request, slug)
    require_role(request.user, library, Role.OWNER, Role.EDITOR)
    if request.method != "POST":
        context = {"library": library, "form": UploadForm(library=library)}
        return render(request, "ingest/upload.html", context)
    form = UploadForm(request.POST, request.FILES, library=library)
    results: list[Upload] = []
    if form.is_valid():
        user, camera = signed_in(request), form.cleaned_data["camera"]
        results = [
            service.receive(library=library, user=user, uploaded_file=file, camera=camera)
            for file in subtitles_last(form.cleaned_data["footage"])
        ]
    status = 422 if form.errors else 200
    if request.headers.get("Accept") == "application/json":
        body = {"results": [_as_json(result) for result in results], "errors": form.errors}
        return JsonResponse(body, status=status)
    context = {"library": library, "form": form, "results": results}
    return render(request, "ingest/upload.html", context, status=status)


def _as_json(result: Upload) -> dict[str, Any]:
    address = reverse("ingest:asset", args=[result.asset_id]) if result.asset_id else None
    return {
        "name": result.name,
        "outcome": result.outcome,
        "sentence": result.sentence,
        "asset": address,
    }
