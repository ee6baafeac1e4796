"""Bins, excerpts, alerts in the admin. What people asked for themselves is not shown there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from search.models import Alert, Bin, BinItem, ExcerptOrder

if TYPE_CHECKING:  # Django's admin classes take type parameters in the stubs alone
    BinBase = admin.ModelAdmin[Bin]
    OrderBase = admin.ModelAdmin[ExcerptOrder]
    AlertBase = admin.ModelAdmin[Alert]
    ItemInlineBase = admin.TabularInline[BinItem, Bin]
else:
    BinBase = OrderBase = AlertBase = admin.ModelAdmin
    ItemInlineBase = admin.TabularInline


class ItemInline(ItemInlineBase):
    """Moments of a bin."""

    model = BinItem
    fields = ("asset", "start_pts", "end_pts", "position", "note")
    readonly_fields = ("asset",)
    extra = 0

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        """Moments are added where they are seen."""
        return False


@admin.register(Bin)
class BinAdmin(BinBase):
    """Collections."""

    list_display = ("name", "library", "created_by", "changed_at")
    list_filter = ("library",)
    list_select_related = ("library", "created_by")
    search_fields = ("name", "note")
    readonly_fields = ("library", "created_by")
    inlines = (ItemInline,)


@admin.register(ExcerptOrder)
class ExcerptOrderAdmin(OrderBase):
    """Excerpts that were asked for."""

    list_display = ("title", "library", "user", "state", "created_at", "expires_at")
    list_filter = ("state", "library")
    list_select_related = ("library", "user")
    readonly_fields = ("library", "user", "title", "state", "claim", "heartbeat_at", "finished_at")


@admin.register(Alert)
class AlertAdmin(AlertBase):
    """Alerts by their owner and name; what they ask for is their owner's."""

    list_display = ("name", "user", "created_at")
    list_select_related = ("user",)
    fields = ("name", "user")
    readonly_fields = ("name", "user")
