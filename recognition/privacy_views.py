"""Privacy: the switch, retention, erasure, and what is held about somebody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest.errors import IngestError
from ingest.models import Library, Role
from ingest.selectors import libraries_for, require_role, role_in
from ingest.services.retention import set_retention
from recognition.errors import ConfirmationWrong, ReasonMissing
from recognition.models import Identity
from recognition.privacy_forms import ConfirmForm, RetentionForm, SwitchForm
from recognition.selectors import identities_for
from recognition.services.access_report import report_on
from recognition.services.erasure import erase_identity, erase_library
from recognition.services.recognition_switch import switch_recognition


@require_safe
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """How a library treats people; owners change it here."""
    return _privacy(request, _library(request, slug))


@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Set the switch. Owners."""
    library = _library(request, slug)
    require_role(request.user, library, Role.OWNER)
    form = SwitchForm(request.POST)
    if form.is_valid():
        try:
            chosen = form.cleaned_data
            switch_recognition(library=library, user=request.user, **chosen)
        except ReasonMissing as error:
            form.add_error("reason", str(error))
    if not form.is_valid():
        return _privacy(request, library, switch_form=form, status=422)
    state = "on" if chosen["is_on"] else "off"
    messages.success(request, f"Recognition is {state} in {library.name}.")
    return redirect("recognition:privacy", slug=slug)


@require_POST
def retention(request: HttpRequest, slug: str) -> HttpResponse:
    """Say for how long footage is kept. Owners."""
    library = _library(request, slug)
    require_role(request.user, library, Role.OWNER)
    form = RetentionForm(request.POST)
    if not form.is_valid():
        return _privacy(request, library, retention_form=form, status=422)
    set_retention(library=library, user=request.user, days=form.cleaned_data["days"])
    messages.success(request, "How long footage is kept was changed.")
    return redirect("recognition:privacy", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def library_erase(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the name, then erase the library. Owners."""
    library = _library(request, slug)
    require_role(request.user, library, Role.OWNER)
    form = ConfirmForm(request.POST or None, name=library.name)
    if request.method == "POST" and form.is_valid():
        try:
            erase_library(library=library, user=request.user, typed=form.cleaned_data["typed"])
        except IngestError as error:
            form.add_error("typed", str(error))
        else:
            messages.success(request, "The library was erased.")
            return redirect("ingest:libraries")
    context = {"library": library, "form": form, "assets": library.assets.count()}
    status = 422 if form.errors else 200
    return render(request, "recognition/library_erase.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def identity_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the name, then erase the person. Owners."""
    identity = _owned(request, pk)
    form = ConfirmForm(request.POST or None, name=identity.display_name)
    if request.method == "POST" and form.is_valid():
        slug = identity.library.slug
        try:
            gone = erase_identity(
                identity=identity, user=request.user, typed=form.cleaned_data["typed"]
            )
        except ConfirmationWrong as error:
            form.add_error("typed", str(error))
        else:
            messages.success(
                request, f"Erased: {gone.tracks} appearances and {gone.pictures} pictures."
            )
            return redirect("recognition:privacy", slug=slug)
    context = {"identity": identity, "form": form, "appearances": identity.tracks.count()}
    status = 422 if form.errors else 200
    return render(request, "recognition/identity_erase.html", context, status=status)


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything held about a person, to be read or printed. Owners."""
    identity = _owned(request, pk)
    context = {"identity": identity, "report": report_on(identity=identity, user=request.user)}
    return render(request, "recognition/report.html", context)


@require_safe
def report_json(request: HttpRequest, pk: int) -> JsonResponse:
    """The same for a program. Owners."""
    identity = _owned(request, pk)
    response = JsonResponse(report_on(identity=identity, user=request.user))
    response["Content-Disposition"] = f'attachment; filename="report-{identity.pk}.json"'
    return response


def _library(request: HttpRequest, slug: str) -> Library:
    return get_object_or_404(libraries_for(request.user), slug=slug)


def _owned(request: HttpRequest, pk: int) -> Identity:
    identity = get_object_or_404(identities_for(request.user), pk=pk)
    require_role(request.user, identity.library, Role.OWNER)
    return identity


def _privacy(
    request: HttpRequest,
    library: Library,
    *,
    switch_form: SwitchForm | None = None,
    retention_form: RetentionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    library = get_object_or_404(libraries_for(request.user), pk=library.pk)
    context = {
        "library": library,
        "is_owner": role_in(request.user, library) == Role.OWNER,
        "switch_form": switch_form or SwitchForm(),
        "retention_form": retention_form or RetentionForm(initial={"days": library.retention_days}),
    }
    return render(request, "recognition/privacy.html", context, status=status)
