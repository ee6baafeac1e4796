"""Corrections: merge, split, assign, take out, confirm, refuse, undo. Each is one POST."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from recognition import selectors
from recognition.errors import EditRefused, RecognitionError
from recognition.forms import PickForm
from recognition.models import Identity
from recognition.services import groups, history
from recognition.services import identities as service
from recognition.views.acts import go_back, identity_of, people_of, perform


def _picked(request: HttpRequest) -> PickForm:
    form = PickForm(request.POST)
    if not form.is_valid():
        raise EditRefused(
            " ".join(str(error) for errors in form.errors.values() for error in errors)
        )
    return form


@require_POST
def merge_chosen(request: HttpRequest) -> HttpResponse:
    """The chosen people are one: the named one, else the most seen, takes the others."""
    people = people_of(request, _picked(request).picked_people)
    sizes = selectors.sizes_of(people)
    into = max(people, key=lambda p: (bool(p.name), p.is_locked, sizes.get(p.pk, 0), -p.pk))
    return _merge(request, into, [p.pk for p in people])


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The chosen people are this one."""
    others = people_of(request, _picked(request).picked_people)
    return _merge(request, identity_of(request, pk), [p.pk for p in others])


def _merge(request: HttpRequest, into: Identity, others: list[int]) -> HttpResponse:
    return perform(
        request,
        lambda: groups.merge(into=into, others=others, user=request.user),
        "They are all {} now.",
    )


@require_POST
def hide_chosen(request: HttpRequest) -> HttpResponse:
    """Leave the chosen people out of pages and answers."""
    first, *others = people_of(request, _picked(request).picked_people)
    pks = [p.pk for p in others]
    sentence = f"{len(pks) + 1} people are hidden now." if pks else "{} is hidden now."
    return perform(
        request,
        lambda: service.hide(identity=first, user=request.user, others=pks),
        sentence,
        at=reverse("recognition:people"),
    )


@require_POST
def show_chosen(request: HttpRequest) -> HttpResponse:
    """Bring the chosen people back."""
    first, *others = people_of(request, _picked(request).picked_people)
    pks = [p.pk for p in others]
    sentence = f"{len(pks) + 1} people are shown again." if pks else "{} is shown again."
    return perform(
        request,
        lambda: service.show(identity=first, user=request.user, others=pks),
        sentence,
        at=reverse("recognition:people"),
    )


@require_POST
def confirm_chosen(request: HttpRequest) -> HttpResponse:
    """Each of the chosen groups is one person."""
    first, *others = people_of(request, _picked(request).picked_people)
    pks = [p.pk for p in others]
    sentence = f"{len(pks) + 1} people are confirmed." if pks else "{} is confirmed."
    return perform(
        request,
        lambda: groups.confirm(identity=first, user=request.user, others=pks),
        sentence,
        at=reverse("recognition:people"),
    )


@require_POST
def distinguish_chosen(request: HttpRequest) -> HttpResponse:
    """The first of the chosen people is none of the others."""
    first, *others = people_of(request, _picked(request).picked_people)
    if not others:
        raise EditRefused("Choose two people who are not the same.")
    pks = [p.pk for p in others]
    return perform(
        request,
        lambda: groups.distinguish(identity=first, others=pks, user=request.user),
        "{} and " + ("the others are" if len(pks) > 1 else "the other are") + " not the same.",
        at=reverse("recognition:people"),
    )


@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """The chosen appearances are someone else."""
    found, form = identity_of(request, pk), _picked(request)
    name = form.cleaned_data["name"]
    return perform(
        request,
        lambda: groups.split(
            identity=found, tracks=form.picked_tracks, user=request.user, name=name
        ),
        f"{{}} was split off from {_literal(found.display_name)}.",
    )


@require_POST
def unassign(request: HttpRequest, pk: int) -> HttpResponse:
    """The chosen appearances are not this person."""
    found, form = identity_of(request, pk), _picked(request)
    return perform(
        request,
        lambda: groups.unassign(identity=found, tracks=form.picked_tracks, user=request.user),
        f"{_appearances(form.picked_tracks)} taken out of {{}}.",
    )


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """This group is one person; the chosen appearances surely are theirs."""
    found, form = identity_of(request, pk), _picked(request)
    return perform(
        request,
        lambda: groups.confirm(identity=found, user=request.user, tracks=form.picked_tracks),
        "{} is confirmed.",
    )


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """The chosen appearances are of whoever is named; of this person if nobody is."""
    found, form = identity_of(request, pk), _picked(request)
    at = reverse("recognition:identity", args=[found.pk])
    wanted = form.cleaned_data["person"]
    if wanted:
        named = selectors.find_person(found.library, wanted)
        if named is None:
            messages.error(
                request,
                f"Nobody in {found.library.name} is called “{wanted}”: type a name or a number "
                "that the people page shows, or split these off under a new name.",
            )
            return go_back(request, at)
        found = named
    return perform(
        request,
        lambda: groups.assign(identity=found, tracks=form.picked_tracks, user=request.user),
        f"{_appearances(form.picked_tracks)} added to {{}}.",
    )


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The chosen look-alikes are somebody else."""
    found, form = identity_of(request, pk), _picked(request)
    return perform(
        request,
        lambda: groups.refuse(identity=found, tracks=form.picked_tracks, user=request.user),
        f"Remembered: {_appearances(form.picked_tracks, 'is', 'are')} not {{}}.",
    )


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an edit back."""
    return _reverse(request, pk, is_undo=True)


@require_POST
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    """Do an edit again that was undone."""
    return _reverse(request, pk, is_undo=False)


def _reverse(request: HttpRequest, pk: int, *, is_undo: bool) -> HttpResponse:
    edit = get_object_or_404(selectors.edits_for(request.user), pk=pk)
    try:
        found = (history.undo if is_undo else history.redo)(edit=edit, user=request.user)
    except RecognitionError as error:
        messages.error(request, str(error))
    else:
        verb = "Undone" if is_undo else "Done again"
        tag = f"redo-{found.pk}" if is_undo else f"undo-{found.pk}"
        messages.success(request, f"{verb}: {history.said(found)}.", extra_tags=tag)
    return go_back(request, reverse("recognition:history"))


def _appearances(tracks: list[int], one: str = "was", many: str = "were") -> str:
    return f"1 appearance {one}" if len(tracks) == 1 else f"{len(tracks)} appearances {many}"


def _literal(text: str) -> str:
    """For use in a format string."""
    return text.replace("{", "{{").replace("}", "}}")
