"""``manage.py work``: do what is queued in this process, without a broker."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingest.pipeline.inline import drain


class Command(BaseCommand):
    """Runs queued stages in this process until none is left."""

    requires_system_checks = []
    help = "Run what is queued in this process, without a broker, until nothing is left."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which assets."""
        parser.add_argument("assets", nargs="*", type=int, help="Asset ids; all if none is given.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Drain; Ctrl-C gives back what is under way."""
        try:
            drain(options["assets"] or None)
        except KeyboardInterrupt:
            sys.exit(130)
