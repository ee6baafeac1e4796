"""Having moments looked at for words, from the page of a search."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ingest.models import Keyframe
from ingest.selectors import libraries_for
from ingest.views.requests import HtmxRequest, signed_in
from search.errors import CheckError, TooManyChecks
from search.forms import read_address
from search.looking import looked_at
from search.models import Check
from search.ranking.filters import address
from search.services import checks as service

LONGEST_ADDRESS = 4_000


@require_POST
def check_moments(request: HtmxRequest) -> HttpResponse:
    """Look at the chosen moment, or at all of the page, for words; htmx gets the moment's part."""
    user = signed_in(request)
    only = request.POST.getlist("only")
    keyframes = visible_keyframes(user, only or request.POST.getlist("keyframe"))
    words = request.POST.get("words", "").replace("\x00", "")
    try:
        checks = service.ask(user=user, keyframes=keyframes, words=words)
    except CheckError as error:
        if not request.htmx or len(keyframes) != 1:
            raise
        context = {"sentence": str(error), "keyframe": keyframes[0].pk}
        status = 429 if isinstance(error, TooManyChecks) else 422
        return render(request, "search/_check_refused.html", context, status=status)
    if request.htmx and len(checks) == 1:
        return _answer(request, checks[0], request.POST.getlist("keyframe"))
    return redirect(_back(request.POST.get("back", ""), checks[0].words))


@require_safe
def check_state(request: HtmxRequest, pk: int) -> HttpResponse:
    """How far a check is, and what it saw; and in how many of the page's moments."""
    mine = Check.objects.filter(keyframe__asset__library__in=libraries_for(request.user))
    check = get_object_or_404(mine, pk=pk)
    return _answer(request, check, request.GET.getlist("keyframe"))


def _answer(request: HtmxRequest, check: Check, page: list[str]) -> HttpResponse:
    """A moment's part, and the count over all the moments of the page it stands on."""
    shown = [_number(text) for text in page[: service.MOST_AT_ONCE]] or [check.keyframe_id]
    looking = looked_at(request.user, shown, check.words)
    return render(request, "search/_check_answer.html", {"check": check, "looking": looking})


def visible_keyframes(user: Any, given: list[str] | list[int]) -> list[Keyframe]:
    """Keyframes by id, in the order given. Any that is not the user's is as one that is not there:
    Http404."""
    wanted = list(dict.fromkeys(_number(text) for text in given))
    found = Keyframe.objects.filter(
        pk__in=wanted[: service.MOST_AT_ONCE + 1], asset__library__in=libraries_for(user)
    ).in_bulk()
    if len(wanted) <= service.MOST_AT_ONCE and len(found) < len(wanted):
        raise Http404("No such moment.")
    return [found[pk] for pk in wanted if pk in found]


def _number(text: str | int) -> int:
    digits = str(text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise Http404("No such moment.")
    return int(digits)


def _back(given: str, words: str) -> str:
    """The search that was left, with the words that are looked for."""
    asked = read_address(parse_qs(given[:LONGEST_ADDRESS].lstrip("?"), max_num_fields=200))
    query = address(asked.text, asked.filters)
    joint = "&" if query else "?"
    pages = {"offset": asked.offset} if asked.offset else {}
    return f"{reverse('search:home')}{query}{joint}{urlencode({'look': words, **pages})}"
