"""Entries of the audit log in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ingest.models import AuditEntry

register = template.Library()

_ALONE = {
    "switched": "changed the privacy settings of",
    "assigned": "added appearances to",
    "unassigned": "took appearances from",
    "shown": "showed again",
    "admitted": "gave a role to",
    "split": "split",
}


@register.filter
def audit_detail(detail: dict[str, Any]) -> str:
    """The particulars of an entry; switches as what they were switched to."""
    return ", ".join(_particular(key, value) for key, value in detail.items())


def _particular(key: str, value: Any) -> str:
    words = key.removeprefix("is_").replace("_", " ")
    if isinstance(value, bool):
        return {"is_on": "on" if value else "off"}.get(key, f"{words}: {'yes' if value else 'no'}")
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value) or "none"
    return f"{words}: {value}"


@register.filter
def audit_words(entry: AuditEntry) -> SafeString:
    """What was done to whom, leading there where it still is; the label is escaped."""
    verb = _ALONE.get(entry.verb, entry.get_verb_display().lower())
    label = entry.label or {"": "", "identity": "a person"}.get(
        entry.subject_type, f"a {entry.subject_type}"
    )
    if entry.subject_type == "identity" and entry.subject_id and entry.verb != "erased":
        address = reverse("recognition:identity", args=[entry.subject_id])
        return format_html('{} <a href="{}">{}</a>', verb, address, label)
    return format_html("{} {}", verb, label)
