"""Values of a report, which are made for JSON, as a page tells them."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.defaultfilters import date
from django.utils import timezone

register = template.Library()


@register.filter
def told_time(value: str | None) -> str:
    """A time in ISO 8601 as the pages write times; empty for none."""
    if not value:
        return ""
    at = datetime.fromisoformat(value)
    return date(timezone.localtime(at) if timezone.is_aware(at) else at, "j M Y, H:i")


_TABLES = {
    "ingest_auditentry": "Audit log, entry",
    "recognition_comment": "Comment",
    "recognition_description": "Description of shot",
    "recognition_identity": "Person",
    "recognition_identityedit": "Correction",
    "recognition_sharelink": "Shared link",
}


@register.filter
def told_table(name: str) -> str:
    """A table of the catalogue in words; one without words by its name."""
    return _TABLES.get(name, name.partition("_")[2].replace("_", " ").capitalize() or name)


@register.filter
def told_words(value: str) -> str:
    """Names of columns as words."""
    return value.replace("_", " ")
