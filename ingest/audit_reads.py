"""Reads of the audit log: narrowed for owners, as activity for members, as news for open pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from ingest.models import AuditEntry, Library
from ingest.selectors import User, libraries_for

Verb = AuditEntry.Verb

CHANGES = (
    Verb.NAMED,
    Verb.MERGED,
    Verb.SPLIT,
    Verb.ASSIGNED,
    Verb.UNASSIGNED,
    Verb.HIDDEN,
    Verb.SHOWN,
    Verb.COVERED,
    Verb.CONFIRMED,
    Verb.REFUSED,
    Verb.UNDONE,
    Verb.SHARED,
    Verb.REVOKED,
    Verb.COMMENTED,
    Verb.ERASED,
    Verb.SWITCHED,
    Verb.ADMITTED,
    Verb.REMOVED,
)
"""What members may know of each other: what changed, not who looked for whom."""

_SEEN_ON_PEOPLE = tuple(verb for verb in CHANGES if verb not in (Verb.ADMITTED, Verb.REMOVED))
_MAX_DIGITS = 18  # of a bigint, to be sure
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class News:
    """What others did since ``since`` (an entry's id); ``entries`` are the latest few."""

    since: int
    identity_id: int | None
    count: int
    entries: tuple[AuditEntry, ...]


def entries_in(library: Library, asked: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """The entries of a library that a filter leaves, newest first."""
    found = AuditEntry.objects.filter(library=library)
    if verb := asked.get("verb"):
        found = found.filter(verb=verb)
    if who := asked.get("who"):
        found = found.filter(user_name__icontains=who)
    if about := asked.get("about"):
        wanted = Q(label__icontains=about)
        if about.isascii() and about.isdigit() and len(about) <= _MAX_DIGITS:
            wanted |= Q(subject_id=int(about))
        found = found.filter(wanted)
    if since := asked.get("since"):
        found = found.filter(created_at__gte=_midnight(since, time.min))
    if until := asked.get("until"):
        found = found.filter(created_at__lte=_midnight(until, time.max))
    return found


def changes_in(libraries: Sequence[Library] | QuerySet[Library]) -> QuerySet[AuditEntry]:
    """What was changed in these libraries, newest first."""
    return AuditEntry.objects.filter(library__in=libraries, verb__in=CHANGES)


def last_entry(user: User) -> int:
    """The id of the newest change that the user may know of; 0 for none. One query."""
    found = AuditEntry.objects.filter(library__in=libraries_for(user), verb__in=_SEEN_ON_PEOPLE)
    return found.aggregate(last=Max("id"))["last"] or 0


def news_for(user: User, *, since: int | None, identity_id: int | None = None) -> News:
    """What others changed in the user's libraries after ``since``; None: from now on."""
    if since is None:
        return News(last_entry(user), identity_id, 0, ())
    found = changes_in(libraries_for(user)).filter(id__gt=since, verb__in=_SEEN_ON_PEOPLE)
    own: Any = user.pk
    found = found.exclude(user_id=own)
    if identity_id is not None:
        touching = Q(subject_id=identity_id) | Q(detail__contains={"into": identity_id})
        found = found.filter(touching | Q(subject_type="library"))
    return News(since, identity_id, found.count(), tuple(found[:3]))


def as_row(entry: AuditEntry) -> tuple[str, ...]:
    """An entry as a row of a table, safe to open in a spreadsheet."""
    cells = (
        entry.created_at.isoformat(timespec="seconds"),
        entry.user_name,
        entry.verb,
        entry.subject_type,
        str(entry.subject_id or ""),
        entry.label,
        json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
        entry.address or "",
    )
    return tuple(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)


def _midnight(day: Any, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
