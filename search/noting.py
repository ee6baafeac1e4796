"""Writes down who searched for whom. A search for nobody in particular is nobody's business."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from ingest.services import audit
from recognition.models import Track
from recognition.selectors import identities_for
from search.finder import SearchResult
from search.query.parsing import Kind

User = AbstractBaseUser | AnonymousUser


def note_search(result: SearchResult, *, user: User) -> None:
    """An entry for each person whom the question names or filters by; none of its words.

    A name means everyone of the user's libraries who bears it.
    """
    meant = {int(part.value) for part in result.parsed.of_kind(Kind.IDENTITY)}
    wanted = meant | set(result.filters.identity) | set(result.filters.together)
    if result.example is not None and result.example.track_id is not None:
        _note_example(result.example.track_id, user)
    if not wanted:
        return
    mine = identities_for(user)
    names = [name for name in mine.filter(pk__in=meant).values_list("name", flat=True) if name]
    for identity in mine.filter(Q(pk__in=wanted) | Q(name__in=names)).order_by("pk"):
        audit.record_once(user=user, library=identity.library, verb="searched", subject=identity)


def _note_example(track_id: int, user: User) -> None:
    """Somebody was searched for by their looks: who it is, or else in which asset they are."""
    track = Track.objects.select_related("identity", "asset__library").get(pk=track_id)
    library = track.asset.library
    if track.identity is not None:
        audit.record_once(user=user, library=library, verb="searched", subject=track.identity)
    else:
        audit.record_once(
            user=user, library=library, verb="searched", subject=track.asset, track=track_id
        )
