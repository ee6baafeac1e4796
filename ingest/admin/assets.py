"""Assets and what every stage did to them, and trying again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from ingest import pipeline
from ingest.admin.acting import act_on, link_to
from ingest.models import Asset, Camera, StageRun
from ingest.services import assets as asset_service
from ingest.templatetags.everyid import clock, run_seconds, stage_name

if TYPE_CHECKING:  # Django's admin classes take type parameters in the stubs alone
    AssetBase = admin.ModelAdmin[Asset]
    StageRunBase = admin.ModelAdmin[StageRun]
    StageRunInlineBase = admin.TabularInline[StageRun, Asset]
else:
    AssetBase = StageRunBase = admin.ModelAdmin
    StageRunInlineBase = admin.TabularInline

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


class StageRunInline(StageRunInlineBase):
    """What every stage did for an asset."""

    model = StageRun
    fields = ("stage_words", "state", "attempts", "took", "worker", "error_sentence", "summary")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Runs are planned by the pipeline."""
        return False

    @admin.display(description="stage")
    def stage_words(self, run: StageRun) -> str:
        """In words."""
        return stage_name(run.stage)

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
        return link_to("open", "ingest:asset", asset.pk)

    @admin.action(description="Try again what failed or was cancelled")
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Queue the runs that stand in the way."""
        states = (StageRun.State.FAILED, StageRun.State.CANCELLED)
        runs = StageRun.objects.filter(asset__in=queryset, state__in=states)
        act_on(self, request, runs, pipeline.retry, "queued again")

    @admin.action(description="Index again what has changed")
    def rerun_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Plan anew: free where nothing changed."""
        act_on(self, request, queryset, pipeline.enqueue, "planned anew")

    @admin.action(description="Cancel what is queued or running")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Stop all work on them."""
        act_on(self, request, queryset, pipeline.cancel, "cancelled")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """With their files."""
        for asset in queryset:
            asset_service.delete_asset(asset=asset, user=request.user)

    def delete_model(self, request: HttpRequest, obj: Asset) -> None:
        """With its files."""
        asset_service.delete_asset(asset=obj, user=request.user)


class StageFilter(admin.AllValuesFieldListFilter):
    """The stages that have run, in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """As the field's values, told as everywhere else."""
        for choice in super().choices(changelist):
            yield {**choice, "display": stage_name(str(choice["display"]))}


@admin.register(StageRun)
class StageRunAdmin(StageRunBase):
    """Every run of every stage: the truth about what the pipeline did."""

    list_display = (
        "stage_words",
        "asset",
        "state",
        "error_sentence",
        "attempts",
        "took",
        "worker",
        "heartbeat_at",
    )
    list_filter = ("state", ("stage", StageFilter), "is_permanent", "error_code", "asset__library")
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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """To look at: there is nothing on it that could be saved."""
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **nothing_to_save}
        )

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
        act_on(self, request, queryset, pipeline.retry, "queued again")

    @admin.action(description="Cancel all work on these runs' assets")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[StageRun]) -> None:
        """Stop all work on their assets."""
        assets = Asset.objects.filter(stage_runs__in=queryset).distinct()
        act_on(self, request, assets, pipeline.cancel, "cancelled")
