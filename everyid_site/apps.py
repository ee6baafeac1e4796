"""The wiring's own Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EveryidSiteConfig(AppConfig):
    name = "everyid_site"

    def ready(self) -> None:
        """Make the Celery application the one that ``shared_task`` finds."""
        from everyid_site import celery  # noqa: F401
