"""Writes down who searched for whom. A search for nobody in particular is nobody's business."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from ingest.services import audit
from recognition.selectors import identities_for
from search.finder import SearchResult
from search.query import Kind

User = AbstractBaseUser | AnonymousUser


def note_search(result: SearchResult, *, user: User) -> None:
    """An entry for each person whom the question names or filters by; none of its words.

    A name means everyone of the user's libraries who bears it.
    """
    meant = {int(part.value) for part in result.parsed.of_kind(Kind.IDENTITY)}
    wanted = meant | set(result.filters.identity) | set(result.filters.together)
    if not wanted:
        return
    mine = identities_for(user)
    names = [name for name in mine.filter(pk__in=meant).values_list("name", flat=True) if name]
    for identity in mine.filter(Q(pk__in=wanted) | Q(name__in=names)).order_by("pk"):
        audit.record_once(user=user, library=identity.library, verb="searched", subject=identity)
