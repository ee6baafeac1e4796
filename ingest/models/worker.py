"""Workers: who is there to run stages."""

from __future__ import annotations

from django.db import models


class Worker(models.Model):
    """One worker process (with its children) and when it was last seen alive."""

    name = models.CharField(max_length=120, unique=True, help_text="host:pid")
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
