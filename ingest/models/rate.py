"""How often somebody asked, for the limits of the API."""

from __future__ import annotations

from django.db import models


class RateCount(models.Model):
    """Requests of one caller under one limit: in the window that runs, and in the one before.

    The table is unlogged: a count costs no wait for the disk, and a crash of the database forgets
    all of them. There are at most four rows per user and per token.
    """

    key = models.CharField(max_length=80, primary_key=True)
    started_s = models.FloatField(help_text="When the window began, in the database's epoch.")
    count = models.PositiveIntegerField()
    before = models.PositiveIntegerField(help_text="The count of the window before.")

    def __str__(self) -> str:
        return self.key
