"""Share links: read-only pages for people without an account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ingest.models import Asset, Library
from recognition.models.identity import Identity


class ShareLink(models.Model):
    """A link to one identity, or to a selection of moments (``identity`` is empty).

    The token stands in the address alone; here is its SHA-256. ``password`` is Django's hash of
    one, or empty.
    """

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="share_links")
    identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    title = models.CharField(max_length=120, help_text="All that guests read above the pictures.")
    token_sha256 = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=128, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="The last time.")
    wrong_tries = models.PositiveIntegerField(default=0, help_text="Passwords since the right one.")
    tried_at = models.DateTimeField(null=True, blank=True, help_text="The last wrong password.")

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Whether its time is up: nobody can open it any more."""
        return self.expires_at <= timezone.now()


class SharedMoment(models.Model):
    """A time range of an asset that a link shows: pts, ``end_pts`` exclusive."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="moments")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    ordinal = models.PositiveIntegerField()
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()

    class Meta:
        ordering = ("link_id", "ordinal")
        constraints = [
            models.UniqueConstraint(fields=("link", "ordinal"), name="shared_moment_once"),
            models.CheckConstraint(
                condition=Q(end_pts__gt=F("start_pts")), name="shared_moment_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.start_pts}–{self.end_pts}"
