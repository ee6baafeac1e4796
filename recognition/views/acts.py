"""What all corrections share: the answer to an act is the page it came from, with a way back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from recognition import selectors
from recognition.errors import EditRefused, RecognitionError
from recognition.models import Identity, IdentityEdit


def identity_of(request: HttpRequest, pk: int) -> Identity:
    """The person, if the user may see them."""
    found = selectors.identities_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such person.")
    return found


def people_of(request: HttpRequest, pks: list[int]) -> list[Identity]:
    """The chosen people, in the order given; 404 where one is none of the user's."""
    rows = selectors.identities_for(request.user).in_bulk(pks)
    if len(rows) != len(set(pks)):
        raise Http404("There is no such person.")
    if not rows:
        raise EditRefused("Choose at least one person.")
    return [rows[pk] for pk in dict.fromkeys(pks)]


def perform(
    request: HttpRequest, act: Callable[[], Identity], sentence: str, *, at: str = ""
) -> HttpResponse:
    """Do it, say so with an undo, and go back. ``at``: where to, if the form does not say."""
    try:
        found = act()
    except RecognitionError as error:
        messages.error(request, str(error))
        return go_back(request, at)
    if found.last_edit is None:
        messages.info(request, "Nothing had to be changed.")
    else:
        say_done(request, sentence.format(found.display_name), found.last_edit)
    return go_back(request, at or reverse("recognition:identity", args=[found.pk]))


def say_done(request: HttpRequest, sentence: str, edit: IdentityEdit) -> None:
    """A message with a button that undoes the edit (``templates/base.html``)."""
    messages.success(request, sentence, extra_tags=f"undo-{edit.pk}")


def go_back(request: HttpRequest, otherwise: str = "") -> HttpResponse:
    """To the page that the form names in ``next``, if it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if is_ours else otherwise or reverse("recognition:people"))
