"""Footage in the admin: what came in, what every stage did, and trying again.

Facts that stages found are read-only here; what may be changed goes through the same services
as the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ingest import pipeline
from ingest.models import Asset, AuditEntry, Camera, Library, Membership, StageRun, Upload
from ingest.services import assets as asset_service
from ingest.services import libraries as library_service
from ingest.templatetags.everyid import clock, run_seconds, stage_name

if TYPE_CHECKING:  # Django's admin classes take type parameters in the stubs alone
    LibraryBase = admin.ModelAdmin[Library]
    AssetBase = admin.ModelAdmin[Asset]
    StageRunBase = admin.ModelAdmin[StageRun]
    UploadBase = admin.ModelAdmin[Upload]
    CameraBase = admin.ModelAdmin[Camera]
    MembershipInlineBase = admin.TabularInline[Membership, Library]
    CameraInlineBase = admin.TabularInline[Camera, Library]
    StageRunInlineBase = admin.TabularInline[StageRun, Asset]
    AuditBase = admin.ModelAdmin[AuditEntry]
else:
    LibraryBase = AssetBase = StageRunBase = UploadBase = CameraBase = admin.ModelAdmin
    AuditBase = admin.ModelAdmin
    MembershipInlineBase = CameraInlineBase = StageRunInlineBase = admin.TabularInline

admin.site.site_header = "EveryID"
admin.site.site_title = "EveryID admin"
admin.site.index_title = "Footage, stages and people"
admin.site.site_url = "/"


_MEDIA_FIELDS = (
    "container",
    "video_codec",
    "audio_codec",
    ("width_px", "height_px"),
    "has_audio",
)
_TIME_FIELDS = (
    ("time_base_num", "time_base_den"),
    ("frame_rate_num", "frame_rate_den"),
    "is_variable_rate",
    ("start_timecode", "is_drop_frame", "reel"),
    "recorded_at",
    ("first_pts", "end_pts", "frame_count"),
    ("created_at", "ready_at"),
)
_FILE_FIELDS = (
    "content_sha256",
    "size_bytes",
    "original_key",
    "external_path",
    "proxy_key",
    "poster_key",
    ("sprite_key", "sprite_layout"),
)


def _link(label: object, name: str, *args: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(name, args=args), label)


class MembershipInline(MembershipInlineBase):
    """Who may see a library."""

    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


class CameraInline(CameraInlineBase):
    """A library's cameras."""

    model = Camera
    extra = 0


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
        return _link("open", "ingest:library", library.slug)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Library]) -> None:
        """With the files of their assets."""
        for library in queryset:
            self.delete_model(request, library)

    def delete_model(self, request: HttpRequest, obj: Library) -> None:
        """With the files of its assets."""
        library_service.erase_library(library=obj, user=request.user)


