"""Libraries with their members, and cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ingest.admin.acting import link_to
from ingest.models import Asset, Camera, Library, Membership
from ingest.services import libraries as library_service

if TYPE_CHECKING:  # Django's admin classes take type parameters in the stubs alone
    LibraryBase = admin.ModelAdmin[Library]
    CameraBase = admin.ModelAdmin[Camera]
    MembershipInlineBase = admin.TabularInline[Membership, Library]
    CameraInlineBase = admin.TabularInline[Camera, Library]
else:
    LibraryBase = CameraBase = admin.ModelAdmin
    MembershipInlineBase = CameraInlineBase = admin.TabularInline


class MembershipInline(MembershipInlineBase):
    """Who may see a library."""

    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


class CameraInline(CameraInlineBase):
    """A library's cameras."""

    model = Camera
    fields = ("name", "place", "clock_offset_ms")
    extra = 0
    show_change_link = True


@admin.register(Library)
class LibraryAdmin(LibraryBase):
    """Libraries with their members and cameras."""

    list_display = ("name", "asset_count", "failed_count", "member_count", "is_sample", "page")
    list_filter = ("is_sample",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MembershipInline, CameraInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Library]:
        """With counts, in one question."""
        failed = Q(assets__status=Asset.Status.FAILED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                counted_assets=Count("assets", distinct=True),
                counted_failed=Count("assets", filter=failed, distinct=True),
                counted_members=Count("memberships", distinct=True),
            )
        )

    @admin.display(description="assets", ordering="counted_assets")
    def asset_count(self, library: Library) -> SafeString:
        """How many, leading to them."""
        address = reverse("admin:ingest_asset_changelist")
        number = getattr(library, "counted_assets", 0)
        return format_html('<a href="{}?library__id__exact={}">{}</a>', address, library.pk, number)

    @admin.display(description="failed", ordering="counted_failed")
    def failed_count(self, library: Library) -> int:
        """How many failed."""
        return int(getattr(library, "counted_failed", 0))

    @admin.display(description="members", ordering="counted_members")
    def member_count(self, library: Library) -> int:
        """How many people may see it."""
        return int(getattr(library, "counted_members", 0))

    @admin.display(description="page")
    def page(self, library: Library) -> SafeString:
        """Its page; for members alone."""
        return link_to("open", "ingest:library", library.slug)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Library]) -> None:
        """With the files of their assets."""
        for library in queryset:
            self.delete_model(request, library)

    def delete_model(self, request: HttpRequest, obj: Library) -> None:
        """With the files of its assets."""
        library_service.erase_library(library=obj, user=request.user)


@admin.register(Camera)
class CameraAdmin(CameraBase):
    """Cameras with place and clock offset."""

    list_display = ("name", "library", "place", "clock_offset_ms", "asset_count")
    list_filter = ("library",)
    search_fields = ("name", "place")
    list_select_related = ("library",)
    filter_horizontal = ("overlaps",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Camera]:
        """With counts, in one question."""
        return super().get_queryset(request).annotate(counted_assets=Count("assets"))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Other cameras of the same library alone; a new camera has none yet."""
        match = request.resolver_match
        pk = str(match.kwargs.get("object_id") if match is not None else "")
        mates = Camera.objects.none()
        if pk.isdigit():
            mates = Camera.objects.filter(library__cameras=int(pk)).exclude(pk=int(pk))
        kwargs["queryset"] = mates
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="assets", ordering="counted_assets")
    def asset_count(self, camera: Camera) -> int:
        """How many it recorded."""
        return int(getattr(camera, "counted_assets", 0))
