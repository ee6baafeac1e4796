"""Reads for the search page: how far indexing is, what could be asked. Query counts are pinned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from ingest.models import Asset, Library
from ingest.selectors import libraries_for
from recognition.models import Attribute, Description, Track

User = AbstractBaseUser | AnonymousUser
EXAMPLES = 6


@dataclass(frozen=True)
class Indexing:
    """How far the user's footage is. Read when asked: a page of answers needs but ``is_working``,
    and to count ten thousand assets takes longer than to see that none is under way."""

    user: User
    known: bool | None = None

    @cached_property
    def is_working(self) -> bool:
        """Whether answers will still grow. One question, or none where it is ``known``."""
        if self.known is not None:
            return self.known
        return self._assets().filter(status__in=_WORKING).exists()

    @property
    def total(self) -> int:
        """All assets."""
        return self._counts["total"]

    @property
    def ready(self) -> int:
        """Those that can be searched whole."""
        return self._counts["ready"]

    @property
    def settled(self) -> int:
        """Assets that nothing more will be done for."""
        return self._counts["total"] - self._counts["working"]

    @cached_property
    def _counts(self) -> dict[str, int]:
        return self._assets().aggregate(
            total=Count("id"),
            ready=Count("id", filter=Q(status=Asset.Status.READY)),
            working=Count("id", filter=Q(status__in=_WORKING)),
        )

    def _assets(self) -> QuerySet[Asset]:
        return Asset.objects.filter(library__in=libraries_for(self.user))


_WORKING = (Asset.Status.PENDING, Asset.Status.PROCESSING)


def indexing_of(user: User) -> Indexing:
    """How far the user's footage is."""
    return Indexing(user)


def around_answers(user: User) -> tuple[Indexing, bool]:
    """How far the user's footage is, and whether they may collect moments in any library.

    One question, as it is sent: every search asks it.
    """
    if user.pk is None:
        return Indexing(user, known=False), False
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH mine AS (SELECT library_id, role FROM ingest_membership WHERE user_id = %s)"
            " SELECT EXISTS (SELECT 1 FROM ingest_asset WHERE status = ANY(%s)"
            " AND library_id IN (SELECT library_id FROM mine)),"
            " EXISTS (SELECT 1 FROM mine WHERE role = ANY(%s))",
            (user.pk, [status.value for status in _WORKING], list(_MAY_UPLOAD)),
        )
        is_working, may_collect = cursor.fetchone()
    return Indexing(user, known=is_working), may_collect


def uploadable_libraries(user: User) -> list[Library]:
    """The libraries that the user may add footage to."""
    return list(
        libraries_for(user).filter(memberships__user=user.pk, memberships__role__in=_MAY_UPLOAD)
    )


_MAY_UPLOAD = ("owner", "editor")


def example_queries(user: User) -> list[str]:
    """Questions that the user's own footage can answer. Three questions."""
    mine = {"shot__asset__library__in": libraries_for(user)}
    people = [f"{who} in {colour}" for who, colour in _dressed_people(user)]
    scenes = (
        Description.objects.filter(**mine)
        .exclude(scene="")
        .values_list("scene")
        .annotate(count=Count("id"))
        .order_by("-count", "scene")[:4]
    )
    things = (
        Track.objects.filter(**mine)
        .exclude(label="person")
        .values_list("label")
        .annotate(count=Count("id"))
        .order_by("-count", "label")[:3]
    )
    return _mix(people, [scene for scene, _ in scenes], [label for label, _ in things])


def _dressed_people(user: User) -> Iterable[tuple[str, str]]:
    """Who wears which colour, most often seen first; each colour once."""
    gender = Attribute.objects.filter(track=OuterRef("track"), name="gender")
    dressed = Attribute.objects.filter(
        name="upper_colour", confidence__gte=0.5, track__asset__library__in=libraries_for(user)
    )
    rows = (
        dressed.annotate(who=Subquery(gender.order_by("-confidence").values("value")[:1]))
        .values_list("who", "value")
        .annotate(count=Count("id"))
        .order_by("-count", "value")[:20]
    )
    seen: dict[str, tuple[str, str]] = {}
    for who, colour, _ in rows:
        seen.setdefault(colour, (who or "person", colour))
    return list(seen.values())[:4]


def _mix(people: list[str], scenes: list[str], things: list[str]) -> list[str]:
    """People at places first, then places, people and things alone."""
    found = [f"{who}, {scene}" for who, scene in zip(people[:2], scenes[:2], strict=False)]
    found += people[2:4] if found else people[:2]
    found += scenes[2:4] if found else scenes
    found += things
    return list(dict.fromkeys(found))[:EXAMPLES]
