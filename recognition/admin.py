"""People, tracks, descriptions and encoders in the admin: to look at, rarely to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from ingest.admin import LibraryAdmin
from ingest.models import Library
from recognition.models import (
    Attribute,
    Crop,
    Description,
    Encoder,
    Identity,
    IdentityEdit,
    Track,
)
from recognition.services import erasure

if TYPE_CHECKING:  # Django's admin classes take type parameters in the stubs alone
    IdentityBase = admin.ModelAdmin[Identity]
    TrackBase = admin.ModelAdmin[Track]
    DescriptionBase = admin.ModelAdmin[Description]
    EncoderBase = admin.ModelAdmin[Encoder]
    EditBase = admin.TabularInline[IdentityEdit, Identity]
    CropBase = admin.TabularInline[Crop, Track]
    AttributeBase = admin.TabularInline[Attribute, Track]
else:
    IdentityBase = TrackBase = DescriptionBase = EncoderBase = admin.ModelAdmin
    EditBase = CropBase = AttributeBase = admin.TabularInline


class ReadOnly:
    """Made by stages or by people's edits: nothing to add or change by hand."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False


class EditInline(ReadOnly, EditBase):
    model = IdentityEdit
    fields = ("created_at", "user", "kind", "before", "after")
    readonly_fields = ("created_at",)
    extra = 0

    def has_delete_permission(self, *_: Any) -> bool:
        return False


admin.site.unregister(Library)


@admin.register(Library)
class PeopledLibraryAdmin(LibraryAdmin):
    """Libraries, erased with the names of their people wherever those stand."""

    def delete_model(self, request: HttpRequest, obj: Library) -> None:
        """As the library's own page does."""
        erasure.erase_library_confirmed(library=obj, user=request.user)


@admin.register(Identity)
class IdentityAdmin(IdentityBase):
    """People. Renaming here is no logged edit: do it on the person's page."""

    list_display = ("__str__", "library", "number", "appearances", "is_locked", "is_hidden", "page")
    list_filter = ("library", "is_locked", "is_hidden")
    search_fields = ("name", "=number", "library__name")
    list_select_related = ("library",)
    readonly_fields = (
        "library",
        "number",
        "name",
        "is_locked",
        "is_hidden",
        "merged_into",
        "cover",
        "created_at",
        "updated_at",
    )
    inlines = (EditInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Identity]:
        return super().get_queryset(request).annotate(track_count=Count("tracks"))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes with a person may be looked at alone in the admin, and goes all the same."""
        shown, counts, _, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Identity]) -> None:
        for identity in Identity.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))):
            self.delete_model(request, identity)

    def delete_model(self, request: HttpRequest, obj: Identity) -> None:
        """As the person's own page does: vectors, pictures, and the name wherever it stands."""
        erasure.erase_confirmed(identity=obj, user=request.user)

    @admin.display(ordering="track_count")
    def appearances(self, identity: Identity) -> int:
        return int(getattr(identity, "track_count", 0))

    @admin.display(description="page")
    def page(self, identity: Identity) -> str:
        return format_html(
            '<a href="{}">open</a>', reverse("recognition:identity", args=[identity.pk])
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class CropInline(ReadOnly, CropBase):
    model = Crop
    fields = ("pts", "quality", "image_key")
    extra = 0


class AttributeInline(ReadOnly, AttributeBase):
    model = Attribute
    fields = ("name", "value", "confidence")
    extra = 0


@admin.register(Track)
class TrackAdmin(ReadOnly, TrackBase):
    """Tracks, with their crops and attributes."""

    list_display = (
        "__str__",
        "label",
        "confidence",
        "movement",
        "direction",
        "identity",
        "assigned_by",
    )
    list_filter = ("label", "movement", "assigned_by", "asset__library")
    search_fields = ("asset__name", "identity__name", "label")
    list_select_related = ("asset", "identity")
    exclude = ("pts_packed", "boxes_packed", "confidence_packed")
    inlines = (CropInline, AttributeInline)


@admin.register(Description)
class DescriptionAdmin(ReadOnly, DescriptionBase):
    """What was said about shots."""

    list_display = ("sentence", "asset", "scene", "setting", "light", "confidence", "source")
    list_filter = ("scene", "setting", "light", "source")
    search_fields = ("sentence", "asset__name")
    list_select_related = ("asset",)
    exclude = ("search",)


@admin.register(Encoder)
class EncoderAdmin(ReadOnly, EncoderBase):
    """Networks that make vectors. Deleting one deletes its vectors."""

    list_display = ("name", "space", "dimension", "fingerprint", "created_at")
    list_filter = ("space",)
    search_fields = ("name", "fingerprint")
