"""Stage runs: the truth about what the pipeline has done and has to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ingest.models.asset import Asset


class StageRun(models.Model):
    """One execution of one stage for one asset, unique by what its result depends on.

    ``fingerprint`` digests the stage's version, configuration, weights and the fingerprint of the
    stage before it. ``claim`` is the token of the worker that owns the run now; results are
    written only in a transaction that finds its own token still there.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="stage_runs")
    stage = models.CharField(max_length=80, help_text="Dotted name, as in settings.PIPELINE.")
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0, help_text="How often it was started.")
    failures = models.PositiveIntegerField(
        default=0, help_text="Starts that ended in an error that may pass."
    )
    deaths = models.PositiveIntegerField(
        default=0, help_text="Starts whose worker died; a crash of the process counts for more."
    )
    claim = models.UUIDField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="When the broker was last told of it."
    )
    not_before = models.DateTimeField(null=True, blank=True, help_text="Earliest next attempt.")
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_sentence = models.TextField(blank=True)
    error_detail = models.TextField(blank=True, help_text="For admins: the traceback.")
    is_permanent = models.BooleanField(default=False)
    summary = models.JSONField(default=dict, blank=True, help_text="What the stage made, counts.")

    class Meta:
        ordering = ("asset_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("asset", "stage", "fingerprint"), name="stage_run_once"
            ),
            models.UniqueConstraint(
                fields=("asset",), condition=Q(state="running"), name="stage_run_one_running"
            ),
        ]
        indexes = [models.Index(fields=("state", "heartbeat_at"), name="stage_run_state")]

    def __str__(self) -> str:
        return f"{self.stage} for {self.asset} ({self.state})"
