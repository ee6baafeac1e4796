"""What was sent and who did what: to be read, not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from ingest.models import AuditEntry, Upload

if TYPE_CHECKING:  # Django's admin classes take type parameters in the stubs alone
    UploadBase = admin.ModelAdmin[Upload]
    AuditBase = admin.ModelAdmin[AuditEntry]
else:
    UploadBase = AuditBase = admin.ModelAdmin


@admin.register(Upload)
class UploadAdmin(UploadBase):
    """What was sent, by whom, and what became of it."""

    list_display = ("name", "library", "user", "outcome", "sentence", "asset", "created_at")
    list_filter = ("outcome", "error_code", "library")
    search_fields = ("name", "user__username")
    list_select_related = ("library", "user", "asset")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A log."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        """A log."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(AuditBase):
    """Who did what to whom. Nothing here can be changed."""

    list_display = ("created_at", "user_name", "verb", "subject_type", "label", "library")
    list_filter = ("verb", "library")
    search_fields = ("user_name", "label")
    list_select_related = ("library",)
    date_hierarchy = "created_at"
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A log."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """A log."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """A log."""
        return False
