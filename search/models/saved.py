"""Saved searches, alerts on new footage, and one's own history. All belong to one user."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ingest.models import Asset


class SavedSearch(models.Model):
    """A search by its address: the query string of words and filters."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(fields=("user", "address"), name="saved_once")]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """A question that every asset is asked once it is ready: by structure, or by example.

    ``address`` is the search (query string); ``example`` with ``example_pts`` the picture, for
    alerts by likeness: the keyframe next to it, so that indexing anew loses nothing. ``webhook`` is
    an address to call, and ``secret`` what its calls are signed with.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alerts"
    )
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=4000, blank=True)
    example = models.ForeignKey(
        Asset, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    example_pts = models.BigIntegerField(null=True, blank=True)
    by_email = models.BooleanField(default=False)
    webhook = models.CharField(max_length=500, blank=True)
    secret = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class AlertLook(models.Model):
    """That an alert has looked at an asset as it was ready then."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="looks")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    ready_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("alert", "asset"), name="look_once")]

    def __str__(self) -> str:
        return f"{self.alert} at {self.asset}"


class AlertHit(models.Model):
    """What an alert found; ``why`` in words."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="hits")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    start_pts = models.BigIntegerField()
    end_pts = models.BigIntegerField()
    why = models.CharField(max_length=300, blank=True)
    is_seen = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("alert", "asset", "start_pts"), name="alert_hit_once")
        ]

    def __str__(self) -> str:
        return f"{self.alert}: {self.asset}"


class AlertNotice(models.Model):
    """What is to be told elsewhere of the hits of one round; tried until it arrives or ends.

    ``next_at`` is empty once it arrived (``sent_at``) or was given up; ``error`` is a sentence.
    """

    class Channel(models.TextChoices):
        EMAIL = "email"
        WEBHOOK = "webhook"

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    hits = models.ManyToManyField(AlertHit, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.alert} by {self.channel}"


class PastSearch(models.Model):
    """A search that was asked: for nobody but who asked."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_searches"
    )
    text = models.CharField(max_length=1000)
    address = models.CharField(max_length=4000)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        return self.text


class SearchHabit(models.Model):
    """Whether a user's searches are remembered for them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="search_habit"
    )
    keeps_history = models.BooleanField(default=True)

    def __str__(self) -> str:
        return "remembers" if self.keeps_history else "forgets"
