"""The wiring's own Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EveryidSiteConfig(AppConfig):
    name = "everyid_site"

    def ready(self) -> None:
        """Make Celery's application the one ``shared_task`` finds; register checks and schema."""
        from everyid_site import celery, checks, schema  # noqa: F401
