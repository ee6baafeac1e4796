"""Entries of the audit log in words."""

from __future__ import annotations

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
