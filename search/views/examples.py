"""Searching by picture: one that is sent, a box on a frame. Each leads to the search by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from ingest.models import Keyframe
from ingest.selectors import libraries_for
from ingest.views.requests import signed_in
from search.errors import BadPicture
from search.forms import read_address
from search.ranking.filters import address
from search.retrieval.examples import token_of
from search.services import examples as service

_SIDES = ("left", "top", "right", "bottom")
LONGEST_ADDRESS = 4_000


@require_POST
def example_send(request: HttpRequest) -> HttpResponse:
    """Search by the sent picture, with the words and filters of the page it was sent from."""
    user, file = signed_in(request), request.FILES.get("picture")
    if file is None:
        raise BadPicture("No picture was sent: choose a file first.")
    picture = service.read_upload(file, file.size or 0)  # type: ignore[arg-type]
    is_person = "person" in request.POST
    made = service.keep_picture(user=user, picture=picture, is_person=is_person)
    return _to_search(request, token_of(made))


@require_http_methods(["GET", "HEAD", "POST"])
def example_box(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw a box on a frame (or choose someone in it), and search by what is inside."""
    user = signed_in(request)
    frames = Keyframe.objects.select_related("asset__library", "shot")
    keyframe = get_object_or_404(frames, pk=pk, asset__library__in=libraries_for(user))
    if request.method == "POST":
        return _to_search(request, like_of_box(user, keyframe, _box(request.POST)))
    people = service.people_on(keyframe)
    context: dict[str, Any] = {
        "keyframe": keyframe,
        "at_s": keyframe.asset.seconds_at(keyframe.pts),
        "people": [(track, track.crops.order_by("-quality").first()) for track, _ in people],
        "sides": _SIDES,
    }
    return render(request, "search/example_box.html", context)


def like_of_box(user: Any, keyframe: Keyframe, box: service.Box) -> str:
    """What stands in an address for a box: the person whom it is around, or a kept example."""
    track = service.person_in_box(keyframe, box)
    if track is not None:
        return f"track:{track.pk}"
    return token_of(service.keep_box(user=user, keyframe=keyframe, box=box))


def _box(given: Any) -> service.Box:
    try:
        return service.Box(*(float(given.get(side, "")) for side in _SIDES))
    except ValueError:
        raise BadPicture("A box needs four numbers between 0 and 1.") from None


def _to_search(request: HttpRequest, like: str) -> HttpResponse:
    lists = parse_qs(request.POST.get("back", "")[:LONGEST_ADDRESS].lstrip("?"), max_num_fields=200)
    asked = read_address(lists)
    text = request.POST.get("q", "").replace("\x00", "").strip() or asked.text
    chosen = replace(asked.filters, like=(like,))
    return redirect(reverse("search:home") + address(text[:1000], chosen))
