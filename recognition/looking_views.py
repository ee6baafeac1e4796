"""“Also look for”: what a library wants found that the detector has no class for."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ingest.models import Role
from ingest.selectors import libraries_for, require_role
from recognition.engine.errors import BadValue, WeightsError
from recognition.networks import network_infos
from recognition.services.looking import set_look_for


class LookForForm(forms.Form):
    """Things, between commas."""

    look_for = forms.CharField(
        required=False,
        max_length=600,
        label="Also look for",
        help_text="Things, between commas: a red umbrella, skateboard, hard hat. Empty: nothing.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def look_for(request: HttpRequest, slug: str) -> HttpResponse:
    """See what is looked for; editors and owners change it."""
    library = get_object_or_404(libraries_for(request.user), slug=slug)
    role = require_role(request.user, library)
    form = LookForForm(request.POST or None, initial={"look_for": library.look_for})
    if request.method == "POST":
        require_role(request.user, library, Role.OWNER, Role.EDITOR)
        if form.is_valid():
            try:
                text = form.cleaned_data["look_for"]
                set_look_for(library=library, user=request.user, text=text)
            except BadValue as error:
                form.add_error("look_for", str(error))
            else:
                messages.success(request, "Saved. Footage that is here is looked at anew.")
                return redirect("recognition:look-for", slug=slug)
    context = {
        "library": library,
        "form": form,
        "may_edit": role in (Role.OWNER, Role.EDITOR),
        "network": _network(),
    }
    status = 422 if form.errors else 200
    return render(request, "recognition/look_for.html", context, status=status)


def _network() -> str:
    """The name of the open-set network at work; empty if there is none."""
    try:
        return next((info.name for info in network_infos() if info.role == "open_set"), "")
    except WeightsError:
        return ""