class StageRunInline(StageRunInlineBase):
    """What every stage did for an asset."""

    model = StageRun
    fields = ("stage", "state", "attempts", "took", "worker", "error_sentence", "summary")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Runs are planned by the pipeline."""
        return False

    @admin.display(description="took")
    def took(self, run: StageRun) -> str:
        """How long it took."""
        return run_seconds(run)


@admin.register(Asset)
class AssetAdmin(AssetBase):
    """Assets: how they stand and why; retry, cancel, index again."""

    list_display = ("name", "library", "status", "stages_done", "length", "error_sentence", "page")
    list_filter = ("status", "library", "error_code", "video_codec")
    search_fields = ("name", "=content_sha256", "reel", "library__name")
    list_select_related = ("library",)
    date_hierarchy = "created_at"
    actions = ("retry_selected", "rerun_selected", "cancel_selected")
    inlines = (StageRunInline,)
    fieldsets = (
        (None, {"fields": ("name", "library", "camera", "status", "error_code", "error_sentence")}),
        ("Picture and sound", {"classes": ("collapse",), "fields": _MEDIA_FIELDS}),
        ("Time", {"classes": ("collapse",), "fields": _TIME_FIELDS}),
        ("Files", {"classes": ("collapse",), "fields": _FILE_FIELDS}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Asset | None = None) -> list[str]:
        """Everything but the name and the camera."""
        return [f.name for f in Asset._meta.fields if f.name not in ("name", "camera")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """With their runs, in one question more."""
        runs = StageRun.objects.only("asset_id", "stage", "state")
        return super().get_queryset(request).prefetch_related(Prefetch("stage_runs", runs))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Cameras of the asset's own library alone."""
        match = request.resolver_match
        if db_field.name == "camera" and match is not None:
            asset_id = match.kwargs.get("object_id")
            known = str(asset_id or "").isdigit()
            cameras = Camera.objects.filter(library__assets=asset_id) if known else None
            kwargs["queryset"] = cameras if cameras is not None else Camera.objects.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Footage comes in by upload or command."""
        return False

    @admin.display(description="stages")
    def stages_done(self, asset: Asset) -> str:
        """How many of the pipeline's stages are done, and which one failed."""
        runs = list(asset.stage_runs.all())
        done = {run.stage for run in runs if run.state == StageRun.State.DONE}
        failed = [run.stage for run in runs if run.state == StageRun.State.FAILED]
        where = f", {stage_name(failed[0]).lower()} failed" if failed else ""
        return f"{len(done)} of {len(settings.PIPELINE)}{where}"

    @admin.display(description="length", ordering="end_pts")
    def length(self, asset: Asset) -> str:
        """As a clock."""
        return clock(asset.duration_s)

    @admin.display(description="page")
    def page(self, asset: Asset) -> SafeString:
        """Its page; for members of the library alone."""
        return _link("open", "ingest:asset", asset.pk)

    @admin.action(description="Try again what failed or was cancelled")
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Queue the runs that stand in the way."""
        states = (StageRun.State.FAILED, StageRun.State.CANCELLED)
        runs = StageRun.objects.filter(asset__in=queryset, state__in=states)
        _act(self, request, runs, pipeline.retry, "queued again")

    @admin.action(description="Index again what has changed")
    def rerun_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Plan anew: free where nothing changed."""
        _act(self, request, queryset, pipeline.enqueue, "planned anew")

    @admin.action(description="Cancel what is queued or running")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Stop all work on them."""
        _act(self, request, queryset, pipeline.cancel, "cancelled")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """With their files."""
        for asset in queryset:
            asset_service.delete_asset(asset=asset, user=request.user)

    def delete_model(self, request: HttpRequest, obj: Asset) -> None:
        """With its files."""
        asset_service.delete_asset(asset=obj, user=request.user)


@admin.register(StageRun)
class StageRunAdmin(StageRunBase):
    """Every run of every stage: the truth about what the pipeline did."""

    list_display = (
        "stage_words",
        "asset",
        "state",
        "attempts",
        "took",
        "worker",
        "heartbeat_at",
        "error_sentence",
    )
    list_filter = ("state", "stage", "is_permanent", "error_code", "asset__library")
    search_fields = ("asset__name", "error_sentence", "worker")
    list_select_related = ("asset",)
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = ("retry_selected", "cancel_selected")

    def get_readonly_fields(self, request: HttpRequest, obj: StageRun | None = None) -> list[str]:
        """Everything: runs change by being run."""
        return [field.name for field in StageRun._meta.fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StageRun]:
        """Without the tracebacks, but for the one that is looked at."""
        found = super().get_queryset(request)
        match = request.resolver_match
        is_one = match is not None and "object_id" in match.kwargs
        return found if is_one else found.defer("error_detail", "summary")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Runs are planned by the pipeline."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StageRun | None = None) -> bool:
        """A run goes with its asset, and must be deletable with it."""
        match = request.resolver_match
        return match is not None and not str(match.url_name).startswith("ingest_stagerun")

    @admin.display(description="stage", ordering="stage")
    def stage_words(self, run: StageRun) -> str:
        """In words."""
        return stage_name(run.stage)

    @admin.display(description="took")
    def took(self, run: StageRun) -> str:
        """How long it took."""
        return run_seconds(run)

    @admin.action(description="Do these runs again, and what depends on them")
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[StageRun]) -> None:
        """Queue them."""
        _act(self, request, queryset, pipeline.retry, "queued again")

    @admin.action(description="Cancel all work on these runs' assets")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[StageRun]) -> None:
        """Stop all work on their assets."""
        assets = Asset.objects.filter(stage_runs__in=queryset).distinct()
        _act(self, request, assets, pipeline.cancel, "cancelled")


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


@admin.register(Camera)
class CameraAdmin(CameraBase):
    """Cameras with place and clock offset."""

    list_display = ("name", "library", "place", "clock_offset_ms", "asset_count")
    list_filter = ("library",)
    search_fields = ("name", "place")
    list_select_related = ("library",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Camera]:
        """With counts, in one question."""
        return super().get_queryset(request).annotate(counted_assets=Count("assets"))

    @admin.display(description="assets", ordering="counted_assets")
    def asset_count(self, camera: Camera) -> int:
        """How many it recorded."""
        return int(getattr(camera, "counted_assets", 0))


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


def _act(
    model_admin: Any,
    request: HttpRequest,
    rows: QuerySet[Any],
    act: Callable[[Any], object],
    done: str,
) -> None:
    """Do ``act`` to each row, and say how many there were."""
    number = 0
    for row in rows:
        act(row)
        number += 1
    model_admin.message_user(request, f"{number} {done}.", messages.SUCCESS)
